// Shared by the tests of the try-it page: a page with a stand-in for hone serve (mock.ts), and common actions on it.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { onPage, skip, type VisitOptions } from "./browser.ts";
import { startMock, type Mock, type MockState } from "./mock.ts";

export const pagesDir = process.env["HONE_PAGES"] ?? "";

export function onMock(name: string, changes: Partial<MockState>, options: VisitOptions, run: (page: Page, mock: Mock) => Promise<void>): void {
  test(name, { skip, timeout: 60_000 }, async () => {
    const mock = await startMock(pagesDir, changes);
    try {
      await onPage(mock.address, options, (page) => run(page, mock));
    } finally {
      await mock.close();
    }
  });
}

export const button = (page: Page) => page.locator("#analyse");
const result = (page: Page) => page.locator("#result");
export const resultText = async (page: Page) => (await result(page).textContent()) ?? "";

export async function resultIs(page: Page, expected: string): Promise<void> {
  await page.waitForFunction((text) => document.querySelector("#result")?.textContent === text, expected).catch(() => undefined);
  assert.equal(await resultText(page), expected);
}

export async function whenReady(page: Page): Promise<void> {
  await page.locator("#analyse:enabled").waitFor();
}

export async function analyse(page: Page, text: string): Promise<void> {
  await whenReady(page);
  await page.fill("#text", text);
  await page.press("#text", "Control+Enter");
  await page.locator(".score").first().waitFor();
}

export const reviews = (rows: number) =>
  `id,text\r\n${Array.from({ length: rows }, (_, row) => `${row},"${row % 3 === 0 ? "An awful waste of time" : "A great, funny film"}, number ${row}"`).join("\r\n")}\r\n`;

export async function dropFile(page: Page, name: string, content: string): Promise<void> {
  await page.evaluate(([fileName, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text ?? ""], fileName ?? ""));
    for (const type of ["dragover", "drop"]) window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, [name, content]);
}
