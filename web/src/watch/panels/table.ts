// A table of numbers: a named row each, sortable by every column, with averages below. Of very many rows only some are
// drawn, so that a table of 10,000 labels is as quick as one of ten.
import { fields, isFields, number, text, textOrNull } from "../checked.ts";

/** How a column's values are written. */
export type Format = "share" | "count" | "number";

export interface Column {
  name: string;
  format: Format;
}

export interface TableRow {
  name: string;
  /** By column; null if the value is missing or not finite. */
  values: (number | null)[];
}

export interface Table {
  /** What a row is: "label". */
  key: string;
  columns: Column[];
  rows: TableRow[];
  averages: TableRow[];
}

/** Column -1 is the rows' names. */
export interface Order {
  column: number;
  descending: boolean;
}

export const kMaxRows = 100;

// Metrics between 0 and 1 that people read as percentages.
const kShares = new Set(["precision", "recall", "f1", "accuracy", "specificity", "iou", "dice", "exact_match"]);

function formatOf(name: string, values: readonly (number | null)[]): Format {
  const known = values.filter((value) => value !== null);
  if (kShares.has(name) && known.every((value) => value >= 0 && value <= 1)) return "share";
  return known.every(Number.isInteger) ? "count" : "number";
}

function readRows(value: unknown, columns: readonly string[]): TableRow[] {
  return Object.entries(fields(value)).map(([name, row]) => ({ name, values: columns.map((column) => number(fields(row)[column])) }));
}

/** Null if the columns or the rows are missing. */
export function readTable(data: unknown): Table | null {
  const { key, columns: names, rows: given, averages } = fields(data);
  if (!Array.isArray(names) || !isFields(given)) return null;
  const columns = names.map(text);
  const rows = readRows(given, columns);
  return {
    key: textOrNull(key) ?? "", rows, averages: readRows(averages, columns),
    columns: columns.map((name, at) => ({ name, format: formatOf(name, rows.map((row) => row.values[at] ?? null)) })),
  };
}

/** Rows in order; a missing value comes last whatever the direction, and equal rows keep the file's order. */
export function sortRows(rows: readonly TableRow[], { column, descending }: Order, language: string): TableRow[] {
  const turn = descending ? -1 : 1;
  if (column < 0) {
    const names = new Intl.Collator(language, { numeric: true });
    return [...rows].sort((a, b) => turn * names.compare(a.name, b.name));
  }
  return [...rows].sort((a, b) => {
    const left = a.values[column] ?? null, right = b.values[column] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return turn * (left - right);
  });
}

/** What the reader chose: an order (null: the file's), and words that a row's name must hold. */
export interface Choice {
  order: Order | null;
  query: string;
  /** Rows that come first in the file's order if there are too many: the labels of the matrix beside the table. */
  first: ReadonlySet<string> | null;
}

/** The rows to draw, and how many there are that match. */
export function chosenRows(table: Table, { order, query, first }: Choice, language: string): { rows: TableRow[]; total: number } {
  const wanted = query.trim().toLowerCase();
  const matching = wanted === "" ? table.rows : table.rows.filter((row) => row.name.toLowerCase().includes(wanted));
  let rows: readonly TableRow[] = matching;
  if (order !== null) rows = sortRows(matching, order, language);
  else if (first !== null && matching.length > kMaxRows) {
    const isFirst = (row: TableRow): boolean => first.has(row.name);
    const leading = matching.filter(isFirst);
    rows = leading.length > 0 ? leading : matching;
  }
  return { rows: rows.slice(0, kMaxRows), total: matching.length };
}
