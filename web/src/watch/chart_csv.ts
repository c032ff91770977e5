// A chart's points as CSV (RFC 4180): one row a point, so that runs with different steps fit into one file.
import { csvCell } from "../shared/csv_cell.ts";
import { isSmoothed, type ChartSpec } from "./catalog.ts";
import type { RunSource } from "./chart_lines.ts";
import { smooth } from "./smoothing.ts";

function csvNumber(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? String(value) : "";
}

/** Columns run, metric, step, epoch, time, value, smoothed; unknown and non-finite values are empty. */
export function chartCsv(spec: ChartSpec, runs: readonly RunSource[], smoothing: number): string {
  const lines = ["run,metric,step,epoch,time,value,smoothed"];
  for (const trace of spec.traces) {
    const { key } = trace;
    for (const run of runs) {
      const track = run.metrics.tracks.get(key);
      if (track === undefined) continue;
      const weight = isSmoothed(trace) ? smoothing : 0;
      const smoothed = weight > 0 ? smooth(track.value, weight) : [];
      track.step.forEach((step, i) => {
        const numbers = [step, track.epoch[i], track.time[i], track.value[i], smoothed[i]].map(csvNumber);
        lines.push([csvCell(run.name), csvCell(key), ...numbers].join(","));
      });
    }
  }
  return lines.join("\r\n") + "\r\n";
}
