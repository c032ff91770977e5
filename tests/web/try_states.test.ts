// The try-it page with a stand-in for the server (mock.ts): its texts byte for byte, states that are hard to reach with
// the real server, other types of models, keyboard. try_sizes.test.ts tests sizes and themes; try_server.test.ts tests
// keys, and servers that stop or change.
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { after } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, closeBrowser, screenshot } from "./browser.ts";
import { analyse, button, dropFile, onMock, resultIs, resultText, reviews, whenReady } from "./try_visit.ts";

const zh = { locale: "zh-CN" } as const;
after(closeBrowser);

onMock("the original window's texts in Chinese, from loading to ready", { status: "loading" }, zh, async (page, mock) => {
  assert.equal(await page.title(), "电影评价情感分析工具");
  assert.equal(await page.locator("h1").textContent(), "电影评价情感分析工具");
  assert.equal(await page.locator("label[for=text]").textContent(), "请输入要分析的英文电影评论：");
  assert.equal(await page.locator("#result-title").textContent(), "分析结果：");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "text");
  assert.equal(await page.locator("#text").getAttribute("rows"), "8");
  assert.equal(await button(page).textContent(), "正在加载模型...");
  assert.equal(await button(page).isDisabled(), true);
  assert.equal(await resultText(page), "");
  await page.keyboard.type("a good film");
  await page.keyboard.press("Control+Enter");
  await resultIs(page, "模型仍在加载中，请稍候...");
  await screenshot(page, "try-zh-loading");
  mock.state.status = "ready";
  await whenReady(page);
  assert.equal(await button(page).textContent(), "分析情感");
});

onMock("the original window's results in Chinese, byte for byte", {}, zh, async (page) => {
  await whenReady(page);
  await button(page).click();
  await resultIs(page, "请输入一些文本后再点击分析。");
  await page.fill("#text", " \n\t ");
  await button(page).click();
  await resultIs(page, "请输入一些文本后再点击分析。");
  await analyse(page, "good great brilliant");
  await resultIs(page, "情感倾向分析结果：\n\n    类别: 【正面】 😊\n\n    置信度: 100.00%");
  await page.fill("#text", "bad");
  await button(page).click();
  await resultIs(page, "情感倾向分析结果：\n\n    类别: 【负面】 😠\n\n    置信度: 96.77%");
  assert.deepEqual(await page.locator(".score-value").allTextContents(), ["3.23%"]);
});

onMock("a failed load has the original window's message, with the model's folder", { status: "failed", message: "config.json is missing" }, zh, async (page) => {
  await resultIs(page, "模型加载失败！\n\n请确保 './sentiment_analyzer_model' 文件夹存在于脚本旁边。\n\n错误详情: config.json is missing");
  assert.equal(await button(page).isDisabled(), true);
  await assertAccessible(page, "failed");
  await screenshot(page, "try-zh-failed");
});

onMock("a failed analysis has the original window's message", { predictError: { status: 500, error: "out of memory" } }, zh, async (page) => {
  await whenReady(page);
  await page.fill("#text", "good");
  await button(page).click();
  await resultIs(page, "分析时出现错误: out of memory");
});

onMock("the same texts in English", { status: "loading" }, {}, async (page, mock) => {
  assert.equal(await page.title(), "Movie review sentiment");
  assert.equal(await button(page).textContent(), "Loading the model...");
  mock.state.status = "ready";
  await whenReady(page);
  assert.equal(await button(page).textContent(), "Analyse sentiment");
  await button(page).click();
  await resultIs(page, "Please enter some text, then analyse it.");
  await analyse(page, "good");
  await resultIs(page, "Sentiment of the text:\n\n    Class: [Positive] 😊\n\n    Confidence: 96.77%");
});

onMock("sentiment labels are recognised in upper and lower case", { labels: ["positive", "negative"] }, zh, async (page) => {
  await analyse(page, "bad");
  await resultIs(page, "情感倾向分析结果：\n\n    类别: 【负面】 😠\n\n    置信度: 96.77%");
});

