// Numbers: each on its scale, the smallest and the largest number of the training rows at its ends.
import { useMemo } from "preact/hooks";
import { useTexts } from "../../shared/i18n.ts";
import type { Info } from "../served_model.ts";
import { tryTexts } from "../texts.ts";
import type { Form, Shown, ShownRow, ShownRows, ShownWhole } from "./form.ts";
import { endText, isOutside, numbers, numberText, placeOf, resultText, spreadsOf, targetsOf, type Numbers, type Target } from "./numbers.ts";
import { FirstOf } from "./parts.tsx";
import { ResultText } from "./result_text.tsx";

export const numbersForm: Form<Numbers> = { ...numbers, Result, Body, Brief, Cells, Summary, tone: () => "plain" };

function Result({ prediction: { answer }, info }: Shown<Numbers>) {
  const [only, ...more] = targetsOf(answer, info);
  return (
    <>
      <ResultText text={resultText(info, useTexts(tryTexts), answer)} />
      {only !== undefined && more.length === 0 && <Scale target={only} />}
    </>
  );
}

const numFirst = 12;

function Body({ prediction: { answer }, info, children }: ShownWhole<Numbers>) {
  const { numbers: words } = useTexts(tryTexts).forms;
  const targets = targetsOf(answer, info);
  const hasScale = targets.some(({ range }) => range !== null);
  return (
    <>
      {targets.length > 1 && (
        <section class="scores" aria-labelledby="scores-title">
          <h3 id="scores-title" class="soft">{words.targets}</h3>
          <FirstOf items={targets} first={numFirst}>
            {(shown) => (
              <ul>
                {shown.map((target) => (
                  <li key={target.name} class="score">
                    <span class="score-label">{target.name}</span>
                    <span class="score-value">{numberText(target.value, target.range)}</span>
                    <Scale target={target} />
                  </li>
                ))}
              </ul>
            )}
          </FirstOf>
        </section>
      )}
      {hasScale && <p class="soft">{words.scaleNote}</p>}
      {children}
    </>
  );
}

function Scale({ target: { name, value, range } }: { target: Target }) {
  const { numbers: words } = useTexts(tryTexts).forms;
  if (range === null) return null;
  const [low, high] = [endText(range.low, range), endText(range.high, range)];
  const beyond = !isOutside(value, range) ? "" : value < range.low ? " below" : " above";
  return (
    <div class="scale-group">
      <div class={`scale${beyond}`} role="img" aria-label={words.scale(name, numberText(value, range), low, high)}>
        <span style={{ left: `${placeOf(value, range) * 100}%` }} />
      </div>
      <div class="scale-ends soft" aria-hidden="true"><span>{low}</span><span>{high}</span></div>
      {beyond !== "" && <p class="notice">{words.outside}</p>}
    </div>
  );
}

function Brief({ prediction: { answer }, info }: Shown<Numbers>) {
  const { numbers: words } = useTexts(tryTexts).forms;
  const targets = targetsOf(answer, info);
  const said = targets.slice(0, 3).map(({ name, value, range }) => (targets.length > 1 ? words.named(name, numberText(value, range)) : numberText(value, range)));
  return <span class="row-result"><span class="row-label">{said.join(words.comma)}</span></span>;
}

function Cells({ prediction, info, notes }: ShownRow<Numbers>) {
  const targets = prediction ? targetsOf(prediction.answer, info) : [];
  const names = numbers.heads(info).map(({ name }) => name);
  return (
    <>
      {names.map((name, index) => {
        const target = targets.find((one) => one.name === name);
        return <td key={name} class="number">{target === undefined ? "" : numberText(target.value, target.range)}{index === names.length - 1 && notes}</td>;
      })}
    </>
  );
}

function Summary({ answers, info }: ShownRows<Numbers>) {
  const { numbers: words } = useTexts(tryTexts).forms;
  const spreads = useMemo(() => spreadsOf(answers, info), [answers, info]);
  if (spreads.length === 0) return null;
  return (
    <ul class="label-counts">
      {spreads.map(({ name, mean, low, high, range }) => (
        <li key={name}>{words.spread(nameOfSpread(name, info), numberText(mean, range), numberText(low, range), numberText(high, range))}</li>
      ))}
    </ul>
  );
}

/** A single target's name says nothing that the table's head does not. */
const nameOfSpread = (name: string, info: Info | null): string => ((info?.labels ?? []).length > 1 ? name : "");
