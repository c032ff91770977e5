// The try-it page with the real `hone serve` and a trained model (demo/reviews.csv): from loading to a result, in
// Chinese and English, a dropped file, tokens and words, a reload, a restart, and a folder without a model.
import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, closeBrowser, onPage, screenshot, skip as skipWithoutChromium } from "./browser.ts";
import { modelDir, skipWithoutModel, startServer, type Running } from "./hone_program.ts";

const skip = skipWithoutChromium || skipWithoutModel;
const zh = { locale: "zh-CN" } as const;
const praise = "What a brilliant performance! I loved every minute of it.";
const complaint = "A complete waste of time, the worst film I have ever seen.";
after(closeBrowser);

let shared: Promise<Running> | null = null;
after(async () => {
  await (await shared)?.stop();
});

function onServer(name: string, run: (server: Running) => Promise<void>): void {
  test(name, { skip, timeout: 120_000 }, async () => {
    shared ??= startServer("serve", ["--model", modelDir]);
    await run(await shared);
  });
}

const resultText = async (page: Page) => (await page.locator("#result").textContent()) ?? "";

async function analyse(page: Page, text: string): Promise<string> {
  await page.locator("#analyse:enabled").waitFor();
  await page.fill("#text", text);
  const answered = page.waitForResponse((response) => response.url().endsWith("/predict"));
  await page.press("#text", "Control+Enter");
  await answered;
  await page.locator(".result-box:not(.running) #result:not(:empty)").waitFor();
  return resultText(page);
}

// The texts of the button since the page was opened.
function watchButton(): void {
  const seen: string[] = [];
  (globalThis as unknown as { seen: string[] }).seen = seen;
  new MutationObserver(() => {
    const text = document.querySelector("#analyse")?.textContent ?? "";
    if (text !== "" && seen.at(-1) !== text) seen.push(text);
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

onServer("Chinese: loading, ready, empty input, a positive and a negative sentence", async (server) => {
  await onPage(server.address, { ...zh, before: watchButton }, async (page) => {
    await page.locator("#analyse:enabled").waitFor();
    assert.deepEqual(await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen), ["正在加载模型...", "分析情感"]);
    assert.equal(await page.title(), "电影评价情感分析工具");
    await page.locator("#analyse").click();
    assert.equal(await resultText(page), "请输入一些文本后再点击分析。");
    assert.match(await analyse(page, complaint), /^情感倾向分析结果：\n\n {4}类别: 【负面】 😠\n\n {4}置信度: \d\d\.\d\d%$/);
    assert.match(await analyse(page, praise), /^情感倾向分析结果：\n\n {4}类别: 【正面】 😊\n\n {4}置信度: \d\d\.\d\d%$/);
    await analyse(page, "Beautiful pictures, but the story is so dull that I fell asleep twice.");
    await page.getByRole("button", { name: "哪些词起了作用" }).click();
    await page.locator(".strongest").waitFor();
    await assertAccessible(page, "Chinese");
    await screenshot(page, "serve-zh");
  });
});

onServer("English: the probabilities equal those of /predict, and tokens are shown", async (server) => {
  await onPage(server.address, { dark: true }, async (page) => {
    assert.match(await analyse(page, praise), /^Sentiment of the text:\n\n {4}Class: \[Positive\] 😊\n\n {4}Confidence: \d\d\.\d\d%$/);
    const response = await fetch(`${server.address}predict`, { method: "POST", body: JSON.stringify({ inputs: praise }), headers: { "Content-Type": "application/json" } });
    const [scores] = (await response.json()) as { score: number }[][];
    assert.deepEqual(await page.locator(".score-value").allTextContents(), scores?.slice(1).map(({ score }) => `${(score * 100).toFixed(2)}%`));
    assert.ok((await resultText(page)).endsWith(`Confidence: ${((scores?.[0]?.score ?? 0) * 100).toFixed(2)}%`));
    await page.getByRole("button", { name: "Tokens" }).click();
    await page.getByText(/^\d+ tokens, all read\.$/).waitFor();
    assert.deepEqual((await page.locator(".token-text").allTextContents()).slice(0, 4), ["[CLS]", "What", "a", "brilliant"]);
    await assertAccessible(page, "English");
    await screenshot(page, "serve-en-dark");
  });
});

onServer("a text that is too long is truncated, and the page reports it", async (server) => {
  await onPage(server.address, {}, async (page) => {
    await analyse(page, `${praise} `.repeat(60));
    await page.getByText("A part of it was truncated and did not count.").waitFor();
    await page.getByRole("button", { name: "Tokens" }).click();
    await page.getByRole("button", { name: /^Show the \d+ truncated tokens$/ }).click();
    await page.locator(".token.cut").first().waitFor();
    await page.getByRole("button", { name: "Which words decided" }).click();
    await page.locator(".words-text").waitFor();
  });
});

onServer("the demo's reviews can be dropped as a file and exported with their labels", async (server) => {
  await onPage(server.address, {}, async (page) => {
    await page.locator("#analyse:enabled").waitFor();
    const reviews = readFileSync(new URL("../../demo/reviews.csv", import.meta.url), "utf8");
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "reviews.csv"));
      for (const type of ["dragover", "drop"]) window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }, reviews);
    await page.getByRole("button", { name: /^Analyse \d+ rows$/ }).click();
    await page.getByText(/^All \d+ rows are analysed\.$/).waitFor({ timeout: 60_000 });
    await screenshot(page, "serve-en-file");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as CSV" }).click()]);
    const rows = readFileSync(await download.path(), "utf8").trimEnd().split("\r\n").slice(1);
    const right = rows.filter((row) => /,(positive|negative),\1,/.test(row)).length;
    // The model was trained on most of these.
    assert.ok(right / rows.length > 0.9, `${right} of ${rows.length} rows have their label`);
  });
});

