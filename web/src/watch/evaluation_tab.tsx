// An evaluation: the confusion matrix, scores by label, and the mistakes with their text.
import { useState } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { cells } from "./confusion.ts";
import type { Evaluation, Mistake, Run } from "./contract.ts";
import { countText, decimalText, metricText, percentText } from "./formatting.ts";
import { Icon } from "./icons";
import { changeView, store, useView } from "./page_state";
import type { Part } from "./run_store.ts";
import { readable } from "./readable.ts";
import { texts } from "./texts";
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
        <div class="evaluation">
          <Confusion evaluation={evaluation} />
          <PerLabel evaluation={evaluation} />
          <Worst evaluation={evaluation} />
        </div>
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

function Confusion({ evaluation }: { evaluation: Evaluation }) {
  const text = useTexts(texts);
  const { labels, confusion_matrix: matrix } = evaluation;
  const { all, correct } = evaluation.totals;
  return (
    <section class="card confusion-card" aria-labelledby="confusion-title">
      <h3 id="confusion-title">{text.confusion}</h3>
      <p class="correct">{text.correct(countText(correct, text.locale), countText(all, text.locale), percentText(all > 0 ? correct / all : null, text.locale, 1))}</p>
      <div class="table-scroll confusion-scroll" tabIndex={0} role="group" aria-label={text.confusion}>
        <table class="confusion" aria-labelledby="confusion-title" aria-describedby="confusion-note">
          <thead>
            <tr>
              <td class="corner">{text.trueLabel} {"\u2193"} / {text.predictedLabel} {"\u2192"}</td>
              {labels.map((label, i) => <th key={i} scope="col">{label}</th>)}
            </tr>
          </thead>
          <tbody>
            {cells(matrix).map((row, truth) => (
              <tr key={truth}>
                <th scope="row">{labels[truth]}</th>
                {row.map(({ count, share }, predicted) => {
                  const shareText = percentText(share, text.locale, 1);
                  return (
                    <td key={predicted} class={truth === predicted ? "hit" : "miss"} style={{ "--share": `${Math.round(share * 100)}%` }}
                      title={text.cell(labels[truth] ?? "", labels[predicted] ?? "", countText(count, text.locale), shareText)}>
                      {countText(count, text.locale)}<span class="share">{shareText}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p id="confusion-note" class="soft">
        {text.confusionCaption}
        {evaluation.num_labels > labels.length && ` ${text.labelsShown(countText(labels.length, text.locale), countText(evaluation.num_labels, text.locale))}`}
      </p>
    </section>
  );
}

function PerLabel({ evaluation }: { evaluation: Evaluation }) {
  const text = useTexts(texts);
  return (
    <section class="card labels-card" aria-labelledby="labels-title">
      <h3 id="labels-title">{text.perLabel}</h3>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={text.perLabel}>
        <table class="scores">
          <thead>
            <tr>
              {[text.label, text.precision, text.recall, text.f1, text.support].map((name) => <th key={name} scope="col">{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {evaluation.scores.map((scores, id) => (
              <tr key={id}>
                <th scope="row">{scores.label}</th>
                {[scores.precision, scores.recall, scores.f1].map((score, i) => (
                  <td key={i} class="score" style={{ "--share": `${Math.round(score * 100)}%` }}><span>{percentText(score, text.locale, 1)}</span></td>
                ))}
                <td>{countText(scores.support, text.locale)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Worst({ evaluation }: { evaluation: Evaluation }) {
  const text = useTexts(texts);
  const [isRaw, setRaw] = useState(false);
  const hasMarkup = evaluation.worst.some((mistake) => [mistake.text, mistake.text_pair ?? ""].some((one) => readable(one) !== one.trim()));
  return (
    <section class="card worst" aria-labelledby="worst-title">
      <h3 id="worst-title">{text.worst}</h3>
      {evaluation.worst.length === 0 ? <p class="soft">{text.noMistakes}</p> : (
        <>
          <div class="worst-head">
            <p class="soft">{text.worstHint}</p>
            {hasMarkup && (
              <label class="check">
                <input type="checkbox" checked={isRaw} onChange={() => setRaw(!isRaw)} /><span>{text.rawText}</span>
              </label>
            )}
          </div>
          <ol>
            {evaluation.worst.map((mistake, i) => <MistakeItem key={`${evaluation.step} ${i}`} mistake={mistake} isRaw={isRaw} />)}
          </ol>
        </>
      )}
    </section>
  );
}

const kShortText = 280;

function MistakeItem({ mistake, isRaw }: { mistake: Mistake; isRaw: boolean }) {
  const text = useTexts(texts);
  const [open, setOpen] = useState(false);
  const shownText = isRaw ? mistake.text : readable(mistake.text);
  const pair = isRaw || mistake.text_pair === null ? mistake.text_pair : readable(mistake.text_pair);
  const whole = shownText.length <= kShortText && (pair?.length ?? 0) <= kShortText;
  const cut = (value: string): string => (open || value.length <= kShortText ? value : `${value.slice(0, kShortText).trimEnd()}\u2026`);
  return (
    <li>
      <p class="mistake-text">{cut(shownText)}</p>
      {pair !== null && <p class="mistake-text pair">{cut(pair)}</p>}
      <p class="mistake-facts">
        <span>{text.mistakeTrue} <b class="truth">{mistake.label}</b></span>
        <span>{text.mistakePredicted} <b class="wrong">{mistake.predicted}</b></span>
        <span>{text.mistakeScore} <b>{percentText(mistake.score, text.locale, 2)}</b></span>
        <span>{text.mistakeLoss} <b>{metricText(mistake.loss, text.locale)}</b></span>
        <span class="path">{mistake.location}</span>
        {!whole && (
          <button type="button" class="quiet small" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? text.less : text.more}</button>
        )}
      </p>
    </li>
  );
}
