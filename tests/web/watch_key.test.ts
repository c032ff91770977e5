// The run page with a server that requires an API key: the dialog, closing it without a key, polls that wait for one.
import { strict as assert } from "node:assert";
import { after, test } from "node:test";
import { assertAccessible, closeBrowser, onPage, skip } from "./browser.ts";
import { startWatchMock, type WatchMock } from "./watch_mock.ts";
import { button, until } from "./watch_visit.ts";
import type { Page } from "playwright-core";

after(closeBrowser);

function withKey(name: string, run: (page: Page, mock: WatchMock) => Promise<void>): void {
  test(name, { skip, timeout: 60_000 }, async () => {
    const mock = await startWatchMock(process.env["HONE_PAGES"] ?? "");
    mock.apiKey = "s3cret";
    try {
      await onPage(mock.address, {}, (page) => run(page, mock));
    } finally {
      await mock.close();
    }
  });
}

withKey("the page asks for the key, and again after a wrong one", async (page) => {
  await page.getByRole("textbox", { name: "API key" }).fill("wrong");
  await button(page, "Use this key").click();
  await page.getByText("The server did not accept that key.").waitFor();
  await page.getByRole("textbox", { name: "API key" }).fill("s3cret");
  await button(page, "Use this key").click();
  await page.locator(".run-list").waitFor();
  assert.equal(await button(page, "Enter the key").count(), 0);
});

for (const how of ["Escape", "Not now"]) {
  withKey(`the closed dialog stays closed until the reader wants it: ${how}`, async (page, mock) => {
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    if (how === "Escape") await page.keyboard.press("Escape");
    else await button(page, how).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByText("This server needs an API key.").waitFor();
    await assertAccessible(page, "without a key");
    const asked = mock.asked.length;
    await page.waitForTimeout(3500);
    assert.equal(mock.asked.length, asked, "polls wait");
    assert.equal(await dialog.isVisible(), false);
    assert.equal(await page.getByText("No runs yet").count(), 0);
    await button(page, "Enter the key").click();
    await page.getByRole("textbox", { name: "API key" }).fill("s3cret");
    await page.keyboard.press("Enter");
    await page.locator(".run-list").waitFor();
    assert.equal(await button(page, "Enter the key").count(), 0);
  });
}

withKey("a key that the server no longer accepts is asked for once", async (page, mock) => {
  await page.getByRole("textbox", { name: "API key" }).fill("s3cret");
  await page.keyboard.press("Enter");
  await page.locator(".run-list").waitFor();
  mock.apiKey = "another";
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  const asked = mock.asked.length;
  await page.waitForTimeout(2500);
  assert.equal(mock.asked.length, asked);
  assert.equal(await page.locator(".run-list").count(), 1, "what is known stays");
  await button(page, "Enter the key").click();
  await page.getByRole("textbox", { name: "API key" }).fill("another");
  await page.keyboard.press("Enter");
  await until("an answer", async () => (await page.getByRole("button", { name: "Enter the key" }).count()) === 0 && !(await dialog.isVisible()));
});