onMock("the language can be switched, and the choice is kept", {}, {}, async (page) => {
  await analyse(page, "good");
  await page.getByRole("button", { name: /中文/ }).click();
  await resultIs(page, "情感倾向分析结果：\n\n    类别: 【正面】 😊\n\n    置信度: 96.77%");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
  await page.reload();
  assert.equal(await page.title(), "电影评价情感分析工具");
});

const manyLabels = ["World", "Sports", "Business", "Sci_Tech", "Health", "Travel", "Food", "Music", "Film", "Books"];

onMock("an existing folder without a trained model has another message than a missing folder", { status: "failed", message: "models/base holds no trained classifier", errorKind: "untrained", model: "models/base", labels: ["LABEL_0", "LABEL_1"] }, zh, async (page) => {
  await page.locator(".result-box.error").waitFor();
  const text = await resultText(page);
  assert.match(text, /^模型加载失败！\n\n'models\/base' 文件夹存在，但其中的模型还没有经过分类训练。/);
  assert.match(text, /\n\nhone train --model models\/base --dataset 数据文件\.csv --output-dir trained\nhone serve --model trained\n\n/);
  assert.ok(!text.includes("请确保"));
  await page.getByRole("button", { name: /English/ }).click();
  await page.getByText("is not trained to classify texts").waitFor();
  await screenshot(page, "try-en-untrained");
});

onMock("damaged files are reported as damaged, in both languages", { status: "failed", message: "x/config.json: not JSON", errorKind: "other", model: "x" }, {}, async (page) => {
  await resultIs(page, "The model could not be loaded!\n\nThe folder 'x' exists, but its files cannot be used. Once they are mended, start the server again:\n\nhone serve --model x\n\nDetails: x/config.json: not JSON");
  await page.getByRole("button", { name: /中文/ }).click();
  await resultIs(page, "模型加载失败！\n\n'x' 文件夹存在，但其中的文件无法使用。修复后请重新启动服务：\n\nhone serve --model x\n\n错误详情: x/config.json: not JSON");
});

onMock("a sentence in a language that the model does not know has a warning, and its tokens are marked as unknown", {}, zh, async (page) => {
  await analyse(page, "这家酒店的服务一点也不好");
  await page.getByText("这段文本的 12 个词元中，有 10 个是模型不认识的（[UNK]）。").waitFor();
  await page.getByRole("button", { name: "查看词元" }).click();
  await page.getByText("其中 10 个是模型不认识的（[UNK]）。").waitFor();
  assert.equal(await page.locator(".token.unknown").count(), 10);
  assert.match(await page.locator(".token.unknown").first().innerText(), /^这\s+未知词元,\s+\[UNK\] 100$/);
  await assertAccessible(page, "unknown tokens");
  await screenshot(page, "try-zh-unknown");
});

onMock("one unknown token in ten causes no warning", {}, {}, async (page) => {
  await analyse(page, "a good film that I would watch again and 再");
  await page.getByRole("button", { name: "Tokens" }).click();
  await page.getByText("1 of them unknown to the model ([UNK]).").waitFor();
  assert.equal(await page.getByText("do not rely on this result").count(), 0);
});

onMock("an uncertain result is marked as uncertain", { labels: ["HUM", "LOC", "ENTY", "NUM", "DESC", "ABBR"], model: "models/trec" }, {}, async (page) => {
  await analyse(page, "x".repeat(20));
  const near = (await page.locator(".notice").filter({ hasText: "The model is not sure:" }).textContent()) ?? "";
  assert.equal(near, "The model is not sure: LOC and HUM are nearly equally likely.");
  await screenshot(page, "try-en-unsure");
  await page.fill("#text", "HUM");
  await page.keyboard.press("Control+Enter");
  await page.locator(".result-label", { hasText: "HUM" }).waitFor();
  assert.equal(await page.getByText("The model is not sure:").count(), 0);
});

onMock("a tie of two classes is named in Chinese", {}, zh, async (page) => {
  await analyse(page, "neither here nor there");
  await page.getByText("模型拿不准：“负面”和“正面”的概率相差无几。").waitFor();
});

