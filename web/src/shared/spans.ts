// Spans of a text. They count characters as the server does: Unicode code points, so that an emoji is one.

export interface Span {
  start: number;
  /** The first character after the span. */
  end: number;
}

/** The spans in the order of the text; skips those that begin inside an earlier one. Of two that begin at the same place, the
 *  longer one stays. */
export function withoutOverlaps<S extends Span>(spans: readonly S[]): S[] {
  let last = 0;
  return [...spans].sort((a, b) => a.start - b.start || b.end - a.end).filter((span) => {
    if (span.start < last) return false;
    last = span.end;
    return true;
  });
}

export interface Segment<S extends Span> {
  text: string;
  span: S | null;
}

/** The text from one character up to another, cut at its spans, which are sorted and do not overlap. */
export function segmentsOf<S extends Span>(whole: string, spans: readonly S[], { start: from, end: to }: Span = { start: 0, end: Infinity }): Segment<S>[] {
  const characters = Array.from(whole).slice(0, to);
  const segments: Segment<S>[] = [];
  const put = (start: number, end: number, span: S | null): void => {
    if (start < end) segments.push({ text: characters.slice(start, end).join(""), span });
  };
  let at = from;
  for (const span of spans) {
    if (span.end <= from) continue;
    if (span.start >= characters.length) break;
    put(at, span.start, null);
    put(Math.max(span.start, from), Math.min(span.end, characters.length), span);
    at = span.end;
  }
  put(at, characters.length, null);
  return segments;
}
