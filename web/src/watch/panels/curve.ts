// Curves over a common axis, such as precision over recall: one line or many.
import { fields, isFields, list, number, text } from "../checked.ts";
import { paddedDomain, type Domain } from "../ticks.ts";

export type Point = readonly [number, number];

export interface CurveLine {
  name: string;
  /** In the order to draw them; y is NaN where the line has a gap. */
  points: Point[];
}

export interface Curve {
  x: string;
  y: string;
  lines: CurveLine[];
  /** Draws y = x, for comparison. */
  diagonal: boolean;
}

function readPoint(value: unknown): Point[] {
  const [x, y] = list(value);
  const place = number(x);
  return place === null ? [] : [[place, number(y) ?? NaN]];
}

/** Null if there is no list of lines, or one of them has no list of points. */
export function readCurve(data: unknown): Curve | null {
  const json = fields(data);
  if (!Array.isArray(json["lines"])) return null;
  const lines: CurveLine[] = [];
  for (const line of json["lines"]) {
    if (!isFields(line) || !Array.isArray(line["points"])) return null;
    lines.push({ name: text(line["name"]), points: line["points"].flatMap(readPoint) });
  }
  return { x: text(json["x"]), y: text(json["y"]), lines, diagonal: json["diagonal"] === true };
}

function rangeOf(values: Iterable<number>): Domain {
  const range = { low: Infinity, high: -Infinity };
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    range.low = Math.min(range.low, value);
    range.high = Math.max(range.high, value);
  }
  return range;
}

// Rates and probabilities are read on the whole axis from 0 to 1, never on a part of it.
function domainOf({ low, high }: Domain, isPadded: boolean): Domain {
  if (low >= 0 && high <= 1) return { low: 0, high: 1 };
  return isPadded || !(high > low) ? paddedDomain(low, high, false) : { low, high };
}

export function domainsOf(lines: readonly CurveLine[]): { x: Domain; y: Domain } {
  const points = lines.flatMap((line) => line.points);
  return {
    x: domainOf(rangeOf(points.map(([x]) => x)), false),
    y: domainOf(rangeOf(points.map(([, y]) => y)), true),
  };
}

const kMaxPlaces = 200;

/** The places that the keyboard goes through: those of the points, or of very many evenly spaced ones. */
export function placesOf(lines: readonly CurveLine[], x: Domain): number[] {
  const places = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
  if (places.length <= kMaxPlaces) return places;
  return Array.from({ length: kMaxPlaces + 1 }, (_, i) => x.low + ((x.high - x.low) * i) / kMaxPlaces);
}

/** The line's point whose x is nearest; undefined if the line has none. */
export function nearestPoint({ points }: CurveLine, x: number): Point | undefined {
  let nearest: Point | undefined;
  for (const point of points) {
    if (Number.isFinite(point[1]) && (nearest === undefined || Math.abs(point[0] - x) < Math.abs(nearest[0] - x))) nearest = point;
  }
  return nearest;
}

/** At most `most` points, evenly chosen, the last kept. */
export function thinned<T>(points: readonly T[], most: number): T[] {
  const every = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_, i) => (points.length - 1 - i) % every === 0);
}
