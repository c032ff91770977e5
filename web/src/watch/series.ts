// The metrics of one run as columns, grown entry by entry. A run that is resumed from an earlier checkpoint repeats
// steps: what it logged beyond that checkpoint before is dropped, so that a line never runs backwards.
import type { Entry, MetricsPage } from "./contract.ts";

export type AxisName = "step" | "epoch" | "time";

export const kAxisNames: readonly AxisName[] = ["step", "epoch", "time"];

/** One metric: equally long columns, ascending by step. NaN: not known (epoch, time) or not finite (value). */
export interface Track {
  step: number[];
  epoch: number[];
  time: number[];
  value: number[];
}

const kPlaces = new Set(["step", "epoch", "time"]);

function emptyTrack(): Track {
  return { step: [], epoch: [], time: [], value: [] };
}

function truncate(track: Track, length: number): void {
  for (const column of [track.step, track.epoch, track.time, track.value]) column.length = length;
}

/** The number of leading points whose step is at most `step`. */
function numUpTo(track: Track, step: number): number {
  let length = track.step.length;
  while (length > 0 && (track.step[length - 1] ?? 0) > step) --length;
  return length;
}

/** A metric's value: null and the words for non-finite numbers become NaN; undefined: no number at all. */
function metricValue(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : NaN;
  if (value === null || value === "NaN" || value === "Infinity" || value === "-Infinity") return NaN;
  return undefined;
}

function place(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : NaN;
}

export class RunMetrics {
  generation = "";
  next = 0;
  /** Grows with every change, for caches. */
  version = 0;
  readonly tracks = new Map<string, Track>();

  /** Adds a page from the server; another generation or a restart clears everything first. */
  take(page: MetricsPage): void {
    if (page.restarted || (this.generation !== "" && page.generation !== this.generation)) this.clear();
    this.generation = page.generation;
    this.next = page.next;
    for (const entry of page.entries) this.append(entry);
    if (page.entries.length > 0) ++this.version;
  }

  clear(): void {
    this.tracks.clear();
    this.next = 0;
    ++this.version;
  }

  private append(entry: Entry): void {
    const step = place(entry["step"]);
    if (Number.isNaN(step)) return;
    for (const [key, raw] of Object.entries(entry)) {
      if (kPlaces.has(key)) continue;
      const value = metricValue(raw);
      if (value === undefined) continue;
      const track = this.trackFor(key, step);
      track.step.push(step);
      track.epoch.push(place(entry["epoch"]));
      track.time.push(place(entry["time"]));
      track.value.push(value);
    }
  }

  private trackFor(key: string, step: number): Track {
    let track = this.tracks.get(key);
    if (track === undefined) this.tracks.set(key, (track = emptyTrack()));
    const last = track.step[track.step.length - 1];
    if (last !== undefined && step < last) this.rewind(step);
    if (track.step[track.step.length - 1] === step) truncate(track, track.step.length - 1);
    return track;
  }

  private rewind(step: number): void {
    for (const track of this.tracks.values()) truncate(track, numUpTo(track, step));
  }
}

/** The points of a track that have a place on the axis, as two columns. */
export function pointsOn(track: Track, axis: AxisName): { x: number[]; y: number[]; step: number[] } {
  const places = track[axis];
  if (!places.some(Number.isNaN)) return { x: places, y: track.value, step: track.step };
  const x: number[] = [];
  const y: number[] = [];
  const step: number[] = [];
  places.forEach((at, i) => {
    if (Number.isNaN(at)) return;
    x.push(at);
    y.push(track.value[i] ?? NaN);
    step.push(track.step[i] ?? NaN);
  });
  return { x, y, step };
}
