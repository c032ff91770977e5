// Rows with their text and what the task says of each, such as the worst mistakes; some tasks mark spans of the text.
import { fields, isFields, number, text, textOrNull, type Fields } from "../checked.ts";
import { withoutOverlaps, type Span } from "../../shared/spans.ts";
import { valueText } from "../differences.ts";

export interface Fact {
  name: string;
  value: string | number;
}

export interface LabelledSpan extends Span {
  label: string;
}

export interface RowItem {
  location: string;
  text: string;
  textPair: string | null;
  /** In the file's order: what the task says, and the loss. */
  facts: Fact[];
  /** Null if the task marks none. */
  entities: LabelledSpan[] | null;
  predictedEntities: LabelledSpan[] | null;
}

const kOwnKeys = new Set(["row", "location", "text", "text_pair", "entities", "predicted_entities"]);
const kMaxFact = 200;

function readFacts(json: Fields): Fact[] {
  return Object.entries(json).flatMap(([name, value]): Fact[] => {
    if (kOwnKeys.has(name)) return [];
    if (typeof value === "number") return [{ name, value }];
    const words = valueText(value);
    if (words === "") return [];
    return [{ name, value: words.length > kMaxFact ? `${words.slice(0, kMaxFact)}\u2026` : words }];
  });
}

/** Sorted spans; skips malformed ones and those that begin inside another. */
function readSpans(value: unknown): LabelledSpan[] | null {
  if (!Array.isArray(value)) return null;
  const isPlace = (place: number | null): place is number => place !== null && Number.isInteger(place) && place >= 0;
  return withoutOverlaps(value.flatMap((one): LabelledSpan[] => {
    const json = fields(one);
    const start = number(json["start"]), end = number(json["end"]);
    return isPlace(start) && isPlace(end) && start < end ? [{ start, end, label: text(json["label"]) }] : [];
  }));
}

/** Null if the data is not a list; skips what is not a row. */
export function readRows(data: unknown): RowItem[] | null {
  if (!Array.isArray(data)) return null;
  return data.filter(isFields).map((json) => ({
    location: text(json["location"]),
    text: text(json["text"]),
    textPair: textOrNull(json["text_pair"]),
    facts: readFacts(json),
    entities: readSpans(json["entities"]),
    predictedEntities: readSpans(json["predicted_entities"]),
  }));
}

export function factOf(item: RowItem, name: string): string | number | null {
  return item.facts.find((fact) => fact.name === name)?.value ?? null;
}

/** Whether the rows come with the highest loss first. */
export function isByLoss(items: readonly RowItem[]): boolean {
  const losses = items.map((item) => factOf(item, "loss"));
  return losses.every((loss, i) => typeof loss === "number" && (i === 0 || loss <= Number(losses[i - 1])));
}

/** Where an excerpt of `most` characters begins that holds the first mistake: at the start of the text if that does. */
export function excerptStart({ entities, predictedEntities }: RowItem, most: number): number {
  const isOf = (spans: readonly LabelledSpan[] | null, span: LabelledSpan): boolean => spans?.some((one) => isSameSpan(one, span)) ?? true;
  const wrong = [...(entities ?? []).filter((span) => !isOf(predictedEntities, span)), ...(predictedEntities ?? []).filter((span) => !isOf(entities, span))];
  const first = wrong.reduce((least, span) => (span.start < least.start ? span : least), wrong[0] ?? { start: 0, end: 0, label: "" });
  return first.end <= most ? 0 : Math.max(0, first.start - Math.floor(most / 3));
}

export const isSameSpan = (a: LabelledSpan, b: LabelledSpan): boolean => a.start === b.start && a.end === b.end && a.label === b.label;
