// Reads and writes delimited text (RFC 4180).
import { csvCell } from "../shared/csv_cell.ts";

const delimiters = [",", "\t", ";"];

/** The most frequent delimiter outside quotes in the first record; a comma if there is none. */
export function guessDelimiter(text: string): string {
  const counts = new Map(delimiters.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === "\n") break;
    else if (!quoted && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return delimiters.reduce((best, delimiter) => ((counts.get(delimiter) ?? 0) > (counts.get(best) ?? 0) ? delimiter : best));
}

/** The records of a delimited text; skips empty lines. An unclosed quote runs to the end. */
export function parseDelimited(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let place = 0;
  while (place < text.length) {
    const cell = readCell(text, place, delimiter);
    record.push(cell.value);
    place = cell.end;
    if (text[place] === delimiter) {
      place += 1;
      if (place < text.length) continue;
      record.push("");
    }
    if (text.startsWith("\r\n", place)) place += 2;
    else place += 1;
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  }
  return records;
}

// The cell that begins at `start`, and where it ends: at a delimiter, a line's end or the end of the text.
function readCell(text: string, start: number, delimiter: string): { value: string; end: number } {
  if (text[start] !== '"') {
    const end = endOfPlain(text, start, delimiter);
    return { value: text.slice(start, end), end };
  }
  let value = "";
  let place = start + 1;
  for (;;) {
    const quote = text.indexOf('"', place);
    if (quote === -1) return { value: value + text.slice(place), end: text.length };
    value += text.slice(place, quote);
    place = quote + 1;
    if (text[place] !== '"') break;
    value += '"';
    place += 1;
  }
  const end = endOfPlain(text, place, delimiter);
  return { value: value + text.slice(place, end), end };
}

function endOfPlain(text: string, start: number, delimiter: string): number {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return end;
}

/** Records as comma-separated text with CRLF, with the byte order mark by which spreadsheets recognise UTF-8. */
export function writeCsv(records: string[][]): string {
  return `\uFEFF${records.map((record) => `${record.map(csvCell).join(",")}\r\n`).join("")}`;
}
