// The run page with a stand-in for hone watch (watch_mock.ts): every state of a run, charts and their files,
// evaluations, configurations, stopping, a server that stops, keyboard. watch_sizes.test.ts tests sizes and themes.
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { after } from "node:test";
import type { Locator, Page } from "playwright-core";
import { assertAccessible, closeBrowser, screenshot } from "./browser.ts";
import { hostile, makeRun, type MockRun } from "./watch_mock.ts";
import { button, chart, figure, onMock, until, whenDrawn } from "./watch_visit.ts";

after(closeBrowser);

const valueText = async (plot: Locator): Promise<string> => (await plot.getAttribute("aria-valuetext")) ?? "";

async function downloaded(page: Page, click: Locator): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), click.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

onMock("every run is listed with its state in words, and a hostile name is shown as text", {}, async (page) => {
  const items = page.locator(".run-list li");
  await items.first().waitFor();
  const texts = await items.allInnerTexts();
  const states = ["Running", "Failed", "Interrupted", "Stopped", "Finished"];
  assert.equal(texts.length, 5);
  states.forEach((state, i) => assert.match(texts[i] ?? "", new RegExp(state)));
  assert.ok((texts[1] ?? "").includes(hostile));
  assert.equal(await page.locator("main img").count(), 0);
  await until("the title", async () => (await page.title()) === "40% \u00b7 results \u00b7 hone");
});

onMock("the running run shows its progress, speed and remaining time", {}, async (page) => {
  const text = await page.locator(".summary").innerText();
  for (const part of [/Training . Step 120 of 300 . epoch 1\.2 of 3/, /about 1 min 50 s left/, /tokens\/s/, /2\.43 GiB/, /peak 2\.91 GiB/, /Accuracy 0\.8/, /at step 100/]) {
    assert.match(text, part);
  }
  assert.equal(await page.getByRole("progressbar", { name: "Progress" }).getAttribute("value"), "0.4");
});

onMock("a run in progress grows on the page, which requests only new entries", {}, async (page, mock) => {
  await whenDrawn(page);
  const before = mock.asked.length;
  mock.grow(60);
  await page.getByText("Step 180 of 300").waitFor();
  await until("the chart's last value", async () => /at step 180/.test(await page.locator("#about-loss").innerText()));
  const asked = mock.asked.slice(before).filter((path) => path.includes("/metrics"));
  assert.ok(asked.length > 0 && asked.every((path) => /^\/api\/runs\/results\/metrics\?from=[1-9]\d*&generation=g1$/.test(path)), asked.join(" "));
});

onMock("the address contains the selection, and a reload restores it", {}, async (page) => {
  await whenDrawn(page);
  await page.getByRole("radio", { name: "Epoch" }).check();
  await page.getByLabel("Smoothing").fill("0.6");
  await button(page, "Loss: log axis").click();
  await button(page, "lr-5e-5").click();
  await button(page, /^More metrics/).click();
  await page.locator(".run-name", { hasText: "lr-2e-5" }).click();
  await page.getByRole("tab", { name: "Evaluation" }).click();
  await page.getByLabel("Evaluated after step").selectOption("150");
  const address = page.url();
  assert.equal(new URL(address).hash, "#tab=evaluation&run=lr-2e-5&runs=lr-2e-5,lr-1e-4,x1,results&axis=epoch&smoothing=0.6&log=loss&step=150&more=1");
  await page.reload();
  assert.equal(await page.getByLabel("Evaluated after step").inputValue(), "150");
  await page.getByRole("tab", { name: "Charts" }).click();
  await whenDrawn(page);
  assert.equal(await page.getByLabel("Smoothing").inputValue(), "0.6");
  assert.equal(await page.getByRole("radio", { name: "Epoch" }).isChecked(), true);
  assert.equal(await button(page, "Loss: log axis").getAttribute("aria-pressed"), "true");
  assert.equal(await button(page, "lr-5e-5").getAttribute("aria-pressed"), "false");
  assert.equal(await chart(page, "F1, macro").count(), 1);
  assert.ok(!(await page.locator("#about-loss").innerText()).includes("lr-5e-5"));
});

