// What an evaluation found: the confusion matrix, scores by label, and the mistakes with their text.
import { useState } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { cells } from "./confusion.ts";
import type { Evaluation, Mistake, Run } from "./contract.ts";
import { countText, decimalText, metricText, percentText } from "./formatting.ts";
import { Icon } from "./icons";
import { changeView, store, useView } from "./page_state";
import type { Part } from "./run_store.ts";
import { texts } from "./texts";
import { Unread } from "./unread";

export function EvaluationTab({ run }: { run: Run }) {
  const text = useTexts(texts);
  const view = useView();
  const steps = store.steps.get(run.id);
  if (steps === undefined) return <Missing run={run} part="steps" />;
  const newest = steps[steps.length - 1];
  if (newest === undefined) return <p class="empty">{text.noEvaluations}</p>;
  const step = view.step !== null && steps.includes(view.step) ? view.step : newest;
  const evaluation = store.evaluation(run.id, step);
  return (
    <>
      <StepChoice steps={steps} step={step} epoch={evaluation?.epoch ?? null} />
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

/** What is not there: on its way, or not to be read. */
function Missing({ run, part }: { run: Run; part: Part }) {
  const text = useTexts(texts);
  if (store.unread(run.id, part) !== null) return <Unread runs={[run]} part={part} />;
  return <p class="empty">{text.loading}</p>;
}

/** The newest step follows the run; any other stays. */
function StepChoice({ steps, step, epoch }: { steps: readonly number[]; step: number; epoch: number | null }) {
  const text = useTexts(texts);
  const at = steps.indexOf(step);
  const choose = (index: number): void => changeView({ step: index >= steps.length - 1 ? null : steps[index] ?? null });
  return (
    <div class="toolbar">
      <label class="field">
        <span>{text.evaluatedStep}</span>
        <select value={step} onChange={(event) => choose(steps.indexOf(Number(event.currentTarget.value)))}>
          {[...steps].reverse().map((one, i) => (
            <option key={one} value={one}>{i === 0 ? text.newest(countText(one, text.locale)) : countText(one, text.locale)}</option>
          ))}
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
      <div class="table-scroll" tabIndex={0} role="group" aria-label={text.confusion}>
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
  return (
    <section class="card worst" aria-labelledby="worst-title">
      <h3 id="worst-title">{text.worst}</h3>
      {evaluation.worst.length === 0 ? <p class="soft">{text.noMistakes}</p> : (
        <>
          <p class="soft">{text.worstHint}</p>
          <ol>
            {evaluation.worst.map((mistake, i) => <MistakeItem key={`${evaluation.step} ${i}`} mistake={mistake} />)}
          </ol>
        </>
      )}
    </section>
  );
}

const kShortText = 280;

function MistakeItem({ mistake }: { mistake: Mistake }) {
  const text = useTexts(texts);
  const [open, setOpen] = useState(false);
  const whole = mistake.text.length + (mistake.text_pair?.length ?? 0) <= kShortText;
  const cut = (value: string): string => (open || value.length <= kShortText ? value : `${value.slice(0, kShortText).trimEnd()}\u2026`);
  return (
    <li>
      <p class="mistake-text">{cut(mistake.text)}</p>
      {mistake.text_pair !== null && <p class="mistake-text pair">{cut(mistake.text_pair)}</p>}
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
