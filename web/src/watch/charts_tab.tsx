// All charts of the shown runs, and what controls them together: axis, smoothing, zoom, which runs.
import { useMemo, useRef } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { chartSpecs, type ChartSpec, type Declared } from "./catalog.ts";
import { ChartCard } from "./chart_card";
import { LineCache, type Line, type RunSource } from "./chart_lines.ts";
import type { Run } from "./contract.ts";
import { changeView, store, useView } from "./page_state";
import { zoomTo } from "./plot";
import { slotClass, useShown } from "./run_list";
import { fullDomain, zoomed } from "./scene.ts";
import { kAxisNames } from "./series.ts";
import { texts } from "./texts";
import type { Domain } from "./ticks.ts";
import { Unread } from "./unread";
import { kMaxSmoothing, runsInFocus } from "./view_state.ts";

interface ChartLines {
  spec: ChartSpec;
  lines: readonly Line[];
}

/** The same array as before where every line is the same, so that an unchanged chart is not drawn again. */
function useLines(sources: readonly RunSource[], declared: Declared): ChartLines[] {
  const view = useView();
  const cache = useRef(new LineCache());
  const before = useRef(new Map<string, readonly Line[]>());
  const specs = chartSpecs(sources.flatMap((source) => [...source.metrics.tracks.keys()]), declared);
  return specs.map((spec) => {
    const now = cache.current.lines(spec, sources, view.axis, view.smoothing);
    const last = before.current.get(spec.id);
    const lines = last && last.length === now.length && last.every((line, i) => line === now[i]) ? last : now;
    before.current.set(spec.id, lines);
    return { spec, lines };
  });
}

/** One value makes no line: such a chart is a small card with its value. */
const hasLine = (lines: readonly Line[]): boolean => lines.some((line) => line.x.length > 1);

export function ChartsTab({ runs, current }: { runs: readonly Run[]; current: string }) {
  const text = useTexts(texts);
  const view = useView();
  const { shown } = useShown(runs);
  const sources = runs.flatMap((run): RunSource[] => {
    const metrics = store.metrics.get(run.id);
    return metrics && shown.includes(run.id) ? [{ id: run.id, name: run.name, slot: store.slots.of(run.id), metrics }] : [];
  });
  const charts = useLines(sources, runs.filter((run) => shown.includes(run.id)).map((run) => run.metrics));
  const isUnread = shown.some((id) => store.unread(id, "metrics") !== null);
  const full = fullDomain(charts.flatMap(({ lines }) => lines));
  const lesser = charts.filter(({ spec }) => spec.lesser);
  const main = charts.filter(({ spec }) => !spec.lesser);
  const focus = runsInFocus(shown, current);
  const focusKey = focus === null ? "" : [...focus].join(" ");
  const kept = useMemo(() => focus, [focusKey]);
  const grid = (some: readonly ChartLines[], isSmall = false) => some.length > 0 && (
    <div class={isSmall ? "chart-grid small-charts" : "chart-grid"}>
      {some.map(({ spec, lines }) => (
        <ChartCard key={spec.id} spec={spec} lines={lines} runs={sources} full={full} current={current} focus={kept} isSmall={isSmall} />
      ))}
    </div>
  );
  return (
    <>
      <Toolbar full={full} />
      {runs.length > 1 && <Legend runs={runs} />}
      {shown.length === 0 && <p class="empty">{text.noneShown}</p>}
      <Unread runs={runs.filter((run) => shown.includes(run.id))} part="metrics" />
      {shown.length > 0 && charts.length === 0 && !isUnread && <p class="empty">{text.noMetrics}</p>}
      {grid(main.filter(({ lines }) => hasLine(lines)))}
      {grid(main.filter(({ lines }) => !hasLine(lines)), true)}
      {lesser.length > 0 && (
        <div class="lesser">
          <button type="button" class="quiet" aria-expanded={view.more} onClick={() => changeView({ more: !view.more })}>
            {text.moreCharts(lesser.length)}
          </button>
          {view.more && grid(lesser)}
        </div>
      )}
    </>
  );
}

function Toolbar({ full }: { full: Domain }) {
  const text = useTexts(texts);
  const view = useView();
  const shown = view.zoom ? { low: view.zoom[0], high: view.zoom[1] } : full;
  const zoom = (factor: number): void => zoomTo(zoomed(shown, full, (shown.low + shown.high) / 2, factor));
  return (
    <div class="toolbar">
      <fieldset class="segments">
        <legend>{text.axis}</legend>
        {kAxisNames.map((axis) => (
          <label key={axis}>
            <input type="radio" name="axis" checked={view.axis === axis} onChange={() => changeView({ axis, zoom: null })} />
            <span>{text.axes[axis]}</span>
          </label>
        ))}
      </fieldset>
      <label class="smoothing">
        <span>{text.smoothing}</span>
        <input type="range" min={0} max={kMaxSmoothing} step={0.01} value={view.smoothing}
          onInput={(event) => changeView({ smoothing: Number(event.currentTarget.value) })} />
        <output>{view.smoothing.toFixed(2)}</output>
      </label>
      <div class="zoom" role="group" aria-label={text.zoom}>
        <button type="button" class="icon-button" aria-label={text.zoomOut} disabled={view.zoom === null} onClick={() => zoom(2)}>{"\u2212"}</button>
        <button type="button" class="icon-button" aria-label={text.zoomIn} onClick={() => zoom(0.5)}>+</button>
        <button type="button" disabled={view.zoom === null} onClick={() => zoomTo(null)}>{text.zoomReset}</button>
      </div>
    </div>
  );
}

function Legend({ runs }: { runs: readonly Run[] }) {
  const text = useTexts(texts);
  const { shown, toggle } = useShown(runs);
  return (
    <div class="legend" role="group" aria-label={text.runs}>
      {runs.map((run) => (
        <button key={run.id} type="button" class={`chip ${slotClass(store.slots.of(run.id))}`} aria-pressed={shown.includes(run.id)}
          title={run.path} onClick={() => toggle(run.id)}>
          <span class="swatch" />{run.name}
        </button>
      ))}
    </div>
  );
}
