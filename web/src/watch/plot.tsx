// A chart that one can point at: canvas, crosshair, tooltip, and zoom by drag, wheel, touch or keyboard. For a screen
// reader it is a slider over the axis whose value is read out.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { useStore } from "../shared/store";
import { useTheme } from "../shared/theme";
import { placeText } from "./chart_axes.ts";
import type { Line } from "./chart_lines.ts";
import { nearestIndex } from "./decimation.ts";
import { metricText } from "./formatting.ts";
import { changeView, hover } from "./page_state";
import { PlotCanvas } from "./plot_canvas";
import { slotClass } from "./run_list";
import { buildScene, panned, zoomed, type Scene } from "./scene.ts";
import type { AxisName } from "./series.ts";
import { texts } from "./texts";
import type { Domain } from "./ticks.ts";

export interface PlotProps {
  id: string;
  label: string;
  describedBy: string;
  lines: readonly Line[];
  /** All charts share it, so that they stay in step. */
  full: Domain;
  axis: AxisName;
  zoom: readonly [number, number] | null;
  logarithmic: boolean;
  focus: ReadonlySet<string> | null;
}

const round = (value: number): number => Number(value.toPrecision(6));

/** Shows this part of the axis in all charts; null shows all. */
export function zoomTo(part: readonly [number, number] | null): void {
  changeView({ zoom: part === null ? null : [round(part[0]), round(part[1])] });
}

export function Plot(props: PlotProps) {
  const text = useTexts(texts);
  const theme = useTheme();
  const element = useRef<HTMLDivElement>(null);
  const canvas = useRef<PlotCanvas | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const { lines, zoom, full, logarithmic, axis, id, focus } = props;
  const scene = useMemo(
    () => buildScene(lines, { zoom: zoom ?? [full.low, full.high], logarithmic, focus, width: Math.max(100, size.width) }),
    [lines, zoom, full.low, full.high, logarithmic, focus, size.width]);
  const content = { scene, axis, language: text.locale };

  useEffect(() => followSize(element.current, setSize), []);
  useEffect(() => {
    if (!element.current || size.width === 0) return;
    canvas.current = new PlotCanvas(element.current, content, {
      point: (x) => hover.set(x === null ? null : { x, chart: id, keys: false }),
      select: (low, high) => zoomTo([low, high]),
      reset: () => zoomTo(null),
    });
    return () => {
      canvas.current?.destroy();
      canvas.current = null;
    };
  }, [logarithmic, size.width > 0]);
  useEffect(() => canvas.current?.resize(size.width, size.height), [size]);
  useEffect(() => canvas.current?.show(content), [scene, axis, text, theme]);
  useEffect(() => hover.subscribe(() => follow(canvas.current, id)), []);
  useEffect(() => listenToWheel(element.current, () => ({ canvas: canvas.current, scene, full })), [scene, full.low, full.high]);

  return (
    <PointedPlot {...props} scene={scene} canvas={() => canvas.current} width={size.width}>
      <div ref={element} class="plot-canvas" />
    </PointedPlot>
  );
}

function followSize(element: HTMLElement | null, set: (size: { width: number; height: number }) => void): (() => void) | undefined {
  if (!element) return undefined;
  const observer = new ResizeObserver(() => set({ width: element.clientWidth, height: element.clientHeight }));
  observer.observe(element);
  return () => observer.disconnect();
}

/** The crosshair of the chart that is pointed at stands in all others too. */
function follow(canvas: PlotCanvas | null, id: string): void {
  const at = hover.get();
  if (at !== null && at.chart === id && !at.keys) return;
  canvas?.pointAt(at?.x ?? null);
}

/** The wheel zooms with Ctrl (so does a pinch), or once the chart has the focus; else the page scrolls as always. */
function listenToWheel(element: HTMLElement | null, now: () => { canvas: PlotCanvas | null; scene: Scene; full: Domain }) {
  const turn = (event: WheelEvent): void => {
    const { canvas, scene, full } = now();
    const focused = element?.parentElement === document.activeElement;
    if (!canvas || !(event.ctrlKey || event.metaKey || focused)) return;
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) zoomTo(panned(scene.x, full, Math.sign(event.deltaX) * 0.1));
    else zoomTo(zoomed(scene.x, full, canvas.xAtClient(event.clientX), event.deltaY < 0 ? 0.8 : 1.25));
  };
  element?.addEventListener("wheel", turn, { passive: false });
  return () => element?.removeEventListener("wheel", turn);
}

interface Reading {
  line: Line;
  x: number;
  y: number;
  raw: number;
}

/** The value of each line nearest to x, for lines with values there. */
function readingsAt(lines: readonly Line[], x: number): Reading[] {
  return lines.flatMap((line) => {
    const at = nearestIndex(line.x, x);
    const place = line.x[at];
    return place === undefined ? [] : [{ line, x: place, y: line.y[at] ?? NaN, raw: line.raw[at] ?? NaN }];
  });
}

interface PointedProps extends PlotProps {
  scene: Scene;
  canvas: () => PlotCanvas | null;
  width: number;
  children: preact.ComponentChildren;
}

