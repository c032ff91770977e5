// The panels of an evaluation: files of both forms, each kind of panel, panels that cannot be drawn, and how all of them look and
// are read. A run's task is not known to the page.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { segmentsOf } from "../../web/src/shared/spans.ts";
import { labelsInFocus, readEvaluation } from "../../web/src/watch/evaluation_file.ts";
import { domainsOf, nearestPoints, placesOf, readCurve, spanOf, thinned } from "../../web/src/watch/panels/curve.ts";
import { binAt, fullestBin, readHistogram } from "../../web/src/watch/panels/histogram.ts";
import { labelScores, readCounts, readMatrix, withShares } from "../../web/src/watch/panels/matrix.ts";
import { readPanel, type Kind, type PanelData } from "../../web/src/watch/panels/panels.ts";
import { excerptStart, isByLoss, readRows } from "../../web/src/watch/panels/rows.ts";
import { chosenRows, readTable, type Order } from "../../web/src/watch/panels/table.ts";
import { panelTexts, titleOf } from "../../web/src/watch/panels/texts.ts";
import { assertAccessible, assertNoSideways, closeBrowser, kLooks, kSizes, screenshot } from "./browser.ts";
import { everyKindRun, makeRun, regressionRun, type MockRun } from "./watch_mock.ts";
import { button, chart, onMock, until, whenDrawn } from "./watch_visit.ts";

after(closeBrowser);

const panelOf = <K extends Kind>(evaluation: ReturnType<typeof readEvaluation>, kind: K): PanelData[K] => {
  const found = evaluation.panels.find((panel) => panel.kind === kind);
  assert.ok(found && found.kind !== "unreadable", `no ${kind}`);
  return found.data as PanelData[K];
};

const oldFile = {
  step: 40, epoch: 2, labels: ["a", "b"], confusion_matrix: [[2, 1], [0, 2]], metrics: { loss: 0.3, accuracy: 0.8, f1: null },
  worst: [{ row: 3, location: "x.csv:5", text: "t", label: "a", predicted: "b", score: 0.1, loss: 2.3 }],
};

describe("evaluation files", () => {
  test("a file of format 2 has panels, single rows last, and metrics; one that is not finite is NaN", () => {
    const evaluation = readEvaluation({
      format: 2, step: 40, epoch: 2.5, metrics: { loss: 0.3, accuracy: null, note: "x" },
      panels: [{ kind: "rows", name: "worst", title: "Worst", data: [] }, { kind: "matrix", name: "m", title: "M", data: { labels: ["a"], counts: [[3]] } }],
    });
    assert.deepEqual([evaluation.step, evaluation.epoch, evaluation.metrics], [40, 2.5, { loss: 0.3, accuracy: NaN }]);
    assert.deepEqual(evaluation.panels.map(({ kind, name, title }) => [kind, name, title]), [["matrix", "m", "M"], ["rows", "worst", "Worst"]]);
  });

  test("a file without a format becomes a matrix, a table with the scores of scikit-learn, and the worst rows", () => {
    const evaluation = readEvaluation(oldFile);
    assert.deepEqual(evaluation.panels.map(({ kind, name }) => [kind, name]), [["matrix", "confusion_matrix"], ["table", "per_label"], ["rows", "worst"]]);
    assert.deepEqual(panelOf(evaluation, "matrix").counts, [[2, 1], [0, 2]]);
    const table = panelOf(evaluation, "table");
    assert.deepEqual(table.columns.map(({ name, format }) => [name, format]), [["precision", "share"], ["recall", "share"], ["f1", "share"], ["support", "count"]]);
    // classification_report for true [0,0,0,1,1], predicted [0,0,1,1,1]: 0: 1, 2/3, 0.8; 1: 2/3, 1, 0.8.
    assert.deepEqual(table.rows, [{ name: "a", values: [1, 2 / 3, 0.8, 3] }, { name: "b", values: [2 / 3, 1, 0.8, 2] }]);
    assert.deepEqual(panelOf(evaluation, "rows")[0]?.facts.map(({ name }) => name), ["label", "predicted", "score", "loss"]);
  });

  test("hostile or broken JSON is an evaluation without panels, or with panels that say so", () => {
    for (const json of [{ format: 2 }, { format: 2, panels: "x" }, { format: 9, panels: {} }]) assert.deepEqual(readEvaluation(json).panels, []);
    for (const json of [null, 3, "x", []]) {
      assert.deepEqual(readEvaluation(json).panels.map(({ kind }) => kind), ["matrix", "table", "rows"]);
    }
    assert.deepEqual(readEvaluation({ labels: 5, confusion_matrix: "x", worst: {} }).panels.map(({ kind }) => kind), ["table", "rows", "unreadable"]);
  });

  test("a panel of an unknown kind, a damaged one, and one of a newer format", () => {
    const kindOf = (panel: unknown, isNewer = false) => {
      const read = readPanel(panel, isNewer);
      return read.kind === "unreadable" ? (read.isNewer ? "newer" : "damaged") : read.kind;
    };
    const matrix = { kind: "matrix", name: "m", title: "M", data: { labels: ["a"], counts: [[1]] } };
    assert.equal(kindOf(matrix, true), "matrix", "what can be read of a newer file is read");
    assert.equal(kindOf({ kind: "hologram", data: {} }), "newer");
    assert.equal(kindOf({ kind: "constructor", data: {} }), "newer");
    assert.equal(kindOf({ ...matrix, data: { labels: ["a"] } }), "damaged");
    assert.equal(kindOf({ ...matrix, data: null }, true), "newer");
    for (const kind of ["matrix", "table", "rows", "histogram", "curve"]) {
      for (const data of [undefined, null, 7, "x", {}]) assert.equal(kindOf({ kind, data }), "damaged");
    }
    for (const panel of [null, 3, "x", [], {}]) assert.equal(kindOf(panel), "damaged");
  });

  test("known names have titles in both languages, others show their own", () => {
    const named = (name: string, title: string) => [panelTexts.en, panelTexts.zh].map((text) => titleOf(text, { name, title }));
    assert.deepEqual(named("worst", "The worst"), ["Worst mistakes", "最严重的错误"]);
    assert.deepEqual(named("lengths", "Tokens per row"), ["Tokens per row", "Tokens per row"]);
    assert.deepEqual(named("constructor", "C"), ["C", "C"]);
    assert.equal(readPanel({ kind: "rows", name: "left", data: [] }, false).title, "left");
  });
});

