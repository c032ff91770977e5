// Scores: the best label in the box, and the other ones with a bar each.
import { useMemo } from "preact/hooks";
import { useTexts } from "../../shared/i18n.ts";
import type { Info } from "../served_model.ts";
import { tryTexts } from "../texts.ts";
import type { Form, Shown, ShownRow, ShownRows, ShownWhole } from "./form.ts";
import { FirstOf, LabelCounts, Track } from "./parts.tsx";
import { ResultText } from "./result_text.tsx";
import { hasProbabilities, resultText, scores, scoreText, tiedLabels, type Score, type Scores } from "./scores.ts";
import { spokenLabel, toneOf } from "./sentiment.ts";

export const scoresForm: Form<Scores> = {
  ...scores, Result, Body, Brief, Cells, Summary,
  tone: ([best], info) => toneOf(info, best?.label),
};

function Result({ prediction: { answer }, info }: Shown<Scores>) {
  const texts = useTexts(tryTexts);
  return (
    <>
      <ResultText text={resultText(info, texts, answer)} />
      {hasProbabilities(info) && <Track share={answer[0]?.score ?? 0} />}
    </>
  );
}

const numFirst = 8;

function Body({ prediction: { answer, nearTie }, info, children }: ShownWhole<Scores>) {
  const texts = useTexts(tryTexts);
  const others = answer.slice(1);
  const title = info?.function_to_apply === "sigmoid" ? texts.otherLabels : hasProbabilities(info) ? texts.otherClasses : texts.otherValues;
  return (
    <>
      {nearTie === true && <p class="notice">{texts.nearTie(tiedLabels(info, texts, answer))}</p>}
      {others.length > 0 && (
        <section class="scores" aria-labelledby="scores-title">
          <h3 id="scores-title" class="soft">{title}</h3>
          <FirstOf items={others} first={numFirst}>
            {(shown) => <ul>{shown.map((score) => <Bar key={score.label} info={info} score={score} />)}</ul>}
          </FirstOf>
        </section>
      )}
      {children}
    </>
  );
}

function Bar({ info, score }: { info: Info | null; score: Score }) {
  const spoken = spokenLabel(info, useTexts(tryTexts), score.label);
  return (
    <li class={`score ${toneOf(info, score.label)}`}>
      <span class="score-label">
        {spoken}
        {spoken.toLowerCase() !== score.label.toLowerCase() && <small class="soft"> {score.label}</small>}
      </span>
      <span class="score-value">{scoreText(info, score.score)}</span>
      {hasProbabilities(info) && <Track share={score.score} />}
    </li>
  );
}

function Brief({ prediction: { answer: [best] }, info }: Shown<Scores>) {
  const texts = useTexts(tryTexts);
  if (best === undefined) return null;
  return (
    <span class={`row-result ${toneOf(info, best.label)}`}>
      <span class="row-label">{spokenLabel(info, texts, best.label)}</span> {scoreText(info, best.score)}
    </span>
  );
}

function Cells({ prediction, info, notes }: ShownRow<Scores>) {
  const texts = useTexts(tryTexts);
  const best = prediction?.answer[0];
  return (
    <>
      <td class={`row-label ${toneOf(info, best?.label)}`}>{best === undefined ? "" : spokenLabel(info, texts, best.label)}</td>
      <td class="number">{best === undefined ? "" : scoreText(info, best.score)}{notes}</td>
    </>
  );
}

function Summary({ answers, info }: ShownRows<Scores>) {
  const texts = useTexts(tryTexts);
  const best = useMemo(() => answers.flatMap(([first]) => (first === undefined ? [] : [first.label])), [answers]);
  return (
    <LabelCounts labels={best} nameOf={(label) => spokenLabel(info, texts, label)} toneOf={(label) => toneOf(info, label)} />
  );
}
