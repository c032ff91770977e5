// The try-it page with models of each answer form beside "scores" (mock_answers.ts): results, thresholds, scales, entities, words
// that decided, files, history, and responses that the page cannot read. try_answers.test.ts tests the parts without a browser.
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { after } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible, assertNoSideways, closeBrowser, screenshot } from "./browser.ts";
import type { MockState } from "./mock.ts";
import { ask, emotions, engine, lines, luxun, moods, names, stars } from "./try_models.ts";
import { dropFile, onMock, resultIs, resultText, whenReady } from "./try_visit.ts";

const zh = { locale: "zh-CN" } as const;
after(closeBrowser);

const save = async (page: Page, name: string): Promise<[string, string]> => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
  return [download.suggestedFilename(), await readFile(await download.path(), "utf8")];
};

onMock("labels: those above their thresholds are chosen, and another threshold can be tried", emotions, {}, async (page) => {
  await whenReady(page);
  assert.equal(await page.title(), "Multi-label classification");
  await ask(page, "What a surprise, and what joy!");
  await resultIs(page, "Labels of the text:\n\n    joy, surprise");
  const bars = page.locator(".score");
  assert.equal(await bars.count(), 6);
  assert.match(await bars.first().innerText(), /joy chosen\s*93\.00% threshold 50%/);
  assert.equal(await page.locator(".score.chosen").count(), 2);
  assert.match(await bars.last().innerText(), / not chosen/);
  const marks = await page.locator(".score-track i").evaluateAll((all) => all.map((mark) => mark.style.left));
  assert.deepEqual([...marks].sort(), ["38%", "40%", "50%", "50%", "50%", "60%"]);
  const threshold = page.getByLabel("Try one threshold for all labels");
  await threshold.focus();
  await page.keyboard.press("End");
  await page.getByText("A threshold of 100% would choose: no label.").waitFor();
  await page.keyboard.press("Home");
  await page.getByText("A threshold of 0% would choose: joy, surprise,").waitFor();
  assert.equal(await page.locator(".score.chosen").count(), 6);
  await resultIs(page, "Labels of the text:\n\n    joy, surprise");
  await assertAccessible(page, "labels");
  await page.getByRole("button", { name: "Back to the model's thresholds" }).click();
  assert.equal(await page.locator(".score.chosen").count(), 2);
  await ask(page, "Nothing here");
  await resultIs(page, "Labels of the text:\n\n    No label is above its threshold");
});

onMock("labels: the reader chooses the label whose words decided", emotions, {}, async (page, mock) => {
  await ask(page, "joy and surprise");
  await page.getByRole("button", { name: "Which words decided" }).click();
  await page.locator(".strongest").waitFor();
  await Promise.all([page.waitForResponse((response) => response.url().endsWith("/explain")),
    page.getByLabel("Class").selectOption("fear")]);
  await page.getByText("how much the probability of fear falls").waitFor();
  assert.deepEqual(mock.explained, [{ label: "joy" }, { label: "fear" }]);
});

onMock("a number stands on its scale, and beyond the scale with a warning", stars, {}, async (page, mock) => {
  await whenReady(page);
  assert.equal(await page.title(), "Number prediction");
  await ask(page, "A good, great and fine film");
  await resultIs(page, "Predicted stars:\n\n    2.50");
  const scale = page.getByRole("img", { name: "stars: 2.50 on a scale from 1 to 5" });
  assert.equal(await scale.locator("span").evaluate((mark) => mark.style.left), "37.5%");
  assert.deepEqual(await page.locator(".scale-ends span").allTextContents(), ["1", "5"]);
  await page.getByRole("button", { name: "Which words decided" }).click();
  await page.getByText("how much the predicted number falls").waitFor();
  await page.getByRole("columnheader", { name: "Effect on the number" }).waitFor();
  assert.match((await page.locator(".words-text").textContent()) ?? "", /good \(\+0\.5\d*\) /);
  assert.equal(await page.locator(".details select").count(), 0);
  assert.deepEqual(mock.explained, [{}]);
  await assertAccessible(page, "number");
  await ask(page, "!!!!!!!!");
  await page.getByText("This number is outside the range of the training rows").waitFor();
  assert.equal(await page.locator(".scale span").evaluate((mark) => mark.style.left), "100%");
  mock.state.ranges = null;
  await page.reload();
  await ask(page, "good");
  await resultIs(page, "Predicted stars:\n\n    1.5");
  assert.equal(await page.locator(".scale").count(), 0);
});

