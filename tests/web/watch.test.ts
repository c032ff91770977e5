// The run page with the real `hone watch` and real runs (the demo's recipe): before, during, after a reload in the
// middle, and at the end; a run that is stopped from the page; a run that is killed, and the command that resumes it.
import { strict as assert } from "node:assert";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { assertAccessible, assertNoSideways, closeBrowser, onPage, screenshot, skip as skipWithoutChromium } from "./browser.ts";
import { modelDir, program, skipWithoutModel, startServer, type Running } from "./hone_program.ts";

// Only the last test needs the trained model of the other tests, which exists wherever the pretrained one does.
const skip = skipWithoutChromium || skipWithoutModel;
const source = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hone-watch-"));
const numSteps = 99;
const patience = { timeout: 240_000 };
let server: Running;
const trainings: ChildProcess[] = [];

before(async () => {
  if (!skip) server = await startServer("watch", [folder]);
});

after(async () => {
  for (const child of trainings) child.kill("SIGKILL");
  await closeBrowser();
  await (server as Running | undefined)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Training {
  child: ChildProcess;
  dir: string;
  ended: Promise<{ code: number | null; log: string }>;
}

function follow(child: ChildProcess, dir: string): Training {
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => (log += part.toString("utf8")));
  trainings.push(child);
  return { child, dir, ended: new Promise((resolve) => child.on("exit", (code) => resolve({ code, log }))) };
}

function train(name: string, ...more: string[]): Training {
  const dir = join(folder, name);
  const args = ["train", "--config", "recipes/demo.yaml", "--output-dir", dir, "--num-train-epochs", "3", "--logging-steps", "3",
    "--save-strategy", "steps", "--save-steps", "11", ...more];
  return follow(spawn(program, args, { cwd: source, stdio: ["ignore", "pipe", "pipe"] }), dir);
}

const state = (page: Page, name: string) => page.locator(`.summary .state-${name}`);
const recordOf = (training: Training): Record<string, unknown> =>
  JSON.parse(readFileSync(join(training.dir, "run.json"), "utf8")) as Record<string, unknown>;

/** Resolves when the page shows at least this step; the step shown. */
async function whenStep(page: Page, least: number): Promise<number> {
  const shown = await page.waitForFunction((wanted) => {
    const found = /Step (\d+) of/.exec(document.querySelector(".progress-text")?.textContent ?? "");
    return found && Number(found[1]) >= wanted ? Number(found[1]) : null;
  }, least, patience);
  return Number(await shown.jsonValue());
}

const lastLoggedStep = async (page: Page): Promise<number> =>
  Number(/last [\d.e-]+ at step (\d+)/.exec(await page.locator("#about-loss").innerText())?.[1] ?? NaN);

test("a run is shown from its start to its end, with a reload in the middle", { skip, timeout: 400_000 }, async () => {
  await onPage(`${server.address}#smoothing=0.5`, {}, async (page) => {
    await page.getByRole("heading", { name: "No runs yet" }).waitFor();
    const training = train("lr-1e-4");
    await page.getByRole("heading", { name: "lr-1e-4" }).waitFor(patience);
    await state(page, "running").waitFor(patience);
    await whenStep(page, 20);
    await page.locator("#about-loss").waitFor({ ...patience, state: "attached" });
    await screenshot(page, "watch-live");
    await page.reload();
    assert.ok((await whenStep(page, 20)) < numSteps, "the reload came in the middle");
    assert.equal(await page.getByLabel("Smoothing").inputValue(), "0.5");
    const before = await lastLoggedStep(page);
    await state(page, "finished").waitFor(patience);
    const { code, log } = await training.ended;
    assert.equal(code, 0, log);
    await page.waitForFunction((step) => document.querySelector("#about-loss")?.textContent?.includes(`at step ${step}`), numSteps);
    assert.ok(before < numSteps);
    await checkEvaluation(page, training);
    await checkConfiguration(page);
  });
});

async function checkEvaluation(page: Page, training: Training): Promise<void> {
  await page.getByRole("tab", { name: "Evaluation" }).click();
  await page.locator("table.confusion").waitFor();
  const file = JSON.parse(readFileSync(join(training.dir, "evaluations", `${await page.getByLabel("Evaluated after step").inputValue()}.json`), "utf8")) as {
    panels: { kind: string; data: { counts: number[][] } & { text: string; location: string }[] }[];
  };
  const partOf = (kind: string) => file.panels.find((panel) => panel.kind === kind)?.data;
  const counts = (await page.locator("table.confusion tbody td").allInnerTexts()).map((text) => Number(text.split("\n")[0]));
  assert.deepEqual(counts, partOf("matrix")?.counts.flat());
  const first = await page.locator(".rows li").first().innerText();
  const worst = partOf("rows")?.[0];
  assert.ok(first.includes(worst?.location ?? "?") && first.includes((worst?.text ?? "?").slice(0, 40)), first);
  await assertAccessible(page, "evaluation");
  await screenshot(page, "watch-evaluation");
}

async function checkConfiguration(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByLabel("Search options").fill("num_train_epochs");
  assert.deepEqual(await page.locator("table.code tbody tr").allInnerTexts(), ["num_train_epochs\t3"]);
  assert.ok((await page.locator("table.options").first().innerText()).includes("recipes/demo.yaml"));
  await assertAccessible(page, "configuration");
}

test("a run that is stopped from the page saves first, and the page shows how to resume it", { skip, timeout: 400_000 }, async () => {
  const training = train("lr-5e-5", "--learning-rate", "5e-5");
  await onPage(server.address, {}, async (page) => {
    await page.getByRole("heading", { name: "lr-5e-5" }).waitFor(patience);
    await whenStep(page, 45);
    await page.getByRole("button", { name: "Stop\u2026" }).click();
    await page.getByRole("button", { name: "Save and stop" }).click();
    await state(page, "stopped").waitFor(patience);
    const { log } = await training.ended;
    const { step } = recordOf(training) as { step: number };
    assert.ok(step > 0 && step < numSteps, log);
    assert.ok(existsSync(join(training.dir, `checkpoint-${step}`)), log);
    assert.equal(existsSync(join(training.dir, "stop")), false);
    assert.match(await page.locator(".command code").innerText(), /hone train .*--resume-from-checkpoint true$/);
  });
});

test("a killed run is shown as interrupted, and the page's command resumes it to its end", { skip, timeout: 400_000 }, async () => {
  const training = train("lr-2e-4", "--learning-rate", "2e-4");
  await onPage(server.address, { dark: true }, async (page) => {
    await page.locator(".run-name", { hasText: "lr-2e-4" }).click(patience);
    await whenStep(page, 15);
    training.child.kill("SIGKILL");
    await state(page, "interrupted").waitFor(patience);
    await assertAccessible(page, "interrupted");
    await screenshot(page, "watch-interrupted");
    const command = await page.locator(".command code").innerText();
    const resumed = follow(spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] }), training.dir);
    await state(page, "running").waitFor(patience);
    await state(page, "finished").waitFor(patience);
    const { code, log } = await resumed.ended;
    assert.equal(code, 0, log);
    await page.waitForFunction((step) => document.querySelector("#about-loss")?.textContent?.includes("lr-2e-4, training: last")
      && document.querySelector("#about-loss")?.textContent?.includes(`at step ${step}`), numSteps);
    await screenshot(page, "watch-runs");
    await takePicture();
  });
});

