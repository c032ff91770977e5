// Scores from a confusion matrix (row = true label), as scikit-learn defines them with zero_division=0.

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
