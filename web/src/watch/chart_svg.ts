// A chart as an SVG document of its own: true vectors, colours written out, no style sheet and no script, so that it
// looks the same in a report. The PNG is made from this too.
import { scaleTo, type Scene, type Stroke } from "./scene.ts";

export interface SvgColors {
  ground: string;
  ink: string;
  soft: string;
  grid: string;
  danger: string;
  /** Of a run's slot. */
  run(slot: number): string;
}

export interface SvgOptions {
  title: string;
  width: number;
  height: number;
  colors: SvgColors;
  evaluationDash: readonly number[];
  xTicks: readonly number[];
  xTexts: readonly string[];
  yTicks: readonly number[];
  yTexts: readonly string[];
  xTitle: string;
  /** A text a line, in the order of the strokes that are not faint. */
  legend: readonly string[];
}

const kFont = "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
const kLegendLine = 18;
const kTop = 44;

/** Text between tags or quotes. What XML 1.0 cannot hold at all is left out. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const allowed = text.replace(/\p{Surrogate}/gu, "\ufffd").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
  return allowed.replace(/[&<>"']/g, (one) => entities[one] ?? one);
}

interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const short = (value: number): string => String(Math.round(value * 100) / 100);

/** The path of a polyline; a NaN begins it anew. */
function pathOf(stroke: Stroke, toX: (value: number) => number, toY: (value: number) => number): string {
  let path = "";
  let drawing = false;
  stroke.points.x.forEach((x, i) => {
    const y = stroke.points.y[i] ?? NaN;
    if (!Number.isFinite(y)) return void (drawing = false);
    path += `${drawing ? "L" : "M"}${short(toX(x))} ${short(toY(y))}`;
    drawing = true;
  });
  return path;
}

function dashAttribute({ dashed }: Stroke, options: SvgOptions): string {
  return dashed ? ` stroke-dasharray="${options.evaluationDash.join(" ")}"` : "";
}

function strokeElements(stroke: Stroke, options: SvgOptions, toX: (v: number) => number, toY: (v: number) => number): string {
  const { line, faint, dots, points } = stroke;
  const color = escapeXml(options.colors.run(line.slot));
  const dash = dashAttribute(stroke, options);
  let text = `<path d="${pathOf(stroke, toX, toY)}" fill="none" stroke="${color}" stroke-width="${faint ? 1 : 1.75}"` +
    ` stroke-linejoin="round"${faint || stroke.muted ? ' stroke-opacity="0.28"' : ""}${dash}/>`;
  if (!dots) return text;
  points.x.forEach((x, i) => {
    const y = points.y[i] ?? NaN;
    if (Number.isFinite(y)) text += `<circle cx="${short(toX(x))}" cy="${short(toY(y))}" r="3" fill="${color}"/>`;
  });
  return text;
}

function axes(options: SvgOptions, frame: Frame, toX: (v: number) => number, toY: (v: number) => number): string {
  const { colors } = options;
  const soft = `fill="${escapeXml(colors.soft)}" font-size="11"`;
  const grid = (d: string): string => `<path d="${d}" stroke="${escapeXml(colors.grid)}" fill="none"/>`;
  const rows = options.yTicks.map((tick, i) =>
    grid(`M${short(frame.left)} ${short(toY(tick))}H${short(frame.right)}`) +
    `<text x="${short(frame.left - 8)}" y="${short(toY(tick) + 4)}" text-anchor="end" ${soft}>${escapeXml(options.yTexts[i] ?? "")}</text>`);
  const columns = options.xTicks.map((tick, i) =>
    grid(`M${short(toX(tick))} ${short(frame.top)}V${short(frame.bottom)}`) +
    `<text x="${short(toX(tick))}" y="${short(frame.bottom + 16)}" text-anchor="middle" ${soft}>${escapeXml(options.xTexts[i] ?? "")}</text>`);
  const name = `<text x="${short((frame.left + frame.right) / 2)}" y="${short(frame.bottom + 34)}" text-anchor="middle" ${soft}>${escapeXml(options.xTitle)}</text>`;
  return rows.join("") + columns.join("") + name;
}

/** One column for few lines, two for many. */
function legendRows(numLines: number): number {
  return numLines > 4 ? Math.ceil(numLines / 2) : numLines;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}\u2026` : text;
}

function legend(scene: Scene, options: SvgOptions, frame: Frame): string {
  const drawn = scene.strokes.filter((stroke) => !stroke.faint);
  return drawn.map((stroke, i) => {
    const rows = legendRows(drawn.length);
    const x = frame.left + (i >= rows ? (frame.right - frame.left) / 2 : 0);
    const y = frame.bottom + 58 + (i % rows) * kLegendLine;
    const dash = dashAttribute(stroke, options);
    return `<path d="M${short(x)} ${y - 4}h24" stroke="${escapeXml(options.colors.run(stroke.line.slot))}" stroke-width="2"${dash}/>` +
      `<text x="${short(x + 32)}" y="${y}" fill="${escapeXml(options.colors.ink)}" font-size="12">${escapeXml(shortened(options.legend[i] ?? ""))}</text>`;
  }).join("");
}

/** The height of the whole picture for a plot of `options.height`. */
export function svgHeight(scene: Scene, options: SvgOptions): number {
  return options.height + kLegendLine * legendRows(scene.strokes.filter((stroke) => !stroke.faint).length);
}

export function chartSvg(scene: Scene, options: SvgOptions): string {
  const left = 24 + 7 * Math.max(2, ...options.yTexts.map((text) => text.length));
  const frame = { left, top: kTop, right: options.width - 20, bottom: options.height - 50 };
  const toX = scaleTo(scene.x, false, frame.left, frame.right);
  const toY = scaleTo(scene.y, scene.logarithmic, frame.bottom, frame.top);
  const height = svgHeight(scene, options);
  const { colors } = options;
  const broken = scene.broken.map(({ x }) =>
    `<path d="M${short(toX(x) - 4)} ${short(frame.bottom)}h8l-4 -7z" fill="${escapeXml(colors.danger)}"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${options.width}" height="${height}" ` +
    `viewBox="0 0 ${options.width} ${height}" font-family="${escapeXml(kFont)}" role="img">` +
    `<title>${escapeXml(options.title)}</title>` +
    `<rect width="100%" height="100%" fill="${escapeXml(colors.ground)}"/>` +
    `<text x="${frame.left}" y="26" font-size="15" font-weight="600" fill="${escapeXml(colors.ink)}">${escapeXml(options.title)}</text>` +
    axes(options, frame, toX, toY) +
    `<clipPath id="plot"><rect x="${frame.left}" y="${frame.top - 4}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top + 8}"/></clipPath>` +
    `<g clip-path="url(#plot)">${scene.strokes.map((stroke) => strokeElements(stroke, options, toX, toY)).join("")}${broken.join("")}</g>` +
    legend(scene, options, frame) + "</svg>\n";
}
