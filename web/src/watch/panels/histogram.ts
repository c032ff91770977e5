// How often values fall between neighbouring edges.
import { fields, number, text } from "../checked.ts";
import type { Domain } from "../ticks.ts";

export interface Histogram {
  /** What is counted, such as "prediction - target". */
  x: string;
  /** Ascending, one more than counts; empty if nothing was counted. */
  edges: number[];
  counts: number[];
  total: number;
}

/** Null if edges and counts do not fit together. */
export function readHistogram(data: unknown): Histogram | null {
  const json = fields(data);
  if (!Array.isArray(json["edges"]) || !Array.isArray(json["counts"])) return null;
  const edges = json["edges"].map(number).filter((edge) => edge !== null);
  const counts = json["counts"].map(number).filter((found) => found !== null).filter((found) => found >= 0);
  const isWhole = edges.length === json["edges"].length && counts.length === json["counts"].length;
  if (counts.length === 0) return isWhole ? { x: text(json["x"]), edges: [], counts: [], total: 0 } : null;
  const isAscending = edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? Infinity));
  if (!isWhole || !isAscending || edges.length !== counts.length + 1) return null;
  return { x: text(json["x"]), edges, counts, total: counts.reduce((all, found) => all + found, 0) };
}

export function edgesOf({ edges }: Histogram, bin: number): Domain {
  return { low: edges[bin] ?? NaN, high: edges[bin + 1] ?? NaN };
}

/** The bin that holds x, or the nearest. */
export function binAt({ edges, counts }: Histogram, x: number): number {
  const above = edges.findIndex((edge) => edge > x);
  return Math.max(0, (above < 0 ? counts.length : above) - 1);
}

/** The first bin with the highest count. */
export function fullestBin({ counts }: Histogram): number {
  return counts.indexOf(counts.reduce((most, found) => Math.max(most, found), 0));
}
