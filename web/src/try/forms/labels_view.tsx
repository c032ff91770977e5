// Labels: those that the model chooses in the box; below, each with its score and its threshold, and what another threshold
// would choose.
import { useMemo, useState } from "preact/hooks";
import { percent } from "../../shared/format.ts";
import { useTexts } from "../../shared/i18n.ts";
import { tryTexts } from "../texts.ts";
import type { Form, Shown, ShownRow, ShownRows, ShownWhole } from "./form.ts";
import { chosenLabels, judged, labels, resultText, type Judged } from "./labels.ts";
import { FirstOf, LabelCounts, Track } from "./parts.tsx";
import { ResultText } from "./result_text.tsx";
import type { Scores } from "./scores.ts";

export const labelsForm: Form<Scores> = { ...labels, Result, Body, Brief, Cells, Summary, tone: () => "plain" };

function Result({ prediction: { answer }, info }: Shown<Scores>) {
  return <ResultText text={resultText(info, useTexts(tryTexts), answer)} />;
}

const numFirst = 12;

function Body({ prediction: { answer }, info, children }: ShownWhole<Scores>) {
  const texts = useTexts(tryTexts);
  const [tried, setTried] = useState<number | null>(null);
  const all = judged(answer, info, tried);
  const chosen = all.filter(({ isChosen }) => isChosen).map(({ label }) => label);
  const { labels: words } = texts.forms;
  return (
    <>
      <section class="scores label-scores" aria-labelledby="scores-title">
        <h3 id="scores-title" class="soft">{words.all}</h3>
        <TryThreshold tried={tried} onTry={setTried} />
        <p class="soft try-result" role="status">
          {tried !== null && words.wouldChoose(percent(tried, 0), chosen.length > 0 ? chosen.join(words.comma) : words.noLabel)}
        </p>
        <FirstOf items={all} first={Math.max(numFirst, chosen.length)}>
          {(shown) => <ul>{shown.map((one) => <Bar key={one.label} judged={one} />)}</ul>}
        </FirstOf>
      </section>
      {children}
    </>
  );
}

/** Null: the model's own thresholds. */
function TryThreshold({ tried, onTry }: { tried: number | null; onTry: (threshold: number | null) => void }) {
  const { labels: words } = useTexts(tryTexts).forms;
  const value = Math.round((tried ?? 0.5) * 100);
  return (
    <div class="try-threshold">
      <label for="threshold">{words.tryThreshold}</label>
      <input id="threshold" type="range" min={0} max={100} value={value} aria-valuetext={`${value}%`}
        onInput={(event) => onTry(Number(event.currentTarget.value) / 100)} />
      <output for="threshold">{tried === null ? words.own : `${value}%`}</output>
      {tried !== null && <button type="button" class="quiet small" onClick={() => onTry(null)}>{words.useOwn}</button>}
    </div>
  );
}

function Bar({ judged: { label, score, threshold, isChosen } }: { judged: Judged }) {
  const { labels: words } = useTexts(tryTexts).forms;
  return (
    <li class={isChosen ? "score chosen" : "score plain"}>
      <span class="score-label">
        <span class="choice" aria-hidden="true">{isChosen ? "\u2713" : ""}</span>{label}
        <small class="soft"> {isChosen ? words.chosen : words.notChosen}</small>
      </span>
      <span class="score-value">{percent(score)} <small class="soft">{words.threshold(percent(threshold, 0))}</small></span>
      <Track share={score} mark={threshold} />
    </li>
  );
}

function Brief({ prediction: { answer }, info }: Shown<Scores>) {
  const { labels: words } = useTexts(tryTexts).forms;
  const chosen = chosenLabels(answer, info);
  return <span class="row-result">{chosen.length > 0 ? <span class="row-label">{chosen.join(words.comma)}</span> : words.noLabel}</span>;
}

function Cells({ prediction, info, notes }: ShownRow<Scores>) {
  const { labels: words } = useTexts(tryTexts).forms;
  const chosen = prediction ? chosenLabels(prediction.answer, info) : [];
  return (
    <td class="row-labels">
      {chosen.length > 0 ? chosen.join(words.comma) : prediction ? <span class="soft">{words.noLabel}</span> : ""}{notes}
    </td>
  );
}

function Summary({ answers, info }: ShownRows<Scores>) {
  return <LabelCounts labels={useMemo(() => answers.flatMap((answer) => chosenLabels(answer, info)), [answers, info])} />;
}