describe("matrix", () => {
  test("scores are those of scikit-learn", () => {
    const { labels, cells } = readCounts({ labels: ["a", "b", "c"], counts: [[2, 1, 0], [0, 2, 0], [0, 0, 0]] }) ?? { labels: [], cells: [] };
    assert.deepEqual(labelScores(labels, cells).map(({ precision, recall, f1, support }) => [precision, recall, f1, support]),
      [[1, 2 / 3, 0.8, 3], [2 / 3, 1, 0.8, 2], [0, 0, 0, 0]]);
    assert.deepEqual(readMatrix({ labels: ["a", "b"], counts: [[2, 1], [0, 2]] })?.totals, { all: 5, correct: 4 });
    assert.deepEqual(withShares([[3, 1], [0, 0]]), [[{ count: 3, share: 0.75 }, { count: 1, share: 0.25 }], [{ count: 0, share: 0 }, { count: 0, share: 0 }]]);
  });

  test("it is square over the labels, whatever the file holds", () => {
    assert.deepEqual(readMatrix({ labels: ["a", "b"], counts: [[1, -2, 9], "x", [5]] })?.counts, [[1, 0], [0, 0]]);
    assert.deepEqual(readMatrix({ labels: ["a", "b"], counts: { cells: [[0, 1, 3]] } })?.counts, [[0, 3], [0, 0]]);
    assert.deepEqual(readMatrix({ labels: [], counts: [] })?.counts, []);
  });

  test("very many labels come as cells; those with the most mistakes are shown, and first in the table beside it", () => {
    const labels = Array.from({ length: 10_000 }, (_, id) => `c${id}`);
    // Label 7: 3 rows, 1 right; once predicted wrongly for 9,999. Labels 100 to 149 are all right.
    const cells = [[7, 7, 1], [7, 8, 2], [9999, 7, 1], ...Array.from({ length: 50 }, (_, i) => [100 + i, 100 + i, 1])];
    const evaluation = readEvaluation({ labels, confusion_matrix: { cells: [...cells, [10_000, 0, 1], ["x", 1, 1], 3] } });
    const matrix = panelOf(evaluation, "matrix");
    assert.equal(matrix.numLabels, 10_000);
    assert.equal(matrix.labels.length, 40);
    assert.deepEqual(matrix.labels.slice(0, 3), ["c7", "c8", "c100"]);
    assert.equal(matrix.labels[39], "c9999");
    assert.deepEqual(matrix.totals, { all: 54, correct: 51 });
    assert.deepEqual(matrix.counts[0]?.slice(0, 3), [1, 2, 0]);
    assert.equal(matrix.counts[39]?.[0], 1);
    const table = panelOf(evaluation, "table");
    assert.deepEqual(table.rows[7], { name: "c7", values: [1 / 2, 1 / 3, 2 / 5, 3] });
    const first = labelsInFocus(evaluation.panels);
    const { rows, total } = chosenRows(table, { order: null, query: "", first }, "en");
    assert.deepEqual([rows.length, rows[0]?.name, rows[39]?.name, total], [40, "c7", "c9999", 10_000]);
  });
});