function PointedPlot({ id, label, describedBy, lines, scene, full, axis, canvas, width, children }: PointedProps) {
  const text = useTexts(texts);
  const at = useStore(hover);
  const mine = at !== null && at.chart === id;
  const readings = mine ? readingsAt(lines, at.x) : [];
  const place = readings.length > 0 ? readings.reduce((a, b) => (near(a, at?.x) <= near(b, at?.x) ? a : b)).x : at?.x ?? scene.x.high;
  const several = new Set(lines.map((line) => line.run)).size > 1;
  const spoken = readings.slice(0, 20).map(({ line, y }) => `${several ? `${line.name} ` : ""}${roleText(line, text)} ${metricText(y, text.locale)}`);
  const touch = (event: PointerEvent): void => {
    if (event.pointerType !== "mouse") canvas()?.pointAtClient(event.clientX);
  };
  return (
    <div class="plot" tabIndex={0} role="slider" aria-label={label} aria-describedby={describedBy}
      aria-valuemin={scene.x.low} aria-valuemax={scene.x.high} aria-valuenow={Math.min(Math.max(place, scene.x.low), scene.x.high)}
      aria-valuetext={`${text.axes[axis]} ${placeText(place, axis, text.locale)}${spoken.length > 0 ? `: ${spoken.join(", ")}` : ""}`}
      onKeyDown={(event) => pressKey(event, id, lines, scene, full)} onBlur={() => hover.get()?.keys && hover.set(null)}
      onPointerDown={touch} onPointerMove={touch}>
      {children}
      {mine && <Tooltip readings={readings} place={place} axis={axis} canvas={canvas()} several={several} width={width} />}
    </div>
  );
}

const near = (reading: Reading, x: number | undefined): number => Math.abs(reading.x - (x ?? 0));

function roleText(line: Line, text: { training: string; evaluation: string }): string {
  return line.role === "evaluation" ? text.evaluation : text.training;
}

const kMaxShown = 12;

function Tooltip({ readings, place, axis, canvas, several, width }: {
  readings: readonly Reading[]; place: number; axis: AxisName; canvas: PlotCanvas | null; several: boolean; width: number;
}) {
  const text = useTexts(texts);
  if (!canvas || readings.length === 0) return null;
  const roles = new Set(readings.map(({ line }) => line.role)).size > 1;
  const marks = readings.map((reading) => ({ reading, at: canvas.placeOf(reading.x, reading.y) }));
  const left = canvas.placeOf(place, readings[0]?.y ?? 0).left;
  const side = left > width / 2 ? { right: `${width - left + 14}px` } : { left: `${left + 14}px` };
  return (
    <div class="pointed" aria-hidden="true">
      {marks.filter(({ at }) => Number.isFinite(at.top)).map(({ reading, at }) => (
        <span key={`${reading.line.run} ${reading.line.key}`} class={`mark-at ${slotClass(reading.line.slot)}`}
          style={{ transform: `translate(${at.left}px, ${at.top}px)` }} />
      ))}
      <div class="tooltip" style={side}>
        <p class="tooltip-place">{text.axes[axis]} {placeText(place, axis, text.locale)}</p>
        {readings.slice(0, kMaxShown).map(({ line, y, raw, x }) => (
          <p key={`${line.run} ${line.key}`} class={`reading ${slotClass(line.slot)}`}>
            <span class={roles ? `swatch swatch-${line.role}` : "swatch"} />
            <span class="reading-name">{[several && line.name, roles && roleText(line, text)].filter(Boolean).join(" \u00b7 ")}</span>
            <span class="reading-value">{metricText(y, text.locale)}</span>
            <span class="reading-raw">{line.smoothed && `${text.raw} ${metricText(raw, text.locale)}`}</span>
            <span class="reading-note">{x !== place && `@ ${placeText(x, axis, text.locale)}`}</span>
          </p>
        ))}
        {readings.length > kMaxShown && <p class="reading-note">{text.andMore(readings.length - kMaxShown)}</p>}
      </div>
    </div>
  );
}

/** The next or previous place of any line. */
function stepFrom(lines: readonly Line[], from: number, count: number, scene: Scene): number {
  const places = [...new Set(lines.flatMap((line) => line.x))].filter((x) => x >= scene.x.low && x <= scene.x.high).sort((a, b) => a - b);
  const at = nearestIndex(places, from);
  return places[Math.min(places.length - 1, Math.max(0, at + count))] ?? from;
}

function pressKey(event: KeyboardEvent, id: string, lines: readonly Line[], scene: Scene, full: Domain): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = hover.get()?.x ?? scene.x.high;
  const point = (x: number): void => hover.set({ x, chart: id, keys: true });
  const far = event.shiftKey ? 10 : 1;
  const actions: Record<string, () => void> = {
    ArrowLeft: () => point(stepFrom(lines, at, -far, scene)),
    ArrowRight: () => point(stepFrom(lines, at, far, scene)),
    ArrowDown: () => point(stepFrom(lines, at, -far, scene)),
    ArrowUp: () => point(stepFrom(lines, at, far, scene)),
    PageDown: () => zoomTo(panned(scene.x, full, -0.5)),
    PageUp: () => zoomTo(panned(scene.x, full, 0.5)),
    Home: () => point(stepFrom(lines, scene.x.low, 0, scene)),
    End: () => point(stepFrom(lines, scene.x.high, 0, scene)),
    "+": () => zoomTo(zoomed(scene.x, full, at, 0.6)),
    "=": () => zoomTo(zoomed(scene.x, full, at, 0.6)),
    "-": () => zoomTo(zoomed(scene.x, full, at, 1 / 0.6)),
    "0": () => zoomTo(null),
    Escape: () => hover.set(null),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
