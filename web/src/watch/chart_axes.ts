// The two axes of a chart: the ticks and their labels, for the canvas and for files.
import { clockText } from "./formatting.ts";
import type { Scene } from "./scene.ts";
import type { AxisName } from "./series.ts";
import { linearTicks, logTicks, tickText, timeTicks, wholeTicks, type Domain } from "./ticks.ts";

export interface AxisTicks {
  ticks: number[];
  texts: string[];
}

const kPixelsPerColumn = 60;
const kPixelsPerRow = 44;

export function xAxis(domain: Domain, axis: AxisName, width: number, language: string): AxisTicks {
  const most = Math.max(2, width / kPixelsPerColumn);
  if (axis === "time") {
    const ticks = timeTicks(domain, most);
    return { ticks, texts: ticks.map(clockText) };
  }
  const ticks = axis === "step" ? wholeTicks(domain, most) : linearTicks(domain, most);
  return { ticks, texts: tickText(ticks, language) };
}

export function yAxis(scene: Scene, height: number, language: string): AxisTicks {
  const most = Math.max(2, height / kPixelsPerRow);
  const ticks = scene.logarithmic ? logTicks(scene.y, most) : linearTicks(scene.y, most);
  return { ticks, texts: tickText(ticks, language) };
}

/** A position on the axis, as tooltips show it. */
export function placeText(value: number, axis: AxisName, language: string): string {
  if (axis === "time") return clockText(value);
  return new Intl.NumberFormat(language, { maximumFractionDigits: axis === "step" ? 0 : 3 }).format(value);
}