describe("table", () => {
  const data = {
    key: "label", columns: ["precision", "support", "log_odds"],
    rows: { b: { precision: 0.5, support: 3, log_odds: -1.5 }, a10: { precision: null, support: 12 }, a9: { precision: 1, support: "x", log_odds: 2 } },
    averages: { macro: { precision: 0.75 } },
  };

  test("columns are percentages, counts or other numbers; averages may be absent", () => {
    const table = readTable(data);
    assert.deepEqual(table?.columns.map(({ format }) => format), ["share", "count", "number"]);
    assert.deepEqual(table?.rows[1], { name: "a10", values: [null, 12, null] });
    assert.deepEqual(table?.averages, [{ name: "macro", values: [0.75, null, null] }]);
    assert.deepEqual(readTable({ ...data, averages: undefined })?.averages, []);
    assert.equal(readTable({ columns: ["precision"], rows: { a: { precision: 99 } } })?.columns[0]?.format, "count");
  });

  test("each column sorts both ways, missing values last; names sort as people count", () => {
    const table = readTable(data);
    assert.ok(table);
    const names = (order: Order | null, query = ""): string[] => chosenRows(table, { order, query, first: null }, "en").rows.map(({ name }) => name);
    assert.deepEqual(names(null), ["b", "a10", "a9"]);
    assert.deepEqual(names({ column: -1, descending: false }), ["a9", "a10", "b"]);
    assert.deepEqual(names({ column: 0, descending: true }), ["a9", "b", "a10"]);
    assert.deepEqual(names({ column: 0, descending: false }), ["b", "a9", "a10"]);
    assert.deepEqual(names(null, " A1"), ["a10"]);
  });

  test("of ten thousand rows a hundred are drawn, and any is found", () => {
    const rows = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`c${i}`, { f1: i / 10_000 }]));
    const table = readTable({ key: "label", columns: ["f1"], rows });
    assert.ok(table);
    const best = chosenRows(table, { order: { column: 0, descending: true }, query: "", first: new Set(["c1"]) }, "en");
    assert.deepEqual([best.rows.length, best.rows[0]?.name, best.total], [100, "c9999", 10_000]);
    assert.deepEqual(chosenRows(table, { order: null, query: "c4242", first: new Set(["c1"]) }, "en").rows.map(({ name }) => name), ["c4242"]);
  });
});

describe("rows", () => {
  test("facts are what the task says, as words or numbers; what is not a row is skipped", () => {
    const [first, second, ...more] = readRows([
      { row: 3, location: "x.csv:5", text: 5, text_pair: "p", label: 3.5, predicted: 1, loss: 6.25, labels: ["a", "b"], note: { deep: true }, empty: null }, {}, null, 4,
    ]) ?? [];
    assert.deepEqual([first?.text, first?.textPair, first?.location], ["5", "p", "x.csv:5"]);
    assert.deepEqual(first?.facts, [{ name: "label", value: 3.5 }, { name: "predicted", value: 1 }, { name: "loss", value: 6.25 },
      { name: "labels", value: "a, b" }, { name: "note", value: '{"deep":true}' }]);
    assert.deepEqual(second?.facts, []);
    assert.equal(more.length, 0);
    assert.equal((readRows([{ note: "x".repeat(5000) }])?.[0]?.facts[0]?.value as string).length, 201);
  });

  test("whether the highest loss comes first", () => {
    const byLoss = (...losses: (number | null)[]) => isByLoss(readRows(losses.map((loss) => ({ loss }))) ?? []);
    assert.deepEqual([byLoss(3, 2, 2), byLoss(2, 3), byLoss(2, null)], [true, false, false]);
  });

  test("spans cut the text by characters; malformed and overlapping ones are skipped", () => {
    const [item] = readRows([{ text: "x", entities: [{ start: 3, end: 4, label: "B" }, { start: 0, end: 2, label: "A" }, { start: 1, end: 5, label: "C" }, { start: 2, end: 2 }, { start: -1, end: 1 }, 7] }]) ?? [];
    assert.deepEqual(item?.entities, [{ start: 0, end: 2, label: "A" }, { start: 3, end: 4, label: "B" }]);
    assert.equal(item?.predictedEntities, null);
    const spans = item?.entities ?? [];
    const cut = (text: string, end = Infinity, start = 0) => segmentsOf(text, spans, { start, end }).map(({ text: part, span }) => (span ? `[${part}]` : part)).join("|");
    assert.equal(cut("\u{1f600}bcde"), "[\u{1f600}b]|c|[d]|e");
    assert.equal(cut("abcde", 1), "[a]");
    assert.equal(cut("abcde", 4, 1), "[b]|c|[d]");
    assert.equal(cut("abcde", 5, 2), "c|[d]|e");
    assert.equal(cut(""), "");
  });
});

