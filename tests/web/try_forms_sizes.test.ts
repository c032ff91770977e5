// The answer forms at 360 px, desktop size and 4K, in dark and light, in both languages: axe-core finds no fault, and nothing
// overflows.
import { after } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, assertNoSideways, closeBrowser, kLooks, kSizes, screenshot } from "./browser.ts";
import { ask, emotions, engine, lines, luxun, moods, names, stars } from "./try_models.ts";
import { dropFile, onMock } from "./try_visit.ts";

after(closeBrowser);

for (const [size, area] of kSizes) {
  for (const [look, options] of kLooks) {
    const name = `${size}-${look}`, visit = { ...area, ...options };
    const check = async (page: Page, state: string): Promise<void> => {
      await assertNoSideways(page, state);
      await assertAccessible(page, state);
      await screenshot(page, `form-${state}-${name}`);
    };
    onMock(`axe-core finds no fault in labels and numbers, and nothing is clipped: ${name}`, emotions, visit, async (page, mock) => {
      await ask(page, "What a surprise, and what joy!");
      await check(page, "labels");
      Object.assign(mock.state, stars);
      await page.reload();
      await ask(page, "A good film! And a great cast!");
      await check(page, "number");
      Object.assign(mock.state, moods);
      await page.reload();
      await ask(page, "A good film!");
      await check(page, "numbers");
    });
    onMock(`axe-core finds no fault in entities, and nothing is clipped: ${name}`, names, visit, async (page) => {
      await ask(page, `${engine} ${luxun} Supercalifragilisticexpialidocious${"x".repeat(80)} met Zo\u00eb in S\u00e3o Paulo.`);
      await page.locator(".details-buttons button").first().click();
      await page.locator(".strongest").waitFor();
      await check(page, "entities");
      await dropFile(page, "lines.txt", lines(6));
      await page.locator(".table-actions .primary").click();
      await page.locator(".label-counts").waitFor();
      await check(page, "table");
    });
  }
}
