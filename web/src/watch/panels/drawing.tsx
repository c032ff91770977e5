// The frame of a drawing: axes with numbers, the place that is pointed at by mouse, touch or keyboard with its values, and the
// data as a table on demand. For a screen reader it is a slider over the x axis whose values are read out, as the charts are.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTexts } from "../../shared/i18n";
import { scaleTo } from "../scene.ts";
import { linearTicks, tickText, wholeTicks, type Domain } from "../ticks.ts";
import { panelTexts } from "./texts.ts";

/** Places in pixels of the drawing. */
export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
  toX: (value: number) => number;
  toY: (value: number) => number;
}

export interface DrawingProps {
  id: string;
  title: string;
  /** What the drawing shows, in words. */
  about: string;
  /** Beside the title. */
  note: string;
  xTitle: string;
  yTitle: string;
  x: Domain;
  y: Domain;
  /** The y axis counts rows: no fractions. */
  isCount?: boolean;
  /** The ascending values of x that one can point at. */
  places: readonly number[];
  /** The number of the place for a value of x. */
  placeAt: (x: number) => number;
  /** The values at a place, read out. */
  spoken: (place: number) => string;
  tooltip: (place: number) => ComponentChildren;
  /** What is drawn inside the axes. */
  marks: (frame: Frame, place: number | null) => ComponentChildren;
  table: () => ComponentChildren;
  /** Between the title and the drawing. */
  children?: ComponentChildren;
}

export function Drawing(props: DrawingProps) {
  const text = useTexts(panelTexts);
  const [table, setTable] = useState(false);
  const { id, title, about, note, places, children } = props;
  return (
    <section class="card chart drawing" aria-labelledby={`${id}-title`}>
      <div class="chart-head">
        <h3 id={`${id}-title`}>{title}</h3>
        <p class="chart-values soft">{note}</p>
      </div>
      {children}
      {places.length === 0 ? <p class="no-points soft">{text.noValues}</p> : <PointedDrawing {...props} />}
      <p class="hidden" id={`${id}-about`}>{about} {text.plotKeys}</p>
      <div class="chart-tools">
        <button type="button" class="quiet small" aria-expanded={table} aria-label={text.tableLabel(title)} disabled={places.length === 0}
          onClick={() => setTable(!table)}>
          {text.table}
        </button>
      </div>
      {table && places.length > 0 && (
        <div class="table-scroll chart-table" tabIndex={0} role="group" aria-label={text.tableLabel(title)}>{props.table()}</div>
      )}
    </section>
  );
}

function PointedDrawing(props: DrawingProps) {
  const text = useTexts(panelTexts);
  const { id, title, places, placeAt, spoken, tooltip } = props;
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0, unit: 16 });
  const [pointed, setPointed] = useState<number | null>(null);
  useEffect(() => followSize(element.current, setSize), []);
  const place = pointed === null ? null : Math.min(pointed, places.length - 1);
  const { frame, axes } = layOut(props, size, text.locale);
  const pointAt = (event: PointerEvent): void => {
    const box = element.current?.getBoundingClientRect();
    if (box) setPointed(placeAt(valueAt(props.x, frame, event.clientX - box.left)));
  };
  const at = places[place ?? 0] ?? 0;
  return (
    <div ref={element} class="plot drawing-plot" tabIndex={0} role="slider" aria-label={text.chartOf(title)} aria-describedby={`${id}-about`}
      aria-valuemin={places[0]} aria-valuemax={places[places.length - 1]} aria-valuenow={at} aria-valuetext={spoken(place ?? 0)}
      onPointerMove={pointAt} onPointerDown={pointAt} onPointerLeave={() => setPointed(null)} onBlur={() => setPointed(null)}
      onKeyDown={(event) => pressKey(event, place, places.length, setPointed)}>
      {size.width > 0 && (
        <svg width={size.width} height={size.height} aria-hidden="true" focusable="false">
          {axes}
          {props.marks(frame, place)}
        </svg>
      )}
      {place !== null && size.width > 0 && <Tooltip left={frame.toX(at)} width={size.width}>{tooltip(place)}</Tooltip>}
    </div>
  );
}

function Tooltip({ left, width, children }: { left: number; width: number; children: ComponentChildren }) {
  const side = left > width / 2 ? { right: `${width - left + 14}px` } : { left: `${left + 14}px` };
  return <div class="pointed" aria-hidden="true"><div class="tooltip" style={side}>{children}</div></div>;
}

interface Size {
  width: number;
  height: number;
  /** Pixels of one rem: text grows with the window. */
  unit: number;
}

function followSize(element: HTMLElement | null, set: (size: Size) => void): (() => void) | undefined {
  if (!element) return undefined;
  const observer = new ResizeObserver(() => set({
    width: element.clientWidth, height: element.clientHeight,
    unit: Number.parseFloat(getComputedStyle(document.documentElement).fontSize),
  }));
  observer.observe(element);
  return () => observer.disconnect();
}

// Of the axes, in rem.
const kColumn = 5;
const kRow = 2.75;

function layOut({ x, y, isCount, xTitle, yTitle }: DrawingProps, { width, height, unit }: Size, language: string) {
  const yTicks = (isCount ? wholeTicks : linearTicks)(y, Math.max(2, height / unit / kRow));
  const yTexts = tickText(yTicks, language);
  const left = unit * (0.75 + 0.45 * Math.max(2, ...yTexts.map((one) => one.length)));
  const right = width - unit;
  const top = unit * 1.75, bottom = height - unit * 2.75;
  const frame: Frame = { left, right, top, bottom, toX: scaleTo(x, false, left, right), toY: scaleTo(y, false, bottom, top) };
  const xTicks = linearTicks(x, Math.max(2, (right - left) / unit / kColumn));
  const xTexts = tickText(xTicks, language);
  const axes = (
    <g class="axes">
      {yTicks.map((tick, i) => (
        <g key={`y${tick}`}>
          <line x1={left} x2={right} y1={frame.toY(tick)} y2={frame.toY(tick)} />
          <text x={left - unit * 0.4} y={frame.toY(tick)} dy="0.32em" text-anchor="end">{yTexts[i]}</text>
        </g>
      ))}
      {xTicks.map((tick, i) => <text key={`x${tick}`} x={frame.toX(tick)} y={bottom + unit * 1.1} text-anchor="middle">{xTexts[i]}</text>)}
      <text x={left} y={unit * 0.9}>{yTitle}</text>
      <text x={right} y={height - unit * 0.4} text-anchor="end">{xTitle}</text>
    </g>
  );
  return { frame, axes };
}

function valueAt(x: Domain, { left, right }: Frame, pixel: number): number {
  return x.low + ((pixel - left) / Math.max(1, right - left)) * (x.high - x.low);
}

function pressKey(event: KeyboardEvent, place: number | null, numPlaces: number, point: (place: number | null) => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const move = (count: number) => (): void => point(Math.min(numPlaces - 1, Math.max(0, (place ?? 0) + count)));
  const far = event.shiftKey ? 10 : 1;
  const actions: Record<string, () => void> = {
    ArrowLeft: move(-far), ArrowDown: move(-far), ArrowRight: move(far), ArrowUp: move(far), PageDown: move(-10), PageUp: move(10),
    Home: () => point(0), End: () => point(numPlaces - 1), Escape: () => point(null),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