onMock("examples are rows of the model's evaluation set, or there are none", { labels: ["HUM", "LOC"], model: "models/trec" }, {}, async (page, mock) => {
  await whenReady(page);
  assert.equal(await page.getByRole("heading", { name: "Examples" }).count(), 0);
  assert.equal(await page.getByText("short text about").count(), 0);
  mock.state.examples = [{ text: "Who wrote Hamlet?", label: "HUM" }, { text: "Where is Ulm?", label: "LOC" }];
  await page.reload();
  await page.getByRole("button", { name: "Where is Ulm? LOC" }).click();
  assert.equal(await page.inputValue("#text"), "Where is Ulm?");
});

onMock("a sentiment model for another subject is not presented as a film-review tool", { model: "models/hotels" }, zh, async (page) => {
  await whenReady(page);
  await page.waitForFunction(() => document.title === "情感分析工具");
  assert.equal(await page.locator("label[for=text]").textContent(), "请输入要分析的文本：");
  assert.equal(await page.getByText("演技精彩").count(), 0);
  await analyse(page, "good");
  await resultIs(page, "情感倾向分析结果：\n\n    类别: 【正面】 😊\n\n    置信度: 96.77%");
});

onMock("the header names the model, and its details are shown on demand", { model: "models/imdb-distilbert" }, {}, async (page) => {
  await whenReady(page);
  const facts = page.locator(".model-facts");
  assert.equal(await facts.locator("dl").isVisible(), false);
  await page.getByText("About this model").click();
  await facts.getByText("67.0 M parameters").waitFor();
  await facts.getByText("256 tokens (words and parts of words); longer texts are truncated").waitFor();
  await facts.getByText("processor, 32-bit numbers (fp32)").waitFor();
  await assertAccessible(page, "facts");
  await screenshot(page, "try-en-facts");
});

onMock("the page shows a program that requests the same result, with the text quoted", {}, {}, async (page, mock) => {
  await analyse(page, "it's \"good\"\n$HOME");
  await page.getByRole("button", { name: "Use from code" }).click();
  const blocks = await page.locator(".code code").allTextContents();
  assert.equal(blocks[0], `curl '${mock.address}predict' -H 'Content-Type: application/json' \\\n  -d '{"inputs":"it'\\''s \\"good\\"\\n$HOME"}'`);
  assert.ok(blocks[1]?.includes(`InferenceClient(base_url="${mock.address.slice(0, -1)}")`));
  assert.ok(blocks[1]?.endsWith('print(client.text_classification("it\'s \\"good\\"\\n$HOME"))'));
  await assertAccessible(page, "code");
  await screenshot(page, "try-en-code");
});

onMock("another classifier is not presented as a sentiment tool while it loads", { labels: manyLabels, model: "models/news", status: "loading" }, {}, async (page) => {
  await page.waitForFunction(() => document.title === "Text classification").catch(() => undefined);
  assert.equal(await page.title(), "Text classification");
  assert.equal(await button(page).isDisabled(), true);
});

onMock("the results of another classifier have its own labels, each with a bar", { labels: manyLabels, model: "models/news" }, {}, async (page) => {
  await whenReady(page);
  assert.equal(await page.title(), "Text classification");
  await page.fill("#text", "All about Sports.");
  await page.keyboard.press("Control+Enter");
  await page.locator(".score").first().waitFor();
  assert.match(await resultText(page), /^Result of the classification:\n\n {4}Class: \[Sports\]\n\n {4}Confidence: \d+\.\d\d%$/);
  assert.equal(await page.locator(".score").count(), 8);
  await page.getByRole("button", { name: "Show 1 more" }).click();
  assert.deepEqual((await page.locator(".score-label").allTextContents()).sort(), manyLabels.filter((label) => label !== "Sports").sort());
  await assertAccessible(page, "many labels");
  await screenshot(page, "try-en-labels");
});

