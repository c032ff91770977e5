// The run page's logic without a browser: series, smoothing, drawing geometry, formats, address.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { betterOf, chartSpecs, headlines } from "../../web/src/watch/catalog.ts";
import { chartCsv } from "../../web/src/watch/chart_csv.ts";
import { LineCache, type Line } from "../../web/src/watch/chart_lines.ts";
import { chartSvg, escapeXml, type SvgOptions } from "../../web/src/watch/chart_svg.ts";
import { readMetricsPage, readRun, readRuns, readSteps, type Entry } from "../../web/src/watch/contract.ts";
import { decimate, nearestIndex, visibleRange } from "../../web/src/watch/decimation.ts";
import { summarize, tableRows, trendOf } from "../../web/src/watch/description.ts";
import { optionRows, searchRows, groupRows } from "../../web/src/watch/differences.ts";
import { readable } from "../../web/src/watch/readable.ts";
import { figuresOf } from "../../web/src/watch/figures.ts";
import { bytesText, clockText, durationText, metricText, shellText } from "../../web/src/watch/formatting.ts";
import { buildScene, panned, scaleTo, zoomed, fullDomain } from "../../web/src/watch/scene.ts";
import { pointsOn, RunMetrics } from "../../web/src/watch/series.ts";
import { smooth } from "../../web/src/watch/smoothing.ts";
import { texts } from "../../web/src/watch/texts.ts";
import { linearTicks, logTicks, paddedDomain, tickText, timeTicks, wholeTicks } from "../../web/src/watch/ticks.ts";
import { focusedRun, kDefaultView, readHash, shownRuns, writeHash, type ViewState, runsInFocus, evaluationToShow } from "../../web/src/watch/view_state.ts";

const kWords = { days: "d", hours: "h", minutes: "min", seconds: "s" };

function metricsOf(entries: Entry[]): RunMetrics {
  const metrics = new RunMetrics();
  metrics.take({ generation: "a", next: 1, restarted: false, more: false, entries });
  return metrics;
}

function lineOf(y: number[], more: Partial<Line> = {}): Line {
  const x = y.map((_, i) => i);
  return { run: "r", name: "r", slot: 0, key: "loss", role: "training", better: "lower", x, y, raw: y, step: x, smoothed: false, ...more };
}

describe("series", () => {
  test("entries become columns, one for each metric", () => {
    const metrics = metricsOf([
      { loss: 0.7, learning_rate: 1e-5, step: 10, epoch: 0.5, time: 3 },
      { eval_loss: 0.6, step: 10, epoch: 0.5, time: 4 },
      { loss: 0.5, learning_rate: 2e-5, step: 20, epoch: 1, time: 6 },
    ]);
    assert.deepEqual(metrics.tracks.get("loss"), { step: [10, 20], epoch: [0.5, 1], time: [3, 6], value: [0.7, 0.5] });
    assert.deepEqual(metrics.tracks.get("eval_loss")?.value, [0.6]);
    assert.equal(metrics.tracks.has("step"), false);
  });

  test("null and non-finite numbers are gaps, and other text is not a metric", () => {
    const metrics = metricsOf([
      { loss: null, step: 1 }, { loss: "NaN", step: 2 }, { loss: "Infinity", note: "<img>", step: 3 }, { loss: 1, step: 4 },
    ]);
    assert.deepEqual(metrics.tracks.get("loss")?.value, [NaN, NaN, NaN, 1]);
    assert.equal(metrics.tracks.has("note"), false);
  });

  test("a resumed run drops the entries after its checkpoint", () => {
    const metrics = metricsOf([
      { loss: 4, step: 10 }, { loss: 3, step: 20 }, { eval_loss: 3.5, step: 20 }, { loss: 2, step: 30 }, { eval_loss: 9, step: 30 },
      { loss: 2.9, step: 20 },
    ]);
    assert.deepEqual(metrics.tracks.get("loss")?.step, [10, 20]);
    assert.deepEqual(metrics.tracks.get("loss")?.value, [4, 2.9]);
    assert.deepEqual(metrics.tracks.get("eval_loss")?.step, [20]);
  });

  test("a second evaluation of the same step replaces only the first", () => {
    const metrics = metricsOf([{ loss: 3, step: 20 }, { eval_loss: 1, step: 20 }, { eval_loss: 2, step: 20 }]);
    assert.deepEqual(metrics.tracks.get("eval_loss")?.value, [2]);
    assert.deepEqual(metrics.tracks.get("loss")?.value, [3]);
  });

  test("another generation starts with empty series", () => {
    const metrics = metricsOf([{ loss: 3, step: 20 }]);
    metrics.take({ generation: "b", next: 5, restarted: false, more: false, entries: [{ loss: 1, step: 1 }] });
    assert.deepEqual(metrics.tracks.get("loss")?.step, [1]);
    assert.equal(metrics.next, 5);
    metrics.take({ generation: "b", next: 2, restarted: true, more: false, entries: [] });
    assert.equal(metrics.tracks.size, 0);
  });

  test("points without a value for the axis are omitted", () => {
    const metrics = metricsOf([{ loss: 3, step: 1 }, { loss: 2, step: 2, time: 5 }]);
    const track = metrics.tracks.get("loss");
    assert.ok(track);
    assert.deepEqual(pointsOn(track, "time"), { x: [5], y: [2], step: [2] });
    assert.deepEqual(pointsOn(track, "step").x, [1, 2]);
  });
});