/** The README's picture: the three runs in a window of four charts. */
async function takePicture(): Promise<void> {
  await onPage(`${server.address}#smoothing=0.6`, { width: 1200, height: 1174, scale: 2 }, async (page) => {
    await page.locator("canvas").nth(3).waitFor();
    assert.equal(await page.locator(".chip").count(), 3);
    await screenshot(page, "watch", false);
  });
}

test("the same runs are shown in Chinese, on a narrow page, by a restarted server", { skip, timeout: 120_000 }, async () => {
  const again = await startServer("watch", [folder]);
  try {
    await onPage(again.address, { locale: "zh-CN", width: 360, height: 740 }, async (page) => {
      await page.locator(".run-name", { hasText: "lr-1e-4" }).click();
      await page.getByRole("heading", { name: "lr-1e-4" }).waitFor();
      await state(page, "finished").waitFor();
      assert.equal(await page.locator(".run-list li").count(), 3);
      assert.match(await page.locator(".progress-text").innerText(), /第 99 \/ 99 步/);
      await page.locator("canvas").first().waitFor();
      await assertAccessible(page, "Chinese");
      await assertNoSideways(page, "Chinese");
      await screenshot(page, "watch-zh-narrow");
    });
  } finally {
    await again.stop();
  }
});

test("the trained model of the tests is shown as a run, from its trainer_state.json or run.json", { skip, timeout: 60_000 }, async () => {
  const other = await startServer("watch", [modelDir]);
  try {
    await onPage(other.address, {}, async (page) => {
      await state(page, "finished").waitFor();
      assert.ok((await lastLoggedStep(page)) > 0);
    });
  } finally {
    await other.stop();
  }
});
