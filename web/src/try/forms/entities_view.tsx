// Entities: marked in the text, with a legend that hides types, and listed. A mark is a button: it asks which words decided.
import { useMemo, useRef, useState } from "preact/hooks";
import { count, percent } from "../../shared/format.ts";
import { useTexts } from "../../shared/i18n.ts";
import { segmentsOf } from "../../shared/spans.ts";
import type { Info } from "../served_model.ts";
import { tryTexts } from "../texts.ts";
import { colorOf, entities, marksOf, resultText, typeCounts, type Entities, type Entity, type Placed } from "./entities.ts";
import type { Form, Shown, ShownRow, ShownRows, ShownWhole } from "./form.ts";
import { FirstOf, LabelCounts } from "./parts.tsx";
import { ResultText } from "./result_text.tsx";

export const entitiesForm: Form<Entities> = { ...entities, Result, Body, Brief, Cells, Summary, tone: () => "plain" };

function Result({ prediction: { answer }, info }: Shown<Entities>) {
  return <ResultText text={resultText(info, useTexts(tryTexts), answer)} />;
}

const typeClass = (type: string, info: Info | null): string => `type-${colorOf(type, info)}`;

function Body({ prediction: { answer }, info, text, asked, onAsk, children }: ShownWhole<Entities>) {
  const { entities: words } = useTexts(tryTexts).forms;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const marks = marksOf(answer, hidden);
  const listed = answer.filter(({ entity_group: type }) => !hidden.has(type));
  const numUnmarked = listed.length - marks.length;
  // The words that decided about a mark stand below the text, where a click on it is seen to do something.
  return (
    <>
      <Legend answer={answer} info={info} hidden={hidden} change={setHidden} />
      <MarkedText text={text} marks={marks} info={info} asked={asked} onAsk={onAsk} />
      {numUnmarked > 0 && <p class="soft">{words.unmarked(numUnmarked)}</p>}
      {onAsk !== null && marks.length > 0 && <p class="soft">{words.askHint}</p>}
      {children}
      {listed.length > 0 && <List listed={listed} info={info} />}
    </>
  );
}

function Legend({ answer, info, hidden, change }: { answer: Entities; info: Info | null; hidden: ReadonlySet<string>; change: (hidden: ReadonlySet<string>) => void }) {
  const { entities: words } = useTexts(tryTexts).forms;
  const toggle = (type: string): void => {
    const next = new Set(hidden);
    if (!next.delete(type)) next.add(type);
    change(next);
  };
  if (answer.length === 0) return null;
  return (
    <div class="entity-legend" role="group" aria-label={words.legend}>
      {typeCounts(answer, info).map(([type, found]) => (
        <button key={type} type="button" class={`entity-chip ${typeClass(type, info)}`} aria-pressed={!hidden.has(type)} onClick={() => toggle(type)}>
          <span class="entity-swatch" aria-hidden="true" />{type} <strong>{count(found)}</strong>
        </button>
      ))}
    </div>
  );
}

interface MarkedTextProps {
  text: string;
  marks: Placed[];
  info: Info | null;
  asked: string | null;
  onAsk: ((key: string) => void) | null;
}

/** One stop of the Tab key; the arrow keys go from mark to mark. */
function MarkedText({ text, marks, info, asked, onAsk }: MarkedTextProps) {
  const { entities: words } = useTexts(tryTexts).forms;
  const element = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const stop = Math.min(current, marks.length - 1);
  const go = (event: KeyboardEvent): void => {
    const next = placeAfter(event.key, stop, marks.length);
    if (next === null) return;
    event.preventDefault();
    setCurrent(next);
    element.current?.querySelectorAll<HTMLElement>("[role=button]")[next]?.focus();
  };
  let place = -1;
  return (
    <div ref={element} class="entity-text" role="group" aria-label={words.text} tabIndex={onAsk === null || marks.length === 0 ? 0 : undefined} onKeyDown={go}>
      {segmentsOf(text, marks).map(({ text: part, span }) => {
        if (span === null) return part;
        const own = ++place;
        const ask = onAsk === null ? null : () => {
          setCurrent(own);
          onAsk(String(span.index));
        };
        return <Mark key={span.index} text={part} mark={span} info={info} isAsked={asked === String(span.index)} isStop={own === stop} onAsk={ask} />;
      })}
    </div>
  );
}

