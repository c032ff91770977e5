// One chart on a canvas. uPlot keeps the axes, the pixels of the screen, the crosshair and the dragging; the lines are
// drawn from the scene in its draw hook, because uPlot's own series need common x values, which runs do not have.
import uPlot from "uplot";
import { themeColor } from "../shared/theme";
import { xAxis, yAxis } from "./chart_axes.ts";
import { kEvaluationDash, kFaintAlpha, slotColor } from "./chart_style";
import type { Scene, Stroke } from "./scene.ts";
import type { AxisName } from "./series.ts";

export interface PlotEvents {
  /** The crosshair stands at x (in the axis' unit), or left. */
  point(x: number | null): void;
  select(low: number, high: number): void;
  reset(): void;
}

export interface PlotContent {
  scene: Scene;
  axis: AxisName;
  language: string;
}

/** Where a point of the scene lies, in pixels from the plot element's corner. */
export interface Place {
  left: number;
  top: number;
}

export class PlotCanvas {
  private readonly plot: uPlot;
  private content: PlotContent;
  private silent = false;
  private xTexts: string[] = [];
  private yTexts: string[] = [];

  constructor(element: HTMLElement, content: PlotContent, events: PlotEvents) {
    this.content = content;
    this.plot = new uPlot(this.options(element, events), this.data(), element);
  }

  /** Shows other content; the same logarithmic setting as before. */
  show(content: PlotContent): void {
    this.content = content;
    this.plot.setData(this.data());
    this.plot.redraw(false, true);
  }

  resize(width: number, height: number): void {
    this.plot.setSize({ width, height });
  }

  destroy(): void {
    this.plot.destroy();
  }

  /** Moves the crosshair without telling. */
  pointAt(x: number | null): void {
    this.silent = true;
    this.plot.setCursor({ left: x === null ? -10 : this.plot.valToPos(x, "x"), top: 10 }, false);
    this.silent = false;
  }

  /** The crosshair at a place on the screen, for touch. */
  pointAtClient(clientX: number): void {
    const left = clientX - this.plot.over.getBoundingClientRect().left;
    this.plot.setCursor({ left: Math.min(Math.max(0, left), this.plot.over.clientWidth), top: 10 });
  }

  xAtClient(clientX: number): number {
    return this.plot.posToVal(clientX - this.plot.over.getBoundingClientRect().left, "x");
  }

  placeOf(x: number, y: number): Place {
    const { left, top } = this.plot.bbox;
    const ratio = uPlot.pxRatio;
    return { left: left / ratio + this.plot.valToPos(x, "x"), top: top / ratio + this.plot.valToPos(y, "y") };
  }

  private data(): uPlot.AlignedData {
    const { x } = this.content.scene;
    return [[x.low, x.high], [null, null]];
  }

  private options(element: HTMLElement, events: PlotEvents): uPlot.Options {
    const unit = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(unit * 0.75)}px system-ui, sans-serif`;
    const line = { stroke: () => themeColor("--grid"), width: 1 };
    const common = { stroke: () => themeColor("--ink-soft"), font, grid: line, ticks: { show: false }, gap: 6 };
    const keep = (_: uPlot, splits: number[]): number[] => splits;
    return {
      width: element.clientWidth,
      height: element.clientHeight,
      padding: [8, Math.round(unit * 1.25), 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        bind: { dblclick: () => () => (events.reset(), null) },
      },
      scales: {
        x: { time: false, range: () => [this.content.scene.x.low, this.content.scene.x.high] },
        y: { distr: this.content.scene.logarithmic ? 3 : 1, range: () => [this.content.scene.y.low, this.content.scene.y.high] },
      },
      axes: [
        {
          ...common, scale: "x", size: Math.round(unit * 1.75), filter: keep,
          splits: (plot) => this.splitX(plot), values: () => this.xTexts,
        },
        {
          ...common, scale: "y", filter: keep, splits: (plot) => this.splitY(plot), values: () => this.yTexts,
          size: (_, values) => Math.round(unit * (0.9 + 0.43 * Math.max(3, ...(values ?? []).map((text) => text.length)))),
        },
      ],
      series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
      hooks: { draw: [(plot) => this.draw(plot)], setCursor: [(plot) => this.tell(plot, events)], setSelect: [(plot) => select(plot, events)] },
    };
  }

  private splitX(plot: uPlot): number[] {
    const { ticks, texts } = xAxis(this.content.scene.x, this.content.axis, plot.width, this.content.language);
    this.xTexts = texts;
    return ticks;
  }

  private splitY(plot: uPlot): number[] {
    const { ticks, texts } = yAxis(this.content.scene, plot.height, this.content.language);
    this.yTexts = texts;
    return ticks;
  }

  private tell(plot: uPlot, events: PlotEvents): void {
    if (this.silent) return;
    const left = plot.cursor.left ?? -1;
    events.point(left < 0 ? null : plot.posToVal(left, "x"));
  }

  private draw(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    const air = 4 * pen();
    ctx.rect(bbox.left - air, bbox.top - air, bbox.width + 2 * air, bbox.height + 2 * air);
    ctx.clip();
    for (const stroke of this.content.scene.strokes) drawStroke(plot, stroke);
    drawBroken(plot, this.content.scene);
    ctx.restore();
  }
}

function select(plot: uPlot, events: PlotEvents): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  events.select(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
}

/** Pixels of the canvas for one of a usual window: lines grow with the text, up to 4K. */
function pen(): number {
  return (uPlot.pxRatio * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16;
}

function drawStroke(plot: uPlot, { line, points, faint, muted, dots, dashed }: Stroke): void {
  const { ctx } = plot;
  const ratio = pen();
  const color = slotColor(line.slot);
  ctx.globalAlpha = faint || muted ? kFaintAlpha : 1;
  ctx.strokeStyle = ctx.fillStyle = color;
  ctx.lineWidth = (faint ? 1 : 1.75) * ratio;
  ctx.lineJoin = "round";
  ctx.setLineDash(dashed ? kEvaluationDash.map((part) => part * ratio) : []);
  ctx.beginPath();
  const dot = new Path2D();
  let drawing = false;
  points.x.forEach((x, i) => {
    const y = points.y[i] ?? NaN;
    if (!Number.isFinite(y)) return void (drawing = false);
    const left = plot.valToPos(x, "x", true);
    const top = plot.valToPos(y, "y", true);
    if (drawing) ctx.lineTo(left, top);
    else ctx.moveTo(left, top);
    drawing = true;
    if (!dots) return;
    dot.moveTo(left + 3 * ratio, top);
    dot.arc(left, top, 3 * ratio, 0, 2 * Math.PI);
  });
  ctx.stroke();
  ctx.fill(dot);
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
}

/** Small triangles at the lower edge where a value is not finite. */
function drawBroken(plot: uPlot, scene: Scene): void {
  const { ctx, bbox } = plot;
  const size = 4 * pen();
  ctx.fillStyle = themeColor("--negative");
  ctx.beginPath();
  for (const { x } of scene.broken) {
    const left = plot.valToPos(x, "x", true);
    ctx.moveTo(left - size, bbox.top + bbox.height);
    ctx.lineTo(left + size, bbox.top + bbox.height);
    ctx.lineTo(left, bbox.top + bbox.height - 1.75 * size);
  }
  ctx.fill();
}
