// Reads an evaluation. Files of format 2 hold panels of any kind (panels/panels.ts); files of an older hone, without a format,
// hold one classification, which is brought into the same form here.
import { count, fields, list, number, type Fields } from "./checked.ts";
import { labelScores, readCounts } from "./panels/matrix.ts";
import { readPanel, type Panel } from "./panels/panels.ts";

export interface Evaluation {
  step: number;
  epoch: number | null;
  /** By name, without "eval_"; NaN if the value is not finite. */
  metrics: Readonly<Record<string, number>>;
  /** In the order to show them. */
  panels: Panel[];
}

const kFormat = 2;

function readMetrics(value: unknown): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [name, entry] of Object.entries(fields(value))) {
    if (typeof entry === "number" || entry === null) metrics[name] = number(entry) ?? NaN;
  }
  return metrics;
}

/** The panels of a file without a format. */
function oldPanels(json: Fields): unknown[] {
  const matrix = { labels: list(json["labels"]), counts: json["confusion_matrix"] ?? [] };
  const { labels, cells } = readCounts(matrix) ?? { labels: [], cells: [] };
  const rows = Object.fromEntries(labelScores(labels, cells).map(({ label, ...scores }) => [label, scores]));
  return [
    { kind: "matrix", name: "confusion_matrix", title: "Confusion matrix", data: matrix },
    { kind: "table", name: "per_label", title: "By label", data: { key: "label", columns: ["precision", "recall", "f1", "support"], rows } },
    { kind: "rows", name: "worst", title: "Worst mistakes", data: list(json["worst"]) },
  ];
}

// What gives an overview comes first, single rows last.
const kOrder: Readonly<Record<Panel["kind"], number>> = { matrix: 0, histogram: 0, curve: 0, table: 1, rows: 2, unreadable: 3 };

export function readEvaluation(value: unknown): Evaluation {
  const json = fields(value);
  const format = number(json["format"]);
  const isOld = format === null && !Array.isArray(json["panels"]);
  const panels = isOld ? oldPanels(json) : list(json["panels"]);
  return {
    step: count(json["step"]),
    epoch: number(json["epoch"]),
    metrics: readMetrics(json["metrics"]),
    panels: panels.map((panel) => readPanel(panel, (format ?? 0) > kFormat)).sort((a, b) => kOrder[a.kind] - kOrder[b.kind]),
  };
}

/** The labels that a matrix shows if it cannot show all: those with the most mistakes. Null if all are shown. */
export function labelsInFocus(panels: readonly Panel[]): ReadonlySet<string> | null {
  for (const panel of panels) {
    if (panel.kind === "matrix" && panel.data.labels.length < panel.data.numLabels) return new Set(panel.data.labels);
  }
  return null;
}