onMock("independent labels are shown as such, and their values are not percentages", { labels: ["a", "b", "c"], functionToApply: "sigmoid" }, {}, async (page, mock) => {
  await analyse(page, "x");
  assert.equal(await page.locator("#scores-title").textContent(), "Other labels (each has a probability of its own)");
  Object.assign(mock.state, { functionToApply: "none", labels: ["LABEL_0"], model: "models/stars" });
  await page.reload();
  await whenReady(page);
  await page.fill("#text", "x");
  await page.keyboard.press("Control+Enter");
  await resultIs(page, "Result of the model:\n\n    LABEL_0: 3.1416");
});

onMock("the page retries a busy server after the time in Retry-After", { busy: 2 }, {}, async (page, mock) => {
  await whenReady(page);
  await page.fill("#text", "good");
  await button(page).click();
  await page.getByText("The server is busy; trying again in 1 s ...").waitFor();
  await page.locator(".score").first().waitFor();
  assert.equal(mock.predictions.length, 1);
});

onMock("the history restores a text and its result, also after a reload", {}, {}, async (page, mock) => {
  await analyse(page, "a good film");
  await page.fill("#text", "a bad film");
  await page.keyboard.press("Control+Enter");
  const rows = page.getByRole("region", { name: "History of this visit" }).locator("li button");
  await rows.nth(1).waitFor();
  await rows.nth(1).click();
  await resultIs(page, "Sentiment of the text:\n\n    Class: [Positive] 😊\n\n    Confidence: 96.77%");
  assert.equal(await page.inputValue("#text"), "a good film");
  await page.reload();
  await rows.first().click();
  await resultIs(page, "Sentiment of the text:\n\n    Class: [Negative] 😠\n\n    Confidence: 96.77%");
  assert.equal(mock.predictions.length, 2);
  await page.getByRole("button", { name: "Clear history" }).click();
  assert.equal(await rows.count(), 0);
});

onMock("tokens are listed on demand, and truncated ones are marked", { maxLength: 8 }, {}, async (page) => {
  await analyse(page, "a good film that is far too long for this model");
  await page.getByText("This text is longer than the model reads (8 tokens at a time).").waitFor();
  await page.getByRole("button", { name: "Tokens" }).click();
  await page.getByText("13 tokens: 8 read, 5 truncated.").waitFor();
  assert.equal(await page.locator(".token.cut").count(), 0);
  await page.getByRole("button", { name: "Show the 5 truncated tokens" }).click();
  assert.deepEqual(await page.locator(".token.cut s").allTextContents(), ["too", "long", "for", "this", "model"]);
  assert.equal(await page.locator(".token.cut").first().innerText().then((text) => text.includes("truncated")), true);
  await assertAccessible(page, "tokens");
});

onMock("the most important words are shown in colours and in numbers", {}, zh, async (page) => {
  await analyse(page, "This movie was not bad, actually it was a good and funny one! 😊");
  await page.getByRole("button", { name: "哪些词起了作用" }).click();
  await page.locator(".strongest").waitFor();
  assert.equal(await page.locator(".explained > p").first().textContent(),
    "逐词剔除法：去掉某个词之后，“正面”的概率下降多少。");
  assert.deepEqual(await page.locator(".words-legend mark").allTextContents(), ["提高“正面”的概率", "降低“正面”的概率"]);
  const read = async () => (await page.locator(".words-text").textContent()) ?? "";
  assert.match(await read(), /bad \(\u2212\d\.\d\) , actually it was a good \(\+46\.8\) /);
  await page.selectOption("select", "NEGATIVE");
  await page.getByText("“负面”的概率下降多少").waitFor();
  assert.match(await read(), /good \(\u221246\.8\)/);
  await assertAccessible(page, "words");
  await screenshot(page, "try-zh-words");
});

onMock("the page reports if no single word is important", {}, {}, async (page) => {
  await analyse(page, "good good good good good");
  await page.getByRole("button", { name: "Which words decided" }).click();
  await page.getByText("No single word decides here").waitFor();
});