onServer("a reload keeps the history, and the page works again", async (server) => {
  await onPage(server.address, zh, async (page) => {
    await analyse(page, praise);
    await page.reload();
    const history = page.getByRole("region", { name: "本次访问的记录" }).locator("li button");
    await history.first().click();
    assert.match(await resultText(page), /【正面】 😊/);
    assert.match(await analyse(page, complaint), /【负面】 😠/);
  });
});

test("the page reconnects to a server that is stopped and started again", { skip, timeout: 120_000 }, async () => {
  const first = await startServer("serve", ["--model", modelDir]);
  await onPage(first.address, {}, async (page) => {
    await analyse(page, praise);
    assert.equal(await first.stop(), 0);
    await page.fill("#text", complaint);
    await page.press("#text", "Control+Enter");
    await page.getByText("The server does not answer.").waitFor();
    const second = await startServer("serve", ["--model", modelDir], Number(new URL(first.address).port));
    try {
      await page.getByText("The server does not answer.").waitFor({ state: "hidden" });
      assert.match(await analyse(page, complaint), /\[Negative\]/);
    } finally {
      await second.stop();
    }
  });
});

test("a folder without a usable model: the page names the folder, the fault and the remedy", { skip: skipWithoutChromium, timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "hone-no-model-"));
  writeFileSync(join(folder, "config.json"), "{ not json");
  const server = await startServer("serve", ["--model", folder]);
  try {
    await onPage(server.address, zh, async (page) => {
      await page.locator(".result-box.error").waitFor();
      const text = await resultText(page);
      const opening = `模型加载失败！\n\n'${folder}' 文件夹存在，但其中的文件无法使用。修复后请重新启动服务：\n\n`;
      assert.equal(text.slice(0, opening.length), opening);
      assert.match(text.slice(opening.length), /config\.json/);
      assert.equal(await page.locator("#analyse").isDisabled(), true);
    });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
