// The pages that `hone data report --html`, `hone data labels --html`, `hone train --find-lr` and `hone compare --html`
// write, in a browser: their charts and buttons, both themes and languages, axe-core, and the corrections that the
// second one saves for `hone data clean`.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertAccessible, assertNoSideways, closeBrowser, kLooks, onPage, screenshot, servedFolder, skip } from "./browser.ts";
import { program } from "./hone_program.ts";

const folder = mkdtempSync(join(tmpdir(), "hone-pages-"));
const rows = join(folder, "rows, new.csv");
const tests = join(dirname(fileURLToPath(import.meta.url)), "..");
const model = join(tests, "fixtures", "models", "tiny-bert");
const stories = join(tests, "..", "..", "shared", "models", "tinystories-656k-llama");
const hasStories = existsSync(stories);
const pages = ["labels", "report", "learning_rates", ...(hasStories ? ["compare"] : [])];
let server: Awaited<ReturnType<typeof servedFolder>>;
let address = "";

const hone = (...args: string[]) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

// Fifty rows of three classes. Rows 4 and 9 have a label that the probabilities contradict.
function writeRows(): void {
  const names = ["bad", "fine", "good"];
  const lines = ["text,label"];
  const scores = ["score_bad,score_fine,score_good"];
  for (let row = 0; row < 50; ++row) {
    const said = row % 3;
    const given = row === 4 || row === 9 ? (said + 1) % 3 : said;
    lines.push(`"a ${names[said]} film, number ${row}${" and more".repeat(row % 7)}",${names[given]}`);
    scores.push(names.map((_, k) => (k === said ? "0.94" : "0.03")).join(","));
  }
  writeFileSync(rows, lines.join("\n") + "\n");
  writeFileSync(join(folder, "scores.csv"), scores.join("\n") + "\n");
}

// A story model beside a copy that has a chat template and no stop ids, with two prompts.
function compareStories(): void {
  const copy = join(folder, "Stories-656K-Instruct");
  cpSync(stories, copy, { recursive: true });
  writeFileSync(join(copy, "chat_template.jinja"), "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}");
  writeFileSync(join(copy, "generation_config.json"), '{"eos_token_id": []}');
  writeFileSync(join(folder, "prompts.txt"), "Once upon a time\nThe little dog\n");
  hone("compare", stories, copy, "--prompts", join(folder, "prompts.txt"), "--no-do-sample", "--max-new-tokens", "24", "--html", join(folder, "compare.html"));
}

before(async () => {
  if (skip) return;
  writeRows();
  if (hasStories) compareStories();
  hone("data", "report", rows, "--html", join(folder, "report.html"));
  hone("data", "labels", rows, "--label-column", "label", "--probabilities", join(folder, "scores.csv"), "--html", join(folder, "labels.html"));
  hone("train", "--find-lr", "--model", model, "--dataset", rows, "--label-column", "label", "--ignore-mismatched-sizes", "--output-dir", folder,
    "--num-threads", "1", "--max-seq-length", "40", "--find-lr-min", "1e-5", "--find-lr-max", "0.1", "--find-lr-steps", "60", "--per-device-train-batch-size", "4");
  server = await servedFolder(folder);
  address = server.address;
});