onMock("dragging zooms all charts, and so do double click, wheel and buttons", { hash: "#run=lr-2e-5" }, async (page) => {
  await whenDrawn(page);
  const plot = chart(page, "Loss");
  const norm = chart(page, "Gradient norm");
  const over = plot.locator(".u-over");
  const box = await over.boundingBox();
  assert.ok(box);
  assert.deepEqual([await norm.getAttribute("aria-valuemin"), await norm.getAttribute("aria-valuemax")], ["0", "300"]);
  await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
  await page.mouse.up();
  const low = Number(await norm.getAttribute("aria-valuemin"));
  const high = Number(await norm.getAttribute("aria-valuemax"));
  assert.ok(Math.abs(low - 75) < 2 && Math.abs(high - 150) < 2, `${low}..${high}`);
  assert.match(page.url(), /zoom=/);
  await over.dblclick();
  assert.equal(await norm.getAttribute("aria-valuemax"), "300");
  await page.mouse.move(box.x + box.width / 2, box.y + 50);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await until("the wheel's zoom", async () => Number(await norm.getAttribute("aria-valuemin")) > 20);
  await button(page, "Show all").click();
  await button(page, "Zoom in").click();
  assert.equal(Number(await plot.getAttribute("aria-valuemin")), 75);
  await button(page, "Zoom out").click();
  assert.equal(await button(page, "Show all").isDisabled(), true);
});

onMock("a plain wheel scrolls the page, not the chart", {}, async (page) => {
  await whenDrawn(page);
  await chart(page, "Loss").locator(".u-over").hover();
  await page.mouse.wheel(0, 200);
  await until("the page scrolled", () => page.evaluate(() => scrollY > 0));
  assert.doesNotMatch(page.url(), /zoom/);
});

onMock("values can be read and zoomed by keyboard", { hash: "#run=lr-2e-5&runs=lr-2e-5" }, async (page) => {
  await whenDrawn(page);
  const plot = chart(page, "Loss");
  await plot.focus();
  await page.keyboard.press("Home");
  assert.match(await valueText(plot), /^Step 5: training 0\.\d+, evaluation 0\.\d+$/);
  await page.keyboard.press("ArrowRight");
  assert.match(await valueText(plot), /^Step 10: /);
  await page.keyboard.press("End");
  assert.match(await valueText(plot), /^Step 300: /);
  await page.keyboard.press("+");
  assert.ok(Number(await plot.getAttribute("aria-valuemin")) > 100);
  await page.keyboard.press("0");
  assert.equal(await plot.getAttribute("aria-valuemin"), "0");
});

onMock("the tooltip has the values of all runs, and every chart shows the crosshair", { hash: "#smoothing=0.5" }, async (page) => {
  await whenDrawn(page);
  const over = chart(page, "Loss").locator(".u-over");
  const box = await over.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  const tooltip = page.locator(".tooltip");
  const text = await tooltip.innerText();
  for (const name of ["lr-2e-5", "lr-5e-5", "lr-1e-4", "results", hostile, "raw 0."]) assert.ok(text.includes(name), `${name} in ${text}`);
  const left = await chart(page, "Accuracy").locator(".u-cursor-x").evaluate((line) => new DOMMatrix(getComputedStyle(line).transform).m41);
  assert.ok(left > 20, String(left));
  await page.mouse.move(5, 5);
  await tooltip.waitFor({ state: "detached" });
});

