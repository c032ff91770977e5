// A chart as plain geometry, ready to draw: the canvas on the page and the exported SVG both draw exactly this.
import type { Line } from "./chart_lines.ts";
import { decimate, visibleRange, type Polyline } from "./decimation.ts";
import { paddedDomain, type Domain } from "./ticks.ts";

export interface Stroke {
  line: Line;
  points: Polyline;
  /** The values before smoothing, drawn behind and faint. */
  faint: boolean;
  /** A dot on each point. */
  dots: boolean;
  /** Of a run that is not in focus: fainter, and behind the others. */
  muted: boolean;
  /** Dashed, to set evaluations apart from the training in the same chart. */
  dashed: boolean;
}

export interface Scene {
  x: Domain;
  y: Domain;
  logarithmic: boolean;
  strokes: Stroke[];
  /** Where a value is not finite: marked at the lower edge, by run slot. */
  broken: { x: number; slot: number }[];
}

export interface SceneOptions {
  zoom: readonly [number, number] | null;
  logarithmic: boolean;
  /** Of the plot, in pixels. */
  width: number;
  /** Runs that stand out; null: all. */
  focus?: ReadonlySet<string> | null;
}

const kMaxDots = 60;
const kMaxBroken = 200;

/** The part of the axis that holds all points, from 0 (the start of the training) on. */
export function fullDomain(lines: readonly Line[]): Domain {
  let low = Infinity;
  let high = -Infinity;
  for (const { x } of lines) {
    low = Math.min(low, x[0] ?? Infinity);
    high = Math.max(high, x[x.length - 1] ?? -Infinity);
  }
  if (low > high) return { low: 0, high: 1 };
  low = Math.min(low, 0);
  return low < high ? { low, high } : { low, high: low + 1 };
}

// A logarithmic axis shows only positive values.
function drawable(value: number, logarithmic: boolean): boolean {
  return Number.isFinite(value) && (!logarithmic || value > 0);
}

/** The middle 96 of 100 values, so that a few spikes behind a smoothed line do not flatten it. */
function middleRange(values: readonly number[]): [number, number] {
  const every = Math.max(1, Math.floor(values.length / 2000));
  const sample = values.filter((_, i) => i % every === 0).sort((a, b) => a - b);
  const cut = Math.floor(sample.length * 0.02);
  return [sample[cut] ?? Infinity, sample[sample.length - 1 - cut] ?? -Infinity];
}

function valueDomain(lines: readonly Line[], x: Domain, logarithmic: boolean): Domain {
  let low = Infinity;
  let high = -Infinity;
  const include = (value: number): void => {
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const line of lines) {
    const [begin, end] = visibleRange(line.x, x.low, x.high);
    const inside = (values: readonly number[]): number[] =>
      values.slice(begin, end).filter((value) => drawable(value, logarithmic));
    for (const value of inside(line.y)) include(value);
    if (line.smoothed) middleRange(inside(line.raw)).filter(Number.isFinite).forEach(include);
  }
  return paddedDomain(low, high, logarithmic);
}

function positive(values: readonly number[]): number[] {
  return values.map((value) => (value > 0 ? value : NaN));
}

function strokesOf(line: Line, x: Domain, mixed: boolean, options: SceneOptions): Stroke[] {
  const cut = (values: readonly number[]): Polyline =>
    decimate(line.x, options.logarithmic ? positive(values) : values, x.low, x.high, options.width);
  const [begin, end] = visibleRange(line.x, x.low, x.high);
  const few = end - begin <= Math.min(kMaxDots, options.width / 8);
  const dots = few && (line.role === "evaluation" || end - begin <= 2);
  const muted = options.focus ? !options.focus.has(line.run) : false;
  const stroke: Stroke = { line, points: cut(line.y), faint: false, muted, dots, dashed: mixed && line.role === "evaluation" };
  // The raw values of a muted run would only be noise.
  return line.smoothed && !muted ? [{ line, points: cut(line.raw), faint: true, muted, dots: false, dashed: false }, stroke] : [stroke];
}

export function buildScene(lines: readonly Line[], options: SceneOptions): Scene {
  const x = options.zoom ? { low: options.zoom[0], high: options.zoom[1] } : fullDomain(lines);
  const mixed = new Set(lines.map((line) => line.role)).size > 1;
  const strokes = lines.flatMap((line) => strokesOf(line, x, mixed, options));
  // Faint lines lie behind all others, muted ones behind those in focus.
  strokes.sort((a, b) => Number(b.faint) - Number(a.faint) || Number(b.muted) - Number(a.muted));
  const broken = lines.flatMap((line) =>
    line.x.filter((at, i) => !Number.isFinite(line.raw[i]) && at >= x.low && at <= x.high)
      .slice(0, kMaxBroken).map((at) => ({ x: at, slot: line.slot })));
  return { x, y: valueDomain(lines, x, options.logarithmic), logarithmic: options.logarithmic, strokes, broken };
}

/** A function from values to pixels, `from` at the domain's low end and `to` at its high one. */
export function scaleTo(domain: Domain, logarithmic: boolean, from: number, to: number): (value: number) => number {
  const place = logarithmic ? Math.log : (value: number): number => value;
  const low = place(domain.low);
  const times = (to - from) / (place(domain.high) - low);
  return (value) => from + (place(value) - low) * times;
}

/** Of a domain: `factor` below 1 zooms in around `center`, above 1 out; never beyond `full`, where null is returned. */
export function zoomed(shown: Domain, full: Domain, center: number, factor: number): readonly [number, number] | null {
  const low = Math.max(full.low, center - (center - shown.low) * factor);
  const high = Math.min(full.high, center + (shown.high - center) * factor);
  if (low <= full.low && high >= full.high) return null;
  return high - low > (full.high - full.low) * 1e-4 ? [low, high] : [shown.low, shown.high];
}

/** Moves the visible part by a share of its width, up to the ends. */
export function panned(shown: Domain, full: Domain, share: number): readonly [number, number] {
  const width = shown.high - shown.low;
  const low = Math.min(Math.max(full.low, shown.low + width * share), full.high - width);
  return [low, low + width];
}
