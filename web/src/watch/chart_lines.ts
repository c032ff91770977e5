// The lines of one chart: every shown run's points on the chosen axis, smoothed. They are kept from one response to the
// next, because most of twenty runs have not changed.
import { isSmoothed, type ChartSpec, type Role, type Trace } from "./catalog.ts";
import type { Better } from "./contract.ts";
import { pointsOn, type AxisName, type RunMetrics } from "./series.ts";
import { smooth } from "./smoothing.ts";

/** A run as charts see it. `slot` is its colour. */
export interface RunSource {
  id: string;
  name: string;
  slot: number;
  metrics: RunMetrics;
}

export interface Line {
  run: string;
  name: string;
  slot: number;
  key: string;
  role: Role;
  better: Better;
  /** Ascending. */
  x: number[];
  /** What is drawn: smoothed where the metric is one of training. NaN where the value is not finite. */
  y: number[];
  raw: number[];
  step: number[];
  smoothed: boolean;
}

interface Kept {
  version: number;
  line: Line;
}

export class LineCache {
  private kept = new Map<string, Kept>();

  /** The lines of a chart, runs in the given order; a run without points on this axis has none. */
  lines(spec: ChartSpec, runs: readonly RunSource[], axis: AxisName, smoothing: number): Line[] {
    const lines: Line[] = [];
    for (const trace of spec.traces) {
      for (const run of runs) {
        const weight = isSmoothed(trace) ? smoothing : 0;
        const name = JSON.stringify([run.id, run.slot, run.name, trace.key, trace.better, axis, weight]);
        let kept = this.kept.get(name);
        if (kept === undefined || kept.version !== run.metrics.version) {
          kept = { version: run.metrics.version, line: makeLine(run, trace, axis, weight) };
          this.keep(name, kept);
        }
        if (kept.line.x.length > 0) lines.push(kept.line);
      }
    }
    return lines;
  }

  private keep(name: string, kept: Kept): void {
    // Dragging the smoothing slider leaves a line for each stop behind.
    if (this.kept.size > 2000) this.kept.clear();
    this.kept.set(name, kept);
  }
}

function makeLine(run: RunSource, { key, role, better }: Trace, axis: AxisName, weight: number): Line {
  const track = run.metrics.tracks.get(key);
  const { x, y, step } = track ? pointsOn(track, axis) : { x: [], y: [], step: [] };
  return {
    run: run.id, name: run.name, slot: run.slot, key, role, better,
    // Copies: the columns of a track grow while a drawing still holds the line.
    x: x.slice(), y: smooth(y, weight), raw: y.slice(), step: step.slice(), smoothed: weight > 0,
  };
}
