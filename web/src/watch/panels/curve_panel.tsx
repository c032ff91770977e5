// Curves over a common axis, or clouds of points. Of many lines the first ten are drawn, one colour each; the reader chooses others.
import { useMemo, useState } from "preact/hooks";
import { useTexts } from "../../shared/i18n";
import { kNumColors } from "../chart_style";
import { nearestIndex } from "../decimation.ts";
import { countText, metricText } from "../formatting.ts";
import { slotClass } from "../run_list";
import type { Domain } from "../ticks.ts";
import { domainsOf, nearestPoints, placesOf, spanOf, thinned, type Curve, type CurveLine, type Point } from "./curve.ts";
import { Drawing, type Frame } from "./drawing";
import type { PanelProps } from "./panel.ts";
import { nameIn, panelTexts } from "./texts.ts";

/** A line with its colour. */
interface Shown extends CurveLine {
  slot: number;
}

/** The points of a line at a place. */
interface Reading {
  line: Shown;
  points: Point[];
}

export function CurvePanel({ id, name, title, data }: PanelProps<Curve>) {
  const text = useTexts(panelTexts);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(() => new Set(data.lines.map((_, slot) => slot).slice(kNumColors)));
  const { lines, x, y, places } = useMemo(() => {
    const lines = data.lines.map((line, slot): Shown => ({ ...line, slot })).filter(({ slot, points }) => !hidden.has(slot) && points.length > 0);
    const isCloud = data.style === "points";
    const domains = domainsOf(lines, isCloud, data.diagonal);
    return { lines, ...domains, places: placesOf(lines, domains.x, isCloud) };
  }, [data, hidden]);
  const number = (value: number): string => metricText(value, text.locale);
  const xTitle = nameIn(text.axes, data.x), yTitle = nameIn(text.axes, data.y);
  const readings = (place: number): Reading[] => lines.flatMap((line) => {
    const points = nearestPoints(line, places[place] ?? 0);
    return points.length > 0 ? [{ line, points }] : [];
  });
  const valueOf = ({ points }: Reading): string => {
    const { low, high } = spanOf(points);
    return number(low) === number(high) ? number(low) : text.bin(number(low), number(high));
  };
  const summary = data.style === "points" ? text.pointsSummary : text.lineSummary;
  const placeText = (place: number): string => `${xTitle} ${number(places[place] ?? 0)}`;
  return (
    <Drawing id={id} title={title} xTitle={xTitle} yTitle={yTitle} x={x} y={y} note={nameOfOne(data.lines, name)}
      about={lines.slice(0, kNumColors).map((line) => summaryOf(line, summary, text.locale)).join(" ")}
      places={places} placeAt={(at) => nearestIndex(places, at)}
      spoken={(place) => `${placeText(place)}: ${readings(place).map((reading) => `${reading.line.name} ${valueOf(reading)}`).join(", ")}`}
      tooltip={(place) => (
        <>
          <p class="tooltip-place">{placeText(place)}</p>
          {readings(place).map((reading) => (
            <p key={reading.line.slot} class={`reading ${slotClass(reading.line.slot)}`}>
              <span class="swatch" />
              <span class="reading-name">{lines.length > 1 ? reading.line.name : yTitle}</span>
              <span class="reading-value">{valueOf(reading)}</span>
            </p>
          ))}
        </>
      )}
      marks={(frame, place) => (
        <Lines lines={lines} isCloud={data.style === "points"} frame={frame} pointed={place === null ? [] : readings(place)} diagonal={data.diagonal ? common(x, y) : null} />
      )}
      table={() => <PointTable lines={lines} xTitle={xTitle} yTitle={yTitle} />}>
      {data.lines.length > 1 && <Legend lines={data.lines} hidden={hidden} change={setHidden} />}
    </Drawing>
  );
}

/** The name of a single line, if it says more than the panel's. */
function nameOfOne([line, ...more]: readonly CurveLine[], panel: string): string {
  return line === undefined || more.length > 0 || line.name === panel ? "" : line.name;
}