describe("excerpts", () => {
  test("an excerpt begins before the first mistake, or at the start of the text if that holds it", () => {
    const startOf = (entities: [number, number][], predicted: [number, number][]): number => {
      const spans = (places: [number, number][]) => places.map(([start, end]) => ({ start, end, label: "A" }));
      const [item] = readRows([{ text: "x", entities: spans(entities), predicted_entities: spans(predicted) }]) ?? [];
      assert.ok(item);
      return excerptStart(item, 30);
    };
    assert.equal(startOf([[0, 2], [100, 104]], [[0, 2]]), 90);
    assert.equal(startOf([[100, 104]], [[100, 104], [50, 52]]), 40);
    assert.equal(startOf([[5, 9], [100, 104]], []), 0);
    assert.equal(startOf([[100, 104]], [[100, 104]]), 0);
  });
});

describe("histogram", () => {
  test("edges and counts must fit together", () => {
    const histogram = readHistogram({ x: "prediction - target", edges: [-1, 0, 2], counts: [3, 7] });
    assert.deepEqual(histogram, { x: "prediction - target", edges: [-1, 0, 2], counts: [3, 7], total: 10 });
    assert.deepEqual(readHistogram({ edges: [], counts: [] }), { x: "", edges: [], counts: [], total: 0 });
    for (const [edges, counts] of [[[0, 1], [1, 2]], [[1, 0], [1]], [[0, 0], [1]], [[0, null], [1]], [[0, 1], [-1]], [[0, 1], ["x"]], [[null], []]]) {
      assert.equal(readHistogram({ edges, counts }), null, JSON.stringify([edges, counts]));
    }
  });

  test("a value lies in its bin, or the nearest", () => {
    const histogram = readHistogram({ edges: [-1, 0, 2], counts: [3, 7] });
    assert.ok(histogram);
    assert.deepEqual([-5, -1, -0.1, 0, 1.9, 2, 9].map((x) => binAt(histogram, x)), [0, 0, 0, 1, 1, 1, 1]);
    assert.equal(fullestBin(histogram), 1);
  });
});

