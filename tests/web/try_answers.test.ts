// The answer forms of the try-it page that need no browser: reading responses, good and bad, and what is exported of them.
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { AnswerError } from "../../web/src/try/forms/answer_error.ts";
import { colorOf, entities, marksOf, typeCounts, type Entities } from "../../web/src/try/forms/entities.ts";
import type { Column, Prediction } from "../../web/src/try/forms/form.ts";
import { chosenLabels, judged, labels } from "../../web/src/try/forms/labels.ts";
import { endText, isOutside, numbers, numberText, placeOf, resultText as resultOfNumbers, spreadsOf, targetsOf } from "../../web/src/try/forms/numbers.ts";
import { scores } from "../../web/src/try/forms/scores.ts";
import { csvRecords, resultJson } from "../../web/src/try/result_export.ts";
import type { Rows } from "../../web/src/try/rows_file.ts";
import type { Info } from "../../web/src/try/served_model.ts";
import { exportName, tableRecords } from "../../web/src/try/table_export.ts";
import { tryTexts } from "../../web/src/try/texts.ts";
import { segmentsOf } from "../../web/src/shared/spans.ts";

const infoOf = (fields: Partial<Info>) => fields as Info;
const errorOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof AnswerError) return error.message;
    throw error;
  }
  return "none";
};

const rows: Rows = { name: "a", columns: ["id", "text"], records: [["1", "x"], ["2", ""]], hasHeader: true };
const exported = <A>(columns: Column<A>[], form: string, answer: A, truncated = false): string[][] =>
  tableRecords(rows, [{ form, answer, truncated } as Prediction, null], columns as Column<unknown>[]);
const score = (label: string, value: number) => ({ label, score: value });

test("a response of another form is an error that states the place and the value", () => {
  assert.equal(errorOf(() => scores.read({ error: "x" })), ' = {"error":"x"}');
  assert.equal(errorOf(() => scores.read([])), " = []");
  assert.equal(errorOf(() => scores.read([score("A", 1), { label: "B" }])), "[1].score = undefined");
  assert.equal(errorOf(() => scores.read([{ label: null, score: 1 }])), "[0].label = null");
  assert.equal(errorOf(() => labels.read([[]])), "[0] = []");
  assert.equal(errorOf(() => numbers.read([4.2])), " = [4.2]");
  assert.equal(errorOf(() => numbers.read({ score: null })), ".score = null");
  assert.equal(errorOf(() => numbers.read({})), ".score = undefined");
  assert.equal(errorOf(() => numbers.read({ scores: {} })), ".scores = {}");
  assert.equal(errorOf(() => numbers.read({ scores: { joy: "high" } })), '.scores.joy = "high"');
  assert.equal(errorOf(() => entities.read({ entities: [] }, "abc")), ' = {"entities":[]}');
  const one = { entity_group: "person", score: 0.9, word: "ab", start: 0, end: 2 };
  assert.equal(errorOf(() => entities.read([one], "abc")), "none");
  const wrong: [object, string][] = [
    [{ start: undefined }, "[0].start = undefined"], [{ end: null }, "[0].end = null"], [{ start: -1 }, "[0].start = -1"], [{ start: 0.5 }, "[0].start = 0.5"],
    [{ end: 4 }, "[0].end = 4"], [{ end: 0 }, "[0].end = 0"], [{ entity_group: undefined }, "[0].entity_group = undefined"], [{ score: "0.9" }, '[0].score = "0.9"'],
  ];
  for (const [change, message] of wrong) assert.equal(errorOf(() => entities.read([{ ...one, ...change }], "abc")), message);
  assert.equal(new AnswerError("[2].start", null).within("/predict[7]").message, "/predict[7][2].start = null");
  assert.equal(new AnswerError("", "x".repeat(500)).message.length, 66);
  for (const language of ["en", "zh"] as const) assert.match(tryTexts[language].badAnswer("/predict[7] = null"), /\/predict\[7\] = null/);
});

test("an answer that was read is read again to the same, as the history does", () => {
  const several = { scores: { joy: 1.5, fear: -2 } };
  assert.deepEqual(numbers.read(numbers.read(several)), several);
  assert.deepEqual(numbers.read({ score: 3, extra: true }), { score: 3 });
  const answer = entities.read([{ entity: "B-person", index: 1, score: 0.5, word: "ada", start: 0, end: 3 }], "Ada");
  assert.deepEqual(answer, [{ entity_group: "B-person", score: 0.5, word: "Ada", start: 0, end: 3 }]);
  assert.deepEqual(entities.read(answer, "Ada"), answer);
  assert.deepEqual(scores.read(scores.read([score("A", 1)])), [score("A", 1)]);
});