onMock("several numbers have a scale each, and no words to explain", moods, {}, async (page) => {
  await ask(page, "A good film!");
  await resultIs(page, "Predicted numbers:\n\n    valence 2.50, arousal 0.25, dominance -1.167");
  assert.deepEqual(await page.locator(".score-label").allTextContents(), ["valence", "arousal", "dominance"]);
  assert.equal(await page.locator(".scale").count(), 2);
  assert.equal(await page.getByRole("button", { name: "Which words decided" }).count(), 0);
  await page.getByRole("button", { name: "Use from code" }).click();
  assert.match((await page.locator(".code code").last().textContent()) ?? "", /^import json, urllib\.request/);
  await assertAccessible(page, "numbers");
});

const marked = (page: Page) => page.locator(".entity-text mark");

onMock("entities are marked in the text with their types, which the legend hides", names, {}, async (page) => {
  await whenReady(page);
  assert.equal(await page.title(), "Named entities");
  await ask(page, engine);
  await resultIs(page, "Entities in the text:\n\n    4 entities of 3 types");
  assert.deepEqual(await marked(page).evaluateAll((all) => all.map((mark) => mark.textContent)),
    ["Londonlocation", "Ada Lovelaceperson", "The Difference Enginework", "Charles Babbageperson"]);
  const legend = page.getByRole("group", { name: "Entity types: choose which to show" });
  assert.deepEqual(await legend.getByRole("button").allTextContents(), ["person 2", "location 1", "work 1"]);
  const list = page.getByRole("table", { name: "Entities" });
  assert.deepEqual(await list.locator("tbody tr").nth(1).locator("th, td").allInnerTexts(), ["Ada Lovelace", "person", "99.79%", "11", "23"]);
  await legend.getByRole("button", { name: "person" }).click();
  assert.deepEqual(await marked(page).allTextContents(), ["Londonlocation", "The Difference Enginework"]);
  assert.equal(await list.locator("tbody tr").count(), 2);
  await resultIs(page, "Entities in the text:\n\n    4 entities of 3 types");
  await assertAccessible(page, "hidden type");
  await ask(page, "nobody, nowhere");
  await resultIs(page, "Entities in the text:\n\n    No entities found");
  assert.equal(await page.getByRole("button", { name: "Which words decided" }).count(), 0);
  await assertAccessible(page, "no entities");
});

onMock("an entity is chosen by click or by keyboard, to see which words decided", names, {}, async (page, mock) => {
  await ask(page, engine);
  await marked(page).nth(1).locator("[role=button]").click();
  await page.getByText('how much the probability that "Ada Lovelace" is person falls').waitFor();
  assert.equal(await marked(page).nth(1).locator("[role=button]").getAttribute("aria-pressed"), "true");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByText('that "The Difference Engine" is work falls').waitFor();
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.getByText('that "London" is location falls').waitFor();
  assert.equal(await page.locator(".entity-text [tabindex='0']").count(), 1, "one stop of the Tab key");
  await page.locator(".words-label select").selectOption({ label: "Charles Babbage (person)" });
  await page.getByText('that "Charles Babbage" is person falls').waitFor();
  assert.deepEqual(mock.explained.slice(0, 2), [{ label: "person", start: 11, end: 23 }, { label: "work", start: 36, end: 57 }]);
  await assertAccessible(page, "words of an entity");
  mock.state.explains = false;
  await page.reload();
  await ask(page, engine);
  assert.equal(await page.locator(".entity-text [role=button]").count(), 0);
  await assertAccessible(page, "without explanations");
});

onMock("Chinese text with emoji: places count characters", names, zh, async (page) => {
  await ask(page, luxun);
  await resultIs(page, "文本中的实体：\n\n    4 个实体，3 种类型");
  assert.deepEqual(await marked(page).allTextContents(), ["鲁迅person", "绍兴location", "北京location", "《狂人日记》work"]);
  assert.deepEqual(await page.locator(".entity-list tbody tr").first().locator("th, td").allInnerTexts(), ["鲁迅", "person", "99.80%", "2", "4"]);
  await page.getByRole("button", { name: "哪些词起了作用" }).click();
  await page.getByText("去掉某个词之后，“鲁迅”是 person 的概率下降多少。").waitFor();
  await screenshot(page, "try-zh-entities");
});

