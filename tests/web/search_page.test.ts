// The page that `hone search` writes, in a browser: its lines, its table, both themes and languages, axe-core.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertAccessible, assertNoSideways, closeBrowser, kLooks, onPage, screenshot, servedFolder, skip } from "./browser.ts";
import { program } from "./hone_program.ts";

const folder = mkdtempSync(join(tmpdir(), "hone-search-"));
const model = join(dirname(fileURLToPath(import.meta.url)), "..", "fixtures", "models", "tiny-bert");
let server: Awaited<ReturnType<typeof servedFolder>>;
let address = "";

interface Report {
  trials: { number: number; state: string; value: number | null }[];
}

function search(): void {
  const names = ["NEGATIVE", "NEUTRAL", "POSITIVE"];
  const words = ["bad and awful", "a scene in time", "good, very good"];
  const lines = ["text,label"];
  for (let row = 0; row < 60; ++row) lines.push(`"the movie was ${words[row % 3]}",${names[(row + (row % 7 === 0 ? 1 : 0)) % 3]}`);
  writeFileSync(join(folder, "rows.csv"), lines.join("\n") + "\n");
  writeFileSync(join(folder, "test.csv"), lines.slice(0, 31).join("\n") + "\n");
  writeFileSync(join(folder, "search.yaml"), `train_file: [${folder}/rows.csv]
validation_split: 0.3
test_file: [${folder}/test.csv]
eval_strategy: epoch
num_train_epochs: 3
max_seq_length: 40
metric_for_best_model: accuracy
search:
  sampler: random
  pruner: halving
  space:
    learning_rate: {low: 1.0e-4, high: 3.0e-2, log: true}
    per_device_train_batch_size: [4, 8]
    optim: [adamw, sgd]
    momentum: {low: 0.5, high: 0.99, when: {optim: sgd}}
    freeze: [[], all-but-head]
`);
  execFileSync(program, ["search", join(folder, "search.yaml"), "--model", model, "--output-dir", join(folder, "out"), "--trials", "14",
    "--num-threads", "1", "--retrain-seeds", "2", "--test-best"], { stdio: ["ignore", "ignore", "inherit"] });
}

before(async () => {
  if (skip) return;
  search();
  server = await servedFolder(join(folder, "out"));
  address = server.address;
});

after(async () => {
  server?.close();
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

test("lines and rows show the values of their trial", { skip }, async () => {
  const report = JSON.parse(readFileSync(join(folder, "out", "search.json"), "utf8")) as Report;
  const complete = report.trials.filter((trial) => trial.state === "complete");
  await onPage(`${address}/search.html`, {}, async (page) => {
    assert.equal(await page.locator("h1").textContent(), "Hyper-parameter search: accuracy");
    assert.equal(await page.locator("svg path").count(), complete.length);
    assert.equal(await page.locator("tbody tr").count(), report.trials.length);
    const second = complete[1];
    assert.ok(second !== undefined && second.value !== null);
    await page.locator(`#trial${second.number}`).click();
    const chosen = (await page.locator("#chosen").textContent()) ?? "";
    assert.ok(chosen.startsWith(`trial ${second.number} (complete): accuracy ${second.value.toFixed(4)} · `), chosen);
    assert.equal(await page.locator("svg path.chosen").getAttribute("data-trial"), String(second.number));
    assert.match((await page.locator("main").textContent()) ?? "", /The best trial with other seeds/);
    assert.match((await page.locator("main").textContent()) ?? "", /Looks at the test rows/);
  });
});

for (const [look, options] of kLooks) {
  test(`the page in ${look} has no faults`, { skip }, async () => {
    for (const width of [360, 1440]) {
      await onPage(`${address}/search.html`, { ...options, width }, async (page) => {
        if (look.startsWith("zh")) assert.match((await page.locator("h1").textContent()) ?? "", /[\u4e00-\u9fff]/);
        await assertAccessible(page, `search ${look} ${width}`);
        await assertNoSideways(page, `search ${look} ${width}`);
        await screenshot(page, `search-${look}-${width}`);
      });
    }
  });
}
