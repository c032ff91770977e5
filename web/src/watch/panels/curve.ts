// Curves over a common axis, such as precision over recall, and clouds of points, such as predictions over targets.
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
  /** "points": the points are not joined. */
  style: "line" | "points";
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
  return { x: text(json["x"]), y: text(json["y"]), lines, style: json["style"] === "points" ? "points" : "line", diagonal: json["diagonal"] === true };
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

/** `isCloud`: no point touches an edge. `isCommon`: both axes have the same values, so that y = x is the diagonal. */
export function domainsOf(lines: readonly CurveLine[], isCloud = false, isCommon = false): { x: Domain; y: Domain } {
  const points = lines.flatMap((line) => line.points);
  const x = rangeOf(points.map(([at]) => at)), y = rangeOf(points.map(([, at]) => at));
  if (!isCommon || points.length === 0) return { x: domainOf(x, isCloud), y: domainOf(y, true) };
  const both = domainOf({ low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) }, true);
  return { x: both, y: both };
}

const kMaxPlaces = 200;

/** The places that the keyboard goes through: those of the points. If there are very many, evenly spaced ones, or of a cloud some of
 *  the points'. */
export function placesOf(lines: readonly CurveLine[], x: Domain, isCloud = false): number[] {
  const places = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
  if (places.length <= kMaxPlaces) return places;
  if (isCloud) return thinned(places, kMaxPlaces);
  return Array.from({ length: kMaxPlaces + 1 }, (_, i) => x.low + ((x.high - x.low) * i) / kMaxPlaces);
}

/** The line's points whose x is nearest: several where a line is vertical, as a ROC curve at its beginning, and in a cloud. */
export function nearestPoints({ points }: CurveLine, x: number): Point[] {
  const whole = points.filter(([, y]) => Number.isFinite(y));
  const least = whole.reduce((distance, [at]) => Math.min(distance, Math.abs(at - x)), Infinity);
  const nearest = whole.find(([at]) => Math.abs(at - x) === least);
  return nearest === undefined ? [] : whole.filter(([at]) => at === nearest[0]);
}

/** The lowest and the highest y. */
export const spanOf = (points: readonly Point[]): Domain => rangeOf(points.map(([, y]) => y));

/** At most `most` points, evenly chosen, the last kept. */
export function thinned<T>(points: readonly T[], most: number): T[] {
  const every = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_, i) => (points.length - 1 - i) % every === 0);
}
