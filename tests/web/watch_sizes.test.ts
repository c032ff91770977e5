// The run page at 360 px, desktop size and 4K, in dark and light, in both languages: in its main states axe-core finds
// no fault, and nothing overflows.
import { after } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, assertNoSideways, closeBrowser, kLooks, kSizes, screenshot } from "./browser.ts";
import { advisedRun, madeRuns, makeRun, type MockRun } from "./watch_mock.ts";
import { onMock } from "./watch_visit.ts";

after(closeBrowser);

interface View {
  name: string;
  hash: string;
  ready: (page: Page) => Promise<void>;
}

async function pointAtChart(page: Page): Promise<void> {
  await page.locator("canvas").first().waitFor();
  await page.locator(".plot").first().focus();
  await page.keyboard.press("End");
  await page.locator(".tooltip").waitFor();
}

async function openTable(page: Page): Promise<void> {
  await page.locator("canvas").first().waitFor();
  await page.locator(".chart-tools button[aria-expanded]").first().click();
  await page.locator(".chart-table").waitFor();
}

const kViews: readonly View[] = [
  { name: "charts", hash: "run=results&smoothing=0.6&runs=lr-2e-5,lr-5e-5,lr-1e-4,results", ready: pointAtChart },
  { name: "failed", hash: "run=x1&runs=x1&more=1", ready: openTable },
  { name: "evaluation", hash: "tab=evaluation&run=lr-2e-5", ready: (page) => page.locator("table.confusion").waitFor() },
  { name: "five-labels", hash: "tab=evaluation&run=x1", ready: (page) => page.locator("table.confusion").waitFor() },
  { name: "configuration", hash: "tab=configuration&run=lr-1e-4", ready: (page) => page.locator("table.options.code").first().waitFor() },
  { name: "advice", hash: "tab=advice&run=advised", ready: (page) => page.locator(".diagnosis").first().waitFor() },
  { name: "diff", hash: "tab=configuration&run=lr-1e-4&against=lr-2e-5", ready: (page) => page.locator("th", { hasText: "lr-2e-5" }).first().waitFor() },
];

/** Names and paths as long as people make them, two of them equal. */
function longNames(): MockRun[] {
  const name = "distilbert-base-uncased-finetuned-imdb-lr-2e-5-batch-16-seed-42";
  return ["first-attempt", "second-attempt"].map((folder, i) => makeRun({
    id: `${name}-${i}`, name, seed: i + 1, state: "finished", steps: 60, total: 60, learningRate: 2e-5,
    fields: { path: `/home/ada/experiments/2026/autumn/${folder}/${name}` },
  }));
}

async function check(page: Page, view: string, size: string): Promise<void> {
  await assertNoSideways(page, view);
  await assertAccessible(page, view);
  await screenshot(page, `watch-${view}-${size}`, !size.startsWith("4k"));
}

for (const [size, area] of kSizes) {
  for (const [look, options] of kLooks) {
    const name = `${size}-${look}`;
    const visit = { ...area, ...options, runs: [...madeRuns(look !== "en-dark"), advisedRun()] };
    onMock(`axe-core finds no fault, and nothing overflows: ${name}`, visit, async (page, mock) => {
      for (const { name: view, hash, ready } of kViews) {
        await page.goto("about:blank");
        await page.goto(`${mock.address}#${hash}`);
        await ready(page);
        await check(page, view, name);
      }
      await page.goto("about:blank");
      await page.goto(`${mock.address}#run=results`);
      await page.locator("button.stop").click();
      await check(page, "stop", name);
      mock.down = true;
      await page.locator(".banner .notice").waitFor();
      mock.down = false;
      await page.keyboard.press("Escape");
      mock.runs.splice(0, mock.runs.length, ...longNames());
      await page.goto("about:blank");
      await page.goto(mock.address);
      await page.locator("canvas").first().waitFor();
      await check(page, "long-names", name);
      mock.runs.length = 0;
      await page.goto("about:blank");
      await page.goto(mock.address);
      await page.locator(".nothing").waitFor();
      await check(page, "empty", name);
      mock.apiKey = "s3cret";
      await page.reload();
      await page.locator(".key-dialog[open]").waitFor();
      await check(page, "key", name);
      await page.keyboard.press("Escape");
      await page.locator(".key-line").waitFor();
      await check(page, "no-key", name);
    });
  }
}
