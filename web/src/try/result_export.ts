// A result as text for other programs.
import type { Notes } from "./served_model.ts";
import type { Records } from "./forms/form.ts";

/** {"model", "text", "truncated", and under the form's name a list with an object for each part of the answer}. */
export function resultJson(model: string, text: string, { form, truncated }: Notes & { form: string }, { names, rows }: Records): string {
  const parts = rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
  return `${JSON.stringify({ model, text, truncated, [form]: parts }, null, 2)}\n`;
}

/** The records of a CSV file, names first; a missing value is an empty cell. */
export const csvRecords = ({ names, rows }: Records): string[][] => [names, ...rows.map((row) => row.map((cell) => String(cell ?? "")))];
