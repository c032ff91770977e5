// The parts of the try-it page that need no browser: reading and writing rows, composing requests, formatting numbers.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { csvCell } from "../../web/src/shared/csv_cell.ts";
import { percent, shortCount } from "../../web/src/shared/format.ts";
import { packBatches, sendable } from "../../web/src/try/batches.ts";
import { curlCode, pythonCode } from "../../web/src/try/code.ts";
import { guessDelimiter, parseDelimited, writeCsv } from "../../web/src/try/csv.ts";
import { examplesFor } from "../../web/src/try/examples.ts";
import { likelyTextColumn, maxFileBytes, readRows, RowsError, rowsOfFile, rowsOfLines, withHeader, type Rows } from "../../web/src/try/rows_file.ts";
import { areLabelsOf, isSameModel, placesOf, unknownTokensOf, type Info } from "../../web/src/try/served_model.ts";
import { effectText, strengthOf, strongestWeight, strongestWords, textWithWords } from "../../web/src/try/word_effects.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const problemOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof RowsError) return `${error.problem} ${error.detail}`.trim();
    throw error;
  }
  return "none";
};

test("a percentage is formatted as by Python's {:.2%}, with ties to even", () => {
  // By python3: [f"{x:.2%}" for x in (...)]
  const expected: [number, string][] = [
    [0.9987, "99.87%"], [1, "100.00%"], [0, "0.00%"], [0.00125, "0.12%"], [0.00375, "0.38%"], [0.00625, "0.62%"], [0.00875, "0.88%"],
    [0.5, "50.00%"], [0.99995, "100.00%"], [0.123456, "12.35%"],
  ];
  for (const [share, text] of expected) assert.equal(percent(share), text, String(share));
});

test("delimited text is read according to RFC 4180", () => {
  assert.deepEqual(parseDelimited('a,b\r\n"x, ""y""","two\nlines"\r\n', ","), [["a", "b"], ['x, "y"', "two\nlines"]]);
  assert.deepEqual(parseDelimited("a,,\n\n,b", ","), [["a", "", ""], ["", "b"]]);
  assert.deepEqual(parseDelimited('"never closed, a\nb', ","), [["never closed, a\nb"]]);
  assert.deepEqual(parseDelimited("", ","), []);
  assert.deepEqual(parseDelimited("a\rb\r", ","), [["a"], ["b"]]);
});

test("the delimiter is the most frequent candidate outside quotes in the first record", () => {
  assert.equal(guessDelimiter('"a,b,c";d\n'), ";");
  assert.equal(guessDelimiter("a\tb\n,,,,"), "\t");
  assert.equal(guessDelimiter("text"), ",");
});

test("written rows can be read back, and no cell is a formula", () => {
  const records = [["text", "n"], ['say "hi", then\nleave', "-3.5"], ["=1+1", "+4e2"], ["@cmd", "-rm"], ["\tx", "中文"]];
  const written = writeCsv(records);
  assert.ok(written.startsWith("\uFEFFtext,n\r\n"));
  assert.deepEqual(parseDelimited(written.slice(1), ","), [
    ["text", "n"], ['say "hi", then\nleave', "-3.5"], ["'=1+1", "+4e2"], ["'@cmd", "'-rm"], ["'\tx", "中文"]]);
});

test("both exports escape every character that can begin a formula", () => {
  for (const cell of ["=1", "+a", "-a", "@a", "\ta", "\ra", "\na", "\r\n=1", "＝1+1", "＋a", "－a", "＠a"]) {
    const written = csvCell(cell);
    assert.ok(written.startsWith("'") || written.startsWith("\"'"), JSON.stringify(written));
    assert.deepEqual(parseDelimited(writeCsv([[cell]]).slice(1), ","), [[`'${cell}`]]);
  }
  assert.deepEqual(["plain", "a=1", "-3.5", "中文", ""].map(csvCell), ["plain", "a=1", "-3.5", "中文", ""]);
});

test("a file that is too large is not read", async () => {
  const file = (size: number) => ({ name: "a.txt", size, arrayBuffer: async () => new TextEncoder().encode("one\ntwo").buffer });
  const unread = () => Promise.reject(new Error("was read"));
  await assert.rejects(readRows({ ...file(maxFileBytes + 1), arrayBuffer: unread }), (error) => error instanceof RowsError && error.problem === "tooLarge");
  assert.deepEqual((await readRows(file(maxFileBytes))).records, [["one"], ["two"]]);
});