describe("smoothing", () => {
  test("is the debiased moving average of TensorBoard", () => {
    // By hand, weight 0.5: averages 0.5, 1.25, 0.625; divided by 0.5, 0.75, 0.875.
    assert.deepEqual(smooth([1, 2, 0], 0.5), [1, 1.25 / 0.75, 0.625 / 0.875]);
  });

  test("weight 0 and a constant series change nothing", () => {
    assert.deepEqual(smooth([1, 2], 0), [1, 2]);
    assert.deepEqual(smooth([0.1, 0.1, 0.1], 0.9), [0.1, 0.1, 0.1]);
  });

  test("a non-finite value stays and is not included in the average", () => {
    const smoothed = smooth([1, NaN, 2], 0.5);
    assert.deepEqual(smoothed, [1, NaN, 1.25 / 0.75]);
  });
});

describe("decimation", () => {
  test("a few points are all kept, with one neighbour outside the range on each side", () => {
    assert.deepEqual(decimate([0, 1, 2, 3, 4], [5, 6, 7, 8, 9], 1.5, 2.5, 100), { x: [1, 2, 3], y: [6, 7, 8] });
    assert.deepEqual(visibleRange([0, 1, 2, 3, 4], 1, 3), [0, 5]);
  });

  test("a hundred thousand points are reduced to a few, without losing a spike", () => {
    const x = Array.from({ length: 100_000 }, (_, i) => i);
    const y = x.map((at) => Math.sin(at / 5000));
    y[31_415] = 40;
    y[92_653] = -40;
    const drawn = decimate(x, y, 0, 99_999, 500);
    assert.ok(drawn.x.length <= 4 * 501, String(drawn.x.length));
    assert.ok(drawn.y.includes(40) && drawn.y.includes(-40));
    assert.ok(drawn.x.every((at, i) => i === 0 || at > (drawn.x[i - 1] ?? 0)));
  });

  test("each gap is kept as one break", () => {
    const x = Array.from({ length: 10_000 }, (_, i) => i);
    const y = x.map((at) => (at >= 4000 && at < 5000 ? NaN : at));
    const drawn = decimate(x, y, 0, 9999, 100);
    assert.equal(drawn.y.filter(Number.isNaN).length, 1);
  });

  test("the nearest point is found on both sides", () => {
    assert.equal(nearestIndex([1, 4, 9], 5), 1);
    assert.equal(nearestIndex([1, 4, 9], 8), 2);
    assert.equal(nearestIndex([1, 4, 9], -3), 0);
    assert.equal(nearestIndex([], 1), -1);
  });
});