function placeAfter(key: string, place: number, marks: number): number | null {
  const places: Record<string, number> = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, Home: 0, End: marks - 1 };
  const next = Object.hasOwn(places, key) ? places[key] ?? null : null;
  return next === null || marks === 0 ? null : Math.min(marks - 1, Math.max(0, next));
}

interface MarkProps {
  text: string;
  mark: Placed;
  info: Info | null;
  isAsked: boolean;
  isStop: boolean;
  onAsk: (() => void) | null;
}

function Mark({ text, mark: { type, score }, info, isAsked, isStop, onAsk }: MarkProps) {
  const words = <TypedWords text={text} type={type} />;
  const name = `entity ${typeClass(type, info)}`;
  const title = `${type} ${percent(score)}`;
  if (onAsk === null) return <mark class={name} title={title}>{words}</mark>;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onAsk();
  };
  return (
    <mark class={name} title={title}>
      <span role="button" tabIndex={isStop ? 0 : -1} aria-pressed={isAsked} onClick={onAsk} onKeyDown={onKeyDown}>{words}</span>
    </mark>
  );
}

/** The type does not stand alone on a line: the end of the words goes with it. */
function TypedWords({ text, type }: { text: string; type: string }) {
  const [end = ""] = /\S{0,8}$/u.exec(text) ?? [];
  return <>{text.slice(0, text.length - end.length)}<span class="entity-end">{end}<span class="entity-type">{type}</span></span></>;
}

const numFirst = 20;

function List({ listed, info }: { listed: readonly Entity[]; info: Info | null }) {
  const { entities: words } = useTexts(tryTexts).forms;
  return (
    <>
      <FirstOf items={listed} first={numFirst}>
        {(shown) => (
          <div class="table-scroll" role="region" aria-label={words.list} tabIndex={0}>
            <table class="rows entity-list">
              <caption class="hidden">{words.list}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.word}</th>
                  <th scope="col">{words.type}</th>
                  {[words.score, words.start, words.end].map((name) => <th key={name} scope="col" class="number">{name}</th>)}
                </tr>
              </thead>
              <tbody>
                {shown.map(({ word, entity_group: type, score, start, end }, index) => (
                  <tr key={index}>
                    <th scope="row" class="entity-word">{word}</th>
                    <td><span class={`entity-name ${typeClass(type, info)}`}><span class="entity-swatch" aria-hidden="true" />{type}</span></td>
                    <td class="number">{percent(score)}</td>
                    <td class="number">{count(start)}</td>
                    <td class="number">{count(end)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </FirstOf>
      <p class="soft">{words.places}</p>
    </>
  );
}

function Brief({ prediction: { answer }, info }: Shown<Entities>) {
  const { entities: words } = useTexts(tryTexts).forms;
  const counts = typeCounts(answer, info);
  if (counts.length === 0) return <span class="row-result">{words.none}</span>;
  return <span class="row-result">{counts.slice(0, 4).map(([type, found], index) => <>{index > 0 && words.comma}<span key={type} class="row-label">{type}</span> {count(found)}</>)}</span>;
}

const numInRow = 6;

function Cells({ prediction, info, notes }: ShownRow<Entities>) {
  const { entities: words } = useTexts(tryTexts).forms;
  const found = prediction?.answer ?? [];
  return (
    <td class="row-entities">
      {prediction && found.length === 0 && <span class="soft">{words.none}</span>}
      {found.slice(0, numInRow).map(({ word, entity_group: type }, index) => (
        <span key={index}><span class={`entity ${typeClass(type, info)}`}><TypedWords text={word} type={type} /></span> </span>
      ))}
      {found.length > numInRow && <span class="soft">{words.more(found.length - numInRow)}</span>}
      {notes}
    </td>
  );
}

function Summary({ answers }: ShownRows<Entities>) {
  return <LabelCounts labels={useMemo(() => answers.flatMap((answer) => entities.namesIn(answer)), [answers])} />;
}