test("scores: the export has the original columns and the probability of each class", () => {
  const info = infoOf({ labels: ["A", "B"] });
  assert.deepEqual(exported(scores.columns(info), "scores", [score("B", 0.75), score("A", 0.25)]), [
    ["id", "text", "predicted_label", "predicted_score", "truncated", "score_A", "score_B"],
    ["1", "x", "B", "0.75", "false", "0.25", "0.75"],
    ["2", "", "", "", "", "", ""],
  ]);
  const many = infoOf({ labels: Array.from({ length: 51 }, (_, id) => `c${id}`) });
  assert.deepEqual(scores.columns(many).map(({ name }) => name), ["predicted_label", "predicted_score", "truncated"]);
});

test("labels: a label is chosen above its own threshold, 0.5 where the model has none, or from another that is tried", () => {
  const info = infoOf({ labels: ["a", "b", "c"], thresholds: [0.9, 0.25, null] });
  const answer = [score("a", 0.8), score("c", 0.51), score("b", 0.25)];
  assert.deepEqual(judged(answer, info).map(({ threshold, isChosen }) => [threshold, isChosen]), [[0.9, false], [0.5, true], [0.25, false]]);
  assert.deepEqual(chosenLabels(answer, info), ["c"]);
  assert.deepEqual(chosenLabels(answer, null), ["a", "c"]);
  assert.deepEqual(judged(answer, info, 0.6).filter(({ isChosen }) => isChosen).map(({ label }) => label), ["a"]);
  assert.deepEqual(labels.records(answer, info).rows[0], ["a", 0.8, 0.9, false]);
});

test("labels: the export has the chosen labels in one cell that hone reads, also if a name holds a comma", () => {
  const answer = [score("a", 0.9), score("b", 0.7)];
  const first = (names: string[]) => exported(labels.columns(infoOf({ labels: names })), "labels", answer, true)[1]?.slice(2);
  assert.deepEqual(first(["a", "b"]), ["a, b", "true", "0.9", "0.7"]);
  assert.deepEqual(first(["a", "b", "x, y"])?.[0], '["a","b"]');
  assert.deepEqual(exported(labels.columns(infoOf({ labels: ["a"] })), "labels", [score("a", 0.1)])[1], ["1", "x", "", "false", "0.1"]);
});

test("numbers: targets in the model's order with their scales, digits by the scale", () => {
  const info = infoOf({ labels: ["joy", "fear"], ranges: [{ low: 1, high: 5 }, null] });
  assert.deepEqual(targetsOf({ scores: { fear: 2, joy: 3 } }, info), [{ name: "joy", value: 3, range: { low: 1, high: 5 } }, { name: "fear", value: 2, range: null }]);
  assert.deepEqual(targetsOf({ score: 3 }, infoOf({ labels: ["LABEL_0"], ranges: [{ low: 2, high: 2 }] })), [{ name: "LABEL_0", value: 3, range: null }]);
  assert.deepEqual(targetsOf({ scores: { joy: 1 } }, infoOf({ labels: ["constructor", "joy"] })).map(({ name }) => name), ["joy"]);
  assert.deepEqual([3.14159, 2, -0.0001234, 12345.678].map((value) => numberText(value, null)), ["3.142", "2", "-0.0001234", "12346"]);
  assert.deepEqual([[4.2, 0, 5], [63.127, 0, 100], [0.84217, 0, 1], [1234.5, 0, 10_000]].map(([value = 0, low = 0, high = 0]) => numberText(value, { low, high })),
    ["4.20", "63.1", "0.842", "1235"]);
  assert.equal(endText(5, { low: 0, high: 5 }), "5");
  const range = { low: -1, high: 3 };
  assert.deepEqual([-2, -1, 1, 3, 7].map((value) => [placeOf(value, range), isOutside(value, range)]),
    [[0, true], [0, false], [0.5, false], [1, false], [1, true]]);
});

test("numbers: the result names the target, unless nobody named it", () => {
  const said = (name: string) => resultOfNumbers(infoOf({ labels: [name] }), tryTexts.en, { score: 2 });
  assert.deepEqual(["stars", "LABEL_0", "label", "Score"].map(said),
    ["Predicted stars:\n\n    2", "Predicted number:\n\n    2", "Predicted number:\n\n    2", "Predicted number:\n\n    2"]);
  const five = { scores: { a: 1, b: 2, c: 3, d: 4, e: 5 } };
  assert.equal(resultOfNumbers(infoOf({ labels: ["a", "b", "c", "d", "e"] }), tryTexts.en, five), "Predicted numbers:\n\n    a 1, b 2, c 3 and 2 more");
});

