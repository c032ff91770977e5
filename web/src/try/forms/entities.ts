// Entities: parts of the text with a type. Places count characters (Unicode code points).
import { withoutOverlaps, type Span } from "../../shared/spans.ts";
import { count } from "../../shared/format.ts";
import type { Info } from "../served_model.ts";
import type { KindTexts, TryTexts } from "../texts.ts";
import { AnswerError, fieldsAt, listAt, numberAt, textAt } from "./answer_error.ts";
import { maxLabelColumns, truncatedColumn, type Column, type Head, type Question, type Questions, type Records } from "./form.ts";

export interface Entity extends Span {
  entity_group: string;
  score: number;
  /** The text between the places. */
  word: string;
}

export type Entities = Entity[];

/** An entity with its number in the answer. */
export interface Placed extends Span {
  index: number;
  type: string;
  score: number;
}

/** Those that can be marked in the text at once: the ones that begin inside another are only listed. */
export function marksOf(answer: Entities, hidden: ReadonlySet<string> = new Set()): Placed[] {
  const placed = answer.map(({ start, end, entity_group, score }, index) => ({ start, end, index, type: entity_group, score }));
  return withoutOverlaps(placed.filter(({ type }) => !hidden.has(type)));
}

/** How often each type was found: the model's types in its order, then others. */
export function typeCounts(answer: Entities, info: Info | null): [string, number][] {
  const counts = new Map((info?.labels ?? []).map((label) => [label, 0]));
  for (const { entity_group: type } of answer) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].filter(([, found]) => found > 0);
}

/** As many as try.css has classes .type-N. */
const numColors = 10;

/** The colour of a type: the same for each text, as the model's types have an order. */
export function colorOf(type: string, info: Info | null): number {
  const place = info?.labels?.indexOf(type) ?? -1;
  if (place >= 0) return place % numColors;
  return Array.from(type).reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % numColors;
}

export function resultText(info: Info | null, texts: TryTexts, answer: Entities): string {
  const { entities } = texts.forms;
  const found = answer.length === 0 ? entities.none : entities.found(count(answer.length), typeCounts(answer, info).length);
  return `${entities.heading}\n\n    ${found}`;
}

function readEntity(value: unknown, place: string, characters: string[]): Entity {
  const fields = fieldsAt(value, place);
  // A single token, of the aggregation strategy "none", has its tag in "entity".
  const type = fields["entity_group"] ?? fields["entity"];
  const start = numberAt(fields["start"], `${place}.start`), end = numberAt(fields["end"], `${place}.end`);
  if (!Number.isInteger(start) || start < 0) throw new AnswerError(`${place}.start`, start);
  if (!Number.isInteger(end) || end <= start || end > characters.length) throw new AnswerError(`${place}.end`, end);
  return {
    entity_group: textAt(type, `${place}.entity_group`), score: numberAt(fields["score"], `${place}.score`),
    word: characters.slice(start, end).join(""), start, end,
  };
}

function questionOf({ entity_group: label, word, start, end }: Entity, index: number, texts: TryTexts): Question {
  return {
    key: String(index), name: `${word} (${label})`, parameters: { label, start, end }, subject: texts.forms.entities.subject(word, label), isProbability: true,
  };
}

const joinedWords = (answer: Entities, type: string): string => answer.filter((one) => one.entity_group === type).map(({ word }) => word).join("; ");

export const entities = {
  clientMethod: "token_classification",

  read(value: unknown, text: string): Entities {
    const characters = Array.from(text);
    return listAt(value, "").map((one, index) => readEntity(one, `[${index}]`, characters));
  },

  namesIn: (answer: Entities): string[] => answer.map(({ entity_group: type }) => type),

  words: (_: Info | null, texts: TryTexts): KindTexts => texts.forms.entities.words,

  records: (answer: Entities): Records => ({
    names: ["entity_group", "score", "word", "start", "end"],
    rows: answer.map(({ entity_group: type, score, word, start, end }) => [type, score, word, start, end]),
  }),

  columns(info: Info | null): Column<Entities>[] {
    const types = info?.labels ?? [];
    return [
      { name: "num_entities", cell: ({ answer }) => String(answer.length) },
      ...(types.length > maxLabelColumns ? [] : types).map((type) => ({
        name: `entities_${type}`, cell: ({ answer }: { answer: Entities }) => joinedWords(answer, type),
      })),
      { name: "entities", cell: ({ answer }) => JSON.stringify(answer) },
      truncatedColumn,
    ];
  },

  heads: (_: Info | null, texts: TryTexts): Head[] => [{ name: texts.forms.entities.head, isNumber: false }],

  questions(answer: Entities, _: Info | null, texts: TryTexts): Questions | null {
    if (answer.length === 0) return null;
    return { title: texts.forms.entities.choice, first: "0", all: answer.map((one, index) => questionOf(one, index, texts)) };
  },
};