after(async () => {
  server?.close();
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

test("the labels are decided one by one, and the saved file makes corrected rows", { skip }, async () => {
  await onPage(`${address}/labels.html`, {}, async (page) => {
    assert.equal(await page.locator("h1").textContent(), "Doubtful labels: 2");
    assert.match((await page.locator("#text").textContent()) ?? "", /number (4|9)/);
    assert.equal(await page.locator("#save").isDisabled(), true);
    await page.keyboard.press("2");
    assert.equal(await page.locator("#place").textContent(), "Label 2 of 2");
    assert.equal(await page.locator("#done").textContent(), "1 of 2 decided · 1 changed");
    await page.keyboard.press("1");
    assert.equal(await page.locator("#done").textContent(), "2 of 2 decided · 1 changed");
    await page.reload();
    assert.equal(await page.locator("#done").textContent(), "2 of 2 decided · 1 changed");
    const command = (await page.locator("pre").textContent()) ?? "";
    assert.ok(command.includes("rows, new.csv' --label-column label --correct-labels corrections.csv --output corrected.csv"), command);
    const download = page.waitForEvent("download");
    await page.click("#save");
    const corrections = join(folder, "corrections.csv");
    await (await download).saveAs(corrections);
    const corrected = join(folder, "corrected.csv");
    // As a person pastes it, in the folder of the saved file.
    execFileSync("sh", ["-c", command.replace(/^hone /, `'${program}' `)], { cwd: folder, stdio: "ignore" });
    const old = readFileSync(rows, "utf8").split("\n");
    const changed = readFileSync(corrected, "utf8").split("\n").filter((line, i) => line !== old[i]);
    assert.equal(changed.length, 1);
    assert.match(changed[0] ?? "", /^"a (bad|fine|good) film, number \d+.*",\1$/);
  });
});

test("another label is chosen from the list, and a row of the list is opened", { skip }, async () => {
  await onPage(`${address}/labels.html`, {}, async (page) => {
    await page.locator("select").selectOption({ index: 1 });
    assert.equal(await page.locator("#done").textContent(), "1 of 2 decided · 1 changed");
    await page.locator("ol button").first().click();
    assert.equal(await page.locator("#place").textContent(), "Label 1 of 2");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator("#place").textContent(), "Label 2 of 2");
  });
});

test("the learning-rate page has the option to paste, its curve and every step", { skip }, async () => {
  const steps = readFileSync(join(folder, "learning_rates.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { learning_rate: number });
  await onPage(`${address}/learning_rates.html`, {}, async (page) => {
    const option = (await page.locator("#option").textContent()) ?? "";
    assert.match(option, /^--learning-rate \d\.\de-\d\d$/);
    const rate = Number(option.split(" ")[1]);
    assert.ok(rate >= (steps[0]?.learning_rate ?? 1) / 10 && rate <= (steps.at(-1)?.learning_rate ?? 0), option);
    assert.equal(await page.locator("svg path").count(), 1);
    assert.equal(await page.locator("svg circle:not(.mark)").count(), steps.length);
    await page.locator("summary").click();
    assert.equal(await page.locator("tbody tr").count(), steps.length);
    await page.locator("#language").click();
    assert.equal(await page.locator("h1").textContent(), "学习率范围测试");
    assert.equal(await page.locator("details").getAttribute("open"), "");
  });
});

test("the comparison shows both answers, the reasons, and each prompt's by a click", { skip: skip || !hasStories }, async () => {
  await onPage(`${address}/compare.html`, {}, async (page) => {
    const data = JSON.parse((await page.locator("#data").textContent()) ?? "") as { prompts: { answers: { text: string }[] }[] };
    const answers = page.locator(".pair .text");
    for (const [i, prompt] of data.prompts.entries()) {
      await page.locator("td button").nth(i).click();
      assert.equal(await page.locator("td button").nth(i).getAttribute("aria-pressed"), "true");
      assert.deepEqual(await answers.allTextContents(), prompt.answers.map((answer) => answer.text));
    }
    assert.equal(await page.locator("svg path").count(), 2);
    assert.match((await page.locator(".verdict").textContent()) ?? "", /stop/);
    await page.locator("#language").click();
    assert.match((await page.locator(".verdict").textContent()) ?? "", /停/);
  });
});

test("a click on a bar of the report lists its rows", { skip }, async () => {
  await onPage(`${address}/report.html`, {}, async (page) => {
    await page.getByRole("button", { name: /^bad/ }).click();
    assert.match((await page.locator("#rows-classes pre").first().textContent()) ?? "", /film, number/);
    const bar = page.locator("#chart-characters [role=button]").first();
    await bar.focus();
    await page.keyboard.press("Enter");
    assert.match((await page.locator("#rows-characters pre").first().textContent()) ?? "", /film, number/);
  });
});

interface Finding { title: string; rows: number; examples: unknown[] }

test("both rings of the findings list their rows, by keyboard too, and the table says the same", { skip }, async () => {
  await onPage(`${address}/report.html`, {}, async (page) => {
    const report = JSON.parse((await page.locator("#report").textContent()) ?? "") as { findings: Finding[] };
    const segments = page.locator("#chart-findings [role=button]"), list = page.locator("#rows-findings");
    const names = await segments.evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label") ?? ""));
    for (const finding of report.findings) assert.equal(names.filter((name) => name.endsWith(`: ${finding.title}`)).length, 1, finding.title);
    const topics = names.filter((name) => /: \d+ findings?$/.test(name));
    assert.equal(names.length, report.findings.length + topics.length);
    // The counts of the inner ring are those of all findings.
    assert.equal(topics.reduce((sum, name) => sum + Number(/: (\d+) /.exec(name)?.[1]), 0), report.findings.length);

    const withRows = report.findings.findIndex((finding) => finding.examples.length > 0);
    const title = report.findings[withRows]?.title ?? "";
    const segment = segments.nth(names.findIndex((name) => name.endsWith(`: ${title}`)));
    await segment.focus();
    await page.keyboard.press("Enter");
    assert.equal(await list.locator("h3").textContent(), title);
    assert.equal(await list.locator("pre").count(), report.findings[withRows]?.examples.length);
    await list.getByRole("button").click();
    assert.equal(await page.locator(`#finding-${withRows}`).getAttribute("open"), "");

    await segments.nth(names.indexOf(topics[0] ?? "")).focus();
    await page.keyboard.press("Space");
    assert.equal(await list.locator("h3").count(), Number(/: (\d+) /.exec(topics[0] ?? "")?.[1]));

    await page.getByText("The chart as a table").click();  // the rows have closed it
    const cells = page.locator("details table tbody tr");
    assert.equal(await cells.count(), report.findings.length);
    assert.deepEqual((await cells.locator("td:nth-child(2)").allTextContents()).sort(), report.findings.map((finding) => finding.title).sort());
    await assertAccessible(page, "report with an open table of the chart");
  });
});

for (const [look, options] of kLooks) {
  for (const name of pages) {
    test(`${name}: ${look} has no faults`, { skip }, async () => {
      for (const width of [360, 1440]) {
        await onPage(`${address}/${name}.html`, { ...options, width }, async (page) => {
          if (look.startsWith("zh")) assert.match((await page.locator("h1").textContent()) ?? "", /[\u4e00-\u9fff]/);
          await assertAccessible(page, `${name} ${look} ${width}`);
          await assertNoSideways(page, `${name} ${look} ${width}`);
          await screenshot(page, `data-${name}-${look}-${width}`);
        });
      }
    });
  }
}
