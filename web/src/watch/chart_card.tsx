// One chart with its name, last and best value, data table and files.
import { useMemo, useState } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import type { ChartSpec } from "./catalog.ts";
import { placeText } from "./chart_axes.ts";
import { kFormats, saveChart, type ChartFile } from "./chart_files";
import type { Line, RunSource } from "./chart_lines.ts";
import { summarize, tableRows, type LineSummary } from "./description.ts";
import { countText, metricText } from "./formatting.ts";
import { changeView, useView } from "./page_state";
import { Plot } from "./plot";
import { slotClass } from "./run_list";
import type { AxisName } from "./series.ts";
import { metricTitle, texts, type WatchTexts } from "./texts";
import type { Domain } from "./ticks.ts";

export interface ChartCardProps {
  spec: ChartSpec;
  runs: readonly RunSource[];
  lines: readonly Line[];
  full: Domain;
  /** The run whose last value stands beside the title. */
  current: string;
  /** Runs that stand out; null: all. */
  focus: ReadonlySet<string> | null;
  /** Shows the values without a plot. */
  isSmall: boolean;
}

export function ChartCard({ spec, runs, lines, full, current, focus, isSmall }: ChartCardProps) {
  const text = useTexts(texts);
  const view = useView();
  const [table, setTable] = useState(false);
  const title = metricTitle(text, spec.id);
  const summaries = useMemo(() => lines.map(summarize), [lines]);
  const logarithmic = view.log.includes(spec.id);
  const describedBy = `about-${spec.id}`;
  const shown = view.zoom ? { low: view.zoom[0], high: view.zoom[1] } : full;
  if (isSmall) {
    return (
      <figure class="card chart" aria-labelledby={`title-${spec.id}`}>
        <figcaption class="chart-head">
          <h3 id={`title-${spec.id}`}>{title}</h3>
          <Values summaries={summaries.filter(({ line }) => line.run === current)} both={spec.traces.length > 1} />
        </figcaption>
        <p class="soft">{lines.length > 0 ? text.oneValue : view.axis === "time" ? text.noTime : text.noPoints}</p>
      </figure>
    );
  }
  const file: ChartFile = { spec, title, runs, lines, shown, axis: view.axis, smoothing: view.smoothing, logarithmic, text };
  return (
    <figure class="card chart" aria-labelledby={`title-${spec.id}`}>
      <figcaption class="chart-head">
        <h3 id={`title-${spec.id}`}>{title}</h3>
        <Values summaries={summaries.filter(({ line }) => line.run === current)} both={spec.traces.length > 1} />
      </figcaption>
      {lines.length === 0
        ? <p class="no-points soft">{view.axis === "time" ? text.noTime : text.noPoints}</p>
        : <Plot id={spec.id} label={text.chartOf(title)} describedBy={describedBy} lines={lines} full={full} axis={view.axis}
            zoom={view.zoom} logarithmic={logarithmic} focus={focus} />}
      <p class="hidden" id={describedBy}>{summaries.map((summary) => spokenSummary(summary, text)).join(" ")} {text.plotKeys}</p>
      <div class="chart-tools">
        <button type="button" class="quiet small" aria-pressed={logarithmic} aria-label={text.logLabel(title)}
          onClick={() => changeView({ log: logarithmic ? view.log.filter((id) => id !== spec.id) : [...view.log, spec.id] })}>
          {text.log}
        </button>
        <button type="button" class="quiet small" aria-expanded={table} aria-label={text.tableLabel(title)} onClick={() => setTable(!table)}>
          {text.table}
        </button>
        <span class="spread" />
        {kFormats.map((format) => (
          <button key={format} type="button" class="quiet small" aria-label={text.exportLabel(title, format)}
            disabled={lines.length === 0} onClick={() => void saveChart(file, format)}>
            {format}
          </button>
        ))}
      </div>
      {table && <ChartTable title={title} lines={lines} axis={view.axis} />}
    </figure>
  );
}

function Values({ summaries, both }: { summaries: readonly LineSummary[]; both: boolean }) {
  const text = useTexts(texts);
  return (
    <p class="chart-values">
      {summaries.filter(({ last }) => last !== null).map(({ line, last }) => (
        <span key={line.key} class={`chart-value ${slotClass(line.slot)}`}>
          {both && <span class={`swatch swatch-${line.role}`} />}
          {both && <span class="soft">{line.role === "evaluation" ? text.evaluation : text.training}</span>}
          <strong>{metricText(last?.value, text.locale)}</strong>
        </span>
      ))}
    </p>
  );
}

function spokenSummary({ line, last, best, trend, numBroken }: LineSummary, text: WatchTexts): string {
  const at = (step: number): string => countText(step, text.locale);
  const parts: string[] = [];
  if (last) parts.push(text.lastWas(metricText(last.value, text.locale), at(last.step)));
  if (best) parts.push(text.bestWas(metricText(best.value, text.locale), at(best.step)));
  if (trend !== "unknown") parts.push(text.lineTrend(text.trends[trend]));
  if (numBroken > 0) parts.push(text.broken(numBroken));
  return text.summary(`${line.name}, ${line.role === "evaluation" ? text.evaluation : text.training}`, parts);
}

const kMaxRows = 200;

function ChartTable({ title, lines, axis }: { title: string; lines: readonly Line[]; axis: AxisName }) {
  const text = useTexts(texts);
  const { rows, total } = useMemo(() => tableRows(lines, kMaxRows), [lines]);
  const roles = new Set(lines.map((line) => line.role)).size > 1;
  return (
    <div class="table-scroll chart-table" tabIndex={0} role="group" aria-label={text.tableLabel(title)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.axes[axis]}</th>
            {lines.map((line) => (
              <th key={`${line.run} ${line.key}`} scope="col">
                {line.name}{roles && ` \u00b7 ${line.role === "evaluation" ? text.evaluation : text.training}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.x}>
              <th scope="row">{placeText(row.x, axis, text.locale)}</th>
              {row.values.map((value, i) => <td key={i}>{value === null ? "" : metricText(value, text.locale)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {total > rows.length && <p class="soft">{text.tablePart(rows.length, total)}</p>}
    </div>
  );
}
