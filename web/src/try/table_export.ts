// The table as a CSV file: the original columns, followed by the model's results.
import { writeCsv } from "./csv.ts";
import type { Rows } from "./rows_file.ts";
import type { Info, Prediction } from "./served_model.ts";

// With more classes only the best one is exported, since a column for each would bury the text.
const maxScoreColumns = 50;

/** The records to write, names first. Rows that were not analysed have empty cells. */
export function tableRecords(rows: Rows, predictions: (Prediction | null | undefined)[], labels: string[]): string[][] {
  const scoreLabels = labels.length <= maxScoreColumns ? labels : [];
  const names = [...rows.columns, "predicted_label", "predicted_score", "truncated", ...scoreLabels.map((label) => `score_${label}`)];
  const records = rows.records.map((record, row) => {
    const cells = rows.columns.map((_, column) => record[column] ?? "");
    return [...cells, ...predictionCells(predictions[row], scoreLabels)];
  });
  return [names, ...records];
}

function predictionCells(prediction: Prediction | null | undefined, labels: string[]): string[] {
  const best = prediction?.scores[0];
  if (!prediction || best === undefined) return ["", "", "", ...labels.map(() => "")];
  const byLabel = new Map(prediction.scores.map(({ label, score }) => [label, score]));
  return [best.label, String(best.score), String(prediction.truncated), ...labels.map((label) => String(byLabel.get(label) ?? ""))];
}

/** Hands the browser the file to save: "reviews.csv" becomes "reviews-predicted.csv". */
export function exportTable(rows: Rows, predictions: (Prediction | null | undefined)[], info: Info | null): void {
  const text = writeCsv(tableRecords(rows, predictions, info?.labels ?? []));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = `${rows.name.replace(/\.[^.]*$/, "")}-predicted.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