test("rows are read from csv, tsv, json, jsonl and lines", () => {
  assert.deepEqual(rowsOfFile("a.csv", bytes("id,review\n1,fine\n2,bad\n")).records, [["1", "fine"], ["2", "bad"]]);
  assert.deepEqual(rowsOfFile("a.TSV", bytes("id\treview\n1\ta,b\n")).records, [["1", "a,b"]]);
  assert.deepEqual(rowsOfFile("a.jsonl", bytes('{"text":"x","n":1}\n\n{"text":"y","other":null}\n')).columns, ["text", "n", "other"]);
  assert.deepEqual(rowsOfFile("a.json", bytes('{"data":[{"text":"x"},"y"]}')).records, [["x"], ["y"]]);
  assert.deepEqual(rowsOfFile("a.txt", bytes("one\r\n\r\ntwo")).records, [["one"], ["two"]]);
  assert.deepEqual(rowsOfLines("pasted", " a \nb").records, [[" a "], ["b"]]);
});

test("files in other encodings are read: UTF-16 with a byte order mark, GB18030, UTF-8 with a byte order mark", () => {
  assert.deepEqual(rowsOfFile("a.txt", new Uint8Array([0xff, 0xfe, 0x2d, 0x4e])).records, [["中"]]);
  assert.deepEqual(rowsOfFile("a.txt", new Uint8Array([0xfe, 0xff, 0x4e, 0x2d])).records, [["中"]]);
  assert.deepEqual(rowsOfFile("a.txt", new Uint8Array([0xd6, 0xd0])).records, [["中"]]);
  assert.deepEqual(rowsOfFile("a.csv", bytes("\uFEFFtext\nx\n")).columns, ["text"]);
});

test("the error for a file without rows states the reason", () => {
  assert.equal(problemOf(() => rowsOfFile("a.csv", bytes(""))), "empty");
  assert.equal(problemOf(() => rowsOfFile("a.txt", bytes(" \n"))), "empty");
  assert.equal(problemOf(() => rowsOfFile("a.jsonl", bytes('{"text": ""}\n'))), "noText");
  assert.equal(problemOf(() => rowsOfFile("a.csv", new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]))), "binary");
  assert.equal(problemOf(() => rowsOfFile("a.csv", new Uint8Array(50_000_001))), "tooLarge");
  assert.equal(problemOf(() => rowsOfFile("a.jsonl", bytes('{"text":"x"}\nnot json'))), "json 2: not json");
});

test("the first record can be switched from header to data and back", () => {
  const rows = rowsOfFile("a.csv", bytes("fine film,1\nbad film,0\n"));
  const data = withHeader(rows, false);
  assert.deepEqual(data.columns, ["1", "2"]);
  assert.equal(data.records.length, 2);
  assert.deepEqual(withHeader(data, true).columns, ["fine film", "1"]);
  assert.deepEqual(rowsOfFile("one.csv", bytes("only one line\n")).records, [["only one line"]]);
});

test("the text column is found by its name, otherwise by its length", () => {
  const rows = (columns: string[], record: string[]): Rows => ({ name: "", columns, records: [record], hasHeader: null });
  assert.equal(likelyTextColumn(rows(["title", "Text"], ["a long title", "x"])), 1);
  assert.equal(likelyTextColumn(rows(["a", "b"], ["x", "a long cell"])), 1);
});

test("requests have at most the permitted number of inputs and of bytes, and omit blank texts", () => {
  const texts = Array.from({ length: 130 }, (_, index) => (index === 5 ? "  " : `text ${index}`));
  const batches = packBatches(texts, texts.map((_, row) => row), { maxInputs: 64, maxBodyBytes: 1 << 20 });
  assert.deepEqual(batches.map((batch) => batch.texts.length), [64, 64, 1]);
  assert.ok(!batches.some((batch) => batch.rows.includes(5)));
  const wide = ["中".repeat(300), "\u0001".repeat(200), "x".repeat(900), "y"];
  for (const batch of packBatches(wide, [0, 1, 2, 3], { maxInputs: 64, maxBodyBytes: 1400 })) {
    assert.ok(new TextEncoder().encode(JSON.stringify({ inputs: batch.texts })).length <= 1400);
  }
});

test("a text that alone exceeds the limit is truncated between characters", () => {
  const limits = { maxInputs: 1, maxBodyBytes: 256 + 60 };
  assert.equal(sendable("x".repeat(40), limits).length, 40);
  assert.equal(sendable("😊".repeat(40), limits), "😊".repeat(5));
});

test("words are located in the text by code points", () => {
  const text = "😊 so good!";
  const word = (start: number, stop: number, weight: number) => ({ text: "", start, stop, weight });
  const parts = textWithWords(text, [word(2, 4, 0.1), word(5, 9, -0.4)]);
  assert.deepEqual(parts.map((part) => (typeof part === "string" ? part : `<${part.text}>`)), ["😊 ", "<so>", " ", "<good>", "!"]);
});

