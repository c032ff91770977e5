// Made evaluations for the stand-in of hone watch (watch_mock.ts): the files and metrics of several tasks, and files as hone
// wrote them before format 2.

export const hostile = "<img src=x onerror=\"document.title='broken in'\">";

export type EvaluationForm = "classification" | "old" | "regression" | "every kind";

export interface Moment {
  labels: string[];
  /** How much is predicted rightly. */
  share: number;
  /** How much of the training is done. */
  done: number;
  random: () => number;
}

export interface Made {
  /** By name, without "eval_". */
  metrics: Record<string, number>;
  /** The metric that decides which evaluation is the best. */
  best: string;
  /** What the file holds beside step, epoch and metrics. */
  file: Record<string, unknown>;
}

interface Evaluator {
  /** `metrics` of run.json; undefined for an older run. */
  declared: unknown;
  evaluate: (moment: Moment) => Made;
}

const kTexts = [
  "A slow, talky film that I expected to dislike, and yet by the end I was entirely won over. Not a good film \u2014 a great one.",
  "Oh, wonderful.<br /><br />Another <i>two</i> hours of my life that nobody will ever give back to me.",
  `The plot? ${hostile} is more coherent than this.`,
  "这部电影的前半段非常沉闷，但结局出人意料，让人回味。",
  `It starts well. ${"Then it goes on, and on, and on, with one chase after the other and nobody to care for. ".repeat(8)}`,
  "I cannot say that I was not entertained, although for none of the reasons the director had in mind.",
];

const metric = (name: string, better: string, in_log = true) => ({ name, better, in_log });
const place = (i: number) => ({ row: 17 * i + 3, location: `reviews/test.csv:${17 * i + 4}`, text: kTexts[i % kTexts.length] });

function countsOf({ labels, share, random }: Moment): number[][] {
  return labels.map((_, row) => labels.map((__, column) => {
    const each = Math.round((400 / labels.length) * (row === column ? share : (1 - share) / (labels.length - 1)));
    return Math.max(0, each + Math.round(6 * random() - 3));
  }));
}

function worstOf(labels: string[]): unknown[] {
  return Array.from({ length: 20 }, (_, i) => ({
    ...place(i), ...(i === 5 ? { text_pair: "Would you watch it again?" } : {}), label: labels[i % labels.length],
    predicted: labels[(i + 1) % labels.length], score: 0.0021 + i * 0.008, loss: -Math.log(0.0021 + i * 0.008),
  }));
}

function metricsOf({ share, done }: Moment): Record<string, number> {
  return {
    loss: 0.75 - 0.5 * share + 0.12 * done ** 2, accuracy: share, precision: share - 0.02, recall: share + 0.01, f1: share - 0.005,
    f1_macro: share - 0.007, f1_micro: share,
  };
}

const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

/** As scikit-learn's classification_report. */
function perLabel(labels: string[], counts: number[][]) {
  const rows = labels.map((label, id) => {
    const hits = counts[id]?.[id] ?? 0, support = sum(counts[id] ?? []), predicted = sum(counts.map((row) => row[id] ?? 0));
    return [label, { precision: hits / predicted, recall: hits / support, f1: (2 * hits) / (support + predicted), support }] as const;
  });
  const mean = (key: "precision" | "recall" | "f1"): number => sum(rows.map(([, row]) => row[key])) / rows.length;
  const support = sum(rows.map(([, row]) => row.support));
  return {
    key: "label", columns: ["precision", "recall", "f1", "support"], rows: Object.fromEntries(rows),
    averages: { macro: { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), support } },
  };
}

function classification(moment: Moment): Made {
  const { labels } = moment;
  const counts = countsOf(moment);
  return {
    metrics: metricsOf(moment), best: "accuracy",
    file: {
      format: 2,
      panels: [
        { kind: "matrix", name: "confusion_matrix", title: "Confusion matrix", data: { labels, counts } },
        { kind: "table", name: "per_label", title: "Labels", data: perLabel(labels, counts) },
        { kind: "rows", name: "worst", title: "Worst mistakes", data: worstOf(labels) },
      ],
    },
  };
}

function old(moment: Moment): Made {
  const { labels } = moment;
  return { metrics: metricsOf(moment), best: "accuracy", file: { labels, confusion_matrix: countsOf(moment), worst: worstOf(labels) } };
}

/** A bell of 400 rows whose width is the error. */
export function residuals(error: number): { x: string; edges: number[]; counts: number[] } {
  const edges = Array.from({ length: 25 }, (_, i) => Number((-3 + i * 0.25).toFixed(2)));
  const shares = edges.slice(0, -1).map((edge) => Math.exp(-(((edge + 0.125 - 0.15) / error) ** 2) / 2));
  return { x: "prediction - target", edges, counts: shares.map((share) => Math.round((400 * share) / sum(shares))) };
}