describe("axes", () => {
  test("ticks are round numbers inside the domain", () => {
    assert.deepEqual(linearTicks({ low: 0.13, high: 0.71 }, 6), [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    assert.deepEqual(wholeTicks({ low: 1, high: 3 }, 10), [1, 2, 3]);
    assert.deepEqual(timeTicks({ low: 0, high: 200 }, 4), [0, 60, 120, 180]);
    assert.deepEqual(logTicks({ low: 0.005, high: 20 }, 5), [0.01, 0.1, 1, 10]);
    assert.deepEqual(linearTicks({ low: 3, high: 3 }, 5), [3]);
  });

  test("labels have only the digits that distinguish neighbours", () => {
    assert.deepEqual(tickText([0.2, 0.25, 0.3], "en"), ["0.2", "0.25", "0.3"]);
    assert.deepEqual(tickText([0, 5000, 10000], "en"), ["0", "5,000", "10,000"]);
    assert.deepEqual(tickText([0, 1e-5, 2e-5], "en"), ["0", "1e-5", "2e-5"]);
    assert.deepEqual(tickText([0.01, 0.1, 1, 10], "en"), ["0.01", "0.1", "1", "10"]);
  });

  test("a domain is never empty, and that of a loss does not extend below 0", () => {
    assert.equal(paddedDomain(0.01, 1, false).low, 0);
    const one = paddedDomain(5, 5, false);
    assert.ok(one.low < 5 && one.high > 5);
    const none = paddedDomain(Infinity, -Infinity, true);
    assert.ok(none.low > 0 && none.high > none.low);
    const flat = paddedDomain(0.6925, 0.6935, false);
    assert.ok(Math.abs(flat.high - flat.low - 0.06935) < 1e-9 && Math.abs(flat.low + flat.high - 1.386) < 1e-9, JSON.stringify(flat));
    assert.deepEqual(paddedDomain(0, 1, false), { low: 0, high: 1.06 });
    const log = paddedDomain(1e-5, 1e-5, true);
    assert.ok(log.low > 0 && log.low < 1e-5 && log.high > 1e-5);
  });
});

describe("scene", () => {
  const options = { zoom: null, logarithmic: false, width: 400 };

  test("a smoothed line has its raw values in a faint colour behind it", () => {
    const scene = buildScene([lineOf([3, 2.5, 2], { raw: [3, 2, 1], smoothed: true }), lineOf([1, 1, 1])], options);
    assert.deepEqual(scene.strokes.map((stroke) => stroke.faint), [true, false, false]);
    assert.deepEqual(scene.x, { low: 0, high: 2 });
  });

  test("a logarithmic axis skips values that are not positive", () => {
    const scene = buildScene([lineOf([0, -1, 0.1, 10])], { ...options, logarithmic: true });
    assert.ok(scene.y.low > 0 && scene.y.low < 0.1 && scene.y.high > 10);
    assert.deepEqual(scene.strokes[0]?.points.y, [NaN, NaN, 0.1, 10]);
  });

  test("values that are not finite are marked", () => {
    const scene = buildScene([lineOf([1, NaN, 2])], options);
    assert.deepEqual(scene.broken, [{ x: 1, slot: 0 }]);
  });

  test("the axis begins at 0, the start of the run", () => {
    assert.deepEqual(fullDomain([lineOf([1, 2], { x: [20, 40] })]), { low: 0, high: 40 });
    assert.deepEqual(fullDomain([lineOf([1], { x: [5] })]), { low: 0, high: 5 });
    assert.deepEqual(fullDomain([lineOf([1], { x: [0] })]), { low: 0, high: 1 });
  });

  test("runs that are not in focus are muted, drawn first, and without their raw values", () => {
    const lines = [lineOf([3, 2], { run: "a" }), lineOf([3, 1], { run: "b", raw: [3, 0], smoothed: true }), lineOf([1, 1], { run: "c" })];
    const scene = buildScene(lines, { ...options, focus: new Set(["a"]) });
    assert.deepEqual(scene.strokes.map(({ line, muted }) => [line.run, muted]), [["b", true], ["c", true], ["a", false]]);
    assert.ok(buildScene(lines, options).strokes.every(({ muted }) => !muted));
    assert.equal(runsInFocus(["1", "2", "3", "4"], "1"), null);
    assert.deepEqual([...(runsInFocus(["1", "2", "3", "4", "5"], "2") ?? [])], ["2", "5"]);
  });

  test("a scene without lines can be drawn", () => {
    const scene = buildScene([], options);
    assert.deepEqual(scene.x, { low: 0, high: 1 });
  });

  test("scales map the ends of the domain to the ends of the range", () => {
    const log = scaleTo({ low: 1, high: 100 }, true, 0, 200);
    assert.equal(Math.round(log(10)), 100);
    assert.equal(scaleTo({ low: 0, high: 4 }, false, 10, 0)(1), 7.5);
  });

  test("a zoomed range stays inside the whole and has a minimum size", () => {
    const full = { low: 0, high: 100 };
    assert.deepEqual(zoomed(full, full, 50, 0.5), [25, 75]);
    assert.equal(zoomed({ low: 25, high: 75 }, full, 50, 4), null);
    assert.deepEqual(zoomed({ low: 50, high: 50.01 }, full, 50, 0.5), [50, 50.01]);
    assert.deepEqual(panned({ low: 50, high: 75 }, full, 2), [75, 100]);
  });
});

describe("catalog", () => {
  const rmse = { name: "rmse", better: "lower", in_log: true } as const;
  const spearman = { name: "spearman", better: "higher", in_log: true } as const;
  const pearson = { name: "pearson", better: "higher", in_log: false } as const;
  const bias = { name: "bias", better: "neither", in_log: true } as const;
  const variant = { name: "rmse_weighted", better: "lower", in_log: false } as const;
  const regression = [pearson, spearman, variant, rmse, bias];

  test("of a run that does not declare its metrics, known charts come first and lesser ones are marked", () => {
    const specs = chartSpecs(["eval_f1_macro", "train_loss", "grad_norm", "eval_runtime", "eval_loss", "loss", "eval_accuracy", "reward", "tokens_per_second"], [null]);
    assert.deepEqual(specs.map((spec) => spec.id),
      ["loss", "eval_accuracy", "grad_norm", "reward", "eval_f1_macro", "eval_runtime", "tokens_per_second"]);
    assert.deepEqual(specs[0]?.traces.map((trace) => trace.key), ["loss", "eval_loss"]);
    assert.deepEqual(specs.filter((spec) => spec.lesser).map((spec) => spec.id), ["eval_f1_macro", "eval_runtime", "tokens_per_second"]);
    assert.deepEqual(chartSpecs(["eval_loss"], [null]).map((spec) => spec.id), ["eval_loss"]);
  });

  test("of a run that declares its metrics, those of the log line come first; variants of a metric and times are lesser", () => {
    const keys = ["eval_runtime", "eval_rmse", "eval_rmse_weighted", "eval_bias", "eval_pearson", "eval_spearman", "eval_loss", "loss", "grad_norm", "learning_rate", "rewards/margin", "tokens_per_second"];
    const specs = chartSpecs(keys, [regression]);
    assert.deepEqual(specs.map((spec) => spec.id), ["loss", "eval_spearman", "eval_rmse", "eval_bias", "eval_pearson", "learning_rate", "grad_norm",
      "rewards/margin", "tokens_per_second", "eval_rmse_weighted", "eval_runtime"]);
    assert.deepEqual(specs.filter((spec) => spec.lesser).map((spec) => spec.id), ["tokens_per_second", "eval_rmse_weighted", "eval_runtime"]);
    assert.deepEqual(specs.slice(0, 4).map((spec) => spec.traces.map((trace) => trace.better)), [["lower", "lower"], ["higher"], ["lower"], ["neither"]]);
  });

  test("which way is better: as the run declares, else as the name suggests", () => {
    assert.equal(betterOf("eval_loss", [null]), "lower");
    assert.equal(betterOf("eval_f1_macro", [null]), "higher");
    assert.equal(betterOf("learning_rate", [null]), "neither");
    assert.equal(betterOf("eval_samples_per_second", [null]), "neither");
    assert.equal(betterOf("eval_rmse", [null]), "lower");
    assert.equal(betterOf("eval_loss", [[]]), "lower");
    assert.equal(betterOf("eval_rmse", [[{ ...rmse, better: "higher" }]]), "higher", "the name does not matter");
    assert.equal(betterOf("eval_accuracy", [regression]), "neither", "not declared");
    // Beside a run that does not declare its metrics, names are guessed where no run declares them.
    assert.deepEqual(["eval_rmse", "eval_accuracy"].map((key) => betterOf(key, [null, [{ ...rmse, better: "higher" }]])), ["higher", "higher"]);
    for (const key of ["constructor", "__proto__"]) assert.equal(betterOf(key, [null]), "neither");
  });

  test("beside an evaluation stand the loss and what is not lesser", () => {
    assert.deepEqual(headlines(["pearson", "rmse_weighted", "rmse", "spearman", "loss", "unknown"], regression), ["loss", "spearman", "rmse", "pearson"]);
    assert.deepEqual(headlines(["f1_macro", "recall", "accuracy", "loss"], null), ["loss", "accuracy", "recall"]);
  });
});

describe("lines", () => {
  test("are cached until the run has new entries", () => {
    const cache = new LineCache();
    const metrics = metricsOf([{ loss: 2, step: 1 }, { loss: 1, step: 2 }]);
    const run = { id: "a", name: "a", slot: 0, metrics };
    const spec = chartSpecs(["loss"], [null])[0];
    assert.ok(spec);
    const [line] = cache.lines(spec, [run], "step", 0.5);
    assert.equal(cache.lines(spec, [run], "step", 0.5)[0], line);
    metrics.take({ generation: "a", next: 2, restarted: false, more: false, entries: [{ loss: 3, step: 3 }] });
    assert.deepEqual(cache.lines(spec, [run], "step", 0.5)[0]?.x, [1, 2, 3]);
    assert.deepEqual(line?.x, [1, 2]);
    assert.deepEqual(cache.lines(spec, [run], "time", 0.5), []);
  });
});

describe("text alternative", () => {
  test("has the last value, the best value and the trend of the finite values", () => {
    const summary = summarize(lineOf([5, 4, 3, 1, NaN, 2], { key: "loss" }));
    assert.deepEqual(summary.last, { value: 2, step: 5 });
    assert.deepEqual(summary.best, { value: 1, step: 3 });
    assert.equal(summary.numBroken, 1);
    assert.equal(summarize(lineOf([1, 3, 2], { key: "learning_rate", better: "neither" })).best, null);
    assert.deepEqual(summarize(lineOf([1, 3, 2], { key: "eval_f1", better: "higher" })).best, { value: 3, step: 1 });
  });

  test("a trend requires two values and a significant change", () => {
    assert.equal(trendOf([1]), "unknown");
    assert.equal(trendOf([9, 5, 3, 2, 1]), "falling");
    assert.equal(trendOf([1, 5]), "rising");
    assert.equal(trendOf([9, 1, 2, 1, 2, 1.5, 1.5, 1.5, 1.5, 1.5]), "level");
  });

  test("the table has all x values of all lines; a long one is thinned evenly and keeps the last", () => {
    const table = tableRows([lineOf([1, 2]), lineOf([7, 8, 9], { x: [1, 2, 3] })], 10);
    assert.deepEqual(table.rows, [
      { x: 0, values: [1, null] }, { x: 1, values: [2, 7] }, { x: 2, values: [null, 8] }, { x: 3, values: [null, 9] },
    ]);
    const thin = tableRows([lineOf(Array.from({ length: 1000 }, (_, i) => i))], 100);
    assert.equal(thin.total, 1000);
    assert.equal(thin.rows.length, 100);
    assert.equal(thin.rows.at(-1)?.x, 999);
  });
});

describe("export", () => {
  const svgOptions: SvgOptions = {
    title: "Loss <img onerror=alert(1)>", width: 640, height: 360, evaluationDash: [5, 4],
    colors: { ground: "#fff", ink: "#000", soft: "#555", grid: "#ddd", danger: "#a00", run: () => "#0b6b66" },
    xTicks: [0, 1], xTexts: ["0", "1"], yTicks: [1], yTexts: ["1"], xTitle: "step", legend: ["\"a\" & b\u0000"],
  };

  test("the SVG consists of vectors, and names are escaped", () => {
    const svg = chartSvg(buildScene([lineOf([1, NaN, 2, 3])], { zoom: null, logarithmic: false, width: 400 }), svgOptions);
    assert.match(svg, /^<svg xmlns=/);
    assert.ok(!svg.includes("<img") && svg.includes("&lt;img onerror=alert(1)&gt;"));
    assert.ok(svg.includes("&quot;a&quot; &amp; b<") && !svg.includes("\u0000"));
    assert.ok(!/style=|<script|<image/.test(svg));
    assert.equal((svg.match(/M[\d.]+ [\d.]+L/g) ?? []).length, 1, "the gap breaks the line");
    assert.equal(escapeXml("\ud800x"), "\ufffdx");
  });

  test("CSV is quoted, and a name cannot be a formula", () => {
    const metrics = metricsOf([{ loss: 2, step: 1, epoch: 0.1, time: 5 }, { loss: null, step: 2 }]);
    const spec = chartSpecs(["loss"], [null])[0];
    assert.ok(spec);
    const csv = chartCsv(spec, [{ id: "a", name: "=1+1,\"x\"", slot: 0, metrics }], 0);
    assert.equal(csv, 'run,metric,step,epoch,time,value,smoothed\r\n"\'=1+1,""x""",loss,1,0.1,5,2,\r\n"\'=1+1,""x""",loss,2,,,,\r\n');
  });
});

describe("formats", () => {
  test("durations have their two largest units", () => {
    assert.equal(durationText(7510, kWords), "2 h 5 min");
    assert.equal(durationText(40.4, kWords), "40 s");
    assert.equal(durationText(90061, kWords), "1 d 1 h");
    assert.equal(durationText(3600, kWords), "1 h");
    assert.equal(durationText(0, kWords), "0 s");
    assert.equal(durationText(null, kWords), "\u2013");
    assert.equal(durationText(-1, kWords), "\u2013");
  });

  test("bytes, times and metrics are short", () => {
    assert.equal(bytesText(512, "en"), "512 B");
    assert.equal(bytesText(1024 ** 2 * 1023.7, "en"), "1 GiB");
    assert.equal(bytesText(3.5 * 1024 ** 3, "en"), "3.5 GiB");
    assert.equal(clockText(3723), "1:02:03");
    assert.equal(clockText(65), "1:05");
    assert.equal(metricText(0.012222, "en"), "0.01222");
    assert.equal(metricText(2e-5, "en"), "2e-5");
    assert.equal(metricText(NaN, "en"), "NaN");
    assert.equal(metricText(0, "en"), "0");
    assert.equal(metricText(12345.6, "en"), "12,346");
  });

  test("a command can be pasted into a shell", () => {
    assert.equal(shellText(["hone", "train", "a b", "it's"]), "hone train 'a b' 'it'\\''s'");
  });
});

describe("configuration", () => {
  const left = { learning_rate: 2e-5, seed: 42, adam: { beta1: 0.9 }, list: ["a", "b"], none: null };
  const right = { learning_rate: 0.00002, seed: "42", adam: { beta1: 0.95 }, list: ["a", "b"] };

  test("values are compared, and a missing value equals null", () => {
    const rows = optionRows(left, right);
    assert.deepEqual(rows.filter((row) => row.differs).map((row) => row.name), ["adam.beta1", "seed"]);
    assert.equal(rows.find((row) => row.name === "list")?.left, "a, b");
  });

  test("options from the command line come first, then those that differ from the default, then the rest", () => {
    const rows = optionRows({ bf16: false, learning_rate: 2e-5, max_steps: -1, model_name_or_path: "base", output_dir: "out", seed: 42, text_column: null, train_file: ["a"] }, null);
    const names = (some: readonly { name: string }[]) => some.map((row) => row.name);
    const command = ["hone", "train", "--config", "r.yaml", "--model", "base", "--learning-rate=2e-5", "--no-bf16", "--seed", "42", "out"];
    const groups = groupRows(rows, command, ["learning_rate", "output_dir", "train_file"]);
    assert.deepEqual(names(groups.set), ["bf16", "learning_rate", "model_name_or_path", "seed"]);
    assert.deepEqual(names(groups.changed), ["output_dir", "train_file"]);
    assert.deepEqual(names(groups.rest), ["max_steps", "text_column"]);
    // A run of another tool has neither list, so that all options with a value stay visible.
    const other = groupRows(rows, undefined, null);
    assert.deepEqual(names(other.set), []);
    assert.deepEqual(names(other.rest), ["text_column"]);
  });

  test("search accepts several words, dashes or underscores, names or values", () => {
    const rows = optionRows(left, null);
    assert.deepEqual(searchRows(rows, "Learning-Rate").map((row) => row.name), ["learning_rate"]);
    assert.deepEqual(searchRows(rows, "42").map((row) => row.name), ["seed"]);
    assert.equal(searchRows(rows, "  ").length, rows.length);
  });
});

describe("what the server says", () => {
  test("hostile or broken JSON becomes empty fields, never an exception", () => {
    for (const json of [null, 3, "x", [], { runs: 7 }, { runs: [null, { id: 3 }, []] }]) assert.deepEqual(readRuns(json), []);
    const run = readRun({ id: "a", state: "on fire", step: "7", error: { message: "bad", hint: "do" }, options: [], total_steps: Infinity });
    assert.equal(run?.state, "finished");
    assert.equal(run?.step, null);
    assert.equal(run?.error, "bad\ndo");
    assert.equal(run?.options, null);
    assert.deepEqual(readMetricsPage({ entries: [1, { loss: 2 }], next: -4 }), { generation: "", next: 0, restarted: false, more: false, entries: [{ loss: 2 }] });
    assert.deepEqual(readSteps({ steps: [9, 3, "x", 3] }), [3, 9]);
  });

  test("a run shows whether a stop was requested", () => {
    assert.equal(readRun({ id: "a", state: "running", stopping: true })?.stopping, true);
    for (const stopping of [undefined, false, null, "true", 1]) assert.equal(readRun({ id: "a", stopping })?.stopping, false);
  });

  test("the best value is shown with its metric's name, and alone if it has none", () => {
    const bestOf = (best: unknown) => {
      const run = readRun({ id: "a", best });
      assert.ok(run);
      return figuresOf(run, texts.en);
    };
    assert.deepEqual(bestOf({ metric: "eval_accuracy", value: 0.91, step: 20 }), [{ name: "Best", value: "Accuracy 0.91", note: "at step 20" }]);
    assert.deepEqual(bestOf({ metric: null, value: 0.25, step: 1200 }), [{ name: "Best", value: "0.25", note: "at step 1,200" }]);
    for (const best of [null, {}, { metric: null, value: null, step: 3 }, { metric: "f1", value: 1 }]) assert.deepEqual(bestOf(best), []);
  });

  test("a run says which metrics it has; one that does not, or says nonsense, has none", () => {
    const metricsOf = (metrics: unknown) => readRun({ id: "a", metrics })?.metrics;
    assert.deepEqual(metricsOf([{ name: "rmse", better: "lower", in_log: true }, { name: "loss", better: "higher" }, { name: "n", better: "best" }]),
      [{ name: "rmse", better: "lower", in_log: true }, { name: "loss", better: "lower", in_log: false }, { name: "n", better: "neither", in_log: false }]);
    assert.deepEqual(metricsOf([3, { name: 4 }, null]), []);
    for (const nothing of [undefined, null, "accuracy", {}]) assert.equal(metricsOf(nothing), null);
  });

  test("runs are sorted by their start", () => {
    const runs = readRuns({ runs: [{ id: "b", started_at: 2 }, { id: "c", started_at: 1 }, { id: "a", started_at: 2 }] });
    assert.deepEqual(runs.map((run) => run.id), ["c", "a", "b"]);
  });
});

describe("evaluations", () => {
  test("the chosen evaluation is shown, otherwise the best, otherwise the newest", () => {
    assert.equal(evaluationToShow([50, 100, 150], null, 100), 100);
    assert.equal(evaluationToShow([50, 100, 150], 50, 100), 50);
    assert.equal(evaluationToShow([50, 100, 150], 70, null), 150);
    assert.equal(evaluationToShow([50, 100, 150], null, 70), 150);
    assert.equal(evaluationToShow([], null, 100), null);
  });

  test("markup of web pages is converted to text, and other text stays", () => {
    assert.equal(readable("Good.<br /><br />Very <i>good</i> &amp; short."), "Good.\n\nVery good & short.");
    assert.equal(readable("one<br>two<BR/>three"), "one\ntwo\nthree");
    assert.equal(readable("a < b > c, x<y>z, &unknown; &#x4e2d;&#25991; <3"), "a < b > c, x<y>z, &unknown; 中文 <3");
    assert.equal(readable('<a href="x">link</a>&nbsp;&quot;q&quot; &#0; &#xd800;'), 'link "q" &#0; &#xd800;');
    assert.equal(readable("AT&T; R&D"), "AT&T; R&D");
  });
});

describe("address", () => {
  test("the selection is restored after a reload", () => {
    const view: ViewState = {
      runs: ["a,b", "c&d"], run: "x=1", against: "y", tab: "evaluation", axis: "time", smoothing: 0.6,
      log: ["loss"], step: 330, zoom: [10.5, 20], more: true,
    };
    assert.deepEqual(readHash("#" + writeHash(view)), view);
    assert.equal(writeHash(kDefaultView), "");
    assert.deepEqual(readHash(""), kDefaultView);
    assert.deepEqual(readHash("#" + writeHash({ ...kDefaultView, runs: [] })).runs, []);
  });

  test("invalid parts are ignored", () => {
    assert.deepEqual(readHash("#tab=x&axis=&smoothing=7&zoom=5..1&step=q&run=%E0%A4%A"),
      { ...kDefaultView, smoothing: 0.99 });
  });

  test("by default the newest runs are shown and the running one has the focus", () => {
    const ids = Array.from({ length: 30 }, (_, i) => String(i));
    assert.equal(shownRuns(ids, null).length, 20);
    assert.deepEqual(shownRuns(ids, ["3", "gone"]), ["3"]);
    const runs = [{ id: "a", state: "running" }, { id: "b", state: "finished" }];
    assert.equal(focusedRun(runs, null)?.id, "a");
    assert.equal(focusedRun(runs, "b")?.id, "b");
    assert.equal(focusedRun(runs, "gone")?.id, "a");
    assert.equal(focusedRun([], null), null);
  });
});
