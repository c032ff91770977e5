// Shared by the tests of the run page: a page with a stand-in for hone watch (watch_mock.ts), and common locators.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { onPage, skip, type VisitOptions } from "./browser.ts";
import { madeRuns, startWatchMock, type MockRun, type WatchMock } from "./watch_mock.ts";

const pagesDir = process.env["HONE_PAGES"] ?? "";

export interface MockVisit extends VisitOptions {
  hash?: string;
  runs?: MockRun[];
}

export function onMock(name: string, options: MockVisit, run: (page: Page, mock: WatchMock) => Promise<void>): void {
  test(name, { skip, timeout: 90_000 }, async () => {
    const mock = await startWatchMock(pagesDir, options.runs ?? madeRuns());
    try {
      await onPage(mock.address + (options.hash ?? ""), options, (page) => run(page, mock));
    } finally {
      await mock.close();
    }
  });
}

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole("button", { name, exact: typeof name === "string" });
export const chart = (page: Page, title: string): Locator => page.getByRole("slider", { name: `${title}, chart` });
export const figure = (page: Page, title: string): Locator => page.locator("figure").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never so: ${what}`);
}

export async function whenDrawn(page: Page): Promise<void> {
  await chart(page, "Loss").locator("canvas").waitFor();
}
