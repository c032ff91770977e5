// The try-it page at 360 px, desktop size and 4K, in dark and light, in both languages: in its main states axe-core
// finds no fault, and nothing overflows.
import { after } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, assertNoSideways, closeBrowser, kLooks, kSizes, screenshot } from "./browser.ts";
import { analyse, dropFile, onMock, reviews, whenReady } from "./try_visit.ts";

after(closeBrowser);

const kLabels = ["World", "Sports", "Business", "Science and technology", "Health_and_medicine_of_people_and_animals", "Travel", "Food", "Music", "Film", "Books"];

for (const [size, area] of kSizes) {
  for (const [look, options] of kLooks) {
    const name = `${size}-${look}`;
    const check = async (page: Page, state: string): Promise<void> => {
      await assertNoSideways(page, state);
      await assertAccessible(page, state);
      await screenshot(page, `try-${state}-${name}`);
    };
    onMock(`axe-core finds no fault, and nothing is clipped: ${name}`, { maxLength: 12, status: "loading" }, { ...area, ...options }, async (page, mock) => {
      await page.locator("#analyse").waitFor();
      await check(page, "loading");
      mock.state.status = "ready";
      await whenReady(page);
      await check(page, "empty");
      await analyse(page, "Beautiful pictures, but a dull story and a terrible, boring ending in the end.");
      await check(page, "result");
      await page.locator(".details-buttons button").nth(1).click();
      await page.locator(".tokens").waitFor();
      await check(page, "tokens");
      await page.locator(".details-buttons button").first().click();
      await page.locator(".strongest").waitFor();
      await check(page, "words");
      await dropFile(page, "reviews-of-the-whole-year-2026-with-a-rather-long-name.csv", reviews(5));
      await page.locator(".table-actions .primary").click();
      await page.locator(".label-counts").waitFor();
      await check(page, "table");
      Object.assign(mock.state, { labels: kLabels, model: "models/news-of-the-world-finetuned-from-distilbert-base-uncased" });
      await page.reload();
      await analyse(page, "All about Sports and Travel");
      await check(page, "labels");
      mock.state.predictError = { status: 500, error: "out of memory: tried to allocate 17179869184 bytes" };
      await page.press("#text", "Control+Enter");
      await page.locator(".result-box.error").waitFor();
      await check(page, "error");
      Object.assign(mock.state, { status: "failed", message: "models/news/config.json: this is not JSON, line 1" });
      await page.reload();
      await page.locator(".result-box.error").waitFor();
      await check(page, "failed");
      Object.assign(mock.state, { status: "ready", apiKey: "s3cret" });
      await page.reload();
      await page.locator(".key-dialog[open]").waitFor();
      await check(page, "key");
      await page.keyboard.press("Escape");
      await page.locator(".key-line").waitFor();
      await check(page, "no-key");
    });
  }
}