describe("curve", () => {
  test("points without a place are skipped, without a value they are gaps", () => {
    const curve = readCurve({ x: "recall", y: "precision", lines: [{ name: "POS", points: [[0, 1], [null, 1], [0.5, null], "x", [1, 0.5]] }] });
    assert.deepEqual(curve, { x: "recall", y: "precision", lines: [{ name: "POS", points: [[0, 1], [0.5, NaN], [1, 0.5]] }], style: "line", diagonal: false });
    assert.equal(readCurve({ lines: [], style: "points" })?.style, "points");
    assert.equal(readCurve({ lines: [{ name: "a" }] }), null);
    assert.equal(readCurve({ lines: [3] }), null);
  });

  test("rates have the axis from 0 to 1, others that of their values", () => {
    const line = (...points: [number, number][]) => ({ name: "", points });
    assert.deepEqual(domainsOf([line([0.2, 0.9], [0.4, NaN])]), { x: { low: 0, high: 1 }, y: { low: 0, high: 1 } });
    const { x, y } = domainsOf([line([-10, 5], [10, 7])]);
    assert.deepEqual(x, { low: -10, high: 10 });
    assert.ok(y.low < 5 && y.high > 7);
    assert.deepEqual(domainsOf([]).x, { low: 0, high: 1 });
  });

  test("a cloud touches no edge, and with a diagonal both axes have the same values", () => {
    const cloud = [{ name: "", points: [[1, 2], [5, 4]] as [number, number][] }];
    const alone = domainsOf(cloud, true);
    assert.ok(alone.x.low < 1 && alone.x.high > 5 && alone.y.low > alone.x.low);
    const { x, y } = domainsOf(cloud, true, true);
    assert.deepEqual(x, y);
    assert.ok(x.low < 1 && x.high > 5);
    assert.deepEqual(domainsOf([], true, true).x, { low: 0, high: 1 });
  });

  test("a vertical part of a line has several values at its place", () => {
    const roc = { name: "", points: [[0, 0], [0, 0.4], [0, 0.6], [0.5, 0.9], [1, 1]] as [number, number][] };
    assert.deepEqual(spanOf(nearestPoints(roc, 0.1)), { low: 0, high: 0.6 });
    assert.deepEqual(spanOf(nearestPoints(roc, 0.4)), { low: 0.9, high: 0.9 });
  });

  test("the keyboard goes from point to point, and over very many in two hundred steps", () => {
    const x = { low: 0, high: 1 };
    assert.deepEqual(placesOf([{ name: "a", points: [[1, 0], [0, 1]] }, { name: "b", points: [[0.5, 0], [0, 3]] }], x), [0, 0.5, 1]);
    const many = placesOf([{ name: "a", points: Array.from({ length: 5000 }, (_, i) => [i / 4999, 0]) }], x);
    assert.deepEqual([many.length, many[0], many[200]], [201, 0, 1]);
    assert.deepEqual(nearestPoints({ name: "a", points: [[0, 1], [0.4, NaN], [0.5, 2]] }, 0.4), [[0.5, 2]]);
    assert.deepEqual(nearestPoints({ name: "a", points: [] }, 1), []);
    const cloud = placesOf([{ name: "a", points: Array.from({ length: 1000 }, (_, i) => [i * i, 0]) }], x, true);
    assert.ok(cloud.length <= 200 && cloud.every((place) => Number.isInteger(Math.sqrt(place))));
    assert.deepEqual(thinned([1, 2, 3, 4, 5], 2), [2, 5]);
  });
});

const slider = (page: Page, title: string): Locator => page.getByRole("slider", { name: title });
const valueText = async (plot: Locator): Promise<string> => (await plot.getAttribute("aria-valuetext")) ?? "";
const regression = { hash: "#tab=evaluation&run=stars" };
const everyKind = { hash: "#tab=evaluation&run=every-kind" };

onMock("a regression: its metrics, the residuals and the worst rows", { ...regression, runs: [regressionRun()] }, async (page) => {
  const metrics = page.getByRole("region", { name: "Metrics of this evaluation" });
  await metrics.waitFor();
  assert.deepEqual(await metrics.locator("dt").allInnerTexts(), ["Evaluation loss", "Root mean squared error", "Spearman correlation", "Mean squared error",
    "Mean absolute error", "Pearson correlation"]);
  const histogram = slider(page, "Residuals, chart");
  assert.equal(await page.locator(".bar").count(), 24);
  await histogram.focus();
  await page.keyboard.press("Home");
  assert.match(await valueText(histogram), /^-3 to -2\.75: \d+ rows \(\d\.\d%\)$/);
  await page.keyboard.press("ArrowRight");
  assert.match(await valueText(histogram), /^-2\.75 to -2\.5: /);
  await page.keyboard.press("End");
  assert.match(await valueText(histogram), /^2\.75 to 3: /);
  assert.match(await page.locator(".tooltip").innerText(), /^2\.75 to 3/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".tooltip").count(), 0);
  const box = await histogram.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 2, box.y + 80);
  assert.match(await page.locator(".tooltip").innerText(), /\d+ rows \(/);
  assert.match(await page.locator("#panel-0-about").innerText(), /^From -3 to 3; most rows, \d+, lie in 0 to 0\.25\./);
  await button(page, "Residuals: data table").click();
  assert.equal(await page.locator(".chart-table tbody tr").count(), 24);
  const rows = page.locator(".rows li");
  assert.equal(await rows.count(), 12);
  assert.match(await rows.first().innerText(), /true 1\s*predicted 3\.6\d*\s*loss 6\.\d+\s*reviews\/test\.csv:4/);
  await page.getByText("The rows with the highest loss.").waitFor();
});