onMock("the page offers to open pasted lines as a table", {}, {}, async (page, mock) => {
  await whenReady(page);
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "a good film\n\na bad film\n");
    document.querySelector("#text")?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  });
  await page.getByText("You pasted 2 lines.").waitFor();
  await page.getByRole("button", { name: "Make a table" }).click();
  await page.getByRole("button", { name: "Analyse 2 rows" }).click();
  await page.getByText("All 2 rows are analysed.").waitFor();
  assert.deepEqual(mock.predictions, [["a good film", "a bad film"]]);
});

onMock("a dropped file is processed in requests of at most 64 rows, cancelled, continued and exported", { delay: 500, maxBodyBytes: 4096 }, {}, async (page, mock) => {
  await whenReady(page);
  await dropFile(page, "reviews.csv", reviews(300));
  await page.locator("#table-title:focus").waitFor();
  assert.equal(await page.locator(".table-card select").inputValue(), "1");
  await page.getByRole("button", { name: "Analyse 300 rows" }).click();
  await page.getByText(/^(64|\d\d) of 300 rows$/).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/^Stopped after \d+ of 300 rows\.$/).waitFor();
  mock.state.busy = 1;
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("The server is busy; continuing in 1 s ...").waitFor();
  await page.getByText("All 300 rows are analysed.").waitFor();
  assert.ok(mock.predictions.every((texts) => texts.length <= 64 && JSON.stringify({ inputs: texts }).length <= 4096));
  assert.deepEqual(await page.locator(".label-counts li").allInnerTexts(), ["Positive 200", "Negative 100"]);
  await assertAccessible(page, "table");
  await screenshot(page, "try-en-table");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as CSV" }).click()]);
  assert.equal(download.suggestedFilename(), "reviews-predicted.csv");
  const lines = (await readFile(await download.path(), "utf8")).split("\r\n");
  assert.equal(lines[0], "\uFEFFid,text,predicted_label,predicted_score,truncated,score_NEGATIVE,score_POSITIVE");
  assert.match(lines[2] ?? "", /^1,"A great, funny film, number 1",POSITIVE,0\.99\d+,false,0\.0\d+,0\.99\d+$/);
  assert.equal(lines.length, 302);
});

onMock("the message for a file that cannot be read states the reason", {}, {}, async (page) => {
  await whenReady(page);
  await dropFile(page, "broken.jsonl", '{"text": "fine"}\nnot json\n');
  await page.getByText("broken.jsonl: This line is not JSON: 2: not json").waitFor();
});

onMock("an error in the middle of a file is shown, and finished rows stay", { maxInputs: 10 }, {}, async (page, mock) => {
  await whenReady(page);
  await dropFile(page, "lines.txt", Array.from({ length: 30 }, (_, row) => `a good film ${row}`).join("\n"));
  mock.state.delay = 1000;
  await page.getByRole("button", { name: "Analyse 30 rows" }).click();
  await page.getByText(/^[12]0 of 30 rows$/).waitFor();
  mock.state.predictError = { status: 500, error: "out of memory" };
  await page.getByText("The analysis failed: out of memory").waitFor();
  await page.getByText(/^Stopped after [12]0 of 30 rows\.$/).waitFor();
});

onMock("everything can be reached by keyboard, in the order of the page", {}, {}, async (page) => {
  await whenReady(page);
  await page.keyboard.type("a good film");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Analyse sentiment");
  await page.keyboard.press("Enter");
  await page.locator(".score").first().waitFor();
  const seen: string[] = [];
  for (let step = 0; step < 14 && seen.at(-1) !== "Clear history"; ++step) {
    await page.keyboard.press("Tab");
    seen.push(await focused(page));
  }
  assert.deepEqual(seen.filter((name) => ["Clear", "Open a file", "Which words decided", "Tokens", "Clear history"].includes(name)),
    ["Clear", "Open a file", "Which words decided", "Tokens", "Clear history"]);
  await page.getByRole("button", { name: "Tokens" }).focus();
  await page.keyboard.press("Space");
  await page.locator(".tokens").waitFor();
  assert.equal(await page.getByRole("button", { name: "Tokens" }).getAttribute("aria-expanded"), "true");
  assert.equal(await page.locator("[role=status] #result").count(), 1);
});

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
