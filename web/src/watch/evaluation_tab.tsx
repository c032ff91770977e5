// An evaluation: its metrics, then each of its panels, drawn by its kind. This page knows no task.
import type { FunctionComponent } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { headlines } from "./catalog.ts";
import type { Run } from "./contract.ts";
import { labelsInFocus, type Evaluation } from "./evaluation_file.ts";
import { countText, decimalText, metricText } from "./formatting.ts";
import { Icon } from "./icons";
import { changeView, store, useView } from "./page_state";
import { CurvePanel } from "./panels/curve_panel";
import { HistogramPanel } from "./panels/histogram_panel";
import { MatrixPanel } from "./panels/matrix_panel";
import type { PanelProps } from "./panels/panel.ts";
import type { Kind, Panel, PanelData } from "./panels/panels.ts";
import { RowsPanel } from "./panels/rows_panel";
import { TablePanel } from "./panels/table_panel";
import { panelTexts, titleOf } from "./panels/texts.ts";
import type { Part } from "./run_store.ts";
import { metricTitle, texts } from "./texts";
import { Unread } from "./unread";
import { evaluationToShow } from "./view_state.ts";

export function EvaluationTab({ run }: { run: Run }) {
  const text = useTexts(texts);
  const view = useView();
  const steps = store.steps.get(run.id);
  if (steps === undefined) return <Missing run={run} part="steps" />;
  const best = run.best?.step ?? null;
  const step = evaluationToShow(steps, view.step, best);
  if (step === null) return <p class="empty">{text.noEvaluations}</p>;
  const evaluation = store.evaluation(run.id, step);
  return (
    <>
      <StepChoice steps={steps} step={step} best={best} epoch={evaluation?.epoch ?? null} />
      <Unread runs={[run]} part="steps" />
      {evaluation === null ? <Missing run={run} part={`evaluation/${step}`} /> : (
        <>
          <Headlines evaluation={evaluation} run={run} />
          <Panels panels={evaluation.panels} />
        </>
      )}
    </>
  );
}

/** A part that is still loading or cannot be read. */
function Missing({ run, part }: { run: Run; part: Part }) {
  const text = useTexts(texts);
  if (store.unread(run.id, part) !== null) return <Unread runs={[run]} part={part} />;
  return <p class="empty">{text.loading}</p>;
}

/** The step that is shown first follows the run; any other stays. */
function StepChoice({ steps, step, best, epoch }: { steps: readonly number[]; step: number; best: number | null; epoch: number | null }) {
  const text = useTexts(texts);
  const at = steps.indexOf(step);
  const newest = steps[steps.length - 1];
  const choose = (index: number): void => {
    const chosen = steps[index] ?? null;
    changeView({ step: chosen === evaluationToShow(steps, null, best) ? null : chosen });
  };
  const nameOf = (one: number): string => {
    const name = countText(one, text.locale);
    return one === best ? text.bestStep(name) : one === newest ? text.newest(name) : name;
  };
  return (
    <div class="toolbar">
      <label class="field">
        <span>{text.evaluatedStep}</span>
        <select value={step} onChange={(event) => choose(steps.indexOf(Number(event.currentTarget.value)))}>
          {[...steps].reverse().map((one) => <option key={one} value={one}>{nameOf(one)}</option>)}
        </select>
      </label>
      <div class="zoom">
        <button type="button" class="icon-button" aria-label={text.earlier} disabled={at <= 0} onClick={() => choose(at - 1)}><Icon name="previous" /></button>
        <button type="button" class="icon-button" aria-label={text.later} disabled={at >= steps.length - 1} onClick={() => choose(at + 1)}><Icon name="next" /></button>
      </div>
      {epoch !== null && <span class="soft">{text.axes.epoch} {decimalText(epoch, text.locale)}</span>}
    </div>
  );
}

/** The metrics that matter most. */
function Headlines({ evaluation, run }: { evaluation: Evaluation; run: Run }) {
  const text = useTexts(texts);
  const names = headlines(Object.keys(evaluation.metrics), run.metrics);
  if (names.length === 0) return null;
  return (
    <section class="card" aria-label={text.metricsOfStep}>
      <dl class="figures">
        {names.map((name) => (
          <div key={name}>
            <dt>{metricTitle(text, `eval_${name}`)}</dt>
            <dd>{metricText(evaluation.metrics[name], text.locale)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const kViews: { [K in Kind]: FunctionComponent<PanelProps<PanelData[K]>> } = {
  matrix: MatrixPanel,
  table: TablePanel,
  rows: RowsPanel,
  histogram: HistogramPanel,
  curve: CurvePanel,
};

function Panels({ panels }: { panels: readonly Panel[] }) {
  const labels = labelsInFocus(panels);
  return (
    <div class="evaluation">
      {panels.map((panel, i) => <PanelView key={`${i} ${panel.kind} ${panel.name}`} panel={panel} id={`panel-${i}`} labels={labels} />)}
    </div>
  );
}

function PanelView({ panel, id, labels }: { panel: Panel; id: string; labels: ReadonlySet<string> | null }) {
  const text = useTexts(panelTexts);
  // If one panel cannot be drawn, the others still are.
  const [error, forget] = useErrorBoundary();
  useEffect(forget, [panel]);
  const title = titleOf(text, panel);
  if (panel.kind === "unreadable") return <p class="unreadable soft">{panel.isNewer ? text.newer(title) : text.damaged(title)}</p>;
  if (error !== undefined) return <p class="unreadable soft">{text.damaged(title)}</p>;
  const View = kViews[panel.kind] as FunctionComponent<PanelProps<unknown>>;
  return <View id={id} name={panel.name} title={title} data={panel.data} labels={labels} />;
}
