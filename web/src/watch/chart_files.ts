// A chart as a file: SVG and CSV as they are, PNG drawn from the SVG at twice the size.
import { themeColor } from "../shared/theme";
import type { ChartSpec } from "./catalog.ts";
import { xAxis, yAxis } from "./chart_axes.ts";
import { chartCsv } from "./chart_csv.ts";
import type { Line, RunSource } from "./chart_lines.ts";
import { kEvaluationDash, slotColor } from "./chart_style";
import { chartSvg, svgHeight, type SvgOptions } from "./chart_svg.ts";
import { buildScene } from "./scene.ts";
import type { AxisName } from "./series.ts";
import type { WatchTexts } from "./texts";
import type { Domain } from "./ticks.ts";

export interface ChartFile {
  spec: ChartSpec;
  title: string;
  runs: readonly RunSource[];
  lines: readonly Line[];
  shown: Domain;
  axis: AxisName;
  smoothing: number;
  logarithmic: boolean;
  text: WatchTexts;
}

export type Format = "PNG" | "SVG" | "CSV";

export const kFormats: readonly Format[] = ["PNG", "SVG", "CSV"];

const kWidth = 960;
const kHeight = 480;
const kPngScale = 2;

/** Makes the file and hands it to the browser's downloads. */
export async function saveChart(chart: ChartFile, format: Format): Promise<void> {
  const name = `${chart.spec.id.replace(/[^\w-]+/g, "_")}.${format.toLowerCase()}`;
  if (format === "CSV") return download(name, new Blob(["\ufeff", chartCsv(chart.spec, chart.runs, chart.smoothing)], { type: "text/csv" }));
  const { svg, height } = svgOf(chart);
  if (format === "SVG") return download(name, new Blob([svg], { type: "image/svg+xml" }));
  download(name, await pngOf(svg, height));
}

function svgOf(chart: ChartFile): { svg: string; height: number } {
  const { text, shown } = chart;
  const scene = buildScene(chart.lines, { zoom: [shown.low, shown.high], logarithmic: chart.logarithmic, width: kWidth });
  const x = xAxis(scene.x, chart.axis, kWidth, text.locale);
  const y = yAxis(scene, kHeight, text.locale);
  const roles = new Set(chart.lines.map((line) => line.role)).size > 1;
  const options: SvgOptions = {
    title: chart.title, width: kWidth, height: kHeight, evaluationDash: kEvaluationDash,
    colors: {
      ground: themeColor("--surface"), ink: themeColor("--ink"), soft: themeColor("--ink-soft"),
      grid: themeColor("--grid"), danger: themeColor("--negative"), run: slotColor,
    },
    xTicks: x.ticks, xTexts: x.texts, yTicks: y.ticks, yTexts: y.texts, xTitle: text.axes[chart.axis],
    legend: scene.strokes.filter((stroke) => !stroke.faint).map(({ line }) =>
      roles ? `${line.name} \u00b7 ${line.role === "evaluation" ? text.evaluation : text.training}` : line.name),
  };
  return { svg: chartSvg(scene, options), height: svgHeight(scene, options) };
}

async function pngOf(svg: string, height: number): Promise<Blob> {
  const image = new Image(kWidth, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = kWidth * kPngScale;
  canvas.height = height * kPngScale;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png"));
}

function download(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