onMock("a very long text with very many entities is shown at once, and its list on demand", { ...names }, {}, async (page) => {
  const long = `${engine} 😀 `.repeat(500);
  await ask(page, long);
  await resultIs(page, "Entities in the text:\n\n    2,000 entities of 3 types");
  assert.equal(await marked(page).count(), 2000);
  assert.equal(await page.locator(".entity-list tbody tr").count(), 20);
  assert.equal(await marked(page).last().textContent(), "Charles Babbageperson");
  await page.getByRole("button", { name: "Show 1980 more" }).click();
  assert.equal(await page.locator(".entity-list tbody tr").count(), 2000);
  await assertNoSideways(page, "long text");
});

onMock("overlapping entities are all listed, and one of them is marked", names, {}, async (page, mock) => {
  const one = (entity_group: string, start: number, end: number) => ({ entity_group, score: 0.9, word: "", start, end });
  mock.state.badAnswer = [[one("location", 0, 13), one("person", 4, 13), one("work", 9, 22), one("person", 14, 22)]];
  await ask(page, "New York City mayor 纽约 😀");
  assert.deepEqual(await marked(page).allTextContents(), ["New York Citylocation", "mayor 纽约person"]);
  await page.getByText("2 entities overlap others and are only in the list.").waitFor();
  assert.deepEqual(await page.locator(".entity-list tbody th").allInnerTexts(), ["New York City", "York City", "City mayor 纽约", "mayor 纽约"]);
});

const bad: [string, Partial<MockState>, unknown, string][] = [
  ["labels", emotions, [[{ label: "joy" }]], "/predict[0][0].score = undefined"],
  ["numbers", stars, [{ score: null }], "/predict[0].score = null"],
  ["entities", names, [[{ entity_group: "person", score: 0.9, word: "x" }]], "/predict[0][0].start = undefined"],
  ["entities of one text", names, [], "/predict = []"],
  ["scores", {}, { error: "x" }, '/predict = {"error":"x"}'],
];
for (const [name, model, answer, detail] of bad) {
  onMock(`a response of another form is reported in words: ${name}`, { ...model, badAnswer: answer }, {}, async (page) => {
    await whenReady(page);
    await page.fill("#text", "some text");
    await page.press("#text", "Control+Enter");
    await page.locator(".result-box.error").waitFor();
    assert.equal(await resultText(page),
      `The analysis failed: the server's response is not in the form that this page expects (${detail}). If the server was updated, reload the page.`);
  });
}

onMock("a form that the page does not know is reported too", { widget: "hologram" }, zh, async (page) => {
  await whenReady(page);
  await page.fill("#text", "x");
  await page.press("#text", "Control+Enter");
  await resultIs(page, '分析时出现错误: 服务器返回的内容不符合预期（/info.widget = "hologram"）。如果服务器刚刚升级过，请刷新页面。');
});

onMock("a result is copied and saved as JSON and CSV in each form", names, {}, async (page, mock) => {
  await ask(page, engine);
  const [jsonName, json] = await save(page, "Download JSON");
  assert.equal(jsonName, "names-result.json");
  const saved = JSON.parse(json) as { text: string; entities: { word: string; start: number }[] };
  assert.deepEqual([saved.text, saved.entities[1]?.word, saved.entities[1]?.start], [engine, "Ada Lovelace", 11]);
  assert.match((await save(page, "Download CSV"))[1], /^\uFEFFentity_group,score,word,start,end\r\nlocation,0\.94\d*,London,3,9\r\n/);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy JSON" }).click();
  await page.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), json);
  Object.assign(mock.state, emotions);
  await page.reload();
  await ask(page, "joy");
  assert.match((await save(page, "Download CSV"))[1], /^\uFEFFlabel,score,threshold,chosen\r\njoy,0\.93,0\.5,true\r\n/);
  Object.assign(mock.state, stars);
  await page.reload();
  await ask(page, "good");
  assert.deepEqual((JSON.parse((await save(page, "Download JSON"))[1]) as { numbers: unknown }).numbers, [{ target: "stars", value: 1.5, low: 1, high: 5 }]);
  Object.assign(mock.state, { widget: "scores", labels: ["NEGATIVE", "POSITIVE"], functionToApply: "softmax" });
  await page.reload();
  await ask(page, "good");
  assert.match((await save(page, "Download CSV"))[1], /^\uFEFFlabel,score\r\nPOSITIVE,0\.96\d+\r\nNEGATIVE,0\.03\d+\r\n$/);
});

async function analyseFile(page: Page, rows: number): Promise<void> {
  await whenReady(page);
  await dropFile(page, "lines.txt", lines(rows));
  await page.getByRole("button", { name: `Analyse ${rows} rows` }).click();
  await page.getByText(`All ${rows} rows are analysed.`).waitFor();
}

