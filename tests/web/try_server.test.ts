// The try-it page with a server (mock.ts) that requires a key, stops, or is restarted with another model.
import { strict as assert } from "node:assert";
import { after, test } from "node:test";
import { assertAccessible, closeBrowser, onPage, screenshot, skip } from "./browser.ts";
import { startProxy } from "./proxy.ts";
import { startMock, type MockState } from "./mock.ts";
import { analyse, button, dropFile, onMock, pagesDir, resultIs, resultText, reviews, whenReady } from "./try_visit.ts";

after(closeBrowser);

onMock("the page requests the key, keeps it in the tab, and requests it again if it is wrong", { apiKey: "right" }, {}, async (page) => {
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await assertAccessible(page, "key dialog");
  await screenshot(page, "try-en-key");
  await page.getByLabel("API key", { exact: true }).fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByText("The server did not accept that key.").waitFor();
  await page.getByLabel("API key", { exact: true }).fill("right");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await analyse(page, "good");
  await page.reload();
  await analyse(page, "bad");
  assert.equal(await dialog.isVisible(), false);
  assert.equal(await page.evaluate(() => localStorage.getItem("hone.api_key")), null);
});

test("a text that is sent while the server is down stays, and is sent again when the server is back", { skip, timeout: 60_000 }, async () => {
  const mock = await startMock(pagesDir);
  const port = Number(new URL(mock.address).port);
  await onPage(mock.address, {}, async (page) => {
    await whenReady(page);
    await mock.close();
    await page.fill("#text", "good");
    await page.keyboard.press("Control+Enter");
    await page.getByText("The server does not answer.").waitFor();
    await page.getByText("No connection to the server. Your text stays; it is analysed as soon as the server is back.").waitFor();
    assert.equal(await page.getByText("Failed to fetch").count(), 0);
    assert.equal(await page.inputValue("#text"), "good");
    assert.equal(await button(page).isDisabled(), true);
    await assertAccessible(page, "gone");
    const again = await startMock(pagesDir, {}, port);
    await page.getByText("The server does not answer.").waitFor({ state: "hidden" });
    await resultIs(page, "Sentiment of the text:\n\n    Class: [Positive] 😊\n\n    Confidence: 96.77%");
    assert.deepEqual(again.predictions, [["good"]]);
    await again.close();
  });
});

onMock("the closed key dialog stays closed until the user opens it", { apiKey: "right" }, { clock: true }, async (page) => {
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.getByText("This server needs an API key.").waitFor();
  await assertAccessible(page, "without a key");
  // At least one poll; only /health is requested, every 20 s.
  await page.clock.fastForward(65_000);
  await page.waitForTimeout(500);
  assert.equal(await dialog.isVisible(), false);
  await page.getByRole("button", { name: "Enter the key" }).click();
  await dialog.waitFor();
  await page.getByRole("button", { name: "Not now" }).click();
  await dialog.waitFor({ state: "hidden" });
  await whenReady(page);
  await page.fill("#text", "good");
  await button(page).click();
  await dialog.waitFor();
  await page.getByLabel("API key", { exact: true }).fill("right");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await analyse(page, "good");
  assert.equal(await page.getByRole("button", { name: "Enter the key" }).count(), 0);
});

const news: Partial<MockState> = { model: "models/news", labels: ["World", "Sports", "Business"] };

onMock("another model on the same port is detected with the first response, and no text of the old one remains", {}, {}, async (page, mock) => {
  await analyse(page, "good");
  await resultIs(page, "Sentiment of the text:\n\n    Class: [Positive] \u{1F60A}\n\n    Confidence: 96.77%");
  // Between two polls: the page has sent no request since.
  Object.assign(mock.state, news);
  await page.fill("#text", "All about Sports");
  await button(page).click();
  await page.getByText("Class: [Sports]").waitFor();
  assert.equal(await page.title(), "Text classification");
  assert.equal(await page.locator(".server-line strong").textContent(), "news");
  assert.deepEqual((await page.locator(".score-label").allTextContents()).sort(), ["Business", "World"]);
  assert.equal(await page.locator(".side-list .row-label").count(), 1, "the history is this model's");
});

onMock("another model with the same labels is detected with the first response too", {}, {}, async (page, mock) => {
  await analyse(page, "good");
  mock.state.model = "models/second";
  await analyse(page, "bad");
  await page.locator(".server-line strong", { hasText: "second" }).waitFor();
});

onMock("a poll detects another model, and earlier results stay attributed to the old one", {}, { clock: true }, async (page, mock) => {
  await analyse(page, "good");
  Object.assign(mock.state, news);
  await page.clock.fastForward(21_000);
  await page.locator(".server-line strong", { hasText: "news" }).waitFor();
  assert.match(await resultText(page), /\[Positive\]/);
  assert.equal(await page.getByRole("button", { name: "Which words decided" }).isDisabled(), true);
});

onMock("a table stops if another model responds, and restarts with the new model", { maxInputs: 10 }, {}, async (page, mock) => {
  await whenReady(page);
  await dropFile(page, "reviews.csv", reviews(40));
  mock.state.delay = 200;
  await page.getByRole("button", { name: "Analyse 40 rows" }).click();
  await page.getByText(/^[12]0 of 40 rows$/).waitFor();
  Object.assign(mock.state, news);
  await page.getByText("The analysis failed: the server now has another model").waitFor();
  mock.state.delay = 0;
  await page.getByRole("button", { name: "Analyse 40 rows" }).click();
  await page.getByText("All 40 rows are analysed.").waitFor();
  const counts = await page.locator(".label-counts li").allInnerTexts();
  assert.ok(counts.every((text) => /^(World|Sports|Business) \d+$/.test(text)), counts.join(" "));
});

test("the page works under a proxy's path, and its example programs use that address", { skip, timeout: 60_000 }, async () => {
  const mock = await startMock(pagesDir);
  const proxy = await startProxy(mock.address, "/tools/hone/");
  try {
    await onPage(proxy.address, {}, async (page) => {
      await analyse(page, "good");
      await page.getByRole("button", { name: "Use from code" }).click();
      assert.ok((await page.locator(".code code").first().textContent())?.startsWith(`curl '${proxy.address}predict'`));
      await page.getByRole("button", { name: "Tokens" }).click();
      await page.locator(".tokens").waitFor();
    });
  } finally {
    await proxy.close();
    await mock.close();
  }
});