onMock("a chart can be saved as CSV, as SVG with vectors, and as PNG", { hash: "#smoothing=0.5&run=x1" }, async (page) => {
  await whenDrawn(page);
  const csv = await downloaded(page, button(page, "Loss: save as CSV"));
  assert.equal(csv.name, "loss.csv");
  const lines = csv.bytes.toString("utf8").replace("\ufeff", "").trimEnd().split("\r\n");
  assert.equal(lines[0], "run,metric,step,epoch,time,value,smoothed");
  assert.equal(lines.filter((line) => line.startsWith("lr-2e-5,loss,")).length, 60);
  assert.match(lines.find((line) => line.startsWith("lr-2e-5,loss,5,")) ?? "", /^lr-2e-5,loss,5,0\.05,3\.05,0\.\d+,0\.\d+$/);
  const svg = (await downloaded(page, button(page, "Loss: save as SVG"))).bytes.toString("utf8");
  assert.ok(svg.startsWith("<svg ") && svg.includes("stroke-dasharray") && !svg.includes("<img") && svg.includes("&lt;img"));
  assert.ok((svg.match(/<path d="M[\d.]+ [\d.]+L/g) ?? []).length >= 10);
  const parsed = await page.evaluate((text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror") === null, svg);
  assert.equal(parsed, true);
  const png = (await downloaded(page, button(page, "Loss: save as PNG"))).bytes;
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.equal(png.readUInt32BE(16), 1920);
  assert.ok(png.length > 20_000, String(png.length));
});

onMock("a chart shows its data as a table on demand, and has a text with last value, best value and trend", { hash: "#runs=lr-2e-5" }, async (page) => {
  await whenDrawn(page);
  assert.match(await page.locator("#about-eval_accuracy").innerText(), /lr-2e-5, evaluation: last 0\.\d+ at step 300, best 0\.\d+ at step \d+, level\./);
  await button(page, "Accuracy: data table").click();
  const rows = figure(page, "Accuracy").locator("tbody tr");
  assert.equal(await rows.count(), 6);
  assert.match(await rows.last().innerText(), /^300\s+0\.9/);
});

onMock("non-finite losses are marked and reported", { hash: "#run=x1&runs=x1" }, async (page) => {
  await whenDrawn(page);
  assert.match(await page.locator("#about-loss").innerText(), /1 value is not finite/);
});

onMock("an evaluation: matrix, scores by label, the worst mistakes", { hash: "#tab=evaluation&run=x1" }, async (page) => {
  const matrix = page.locator("table.confusion");
  await matrix.waitFor();
  assert.deepEqual(await matrix.locator("thead th").allInnerTexts(), ["anger", "joy", "<b>fear</b>", "sadness", "surprise"]);
  const counts = (await matrix.locator("tbody tr").first().locator("td").allInnerTexts()).map((text) => Number(text.split("\n")[0]));
  const row = await page.locator("table.scores tbody tr").first().locator("td").allInnerTexts();
  assert.equal(Number(row[3]), counts.reduce((a, b) => a + b, 0));
  assert.equal(row[1], `${((100 * (counts[0] ?? 0)) / Number(row[3])).toFixed(1)}%`);
  const mistakes = page.locator(".rows li");
  assert.equal(await mistakes.count(), 20);
  assert.match(await mistakes.first().innerText(), /A slow, talky film[\s\S]*true anger[\s\S]*predicted joy[\s\S]*0\.21%[\s\S]*reviews\/test\.csv:4/);
  assert.ok((await mistakes.nth(2).innerText()).includes(hostile));
  const long = mistakes.nth(4);
  const cut = (await long.innerText()).length;
  await long.getByRole("button", { name: "Whole text" }).click();
  assert.ok((await long.innerText()).length > cut + 300);
  assert.ok((await mistakes.nth(5).innerText()).includes("Would you watch it again?"));
});

onMock("markup in a mistake's text is read as text, and raw on demand", { hash: "#tab=evaluation&run=lr-2e-5" }, async (page) => {
  const text = page.locator(".rows li .row-text").nth(1);
  await text.waitFor();
  assert.equal(await text.textContent(), "Oh, wonderful.\n\nAnother two hours of my life that nobody will ever give back to me.");
  await page.getByLabel("Raw text").check();
  assert.equal(await text.textContent(), "Oh, wonderful.<br /><br />Another <i>two</i> hours of my life that nobody will ever give back to me.");
});

onMock("the evaluation opens at the best step, and another step can be chosen", { hash: "#tab=evaluation&run=lr-2e-5" }, async (page, mock) => {
  const fields = mock.runs[0]?.fields ?? {};
  fields["best"] = { metric: "eval_accuracy", value: 0.9, step: 150 };
  fields["updated_at"] = 1;
  const steps = page.getByLabel("Evaluated after step");
  await until("the best step", async () => (await steps.inputValue()) === "150");
  assert.deepEqual(await steps.locator("option").allInnerTexts(), ["300 (newest)", "250", "200", "150 (best)", "100", "50"]);
  await button(page, "Earlier evaluation").click();
  assert.match(page.url(), /step=100/);
  await button(page, "Later evaluation").click();
  assert.doesNotMatch(page.url(), /step=/);
  await button(page, "Later evaluation").click();
  assert.match(page.url(), /step=200/);
});

onMock("a run that stopped early is done; its mean speed, duration and next step are shown", {
  runs: [makeRun({ id: "early", seed: 1, state: "finished", steps: 90, total: 1000, learningRate: 2e-5 })],
}, async (page, mock) => {
  Object.assign(mock.runs[0]?.fields ?? {}, { started_at: 1000, updated_at: 1245 });
  await page.reload();
  const summary = page.locator(".summary");
  await summary.waitFor();
  const text = await summary.innerText();
  for (const part of ["Stopped early at step 90 of at most 1,000", "100%", "2,700 tokens/s", "Mean speed", "4 min 5 s", "hone serve --model /home/ada/models/early"]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  assert.ok(!text.includes("9%"));
});

onMock("a run that failed before its first step shows the error and the hint, and no counts", {
  runs: [makeRun({ id: "broken", seed: 1, state: "failed", steps: 0, total: 0, learningRate: 2e-5,
    fields: { error: "data.csv:3: there is no label", hint: "fill the column, or leave the row out", mean_tokens_per_second: null } })],
}, async (page, mock) => {
  Object.assign(mock.runs[0]?.fields ?? {}, { epoch: null, tokens_per_second: null });
  await page.reload();
  await page.getByText("What to do: fill the column, or leave the row out").waitFor();
  const text = await page.locator(".summary").innerText();
  assert.ok(text.includes("data.csv:3: there is no label") && !/0 (of|\/) 0/.test(text), text);
});

onMock("charts with a single value are small, and follow those with a line", {
  runs: [makeRun({ id: "short", seed: 1, state: "running", steps: 11, total: 300, learningRate: 2e-5, every: 5, evaluateEvery: 11 })],
}, async (page) => {
  await whenDrawn(page);
  assert.equal(await page.locator(".small-charts figure", { hasText: "Accuracy" }).getByRole("slider").count(), 0);
  await page.locator(".small-charts").getByText("One value so far; a line begins with the second.").first().waitFor();
  assert.equal(await page.locator(".small-charts canvas").count(), 0);
  assert.equal(await chart(page, "Loss").getAttribute("aria-valuemin"), "0");
  await assertAccessible(page, "small charts");
  await screenshot(page, "watch-small-charts");
});

onMock("the configuration can be searched and compared with another run's", { hash: "#tab=configuration&run=lr-1e-4" }, async (page) => {
  const options = page.locator("table.options.code tbody tr");
  await options.first().waitFor();
  const inGroup = (name: string) => page.getByRole("region", { name }).locator("tbody th").allInnerTexts();
  assert.deepEqual(await inGroup("Set on the command line"), ["learning_rate"]);
  assert.deepEqual(await inGroup("Other values than the default"), ["lr_scheduler_type", "metric_for_best_model", "output_dir"]);
  const rest = page.locator(".other-options");
  assert.equal(await rest.locator("table").isVisible(), false);
  await rest.locator("summary").click();
  assert.ok((await rest.locator("tbody th").allInnerTexts()).includes("weight_decay"));
  await assertAccessible(page, "configuration");
  await screenshot(page, "watch-configuration-groups");
  await page.getByLabel("Search options").fill("learning-rate");
  assert.deepEqual(await options.allInnerTexts(), ["learning_rate\t0.0001"]);
  await page.getByLabel("Search options").fill("");
  await page.getByLabel("Compare with").selectOption("x1");
  await page.getByText("options differ").waitFor();
  const names = await options.locator("th").allInnerTexts();
  assert.deepEqual(names.map((name) => name.split(/\s/)[0]), ["learning_rate", "lr_scheduler_type", "note", "output_dir"]);
  await page.getByLabel("Only what differs").uncheck();
  assert.ok((await options.count()) > 15);
  assert.match(page.url(), /against=x1/);
});

const frozen = makeRun({ id: "frozen", seed: 6, state: "finished", steps: 20, total: 20, learningRate: 3e-5,
  fields: { frozen: "embeddings, layers 1 to 4 of 6", num_trained_parameters: 14176514, num_test_rows: 400,
    adapters: "LoRA of rank 8, alpha 8 on 4 linears (query, value)" } });

for (const [locale, ...expected] of [
  ["en-US", "Frozen\tembeddings, layers 1 to 4 of 6", "Trained parameters\t14,176,514", "Test rows\t400",
    "Adapters\tLoRA of rank 8, alpha 8 on 4 linears (query, value)"],
  ["zh-CN", "冻结的部分\t嵌入层，第 1–4 层（共 6 层）", "训练的参数量\t14,176,514", "测试样本数\t400",
    "适配器\tLoRA，秩 8，alpha 8，作用于 4 个线性层（query、value）"],
] as const) {
  onMock(`what a run freezes stands beside its other facts: ${locale}`, { runs: [frozen], locale, hash: "#tab=configuration" }, async (page) => {
    await page.locator("table.options").first().waitFor();
    const facts = await page.locator("table.options").first().locator("tbody tr").allInnerTexts();
    for (const fact of expected) assert.ok(facts.includes(fact), facts.join("; "));
    await assertAccessible(page, `frozen ${locale}`);
  });
}

onMock("stop requires a confirmation, shows that the run saves, and then how to resume it", {}, async (page, mock) => {
  await button(page, "Stop\u2026").click();
  const dialog = page.getByRole("dialog");
  assert.match(await dialog.innerText(), /Stop results\?[\s\S]*saves a checkpoint first/);
  await assertAccessible(page, "stop dialog");
  await dialog.getByRole("button", { name: "Keep running" }).click();
  assert.equal(mock.asked.some((path) => path.endsWith("/stop")), false);
  await button(page, "Stop\u2026").click();
  await dialog.getByRole("button", { name: "Save and stop" }).click();
  await page.getByText("Saving, then stopping\u2026").waitFor();
  assert.equal(mock.asked.filter((path) => path.endsWith("/results/stop")).length, 1);
  await page.locator(".summary .state-stopped").waitFor();
  await page.getByText("hone train --resume-from-checkpoint true").waitFor();
  assert.equal(await page.getByText("Saving, then stopping\u2026").count(), 0);
  assert.equal(await button(page, "Stop\u2026").count(), 0);
});

const stopping = makeRun({ id: "leaving", seed: 6, state: "running", steps: 20, total: 300, learningRate: 3e-5, fields: { stopping: true } });

onMock("a stop that was requested before the page was loaded is shown, and not offered again", { runs: [stopping] }, async (page) => {
  await page.getByText("Saving, then stopping\u2026").waitFor();
  assert.equal(await button(page, "Stop\u2026").isDisabled(), true);
});

onMock("an interrupted run shows the command that resumes it, with a copy button", { hash: "#run=lr-1e-4" }, async (page) => {
  const command = "cd /home/ada && hone train --config 'recipes/imdb distilbert.yaml' --learning-rate 1e-4 --resume-from-checkpoint true";
  await page.getByText(command).waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await button(page, "Copy").click();
  await page.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
});

onMock("a failed run shows its original error", { hash: "#run=x1" }, async (page) => {
  const text = await page.locator(".failure").innerText();
  assert.ok(text.includes(`train.csv:17: the loss is nan\n${hostile}\nsee line 17\n\nWhat to do: lower --learning-rate, or look at these rows`), text);
});

onMock("a server that stops responding is reported, and the page recovers by itself", {}, async (page, mock) => {
  await whenDrawn(page);
  mock.down = true;
  await page.getByText("The server does not answer.").waitFor();
  await assertAccessible(page, "server gone");
  mock.grow(40);
  mock.down = false;
  await page.getByText("Step 160 of 300").waitFor();
  await page.getByText("The server does not answer.").waitFor({ state: "detached" });
});

onMock("a hidden tab sends no requests, and sends one at once when it is visible again", {}, async (page, mock) => {
  await whenDrawn(page);
  const show = (hidden: boolean): Promise<void> => page.evaluate((now) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => now });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await show(true);
  await page.waitForTimeout(300);
  const before = mock.asked.length;
  await page.waitForTimeout(2500);
  assert.equal(mock.asked.length, before);
  await show(false);
  await until("a question", async () => mock.asked.length > before);
});

onMock("without runs the page reports that, and shows the first run as soon as it exists", { runs: [] }, async (page, mock) => {
  await page.getByRole("heading", { name: "No runs yet" }).waitFor();
  await assertAccessible(page, "no runs");
  const run = makeRun({ id: "first", seed: 9, state: "running", steps: 0, total: 100, learningRate: 2e-5 });
  mock.runs.push(run);
  await page.getByRole("heading", { name: "first" }).waitFor();
  await page.getByText("Nothing has been logged yet.").waitFor();
  assert.equal(await page.locator(".run-list").count(), 0);
});

onMock("everything can be reached by keyboard", {}, async (page) => {
  await whenDrawn(page);
  const seen = new Set<string>();
  for (let i = 0; i < 90 && !seen.has("More metrics (5)"); ++i) {
    await page.keyboard.press("Tab");
    seen.add(await page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute("aria-label") ?? (at as HTMLElement | null)?.innerText ?? at?.tagName ?? "";
    }));
  }
  for (const name of ["Dark theme", "Hide all", "Stop\u2026", "Charts", "Zoom in", "Loss, chart", "Loss: log axis", "Recall: save as CSV", "More metrics (5)"]) {
    assert.ok(seen.has(name), `${name} among ${[...seen].join(" | ")}`);
  }
  await page.getByRole("tab", { name: "Charts" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Evaluation" }).getAttribute("aria-selected"), "true");
  await page.keyboard.press("End");
  await page.getByLabel("Search options").waitFor();
});

function manyRuns(): MockRun[] {
  return Array.from({ length: 20 }, (_, i) =>
    makeRun({ id: `run-${i}`, seed: i + 20, state: "finished", steps: 5000, total: 5000, every: 1, evaluateEvery: 500, learningRate: 1e-5 * (i + 1) }));
}

onMock("twenty runs of five thousand points stay smooth", { runs: manyRuns() }, async (page) => {
  await whenDrawn(page);
  await until("all runs", async () => (await page.locator("#about-loss").innerText()).includes("run-19, training"));
  const milliseconds = await page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const slider = document.querySelector<HTMLInputElement>(".smoothing input");
    const over = document.querySelector(".u-over");
    if (!slider || !over) throw new Error("no chart");
    const spent: Record<string, number[]> = { smoothing: [], pointing: [] };
    for (let i = 1; i <= 5; ++i) {
      const start = performance.now();
      slider.value = String(i / 10);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await frame();
      await frame();
      spent["smoothing"]?.push(performance.now() - start);
    }
    const box = over.getBoundingClientRect();
    for (let i = 0; i < 20; ++i) {
      const start = performance.now();
      over.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: box.left + 20 * i, clientY: box.top + 40 }));
      await frame();
      spent["pointing"]?.push(performance.now() - start);
    }
    return spent;
  });
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Infinity;
  const smoothing = median(milliseconds["smoothing"] ?? []);
  const pointing = median(milliseconds["pointing"] ?? []);
  // The bound allows for two busy cores, and includes waiting for one or two frames.
  assert.ok(smoothing < 700 && pointing < 100, `smoothing ${smoothing} ms, pointing ${pointing} ms`);
  console.log(`20 runs x 5000 points: smoothing ${smoothing.toFixed(0)} ms, pointing ${pointing.toFixed(0)} ms`);
});