/** 600 predictions of one to five stars. */
function cloud(error: number, random: () => number): unknown {
  const points = Array.from({ length: 600 }, (_, i) => {
    const target = 1 + (i % 5) * (i % 3 === 0 ? 0.97 : 1);
    return [target, target + 1.6 * error * (random() + random() + random() - 1.5)];
  });
  return { x: "target", y: "prediction", style: "points", diagonal: true, lines: [{ name: "stars", points }] };
}

function regression({ share, random }: Moment): Made {
  const rmse = 1.6 - share;
  const worst = Array.from({ length: 12 }, (_, i) => {
    const label = 1 + (i % 5), predicted = label + (i % 2 ? -1 : 1) * (2.6 - i * 0.11) + 0.01 * random();
    return { ...place(i), label, predicted, loss: (label - predicted) ** 2 };
  });
  return {
    metrics: { loss: rmse ** 2, mse: rmse ** 2, rmse, mae: rmse * 0.8, pearson: share, spearman: share - 0.03 }, best: "spearman",
    file: {
      format: 2,
      panels: [
        { kind: "histogram", name: "residuals", title: "Residuals", data: residuals(rmse) },
        { kind: "curve", name: "predictions", title: "Predictions", data: cloud(rmse, random) },
        { kind: "rows", name: "worst", title: "Worst mistakes", data: worst.sort((a, b) => b.loss - a.loss) },
      ],
    },
  };
}

/** Precision over recall, worse from line to line. */
export function curves(names: string[]): unknown {
  const lines = names.map((name, i) => ({
    name, points: Array.from({ length: 51 }, (_, at) => [at / 50, 1 - (0.25 + 0.15 * i) * (at / 50) ** (4 - i)]),
  }));
  return { x: "recall", y: "precision", lines, diagonal: false };
}

function everyKind(moment: Moment): Made {
  const { labels } = moment;
  const text = "Ada Lovelace met Charles Babbage in London.";
  const counts = countsOf(moment);
  const roc = { name: "PER", points: [[0, 0], [0, 0.35], [0, 0.6], [0.05, 0.6], [0.05, 0.8], [0.2, 0.8], [0.2, 0.93], [0.6, 0.93], [0.6, 1], [1, 1]] };
  const calibration = { name: "calibration", points: [0.1, 0.3, 0.5, 0.7, 0.9].map((at) => [at, at ** 1.3]) };
  return {
    metrics: { loss: 0.4, accuracy: moment.share, f1: moment.share - 0.02 }, best: "f1",
    file: {
      format: 2,
      panels: [
        { kind: "table", name: "per_label", title: "Labels", data: perLabel(labels, counts) },
        { kind: "curve", name: "precision_recall", title: "Precision and recall", data: curves(labels) },
        { kind: "curve", name: "roc", title: "ROC curve", data: { x: "false positive rate", y: "true positive rate", lines: [roc], diagonal: true } },
        { kind: "curve", name: "calibration", title: "Calibration", data: { x: "confidence", y: "accuracy", lines: [calibration], diagonal: true } },
        { kind: "histogram", name: "lengths", title: "Tokens per row", data: { x: "tokens", edges: [0, 32, 64, 96, 128], counts: [210, 130, 48, 12] } },
        { kind: "hologram", name: "shape", title: "Shape of the space", data: { depth: 3 } },
        { kind: "histogram", name: "residuals", title: "Residuals", data: { x: "x", edges: [1, 2], counts: "many" } },
        {
          kind: "rows", name: "worst", title: "Worst mistakes",
          data: [
            {
              row: 4, location: "news.jsonl:5", text, loss: 3.2,
              entities: [{ start: 0, end: 12, label: "PER" }, { start: 17, end: 32, label: "PER" }, { start: 36, end: 42, label: "LOC" }],
              predicted_entities: [{ start: 0, end: 12, label: "PER" }, { start: 17, end: 24, label: "ORG" }, { start: 36, end: 42, label: "LOC" }],
            },
            { row: 9, location: "news.jsonl:10", text: `${hostile} in 北京`, entities: [{ start: 52, end: 54, label: "LOC" }], predicted_entities: [], loss: 1.1 },
          ],
        },
      ],
    },
  };
}

const kClassification = [
  metric("accuracy", "higher"), metric("precision", "higher", false), metric("recall", "higher", false), metric("f1", "higher"),
  metric("f1_macro", "higher", false), metric("f1_micro", "higher", false),
];

const kRegression = [
  metric("rmse", "lower"), metric("spearman", "higher"), metric("mse", "lower", false), metric("mae", "lower", false),
  metric("pearson", "higher", false),
];

export const evaluators: Record<EvaluationForm, Evaluator> = {
  classification: { declared: kClassification, evaluate: classification },
  old: { declared: undefined, evaluate: old },
  regression: { declared: kRegression, evaluate: regression },
  "every kind": { declared: kClassification.filter(({ name }) => ["accuracy", "f1"].includes(name)), evaluate: everyKind },
};
