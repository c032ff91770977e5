// Rows with their text, what the task says of each, and where each stands in the data.
import { useState } from "preact/hooks";
import { useTexts } from "../../shared/i18n";
import { segmentsOf } from "../../shared/spans.ts";
import { metricText, percentText } from "../formatting.ts";
import { readable } from "../readable.ts";
import type { PanelProps } from "./panel.ts";
import { excerptStart, factOf, isByLoss, isSameSpan, type Fact, type LabelledSpan, type RowItem } from "./rows.ts";
import { nameIn, panelTexts } from "./texts.ts";

export function RowsPanel({ id, name, title, data }: PanelProps<RowItem[]>) {
  const text = useTexts(panelTexts);
  const [isRaw, setRaw] = useState(false);
  const hasMarkup = data.some((item) => shownTexts(item, true).some((one) => readable(one) !== one.trim()));
  const hint = data.some(isProbable) ? text.byProbability : isByLoss(data) ? text.byLoss : "";
  return (
    <section class="card rows" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      {data.length === 0 ? <p class="soft">{name === "worst" ? text.noMistakes : text.noRows}</p> : (
        <>
          <div class="panel-head">
            {hint !== "" && <p class="soft">{hint}</p>}
            {hasMarkup && (
              <label class="check">
                <input type="checkbox" checked={isRaw} onChange={() => setRaw(!isRaw)} /><span>{text.rawText}</span>
              </label>
            )}
          </div>
          <ol>
            {data.map((item, i) => <Item key={`${item.location} ${i}`} item={item} isRaw={isRaw} />)}
          </ol>
        </>
      )}
    </section>
  );
}

/** The score of the true label is a probability; other tasks may have scores of another kind. */
function isProbable(item: RowItem): boolean {
  const score = factOf(item, "score");
  return typeof score === "number" && score >= 0 && score <= 1;
}

const hasSpans = (item: RowItem): boolean => item.entities !== null || item.predictedEntities !== null;

/** The texts of a row without spans: spans count the characters of the raw text. */
function shownTexts(item: RowItem, isRaw: boolean): string[] {
  const texts = [hasSpans(item) ? "" : item.text, item.textPair ?? ""];
  return isRaw ? texts : texts.map(readable);
}

const kShortText = 280;

function Item({ item, isRaw }: { item: RowItem; isRaw: boolean }) {
  const text = useTexts(panelTexts);
  const [open, setOpen] = useState(false);
  const [own = "", pair = ""] = shownTexts(item, isRaw);
  const isWhole = [own, pair, hasSpans(item) ? item.text : ""].every((one) => one.length <= kShortText);
  const cut = (value: string): string => (open || value.length <= kShortText ? value : `${value.slice(0, kShortText).trimEnd()}\u2026`);
  return (
    <li>
      {hasSpans(item)
        ? <MarkedTexts item={item} isWhole={open || isWhole} />
        : own !== "" && <p class="row-text">{cut(own)}</p>}
      {pair !== "" && <p class="row-text pair">{cut(pair)}</p>}
      <p class="row-facts">
        {item.facts.map((fact) => <FactText key={fact.name} fact={fact} item={item} />)}
        {item.location !== "" && <span class="path">{item.location}</span>}
        {!isWhole && (
          <button type="button" class="quiet small" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? text.less : text.more}</button>
        )}
      </p>
    </li>
  );
}

function FactText({ fact: { name, value }, item }: { fact: Fact; item: RowItem }) {
  const text = useTexts(panelTexts);
  const isScore = name === "score";
  const title = isScore && !isProbable(item) ? name : nameIn(text.facts, name);
  const shown = typeof value !== "number" ? value : isScore && isProbable(item) ? percentText(value, text.locale, 2) : metricText(value, text.locale);
  return <span>{title} <b {...markOf(name, item)}>{shown}</b></span>;
}

/** Colours of the true label and of a wrong one. A predicted number is never quite right, so numbers have none. */
function markOf(name: string, item: RowItem): { class?: string } {
  const label = factOf(item, "label"), predicted = factOf(item, "predicted");
  if (typeof label !== "string" || typeof predicted !== "string" || label === predicted) return {};
  return name === "label" ? { class: "truth" } : name === "predicted" ? { class: "wrong" } : {};
}

/** The text twice: with the true spans and with the predicted ones. Of a long text the part with the first mistake. */
function MarkedTexts({ item, isWhole }: { item: RowItem; isWhole: boolean }) {
  const text = useTexts(panelTexts);
  const start = isWhole ? 0 : excerptStart(item, kShortText);
  const end = isWhole ? Infinity : start + kShortText;
  const lines = [
    { name: "label", spans: item.entities, other: item.predictedEntities, note: text.missedSpan },
    { name: "predicted", spans: item.predictedEntities, other: item.entities, note: text.wrongSpan },
  ];
  return (
    <dl class="marked">
      {lines.map(({ name, spans, other, note }) => spans !== null && (
        <div key={name}>
          <dt>{nameIn(text.facts, name)}</dt>
          <dd class="row-text">
            {start > 0 && "\u2026"}
            {segmentsOf(item.text, spans, { start, end }).map((segment, i) => (segment.span === null
              ? segment.text
              : <Mark key={i} text={segment.text} span={segment.span} note={other?.some((one) => isSameSpan(one, segment.span as LabelledSpan)) ?? true ? "" : note} />))}
            {Array.from(item.text).length > end && "\u2026"}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Mark({ text, span, note }: { text: string; span: LabelledSpan; note: string }) {
  return (
    <mark class={note === "" ? "span" : "span span-off"} title={note === "" ? span.label : `${span.label}: ${note}`}>
      {text}<span class="span-label">{span.label}{note !== "" && <span class="hidden"> ({note})</span>}</span>
    </mark>
  );
}
