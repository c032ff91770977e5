// Which words decided: the text in colours, each word with its number for those who cannot see them, and the strongest
// words as a table.
import { useState } from "preact/hooks";
import { useTexts } from "../shared/i18n.ts";
import { hasProbabilities, isPositive, isSentiment, spokenLabel } from "./kinds.ts";
import { explain, type Explanation, type Info } from "./served_model.ts";
import { tryTexts } from "./texts.ts";
import { useAnswer } from "./use_answer.ts";
import { effectText, strengthOf, strongestWeight, strongestWords, textWithWords, type Word } from "./word_effects.ts";

// No single word decides a probability that none of them moves by more than this.
const leastDeciding = 0.01;

export function WordsView({ info, text, label: best }: { info: Info | null; text: string; label: string }) {
  const texts = useTexts(tryTexts);
  const [label, setLabel] = useState(best);
  const { answer, error } = useAnswer((signal) => explain(text, label, signal), [text, label]);
  const labels = info?.labels ?? [];
  return (
    <>
      {labels.length > 1 && (
        <label class="words-label">
          {texts.wordsLabel}{" "}
          <select value={label} onChange={(event) => setLabel(event.currentTarget.value)}>
            {labels.map((name) => <option key={name} value={name}>{spokenLabel(info, texts, name)}</option>)}
          </select>
        </label>
      )}
      {error !== null && <p class="notice error" role="alert">{texts.failed(error)}</p>}
      {error === null && answer === null && <p class="soft" role="status">{texts.working}</p>}
      {answer !== null && <Explained info={info} text={text} explanation={answer} />}
    </>
  );
}

function Explained({ info, text, explanation }: { info: Info | null; text: string; explanation: Explanation }) {
  const texts = useTexts(tryTexts);
  // The colour of a sentiment's side; other classes have no colour of their own.
  const isTurned = isSentiment(info) && !isPositive(explanation.label);
  const strongest = strongestWeight(explanation.words);
  const isProbability = hasProbabilities(info);
  const spoken = spokenLabel(info, texts, explanation.label);
  const effect = (weight: number) => effectText(weight, strongest, isProbability);
  if (explanation.words.length === 0) return <p class="soft" role="status">{texts.wordsNone}</p>;
  return (
    <div class={isTurned ? "explained turned" : "explained"}>
      <p class="soft" role="status">
        {texts.wordsMethod(spoken)}
        {explanation.words_per_group > 1 && ` ${texts.wordsGrouped(explanation.words_per_group)}`}
      </p>
      {isProbability && strongest < leastDeciding && <p class="notice">{texts.wordsWeak}</p>}
      <p class="words-text" role="group" aria-label={texts.wordsText}>
        {textWithWords(text, explanation.words).map((part, index) =>
          typeof part === "string" ? part
            : <ColouredWord key={index} word={part} effect={effect(part.weight)} strength={strengthOf(part.weight, strongest)} />)}
      </p>
      <p class="words-legend soft" aria-hidden="true">
        <mark class="for s4">{texts.wordsFor(spoken)}</mark> <mark class="against s4">{texts.wordsAgainst(spoken)}</mark>
      </p>
      <StrongestWords words={explanation.words} effect={effect} />
    </div>
  );
}

function ColouredWord({ word, effect, strength }: { word: Word; effect: string; strength: number }) {
  if (strength === 0) return <span title={effect}>{word.text}</span>;
  return (
    <mark class={`${word.weight > 0 ? "for" : "against"} s${strength}`} title={effect}>
      {word.text}<span class="hidden"> ({effect}) </span>
    </mark>
  );
}

function StrongestWords({ words, effect }: { words: Word[]; effect: (weight: number) => string }) {
  const texts = useTexts(tryTexts);
  const strongest = strongestWords(words);
  if (strongest.length === 0) return null;
  return (
    <table class="strongest">
      <caption class="soft">{texts.strongest}</caption>
      <thead>
        <tr><th scope="col">{texts.word}</th><th scope="col">{texts.effect}</th></tr>
      </thead>
      <tbody>
        {strongest.map((word) => (
          <tr key={word.start}>
            <th scope="row">{word.text}</th>
            <td class={word.weight > 0 ? "for" : "against"}>{effect(word.weight)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
