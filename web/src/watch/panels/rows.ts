// Rows with their text and what the task says of each, such as the worst mistakes; some tasks mark spans of the text.
import { fields, isFields, number, text, textOrNull, type Fields } from "../checked.ts";
import { valueText } from "../differences.ts";

export interface Fact {
  name: string;
  value: string | number;
}

/** Characters (Unicode code points) of the text, from `start` up to before `end`. */
export interface Span {
  start: number;
  end: number;
  label: string;
}

export interface RowItem {
  location: string;
  text: string;
  textPair: string | null;
  /** In the file's order: what the task says, and the loss. */
  facts: Fact[];
  /** Null if the task marks none. */
  labelSpans: Span[] | null;
  predictedSpans: Span[] | null;
}

const kOwnKeys = new Set(["row", "location", "text", "text_pair", "label_spans", "predicted_spans"]);
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
function readSpans(value: unknown): Span[] | null {
  if (!Array.isArray(value)) return null;
  const isPlace = (place: number | null): place is number => place !== null && Number.isInteger(place) && place >= 0;
  const spans = value.flatMap((one): Span[] => {
    const json = fields(one);
    const start = number(json["start"]), end = number(json["end"]);
    return isPlace(start) && isPlace(end) && start < end ? [{ start, end, label: text(json["label"]) }] : [];
  });
  let last = 0;
  return spans.sort((a, b) => a.start - b.start || b.end - a.end).filter((span) => {
    if (span.start < last) return false;
    last = span.end;
    return true;
  });
}

/** Null if the data is not a list; skips what is not a row. */
export function readRows(data: unknown): RowItem[] | null {
  if (!Array.isArray(data)) return null;
  return data.filter(isFields).map((json) => ({
    location: text(json["location"]),
    text: text(json["text"]),
    textPair: textOrNull(json["text_pair"]),
    facts: readFacts(json),
    labelSpans: readSpans(json["label_spans"]),
    predictedSpans: readSpans(json["predicted_spans"]),
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

export interface Segment {
  text: string;
  span: Span | null;
}

/** The text cut at its spans, up to `most` characters; a span beyond is not shown. */
export function segmentsOf(whole: string, spans: readonly Span[], most = Infinity): Segment[] {
  const characters = Array.from(whole).slice(0, most);
  const segments: Segment[] = [];
  const put = (start: number, end: number, span: Span | null): void => {
    if (start < end) segments.push({ text: characters.slice(start, end).join(""), span });
  };
  let at = 0;
  for (const span of spans) {
    if (span.start >= characters.length) break;
    put(at, span.start, null);
    put(span.start, Math.min(span.end, characters.length), span);
    at = span.end;
  }
  put(at, characters.length, null);
  return segments;
}

export const isSameSpan = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end && a.label === b.label;