function dotsOf(points: readonly Point[], isCloud: boolean): Point[] {
  if (!isCloud && points.length > kMaxDots) return [];
  return thinned(points.filter(([, y]) => Number.isFinite(y)), isCloud ? kMaxCloud : kMaxDots);
}

type Summary = (name: string, count: string, from: string, to: string) => string;

function summaryOf({ name, points }: CurveLine, summary: Summary, language: string): string {
  const at = ([x, y]: Point): string => `(${metricText(x, language)}, ${metricText(y, language)})`;
  return summary(name, countText(points.length, language), at(points[0] ?? [NaN, NaN]), at(points[points.length - 1] ?? [NaN, NaN]));
}

function Legend({ lines, hidden, change }: { lines: readonly CurveLine[]; hidden: ReadonlySet<number>; change: (hidden: ReadonlySet<number>) => void }) {
  const text = useTexts(panelTexts);
  const toggle = (slot: number): void => {
    const next = new Set(hidden);
    if (!next.delete(slot)) next.add(slot);
    change(next);
  };
  return (
    <div class="legend" role="group" aria-label={text.lines}>
      {lines.map(({ name }, slot) => (
        <button key={slot} type="button" class={`chip ${slotClass(slot)}`} aria-pressed={!hidden.has(slot)} onClick={() => toggle(slot)}>
          <span class="swatch" />{name}
        </button>
      ))}
    </div>
  );
}

function pathOf(points: readonly Point[], { toX, toY }: Frame): string {
  let isDrawing = false;
  return points.map(([x, y]) => {
    if (!Number.isFinite(y)) return (isDrawing = false), "";
    const move = isDrawing ? "L" : "M";
    isDrawing = true;
    return `${move}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`;
  }).join("");
}

// With more points, a line is drawn without dots, and of a cloud only some are.
const kMaxDots = 30;
const kMaxCloud = 2000;

/** Returns the part of the line y = x inside the axes, or null if the line misses them. */
function common(x: Domain, y: Domain): Domain | null {
  const low = Math.max(x.low, y.low), high = Math.min(x.high, y.high);
  return low < high ? { low, high } : null;
}

function Lines({ lines, isCloud, frame, pointed, diagonal }: {
  lines: readonly Shown[]; isCloud: boolean; frame: Frame; pointed: readonly Reading[]; diagonal: Domain | null;
}) {
  return (
    <>
      <line class="base-line" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
      {diagonal && <line class="diagonal" x1={frame.toX(diagonal.low)} y1={frame.toY(diagonal.low)} x2={frame.toX(diagonal.high)} y2={frame.toY(diagonal.high)} />}
      {lines.map((line) => (
        <g key={line.slot} class={slotClass(line.slot)}>
          {!isCloud && <path class="curve" d={pathOf(line.points, frame)} />}
          {dotsOf(line.points, isCloud).map(([px, py], i) => (
            <circle key={i} class={isCloud ? "cloud-dot" : "curve-dot"} cx={frame.toX(px)} cy={frame.toY(py)} />
          ))}
        </g>
      ))}
      {pointed.flatMap(({ line, points }) => points.map(([px, py], i) => (
        <circle key={`${line.slot} ${i}`} class={`pointed-dot ${slotClass(line.slot)}`} cx={frame.toX(px)} cy={frame.toY(py)} />
      )))}
    </>
  );
}

const kMaxRows = 200;

function PointTable({ lines, xTitle, yTitle }: { lines: readonly Shown[]; xTitle: string; yTitle: string }) {
  const text = useTexts(panelTexts);
  const points = lines.flatMap(({ name, slot, points: all }) => all.map(([x, y]) => ({ name, slot, x, y })));
  const shown = thinned(points, kMaxRows);
  return (
    <>
      <table>
        <thead>
          <tr>{[text.line, xTitle, yTitle].map((name, i) => <th key={i} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {shown.map(({ name, x, y }, i) => (
            <tr key={i}>
              <th scope="row">{name}</th>
              <td>{metricText(x, text.locale)}</td>
              <td>{metricText(y, text.locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {points.length > shown.length && <p class="soft">{text.tablePart(shown.length, points.length)}</p>}
    </>
  );
}
