// Scores from a confusion matrix (row = true label), as scikit-learn defines them with zero_division=0. The matrix comes
// as rows, or with very many labels as the cells that are not 0.

export interface LabelScores {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

export interface Cell {
  count: number;
  /** Of the rows with this true label. */
  share: number;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

export function labelScores(labels: readonly string[], matrix: readonly (readonly number[])[]): LabelScores[] {
  return labels.map((label, id) => {
    const hits = matrix[id]?.[id] ?? 0;
    const support = sum(matrix[id] ?? []);
    const predicted = sum(matrix.map((row) => row[id] ?? 0));
    return {
      label,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      support,
    };
  });
}

export function cells(matrix: readonly (readonly number[])[]): Cell[][] {
  return matrix.map((row) => {
    const total = sum(row);
    return row.map((count) => ({ count, share: ratio(count, total) }));
  });
}

/** All rows, and those on the diagonal. */
export function totals(matrix: readonly (readonly number[])[]): { all: number; correct: number } {
  return { all: sum(matrix.map(sum)), correct: sum(matrix.map((row, id) => row[id] ?? 0)) };
}

/** [true label, predicted label, count]; labels by their number. */
export type SparseCell = readonly [number, number, number];

export interface Confusion {
  /** Numbers of the labels that are shown: all, or of very many those with the most mistakes. */
  shown: number[];
  /** Over the labels shown. */
  matrix: number[][];
  /** Of the labels shown, from all rows. */
  scores: LabelScores[];
  totals: { all: number; correct: number };
}

const kMaxShown = 40;

/** The matrix of very many labels, reduced to a readable size; scores and totals are computed from all labels. */
export function sparseConfusion(labels: readonly string[], sparse: readonly SparseCell[]): Confusion {
  const support = new Map<number, number>(), predicted = new Map<number, number>(), hits = new Map<number, number>();
  const add = (to: Map<number, number>, id: number, value: number) => to.set(id, (to.get(id) ?? 0) + value);
  for (const [label, prediction, count] of sparse) {
    add(support, label, count);
    add(predicted, prediction, count);
    if (label === prediction) add(hits, label, count);
  }
  const at = (from: Map<number, number>, id: number) => from.get(id) ?? 0;
  const mistakes = (id: number) => at(support, id) + at(predicted, id) - 2 * at(hits, id);
  const shown = [...new Set([...support.keys(), ...predicted.keys()])]
    .sort((a, b) => mistakes(b) - mistakes(a) || at(support, b) - at(support, a) || a - b)
    .slice(0, kMaxShown)
    .sort((a, b) => a - b);
  const place = new Map(shown.map((id, index) => [id, index]));
  const matrix = shown.map(() => shown.map(() => 0));
  for (const [label, prediction, count] of sparse) {
    const row = matrix[place.get(label) ?? -1], column = place.get(prediction);
    if (row !== undefined && column !== undefined) row[column] = (row[column] ?? 0) + count;
  }
  const scores = shown.map((id) => ({
    label: labels[id] ?? "",
    precision: ratio(at(hits, id), at(predicted, id)),
    recall: ratio(at(hits, id), at(support, id)),
    f1: ratio(2 * at(hits, id), at(support, id) + at(predicted, id)),
    support: at(support, id),
  }));
  return { shown, matrix, scores, totals: { all: sum([...support.values()]), correct: sum([...hits.values()]) } };
}

export function denseConfusion(labels: readonly string[], matrix: number[][]): Confusion {
  return { shown: labels.map((_, id) => id), matrix, scores: labelScores(labels, matrix), totals: totals(matrix) };
}
