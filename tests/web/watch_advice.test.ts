// The tab with what is wrong with a run: what the server says is checked, shown in both languages, and its options can be copied.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { readAdvice } from "../../web/src/watch/advice.ts";
import { assertAccessible, assertNoSideways, closeBrowser, screenshot } from "./browser.ts";
import { advisedRun, hostile, madeRuns, type MockRun } from "./watch_mock.ts";
import { onMock } from "./watch_visit.ts";

after(closeBrowser);

describe("advice of the server", () => {
  test("hostile or broken JSON is advice without diagnoses, or with empty texts", () => {
    for (const json of [null, 3, "x", [], {}, { diagnoses: "x" }]) {
      assert.deepEqual(readAdvice(json), { logged: 0, evaluations: 0, isRunning: false, isCut: false, diagnoses: [] });
    }
    const [broken] = readAdvice({ diagnoses: [{ severity: "x", title: 3, evidence: { en: "x" }, remedies: [null] }] }).diagnoses;
    assert.equal(readAdvice({ is_cut: true }).isCut, true);
    assert.deepEqual(broken, {
      id: "", severity: "note", title: { en: "", zh: "" }, meaning: { en: "", zh: "" }, evidence: { en: [], zh: [] },
      remedies: [{ flags: "", reason: { en: "", zh: "" } }],
    });
  });
});

const hash = "#tab=advice&run=advised";
const runs = (): MockRun[] => [...madeRuns(), advisedRun()];

onMock("the tab shows each diagnosis with its numbers and its remedies", { hash, runs: runs() }, async (page) => {
  const card = page.getByRole("region", { name: "over-fitting" });
  await card.waitFor();
  assert.equal(await page.locator(".diagnosis").count(), 3);
  const text = await card.innerText();
  for (const part of ["Problem", "Meaning of over_fitting", "0.65 at step 300", "end where the evaluation loss was lowest",
    "--num-train-epochs 1", "more rows, or augmented ones"]) assert.ok(text.includes(part), `${part} in ${text}`);
  assert.equal(await card.locator("code").count(), 1);
  assert.ok((await page.locator(".panel").innerText()).includes(`a label is ignored: ${hostile}`));
  assert.ok((await page.locator(".panel").innerText()).includes("The run is not finished, so this may change."));
  await assertAccessible(page, "advice");
  await assertNoSideways(page, "advice");
  await screenshot(page, "watch-advice", true);
});

onMock("the tab speaks Chinese", { hash, runs: runs(), locale: "zh-CN" }, async (page) => {
  await page.getByRole("region", { name: "过拟合" }).waitFor();
  assert.equal(await page.getByRole("tab", { name: "诊断" }).getAttribute("aria-selected"), "true");
  const text = await page.locator(".panel").innerText();
  for (const part of ["问题", "第 300 步为 0.65", "在评估损失最低处结束", "查看了 40 个训练损失和 4 次评估。", "日志太长"]) assert.ok(text.includes(part), part);
  await screenshot(page, "watch-advice-zh", true);
});

onMock("a run with nothing wrong says so, and only the open tab asks for advice", { hash: "#run=lr-2e-5", runs: runs() }, async (page, mock) => {
  await page.locator("canvas").first().waitFor();
  assert.ok(!mock.asked.some((path) => path.includes("advice")));
  await page.getByRole("tab", { name: "Advice" }).click();
  await page.getByText("Nothing stands out.").waitFor();
  assert.equal(mock.asked.filter((path) => path === "/api/runs/lr-2e-5/advice").length, 1);
});
