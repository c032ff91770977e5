// The chosen run: progress, speed, what went wrong, and the next command.
import { useEffect, useRef } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { CommandLine } from "./command_line";
import type { Run } from "./contract.ts";
import { figuresOf } from "./figures.ts";
import { countText, decimalText, durationText, percentText, shellText } from "./formatting.ts";
import { store } from "./page_state";
import { shareDone, StateBadge } from "./run_list";
import { texts } from "./texts";

export function RunSummary({ run }: { run: Run }) {
  return (
    <section class="card summary" aria-labelledby="run-name">
      <div class="summary-head">
        <div class="summary-title">
          <h2 id="run-name">{run.name}</h2>
          <p class="soft path">{run.path}</p>
        </div>
        <StateBadge run={run} />
        {run.state === "running" && <StopButton run={run} />}
      </div>
      <Progress run={run} />
      <Figures run={run} />
      <Trouble run={run} />
    </section>
  );
}

function Progress({ run }: { run: Run }) {
  const text = useTexts(texts);
  const share = shareDone(run);
  const phase = run.state === "running" && run.phase !== null ? text.phases[run.phase] : undefined;
  const parts = phase === undefined ? [] : [phase];
  const hasPlan = run.total_steps !== null && run.total_steps > 0;
  const isEarly = run.state === "finished" && hasPlan && (run.step ?? 0) < (run.total_steps ?? 0);
  const stepText = isEarly ? text.stoppedEarly : text.step;
  if (run.step !== null && hasPlan) parts.push(stepText(countText(run.step, text.locale), countText(run.total_steps, text.locale)));
  if (run.epoch !== null && hasPlan) parts.push(text.epoch(decimalText(run.epoch, text.locale), decimalText(run.num_train_epochs, text.locale)));
  const left = run.state === "running" && run.seconds_left !== null;
  return (
    <div class={`progress progress-${run.state}`}>
      {share !== null && <progress max={1} value={share} aria-label={text.progress} />}
      <p class="progress-text">
        <span>{parts.join(" \u00b7 ")}</span>
        <span class="progress-right">
          {left ? text.left(durationText(run.seconds_left, text.duration)) : share !== null && percentText(share, text.locale)}
        </span>
      </p>
    </div>
  );
}

function Figures({ run }: { run: Run }) {
  const text = useTexts(texts);
  const figures = figuresOf(run, text);
  if (figures.length === 0) return null;
  return (
    <dl class="figures">
      {figures.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}{note !== null && <span class="note">{note}</span>}</dd>
        </div>
      ))}
    </dl>
  );
}

function Trouble({ run }: { run: Run }) {
  const text = useTexts(texts);
  const stopping = store.stopping.get(run.id);
  return (
    <>
      <div role="status" class="status-line">
        {store.isStopping(run) && <p class="notice">{text.stopping}</p>}
      </div>
      {stopping !== undefined && stopping !== "asked" &&
        <p class="notice error" role="alert">{text.stopFailed(stopping.message)}</p>}
      {run.state !== "running" && run.error !== null && (
        <div class="notice error failure">{run.state === "failed" && <strong>{text.failedNote}{"\n"}</strong>}{run.error}{run.hint !== null && `\n\n${text.hint(run.hint)}`}</div>
      )}
      {run.state === "interrupted" && run.resume_command !== null && <p class="notice warn">{text.interruptedNote}</p>}
      {run.state === "stopped" && run.resume_command !== null && <p class="soft">{text.stoppedNote}</p>}
      {run.state === "failed" && run.resume_command !== null && <p class="soft">{text.failedNext}</p>}
      {run.state !== "running" && run.resume_command !== null && <CommandLine command={run.resume_command} label={text.resumeWith} />}
      {run.state === "finished" && run.path !== "" && (
        <>
          <p class="soft">{text.nextStep}</p>
          <CommandLine command={shellText(["hone", "serve", "--model", run.path])} label={text.serveWith} />
        </>
      )}
    </>
  );
}

function StopButton({ run }: { run: Run }) {
  const text = useTexts(texts);
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = store.isStopping(run);
  useEffect(() => {
    if (asked) dialog.current?.close();
  }, [asked]);
  return (
    <>
      <button type="button" class="stop" disabled={asked} onClick={() => dialog.current?.showModal()}>{text.stop}</button>
      <dialog ref={dialog} class="stop-dialog" aria-labelledby="stop-title" aria-describedby="stop-explained">
        <h2 id="stop-title">{text.stopTitle(run.name)}</h2>
        <p id="stop-explained">{text.stopExplained}</p>
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>{text.cancel}</button>
          <button type="button" class="danger" onClick={() => void store.stop(run.id)}>{text.stopConfirm}</button>
        </div>
      </dialog>
    </>
  );
}
