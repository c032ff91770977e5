// The run page: the runs of the folders that `hone watch` was given, live.
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { KeyDialog } from "../shared/key_dialog";
import { TopBar } from "../shared/top_bar";
import { AdviceTab } from "./advice_tab";
import { ChartsTab } from "./charts_tab";
import { ConfigurationTab } from "./configuration_tab";
import { EvaluationTab } from "./evaluation_tab";
import { startPolling, store, useRuns, useView } from "./page_state";
import { percentText } from "./formatting.ts";
import { RunList, shareDone } from "./run_list";
import { RunSummary } from "./run_summary";
import { Tabs } from "./tabs";
import { texts, type WatchTexts } from "./texts";
import type { Run } from "./contract.ts";
import { focusedRun } from "./view_state.ts";
import "uplot/dist/uPlot.min.css";
import "./watch.css";

function titleOf(run: Run | null, text: WatchTexts): string {
  if (run === null) return `${text.title} \u00b7 hone`;
  const share = run.state === "running" ? shareDone(run) : null;
  return `${share === null ? text.states[run.state] : percentText(share, text.locale)} \u00b7 ${run.name} \u00b7 hone`;
}

function Page() {
  const text = useTexts(texts);
  const { runs, polling } = useRuns();
  const view = useView();
  const run = focusedRun(runs, view.run);
  const title = titleOf(run, text);
  useEffect(() => void (document.title = title), [title]);
  return (
    <>
      <TopBar title={text.title} />
      <KeyDialog onKey={() => store.refresh()} />
      <Banner />
      <main class={runs.length > 1 ? "watch several" : "watch"}>
        {runs.length > 1 && run && <RunList runs={runs} current={run.id} />}
        {run ? <RunView runs={runs} run={run} /> : polling.connection !== "lost" && <Nothing connecting={polling.connection === "connecting"} />}
      </main>
    </>
  );
}

function RunView({ runs, run }: { runs: readonly Run[]; run: Run }) {
  return (
    <div class="run-view">
      <RunSummary key={run.id} run={run} />
      <Tabs panel={(tab) => {
        if (tab === "evaluation") return <EvaluationTab run={run} />;
        if (tab === "advice") return <AdviceTab run={run} />;
        if (tab === "configuration") return <ConfigurationTab runs={runs} run={run} />;
        return <ChartsTab runs={runs} current={run.id} />;
      }} />
    </div>
  );
}

function Nothing({ connecting }: { connecting: boolean }) {
  const text = useTexts(texts);
  return (
    <div class="card nothing">
      <h2>{connecting ? text.loading : text.noRuns}</h2>
      {!connecting && <p class="soft">{text.noRunsHint}</p>}
    </div>
  );
}

/** Says when the server is gone or refuses; a wanted API key has its own dialog. */
function Banner() {
  const text = useTexts(texts);
  const { failure } = store;
  const told = failure !== null && failure.status !== 401;
  return (
    <div role="alert" class="banner">
      {told && <p class="notice warn">{failure.status === 0 ? text.lost : text.failed(failure.message)}</p>}
    </div>
  );
}

const root = document.getElementById("page");
if (root) render(<Page />, root);
startPolling();
