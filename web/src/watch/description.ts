// A chart in words: last value, best value and trend of each line, for screen readers.
import type { Line } from "./chart_lines.ts";

export type Trend = "rising" | "falling" | "level" | "unknown";

export interface LineSummary {
  line: Line;
  last: { value: number; step: number } | null;
  /** The lowest or highest, whichever is better; null for metrics where neither is. */
  best: { value: number; step: number } | null;
  trend: Trend;
  numBroken: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The last fifth of the line against the fifth before; changes under 2% of the whole range are none. */
export function trendOf(values: readonly number[]): Trend {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return "unknown";
  const part = Math.max(1, Math.floor(finite.length / 5));
  const change = mean(finite.slice(-part)) - mean(finite.slice(-2 * part, -part));
  let low = Infinity;
  let high = -Infinity;
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (Math.abs(change) <= 0.02 * (high - low)) return "level";
  return change > 0 ? "rising" : "falling";
}

function pointAt(line: Line, index: number): { value: number; step: number } | null {
  const value = line.raw[index];
  return value === undefined ? null : { value, step: line.step[index] ?? NaN };
}

export function summarize(line: Line): LineSummary {
  const { better } = line;
  let last = -1;
  let best = -1;
  let numBroken = 0;
  line.raw.forEach((value, i) => {
    if (!Number.isFinite(value)) return void ++numBroken;
    last = i;
    const record = line.raw[best] ?? NaN;
    if (best < 0 || (better === "lower" ? value < record : value > record)) best = i;
  });
  return {
    line,
    last: pointAt(line, last),
    best: better === "neither" ? null : pointAt(line, best),
    trend: trendOf(line.y),
    numBroken,
  };
}

export interface TableRow {
  x: number;
  /** By line; null where it has no point at this place. */
  values: (number | null)[];
}

/** The chart as a table: all places where a line has a point, at most `most` of them, evenly chosen, the last kept. */
export function tableRows(lines: readonly Line[], most: number): { rows: TableRow[]; total: number } {
  const places = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const every = Math.max(1, Math.ceil(places.length / most));
  const kept = places.filter((_, i) => (places.length - 1 - i) % every === 0);
  const values = lines.map((line) => new Map(line.x.map((at, i) => [at, line.raw[i] ?? NaN])));
  return { rows: kept.map((x) => ({ x, values: values.map((known) => known.get(x) ?? null) })), total: places.length };
}