onMock("predictions over targets are a cloud of points around the diagonal", { ...regression, runs: [regressionRun()] }, async (page) => {
  const plot = slider(page, "Predictions and targets, chart");
  await plot.focus();
  await plot.locator(".cloud-dot").nth(599).waitFor({ state: "attached" });
  assert.equal(await plot.locator(".cloud-dot").count(), 600);
  assert.equal(await plot.locator(".diagonal").count(), 1);
  assert.equal(await plot.locator(".curve").count(), 0);
  await page.keyboard.press("Home");
  assert.match(await valueText(plot), /^Target 1: stars -?\d\S* to \d\S*$/);
  await page.keyboard.press("End");
  assert.match(await valueText(plot), /^Target 5: stars \d\S* to \d\S*$/);
});

onMock("where a ROC curve is vertical, both its ends are read", { ...everyKind, runs: [everyKindRun()] }, async (page) => {
  const plot = slider(page, "ROC curve, chart");
  await plot.focus();
  await page.keyboard.press("Home");
  assert.equal(await valueText(plot), "False positive rate 0: PER 0 to 0.6");
  await page.keyboard.press("End");
  assert.equal(await valueText(plot), "False positive rate 1: PER 1");
  assert.equal(await plot.locator(".diagonal").count(), 1);
});

onMock("a regression's charts: metrics of the log line first, the best value as the run declares", { runs: [regressionRun()] }, async (page) => {
  await whenDrawn(page);
  assert.deepEqual(await page.locator(".chart-grid h3").allInnerTexts(),
    ["Loss", "Root mean squared error", "Spearman correlation", "Mean squared error", "Mean absolute error", "Pearson correlation", "Learning rate",
      "Gradient norm"]);
  const extremes = async (id: string): Promise<number[]> =>
    (/last ([\d.]+) at .*best ([\d.]+) at/.exec(await page.locator(`#about-${id}`).innerText()) ?? []).slice(1, 3).map(Number);
  const [lastError = NaN, bestError = NaN] = await extremes("eval_rmse");
  const [lastRank = NaN, bestRank = NaN] = await extremes("eval_spearman");
  assert.ok(bestError <= lastError && bestError < 0.8 && bestRank >= lastRank, `${lastError} ${bestError} ${lastRank} ${bestRank}`);
  await button(page, "More metrics (3)").click();
  assert.equal(await chart(page, "Seconds of evaluation").count(), 1);
});

onMock("curves: lines to choose, values at a place, a table", { ...everyKind, runs: [everyKindRun()] }, async (page) => {
  const plot = slider(page, "Precision and recall, chart");
  await plot.focus();
  await page.keyboard.press("End");
  assert.equal(await valueText(plot), "Recall 1: PER 0.75, ORG 0.6, LOC 0.45");
  await page.keyboard.press("Shift+ArrowLeft");
  assert.match(await valueText(plot), /^Recall 0\.8: PER 0\.8976, /);
  const legend = page.getByRole("group", { name: "Lines" });
  await legend.getByRole("button", { name: "ORG" }).click();
  await plot.focus();
  await page.keyboard.press("End");
  assert.equal(await valueText(plot), "Recall 1: PER 0.75, LOC 0.45");
  await button(page, "Precision and recall: data table").click();
  assert.equal(await page.locator(".chart-table tbody tr").count(), 102);
  assert.equal(await slider(page, "Calibration, chart").locator(".diagonal").count(), 1);
  for (const name of ["PER", "LOC"]) await legend.getByRole("button", { name }).click();
  await page.locator(".drawing").first().getByText("No values").waitFor();
});

onMock("panels that cannot be drawn are one quiet line each", { ...everyKind, runs: [everyKindRun()] }, async (page) => {
  await page.getByText("Shape of the space: a newer hone wrote this part.").waitFor();
  await page.getByText("Residuals: this part of the file is damaged.").waitFor();
  assert.equal(await page.locator(".evaluation > *").count(), 8);
});

onMock("spans are marked in the text, missed and wrong ones with a word", { ...everyKind, runs: [everyKindRun()] }, async (page) => {
  const first = page.locator(".rows li").first();
  await first.waitFor();
  assert.deepEqual(await first.locator("mark").evaluateAll((marks) => marks.map((mark) => mark.textContent)),
    ["Ada LovelacePER", "Charles BabbagePER (missed)", "LondonLOC", "Ada LovelacePER", "CharlesORG (wrong)", "LondonLOC"]);
  assert.deepEqual(await page.locator(".rows li").nth(1).locator("mark").allTextContents(), ["北京LOC (missed)"]);
});

