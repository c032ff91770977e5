// Reads rows from a file or from pasted lines: CSV, TSV, JSON, JSONL, or plain lines. Texts are UTF-8, UTF-16 with its mark, or
// GB18030, which Chinese spreadsheets write.
import { guessDelimiter, parseDelimited } from "./csv.ts";

export const maxFileBytes = 50_000_000;

export type RowsProblem = "empty" | "noText" | "tooLarge" | "binary" | "json" | "unreadable";

/** Why a file has no usable rows; `detail` names the place, if there is one. */
export class RowsError extends Error {
  readonly problem: RowsProblem;
  readonly detail: string;

  constructor(problem: RowsProblem, detail = "") {
    super(problem);
    this.problem = problem;
    this.detail = detail;
  }
}

export interface Rows {
  name: string;
  columns: string[];
  records: string[][];
  /** Whether the first record may be either names or data (delimited files); the page lets one choose. */
  hasHeader: boolean | null;
}

export function rowsOfLines(name: string, text: string): Rows {
  const records = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "").map((line) => [line]);
  return checked({ name, columns: ["text"], records, hasHeader: null });
}

/** The rows of a file by the ending of its name. Errors: RowsError. */
export function rowsOfFile(name: string, bytes: Uint8Array): Rows {
  if (bytes.length > maxFileBytes) throw new RowsError("tooLarge");
  const text = decode(bytes);
  const ending = name.toLowerCase().replace(/^.*\./, "");
  if (ending === "csv" || ending === "tsv") return delimitedRows(name, text, ending === "tsv" ? "\t" : guessDelimiter(text));
  if (ending === "jsonl" || ending === "ndjson") return objectRows(name, jsonLines(text));
  if (ending === "json") return objectRows(name, jsonDocument(text));
  return rowsOfLines(name, text);
}

export type OpenedFile = Pick<File, "name" | "size" | "arrayBuffer">;

/** The rows of a file that was chosen or dropped; one that is too large is not read at all. Errors: RowsError. */
export async function readRows(file: OpenedFile): Promise<Rows> {
  if (file.size > maxFileBytes) throw new RowsError("tooLarge");
  return rowsOfFile(file.name, new Uint8Array(await file.arrayBuffer()));
}

/** The same rows with the first record taken as names, or as data. */
export function withHeader(rows: Rows, hasHeader: boolean): Rows {
  if (rows.hasHeader === null || rows.hasHeader === hasHeader) return rows;
  if (!hasHeader) {
    return { ...rows, hasHeader, columns: rows.columns.map((_, index) => String(index + 1)), records: [rows.columns, ...rows.records] };
  }
  const [columns = [], ...records] = rows.records;
  return { ...rows, hasHeader, columns, records };
}

const usualNames = ["text", "sentence", "review", "content", "comment", "inputs", "input", "评论", "文本", "内容"];

/** The column that most likely holds the text: by its name, else the one with the longest cells. */
export function likelyTextColumn(rows: Rows): number {
  const names = rows.columns.map((column) => column.trim().toLowerCase());
  for (const name of usualNames) if (names.includes(name)) return names.indexOf(name);
  const sample = rows.records.slice(0, 100);
  const lengths = names.map((_, column) => sample.reduce((sum, record) => sum + (record[column]?.length ?? 0), 0));
  return lengths.indexOf(Math.max(...lengths));
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.subarray(0, 4096).includes(0)) throw new RowsError("binary");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function delimitedRows(name: string, text: string, delimiter: string): Rows {
  const [columns = [], ...records] = parseDelimited(text, delimiter);
  const width = records.reduce((widest, record) => Math.max(widest, record.length), columns.length);
  const named = Array.from({ length: width }, (_, index) => columns[index] ?? String(index + 1));
  if (records.length === 0 && columns.length > 0) return withHeader({ name, columns: named, records, hasHeader: true }, false);
  return checked({ name, columns: named, records, hasHeader: true });
}

function jsonLines(text: string): unknown[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      throw new RowsError("json", `${index + 1}: ${line.slice(0, 60)}`);
    }
  });
}

// An array of rows, or an object that holds one ({"data": [...]}).
function jsonDocument(text: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return jsonLines(text);
  }
  if (Array.isArray(parsed)) return parsed;
  const inner = typeof parsed === "object" && parsed !== null ? Object.values(parsed).find(Array.isArray) : undefined;
  return (inner as unknown[] | undefined) ?? [parsed];
}

function objectRows(name: string, items: unknown[]): Rows {
  const isObject = (item: unknown): item is Record<string, unknown> => typeof item === "object" && item !== null && !Array.isArray(item);
  const columns = [...new Set(items.flatMap((item) => (isObject(item) ? Object.keys(item) : ["text"])))];
  const records = items.map((item) => columns.map((column) => cellOf(isObject(item) ? item[column] : column === "text" ? item : undefined)));
  return checked({ name, columns, records, hasHeader: null });
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function checked(rows: Rows): Rows {
  if (rows.records.length === 0) throw new RowsError("empty");
  if (rows.records.every((record) => record.every((cell) => cell.trim() === ""))) throw new RowsError("noText");
  return rows;
}