onMock("a file of entities: 64 texts a request, columns by type", names, {}, async (page, mock) => {
  await analyseFile(page, 130);
  assert.deepEqual(mock.predictions.map((texts) => texts.length), [64, 64, 2]);
  assert.deepEqual(await page.locator(".label-counts li").allInnerTexts(), ["person 130", "location 65", "work 65"]);
  assert.match(await page.locator(".row-entities").first().innerText(), /^London\s*location Ada Lovelace\s*person /);
  assert.equal(await page.locator(".row-entities").nth(1).innerText(), "No entities found");
  await assertAccessible(page, "entity table");
  const [name, csv] = await save(page, "Export as CSV");
  assert.equal(name, "lines-predicted.csv");
  const records = csv.split("\r\n");
  assert.equal(records[0], "\uFEFFtext,num_entities,entities_person,entities_location,entities_work,entities,truncated");
  assert.match(records[1] ?? "", /0",4,Ada Lovelace; Charles Babbage,London,The Difference Engine,"\[\{""entity_group"":""location"",.*\}\]",false$/);
});

onMock("a file of labels and a file of numbers", emotions, {}, async (page, mock) => {
  await analyseFile(page, 4);
  assert.equal(await page.locator(".row-labels").nth(1).innerText(), "joy");
  assert.deepEqual(await page.locator(".label-counts li").allInnerTexts(), ["joy 2"]);
  const csv = (await save(page, "Export as CSV"))[1].split("\r\n");
  assert.match(csv[0] ?? "", /^\uFEFFtext,predicted_labels,truncated,score_joy,score_surprise,/);
  assert.match(csv[2] ?? "", /^joy! 1,joy,false,0\.93,/);
  Object.assign(mock.state, moods);
  await page.reload();
  await analyseFile(page, 4);
  assert.deepEqual(await page.locator(".rows thead th").allInnerTexts(), ["Row", "Text", "valence", "arousal", "dominance"]);
  assert.deepEqual(await page.locator(".rows tbody tr").nth(1).locator("td.number").allInnerTexts(), ["2", "2.00", "0.00", "-1.333"]);
  assert.equal(await page.locator(".label-counts li").first().innerText(), "valence: mean 1.50, from 1.00 to 2.00");
  assert.match((await save(page, "Export as CSV"))[1], /^\uFEFFtext,predicted_valence,predicted_arousal,predicted_dominance,truncated\r\n/);
});

onMock("a bad response in the middle of a file stops it with the reason", { ...names, maxInputs: 10 }, {}, async (page, mock) => {
  await whenReady(page);
  await dropFile(page, "lines.txt", lines(300));
  mock.state.delay = 300;
  await page.getByRole("button", { name: "Analyse 300 rows" }).click();
  await page.getByText(/^[1-9]0 of 300 rows$/).waitFor();
  mock.state.badAnswer = Array.from({ length: 10 }, () => [{ entity_group: "person", score: 1, start: 0, end: 99_999 }]);
  await page.getByText(/The analysis failed: .*\(\/predict\[0\]\[0\]\.end = 99999\)/).waitFor();
  await page.getByText(/^Stopped after \d+ of 300 rows\.$/).waitFor();
});

onMock("the history restores results of a form, also after a reload, and shows none of another form", names, {}, async (page, mock) => {
  await ask(page, engine);
  await ask(page, luxun);
  const history = page.getByRole("region", { name: "History of this visit" }).locator("li button");
  assert.match(await history.nth(1).innerText(), /person 2, location 1, work 1$/);
  await history.nth(1).click();
  await resultIs(page, "Entities in the text:\n\n    4 entities of 3 types");
  await page.reload();
  await history.first().click();
  assert.deepEqual(await marked(page).allTextContents(), ["鲁迅person", "绍兴location", "北京location", "《狂人日记》work"]);
  assert.equal(mock.predictions.length, 2);
  Object.assign(mock.state, { widget: "labels", labels: ["joy"] });
  await page.reload();
  await page.getByText("Texts that you analyse are listed here").waitFor();
});

onMock("a model of another form on the same port is detected with the first response", {}, {}, async (page, mock) => {
  await ask(page, "good");
  Object.assign(mock.state, names);
  await page.fill("#text", engine);
  await page.press("#text", "Control+Enter");
  await resultIs(page, "Entities in the text:\n\n    4 entities of 3 types");
  assert.equal(await page.title(), "Named entities");
});
