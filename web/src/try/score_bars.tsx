// The other classes with their probabilities and a bar each; the best one stands in the result box. Of many classes
// the first ones, the rest on demand.
import { useState } from "preact/hooks";
import { useTexts } from "../shared/i18n.ts";
import { hasProbabilities, isPositive, isSentiment, scoreText, spokenLabel } from "./kinds.ts";
import type { Info, Score } from "./served_model.ts";
import { tryTexts } from "./texts.ts";

const numFirst = 8;

export function ScoreBars({ info, scores: all }: { info: Info | null; scores: Score[] }) {
  const texts = useTexts(tryTexts);
  const [showsAll, setShowsAll] = useState(false);
  const scores = all.slice(1);
  const shown = showsAll ? scores : scores.slice(0, numFirst);
  const rest = scores.length - numFirst;
  const title = info?.function_to_apply === "sigmoid" ? texts.otherLabels : hasProbabilities(info) ? texts.otherClasses : texts.otherValues;
  if (scores.length === 0) return null;
  return (
    <section class="scores" aria-labelledby="scores-title">
      <h3 id="scores-title" class="soft">{title}</h3>
      <ul>
        {shown.map((score) => <Bar key={score.label} info={info} score={score} spoken={spokenLabel(info, texts, score.label)} />)}
      </ul>
      {rest > 0 && (
        <button type="button" class="quiet small" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? texts.fewerLabels : texts.moreLabels(rest)}
        </button>
      )}
    </section>
  );
}

function Bar({ info, score, spoken }: { info: Info | null; score: Score; spoken: string }) {
  const tone = !isSentiment(info) ? "plain" : isPositive(score.label) ? "positive" : "negative";
  return (
    <li class={`score ${tone}`}>
      <span class="score-label">
        {spoken}
        {spoken !== score.label && spoken.toLowerCase() !== score.label.toLowerCase() && <small class="soft"> {score.label}</small>}
      </span>
      <span class="score-value">{scoreText(info, score.score)}</span>
      {hasProbabilities(info) && (
        <span class="score-track" aria-hidden="true"><span style={{ width: `${Math.max(0.4, score.score * 100)}%` }} /></span>
      )}
    </li>
  );
}