test("numbers: the export has a column for each target", () => {
  assert.deepEqual(exported(numbers.columns(infoOf({ labels: ["LABEL_0"] })), "numbers", { score: 4.25 })[1], ["1", "x", "4.25", "false"]);
  const columns = numbers.columns(infoOf({ labels: ["joy", "fear"] }));
  assert.deepEqual(exported(columns, "numbers", { scores: { fear: -2, joy: 0.5 } }), [
    ["id", "text", "predicted_joy", "predicted_fear", "truncated"], ["1", "x", "0.5", "-2", "false"], ["2", "", "", "", ""],
  ]);
  assert.deepEqual(numbers.records({ score: 3 }, infoOf({ labels: ["stars"], ranges: [{ low: 1, high: 5 }] })),
    { names: ["target", "value", "low", "high"], rows: [["stars", 3, 1, 5]] });
});

test("numbers: only a single target can be explained; many rows have mean, lowest and highest", () => {
  const info = infoOf({ labels: ["stars"] });
  assert.deepEqual(numbers.questions({ score: 1 }, info, tryTexts.en)?.all.map(({ parameters }) => parameters), [{}]);
  assert.equal(numbers.questions({ scores: { joy: 1 } }, info, tryTexts.en), null);
  assert.deepEqual(spreadsOf([{ score: 1 }, { score: 4 }, { score: 2.5 }], info), [{ name: "stars", mean: 2.5, low: 1, high: 4, range: null }]);
  assert.deepEqual(spreadsOf([], info), []);
});

const text = "😀 鲁迅 and Zoë met in São Paulo.";
const found: Entities = [
  { entity_group: "person", score: 0.99, word: "鲁迅", start: 2, end: 4 },
  { entity_group: "person", score: 0.98, word: "Zoë", start: 9, end: 12 },
  { entity_group: "place", score: 0.9, word: "São Paulo", start: 20, end: 29 },
];

test("entities: places count characters, not UTF-16 units, and the word is the text between them", () => {
  assert.deepEqual(entities.read(found.map((one) => ({ ...one, word: "of the tokenizer" })), text), found);
  assert.deepEqual(segmentsOf(text, marksOf(found)).map(({ text: part, span }) => (span ? `[${part}]` : part)).join(""), "😀 [鲁迅] and [Zoë] met in [São Paulo].");
});

test("entities: those that overlap others are not marked, and hidden types leave their place to others", () => {
  const overlapping: Entities = [...found, { entity_group: "city", score: 0.5, word: "Paulo.", start: 24, end: 30 }, { entity_group: "city", score: 0.5, word: "São Paulo.", start: 20, end: 30 }];
  const words = (hidden: string[]) => marksOf(overlapping, new Set(hidden)).map(({ index }) => overlapping[index]?.word);
  assert.deepEqual(words([]), ["鲁迅", "Zoë", "São Paulo."]);
  assert.deepEqual(words(["city"]), ["鲁迅", "Zoë", "São Paulo"]);
  assert.deepEqual(words(["city", "place", "person"]), []);
});

test("entities: types are counted in the model's order, and a type keeps its colour", () => {
  const info = infoOf({ labels: ["work", "place", "person"] });
  assert.deepEqual(typeCounts(found, info), [["place", 1], ["person", 2]]);
  assert.deepEqual(typeCounts(found, null), [["person", 2], ["place", 1]]);
  assert.equal(colorOf("place", info), 1);
  assert.equal(colorOf("place", null), colorOf("place", infoOf({ labels: ["x"] })));
});

test("entities: the export has the words of each type and all of it as JSON; the questions name places", () => {
  const columns = entities.columns(infoOf({ labels: ["person", "place", "work"] }));
  assert.deepEqual(exported(columns, "entities", found), [
    ["id", "text", "num_entities", "entities_person", "entities_place", "entities_work", "entities", "truncated"],
    ["1", "x", "3", "鲁迅; Zoë", "São Paulo", "", JSON.stringify(found), "false"],
    ["2", "", "", "", "", "", "", ""],
  ]);
  const questions = entities.questions(found, null, tryTexts.en);
  assert.deepEqual(questions?.all[1]?.parameters, { label: "person", start: 9, end: 12 });
  assert.equal(entities.questions([], null, tryTexts.en), null);
  assert.equal(tryTexts.en.forms.entities.subject("x".repeat(500), "work"), `the probability that "${"x".repeat(40)}\u2026" is work`);
});

test("a result as JSON and as CSV", () => {
  const prediction = { form: "entities", truncated: false, answer: found };
  const records = entities.records(found.slice(0, 1));
  assert.deepEqual(JSON.parse(resultJson("ner", text, prediction, records)), { model: "ner", text, truncated: false, entities: found.slice(0, 1) });
  assert.deepEqual(csvRecords(records), [["entity_group", "score", "word", "start", "end"], ["person", "0.99", "鲁迅", "2", "4"]]);
  assert.deepEqual(csvRecords({ names: ["low"], rows: [[null], [true]] }), [["low"], [""], ["true"]]);
  assert.equal(exportName("reviews.2026.csv"), "reviews.2026-predicted.csv");
});
