// Curves over a common axis. Of many lines the first ten are drawn, one colour each; the reader chooses others.
import { useMemo, useState } from "preact/hooks";
import { useTexts } from "../../shared/i18n";
import { kNumColors } from "../chart_style";
import { nearestIndex } from "../decimation.ts";
import { countText, metricText } from "../formatting.ts";
import { slotClass } from "../run_list";
import type { Domain } from "../ticks.ts";
import { domainsOf, nearestPoint, placesOf, thinned, type Curve, type CurveLine, type Point } from "./curve.ts";
import { Drawing, type Frame } from "./drawing";
import type { PanelProps } from "./panel.ts";
import { nameIn, panelTexts } from "./texts.ts";

/** A line with its colour. */
interface Shown extends CurveLine {
  slot: number;
}

export function CurvePanel({ id, name, title, data }: PanelProps<Curve>) {
  const text = useTexts(panelTexts);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(() => new Set(data.lines.map((_, slot) => slot).slice(kNumColors)));
  const { lines, x, y, places } = useMemo(() => {
    const lines = data.lines.map((line, slot): Shown => ({ ...line, slot })).filter(({ slot, points }) => !hidden.has(slot) && points.length > 0);
    const domains = domainsOf(lines);
    return { lines, ...domains, places: placesOf(lines, domains.x) };
  }, [data, hidden]);
  const number = (value: number): string => metricText(value, text.locale);
  const xTitle = nameIn(text.axes, data.x), yTitle = nameIn(text.axes, data.y);
  const readings = (place: number) => lines.flatMap((line) => {
    const point = nearestPoint(line, places[place] ?? 0);
    return point ? [{ line, point }] : [];
  });
  const placeText = (place: number): string => `${xTitle} ${number(places[place] ?? 0)}`;
  return (
    <Drawing id={id} title={title} xTitle={xTitle} yTitle={yTitle} x={x} y={y} note={nameOfOne(data.lines, name)}
      about={lines.slice(0, kNumColors).map((line) => summaryOf(line, text.lineSummary, text.locale)).join(" ")}
      places={places} placeAt={(at) => nearestIndex(places, at)}
      spoken={(place) => `${placeText(place)}: ${readings(place).map(({ line, point }) => `${line.name} ${number(point[1])}`).join(", ")}`}
      tooltip={(place) => (
        <>
          <p class="tooltip-place">{placeText(place)}</p>
          {readings(place).map(({ line, point }) => (
            <p key={line.slot} class={`reading ${slotClass(line.slot)}`}>
              <span class="swatch" />
              <span class="reading-name">{lines.length > 1 ? line.name : yTitle}</span>
              <span class="reading-value">{number(point[1])}</span>
            </p>
          ))}
        </>
      )}
      marks={(frame, place) => <Lines lines={lines} frame={frame} pointed={place === null ? [] : readings(place)} diagonal={data.diagonal ? common(x, y) : null} />}
      table={() => <PointTable lines={lines} xTitle={xTitle} yTitle={yTitle} />}>
      {data.lines.length > 1 && <Legend lines={data.lines} hidden={hidden} change={setHidden} />}
    </Drawing>
  );
}

/** The name of a single line, if it says more than the panel's. */
function nameOfOne([line, ...more]: readonly CurveLine[], panel: string): string {
  return line === undefined || more.length > 0 || line.name === panel ? "" : line.name;
}

function summaryOf({ name, points }: CurveLine, summary: (name: string, count: string, low: string, high: string) => string, language: string): string {
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

const kMaxDots = 30;

/** Returns the part of the line y = x inside the axes, or null if the line misses them. */
function common(x: Domain, y: Domain): Domain | null {
  const low = Math.max(x.low, y.low), high = Math.min(x.high, y.high);
  return low < high ? { low, high } : null;
}

function Lines({ lines, frame, pointed, diagonal }: {
  lines: readonly Shown[]; frame: Frame; pointed: readonly { line: Shown; point: Point }[]; diagonal: Domain | null;
}) {
  return (
    <>
      <line class="base-line" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
      {diagonal && <line class="diagonal" x1={frame.toX(diagonal.low)} y1={frame.toY(diagonal.low)} x2={frame.toX(diagonal.high)} y2={frame.toY(diagonal.high)} />}
      {lines.map((line) => (
        <g key={line.slot} class={slotClass(line.slot)}>
          <path class="curve" d={pathOf(line.points, frame)} />
          {line.points.length <= kMaxDots && line.points.filter(([, y]) => Number.isFinite(y)).map(([px, py], i) => (
            <circle key={i} class="curve-dot" cx={frame.toX(px)} cy={frame.toY(py)} />
          ))}
        </g>
      ))}
      {pointed.map(({ line, point }) => (
        <circle key={line.slot} class={`pointed-dot ${slotClass(line.slot)}`} cx={frame.toX(point[0])} cy={frame.toY(point[1])} />
      ))}
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
