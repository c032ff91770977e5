// Which words decided: the text in colours, each word with its number for those who cannot see them, and the strongest
// words as a table.
import { useTexts } from "../shared/i18n.ts";
import type { Question, Questions } from "./forms/form.ts";
import { explain, type Explanation } from "./served_model.ts";
import { tryTexts } from "./texts.ts";
import { useAnswer } from "./use_answer.ts";
import { effectText, strengthOf, strongestWeight, strongestWords, textWithWords, type Word } from "./word_effects.ts";

// No single word decides a probability that none of them moves by more than this.
const leastDeciding = 0.01;

interface WordsViewProps {
  questions: Questions;
  text: string;
  /** The key of a question. */
  asked: string;
  onAsk: (key: string) => void;
}

export function WordsView({ questions: { title, all }, text, asked, onAsk }: WordsViewProps) {
  const texts = useTexts(tryTexts);
  const question = all.find(({ key }) => key === asked) ?? all[0];
  const { answer, error } = useAnswer((signal) => explain(text, question?.parameters ?? {}, signal), [text, asked]);
  return (
    <>
      {all.length > 1 && (
        <label class="words-label">
          {title}{" "}
          <select value={asked} onChange={(event) => onAsk(event.currentTarget.value)}>
            {all.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}
          </select>
        </label>
      )}
      {error !== null && <p class="notice error" role="alert">{texts.failed(error)}</p>}
      {error === null && answer === null && <p class="soft" role="status">{texts.working}</p>}
      {answer !== null && question !== undefined && <Explained question={question} text={text} explanation={answer} />}
    </>
  );
}

function Explained({ question: { subject, isProbability, isTurned }, text, explanation }: { question: Question; text: string; explanation: Explanation }) {
  const texts = useTexts(tryTexts);
  const strongest = strongestWeight(explanation.words);
  const effect = (weight: number) => effectText(weight, strongest, isProbability);
  if (explanation.words.length === 0) return <p class="soft" role="status">{texts.wordsNone}</p>;
  return (
    <div class={isTurned ? "explained turned" : "explained"}>
      <p class="soft" role="status">
        {texts.wordsMethod(subject)}
        {explanation.words_per_group > 1 && ` ${texts.wordsGrouped(explanation.words_per_group)}`}
      </p>
      {isProbability && strongest < leastDeciding && <p class="notice">{texts.wordsWeak}</p>}
      <p class="words-text" role="group" aria-label={texts.wordsText}>
        {textWithWords(text, explanation.words).map((part, index) =>
          typeof part === "string" ? part
            : <ColouredWord key={index} word={part} effect={effect(part.weight)} strength={strengthOf(part.weight, strongest)} />)}
      </p>
      <p class="words-legend soft" aria-hidden="true">
        <mark class="for s4">{texts.wordsFor(subject)}</mark> <mark class="against s4">{texts.wordsAgainst(subject)}</mark>
      </p>
      <StrongestWords words={explanation.words} title={isProbability ? texts.effect : texts.effectOnNumber} effect={effect} />
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

function StrongestWords({ words, title, effect }: { words: Word[]; title: string; effect: (weight: number) => string }) {
  const texts = useTexts(tryTexts);
  const strongest = strongestWords(words);
  if (strongest.length === 0) return null;
  return (
    <table class="strongest">
      <caption class="soft">{texts.strongest}</caption>
      <thead>
        <tr><th scope="col">{texts.word}</th><th scope="col">{title}</th></tr>
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
