// The list of runs: which of them the charts show, and which one is selected.
import { useTexts } from "../shared/i18n";
import { kNumColors } from "./chart_style";
import type { Run } from "./contract.ts";
import { decimalText, percentText } from "./formatting.ts";
import { Icon } from "./icons";
import { changeView, store, useView } from "./page_state";
import { texts } from "./texts";
import { shownRuns } from "./view_state.ts";

export function StateBadge({ run }: { run: Run }) {
  const text = useTexts(texts);
  return (
    <span class={`state state-${run.state}`}>
      <Icon name={run.state} />
      {text.states[run.state]}
    </span>
  );
}

/** How much of a run is done, 0 to 1; null if its length is not known. A finished run is done, also if it stopped early. */
export function shareDone(run: Run): number | null {
  if (run.state === "finished") return 1;
  if (run.step === null || run.total_steps === null || run.total_steps <= 0) return null;
  return Math.min(1, Math.max(0, run.step / run.total_steps));
}

/** The class that carries a run's colour. */
export const slotClass = (slot: number): string => `slot-${slot % kNumColors}`;

/** Shows or hides runs in the charts. */
export function useShown(runs: readonly Run[]): { shown: readonly string[]; toggle: (id: string) => void } {
  const view = useView();
  const ids = runs.map((run) => run.id);
  const shown = shownRuns(ids, view.runs);
  const toggle = (id: string): void => {
    const next = ids.filter((one) => (one === id ? !shown.includes(one) : shown.includes(one)));
    changeView({ runs: next.length === ids.length ? null : next });
  };
  return { shown, toggle };
}

function RunItem({ run, current, shown, toggle }: {
  run: Run; current: boolean; shown: boolean; toggle: () => void;
}) {
  const text = useTexts(texts);
  const share = shareDone(run);
  return (
    <li class={`run ${slotClass(store.slots.of(run.id))}`}>
      <label class="run-shown">
        <input type="checkbox" checked={shown} onChange={toggle} />
        <span class="hidden">{text.showRun(run.name)}</span>
      </label>
      <button type="button" class="run-name" aria-current={current ? "true" : undefined}
        onClick={() => changeView({ run: run.id, step: null })}>
        <span class="run-title">{run.name}</span>
        <span class="run-line">
          <StateBadge run={run} />
          <span class="run-share">
            {share === null ? run.step !== null && run.step > 0 && decimalText(run.step, text.locale) : percentText(share, text.locale)}
          </span>
        </span>
      </button>
    </li>
  );
}

export function RunList({ runs, current }: { runs: readonly Run[]; current: string }) {
  const text = useTexts(texts);
  const { shown, toggle } = useShown(runs);
  const all = shown.length === runs.length;
  return (
    <nav class="card run-list" aria-label={text.runs}>
      <div class="run-list-head">
        <h2>{text.runs} <span class="count">{runs.length}</span></h2>
        <button type="button" class="quiet small" onClick={() => changeView({ runs: all ? [] : runs.map((run) => run.id) })}>
          {all ? text.hideAll : text.showAll}
        </button>
      </div>
      <ul>
        {[...runs].reverse().map((run) => (
          <RunItem key={run.id} run={run} current={run.id === current} shown={shown.includes(run.id)}
            toggle={() => toggle(run.id)} />
        ))}
      </ul>
    </nav>
  );
}