test("a large count is abbreviated with the language's own units", () => {
  const shown = [512, 22_713_000, 66_955_010, 7_241_732_096].map((value) => [shortCount(value, "en"), shortCount(value, "zh")]);
  assert.deepEqual(shown, [["512", "512"], ["22.7 M", "2271 万"], ["67.0 M", "6696 万"], ["7.24 B", "72.42 亿"]]);
});

test("examples are the model's own rows, or film reviews for a film-review model, otherwise none", () => {
  const own = [{ text: "Who?", label: "HUM" }];
  const films = { name: "sentiment_analyzer_model", labels: ["NEGATIVE", "POSITIVE"] } as Info;
  assert.deepEqual(examplesFor({ name: "trec", labels: ["HUM"], examples: own } as Info, "en"), [{ text: "Who?", note: "HUM" }]);
  assert.deepEqual(examplesFor({ ...films, widget: "labels" }, "en"), []);
  assert.deepEqual(examplesFor({ name: "news", labels: ["World", "体育", "card_arrival"] } as Info, "zh"), []);
  assert.equal(examplesFor(films, "zh").length, 4);
  assert.deepEqual(examplesFor({ ...films, name: "hotels" }, "en"), []);
  assert.equal(examplesFor({ ...films, name: "results", dataset: "stanfordnlp/imdb" }, "en").length, 4);
});

test("headers that list inputs are read, and malformed parts are skipped", () => {
  assert.deepEqual([...unknownTokensOf("0=13/20,4=5/9")], [[0, { unknown: 13, total: 20 }], [4, { unknown: 5, total: 9 }]]);
  assert.deepEqual([...unknownTokensOf("x,2=1/3;")], [[2, { unknown: 1, total: 3 }]]);
  assert.deepEqual([...unknownTokensOf(null)], []);
  assert.deepEqual([...placesOf("0,3")], [0, 3]);
  assert.deepEqual([...placesOf(null)], []);
});

test("programs quote the text for their language, and read the key from the environment", () => {
  assert.equal(curlCode("http://h/", "it's", false), `curl 'http://h/predict' -H 'Content-Type: application/json' \\\n  -d '{"inputs":"it'\\''s"}'`);
  assert.match(curlCode("http://h/", "x", true), / -H "Authorization: Bearer \$HONE_API_KEY"/);
  assert.match(pythonCode("http://h/p/", "\\\"", false, "text_classification"), /base_url="http:\/\/h\/p"\)\nprint\(client\.text_classification\("\\\\\\""\)\)$/);
  assert.match(pythonCode("http://h/", "x", true, "token_classification"), /^import os\n.*token=os\.environ\["HONE_API_KEY"\].*client\.token_classification\("x"\)/s);
  assert.equal(pythonCode("http://h/p/", "é", false, null), 'import json, urllib.request\n\nbody = json.dumps({"inputs": "é"}).encode()\n' +
    'request = urllib.request.Request("http://h/p/predict", body, {"Content-Type": "application/json"})\nprint(json.load(urllib.request.urlopen(request)))');
  assert.match(pythonCode("http://h/", "x", true, null), /^import json, os, .*"Authorization": f"Bearer \{os\.environ\['HONE_API_KEY'\]\}"\}\)/s);
  assert.match(curlCode("http://h/", "好".repeat(500), false), /好{400}\.\.\."}'$/);
});

test("the labels of a response show whether it comes from the same model", () => {
  const info = { labels: ["World", "Sports"] } as Info;
  assert.equal(areLabelsOf(info, ["Sports"]), true);
  assert.equal(areLabelsOf(info, ["Sports", "POSITIVE"]), false);
  assert.equal(areLabelsOf(null, ["POSITIVE"]), true);
  assert.equal(isSameModel(info, { ...info, device: "cuda" }), true);
  assert.equal(isSameModel(info, { ...info, model: "other" }), false);
  assert.equal(isSameModel(info, { ...info, widget: "labels" }), false);
});

test("effects are in percentage points, with as many digits as the strongest one needs", () => {
  assert.deepEqual([0.123, -0.5, 0.0001].map((weight) => effectText(weight, 0.5, true)), ["+12.3", "\u221250.0", "0.0"]);
  assert.deepEqual([0.000375, -0.0000617, 0.000001].map((weight) => effectText(weight, 0.000375, true)), ["+0.037", "\u22120.006", "0.000"]);
  assert.equal(effectText(-1.5, 1.5, false), "\u22121.5");
});

test("a word has one of four strengths relative to the strongest, or none", () => {
  const words = [0.4, -0.8, 0.0001, 0.2].map((weight) => ({ text: "", start: 0, stop: 0, weight }));
  assert.deepEqual(words.map((word) => strengthOf(word.weight, strongestWeight(words))), [2, 4, 0, 1]);
  assert.deepEqual(strongestWords(words).map((word) => word.weight), [-0.8, 0.4, 0.2]);
  assert.equal(strengthOf(0, 0), 0);
});
