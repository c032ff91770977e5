// The table as a CSV file: the original columns, followed by those of the answers' form.
import type { Column, Prediction } from "./forms/form.ts";
import type { Rows } from "./rows_file.ts";

/** The records to write, names first. Rows that were not analysed have empty cells. */
export function tableRecords(rows: Rows, predictions: (Prediction | null | undefined)[], columns: Column<unknown>[]): string[][] {
  const records = rows.records.map((record, row) => {
    const prediction = predictions[row];
    return [...rows.columns.map((_, column) => record[column] ?? ""), ...columns.map(({ cell }) => (prediction ? cell(prediction) : ""))];
  });
  return [[...rows.columns, ...columns.map(({ name }) => name)], ...records];
}

/** "reviews.csv" becomes "reviews-predicted.csv". */
export const exportName = (name: string): string => `${name.replace(/\.[^.]*$/, "")}-predicted.csv`;