onMock("a table is sorted by its columns and has averages below", { ...everyKind, runs: [everyKindRun()] }, async (page) => {
  const table = page.locator("table.scores");
  await table.waitFor();
  const names = (): Promise<string[]> => table.locator("tbody th").allInnerTexts();
  const values = async (): Promise<number[]> => (await table.locator("tbody td:nth-child(4)").allInnerTexts()).map(parseFloat);
  assert.deepEqual(await names(), ["PER", "ORG", "LOC"]);
  const head = table.getByRole("columnheader", { name: "F1" });
  await head.getByRole("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  const sorted = await values();
  assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a));
  await head.getByRole("button").click();
  assert.deepEqual(await values(), [...sorted].reverse());
  await head.getByRole("button").click();
  assert.deepEqual(await names(), ["PER", "ORG", "LOC"]);
  assert.match(await table.locator("tfoot tr").innerText(), /^Macro average\s+\d+\.\d%/);
});

/** Ten thousand labels, most of them once. */
function manyLabels(): MockRun {
  const run = makeRun({ id: "many", seed: 3, state: "finished", steps: 50, total: 50, learningRate: 2e-5, labels: ["a", "b"] });
  const labels = Array.from({ length: 10_000 }, (_, i) => `class ${i}`);
  const cells = labels.flatMap((_, i) => [[i, i, 3], ...(i % 7 === 0 ? [[i, (i * 31) % 10_000, 1 + (i % 5)]] : [])]);
  const rows = Object.fromEntries(labels.map((label, i) => [label, { precision: 0.9, recall: (i % 100) / 100, f1: 0.5, support: 3 }]));
  run.evaluations.set(50, {
    format: 2, step: 50, epoch: 3, metrics: { loss: 1, accuracy: 0.9 },
    panels: [
      { kind: "matrix", name: "confusion_matrix", title: "M", data: { labels, counts: { cells } } },
      { kind: "table", name: "per_label", title: "T", data: { key: "label", columns: ["precision", "recall", "f1", "support"], rows } },
    ],
  });
  return run;
}

onMock("ten thousand labels are drawn and sorted at once", { hash: "#tab=evaluation&run=many", runs: [manyLabels()] }, async (page) => {
  const table = page.locator("table.scores");
  await table.waitFor();
  await page.getByText("Shown are the 40 labels with the most mistakes, of 10,000.").waitFor();
  assert.equal(await table.locator("tbody tr").count(), 40);
  await page.getByText("Shown are 40 of 10,000 rows.").waitFor();
  const milliseconds = await page.evaluate(async () => {
    const start = performance.now();
    document.querySelectorAll<HTMLButtonElement>(".sort")[2]?.click();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - start;
  });
  assert.equal(await table.locator("tbody tr").count(), 100);
  assert.match(await table.locator("tbody tr").first().innerText(), /99\.0%/);
  await page.getByLabel("Find").fill("class 4242");
  await until("the label", async () => (await table.locator("tbody th").allInnerTexts()).join() === "class 4242");
  await assertAccessible(page, "many labels");
  await screenshot(page, "watch-many-labels");
  assert.ok(milliseconds < 700, `${milliseconds} ms`);
});

for (const [size, area] of kSizes) {
  for (const [look, options] of kLooks) {
    const visit = { ...area, ...options, ...regression, runs: [regressionRun(), everyKindRun()] };
    onMock(`axe-core finds nothing in any kind of panel and nothing sticks out: ${size}-${look}`, visit, async (page, mock) => {
      for (const id of ["stars", "every-kind"]) {
        await page.goto("about:blank");
        await page.goto(`${mock.address}#tab=evaluation&run=${id}`);
        const plot = page.locator(".drawing-plot").first();
        await plot.locator("svg").waitFor();
        await plot.focus();
        for (let i = 0; i < 12; ++i) await page.keyboard.press("ArrowRight");
        await page.locator(".tooltip").waitFor();
        await assertNoSideways(page, id);
        await assertAccessible(page, id);
        await screenshot(page, `watch-${id}-${size}-${look}`, size !== "4k");
      }
    });
  }
}
