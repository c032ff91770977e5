// A matrix of counts over labels (row = true label), and the labels' scores as scikit-learn defines them with
// zero_division=0. The counts come as rows, or with very many labels as the cells that are not 0.
import { count, fields, isFields, list, number, text } from "../checked.ts";

export interface Matrix {
  /** Those shown: all, or of very many those with the most mistakes. */
  labels: string[];
  /** Of all labels, shown or not. */
  numLabels: number;
  /** Row = true label, column = predicted label, of the labels shown. */
  counts: number[][];
  totals: { all: number; correct: number };
}

export interface LabelScores {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** [true label, predicted label, count]; labels by their number. */
export type Cell = readonly [number, number, number];

/** With more labels, only kMaxShown of them are shown. */
const kMaxWhole = 100;
const kMaxShown = 40;

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** The cells that are not 0; skips malformed ones and those beyond the labels. Null if there are no counts. */
function readCells(counts: unknown, numLabels: number): Cell[] | null {
  if (Array.isArray(counts)) {
    return counts.slice(0, numLabels).flatMap((row, truth) =>
      list(row).slice(0, numLabels).flatMap((found, predicted): Cell[] => (count(found) > 0 ? [[truth, predicted, count(found)]] : [])));
  }
  if (!isFields(counts) || !Array.isArray(counts["cells"])) return null;
  const isLabel = (id: number | null): id is number => id !== null && Number.isInteger(id) && id >= 0 && id < numLabels;
  return counts["cells"].flatMap((cell): Cell[] => {
    const [label, predicted, found] = list(cell);
    const truth = number(label), prediction = number(predicted);
    return isLabel(truth) && isLabel(prediction) && count(found) > 0 ? [[truth, prediction, count(found)]] : [];
  });
}

/** Rows by true label, by predicted label, and on the diagonal. */
function sumsOf(cells: readonly Cell[]) {
  const support = new Map<number, number>(), predicted = new Map<number, number>(), hits = new Map<number, number>();
  const add = (to: Map<number, number>, id: number, value: number) => to.set(id, (to.get(id) ?? 0) + value);
  for (const [label, prediction, found] of cells) {
    add(support, label, found);
    add(predicted, prediction, found);
    if (label === prediction) add(hits, label, found);
  }
  return { support, predicted, hits };
}

const at = (from: ReadonlyMap<number, number>, id: number): number => from.get(id) ?? 0;

export function labelScores(labels: readonly string[], cells: readonly Cell[]): LabelScores[] {
  const { support, predicted, hits } = sumsOf(cells);
  return labels.map((label, id) => ({
    label,
    precision: ratio(at(hits, id), at(predicted, id)),
    recall: ratio(at(hits, id), at(support, id)),
    f1: ratio(2 * at(hits, id), at(support, id) + at(predicted, id)),
    support: at(support, id),
  }));
}

function matrixOf(labels: readonly string[], cells: readonly Cell[]): Matrix {
  const { support, predicted, hits } = sumsOf(cells);
  const mistakes = (id: number) => at(support, id) + at(predicted, id) - 2 * at(hits, id);
  const shown = labels.length <= kMaxWhole ? labels.map((_, id) => id) : [...new Set([...support.keys(), ...predicted.keys()])]
    .sort((a, b) => mistakes(b) - mistakes(a) || at(support, b) - at(support, a) || a - b)
    .slice(0, kMaxShown)
    .sort((a, b) => a - b);
  const place = new Map(shown.map((id, index) => [id, index]));
  const counts = shown.map(() => shown.map(() => 0));
  for (const [label, prediction, found] of cells) {
    const row = counts[place.get(label) ?? -1], column = place.get(prediction);
    if (row !== undefined && column !== undefined) row[column] = (row[column] ?? 0) + found;
  }
  return {
    labels: shown.map((id) => labels[id] ?? ""), numLabels: labels.length, counts,
    totals: { all: sum(support.values()), correct: sum(hits.values()) },
  };
}

/** Labels and counts as a file holds them; null if one of them is missing. */
export function readCounts(data: unknown): { labels: string[]; cells: Cell[] } | null {
  const { labels: names, counts } = fields(data);
  if (!Array.isArray(names)) return null;
  const cells = readCells(counts, names.length);
  return cells === null ? null : { labels: names.map(text), cells };
}

/** A matrix; made square over the labels, whatever the file holds. */
export function readMatrix(data: unknown): Matrix | null {
  const known = readCounts(data);
  return known === null ? null : matrixOf(known.labels, known.cells);
}

/** Each count with its share of the row. */
export function withShares(counts: readonly (readonly number[])[]): { count: number; share: number }[][] {
  return counts.map((row) => {
    const total = sum(row);
    return row.map((found) => ({ count: found, share: ratio(found, total) }));
  });
}
