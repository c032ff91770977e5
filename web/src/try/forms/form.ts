// What an answer form is: how the answers of one kind of task are read, exported, explained and shown. The page knows answers
// only through their form; forms.tsx has the table.
import type { ComponentChild, ComponentChildren } from "preact";
import type { Info, Notes } from "../served_model.ts";
import type { KindTexts, TryTexts } from "../texts.ts";

/** The result for one text. */
export interface Prediction<Answer = unknown> extends Notes {
  /** The name of the answer's form. */
  form: string;
  /** As the server gives it, checked: what is kept in the history can be read like a response. */
  answer: Answer;
}

export type Cell = string | number | boolean | null;

/** A result as a table. */
export interface Records {
  names: string[];
  rows: Cell[][];
}

/** A column that the export of many texts adds to the reader's own. */
export interface Column<Answer> {
  name: string;
  cell(prediction: Prediction<Answer>): string;
}

/** Of the page's own table of many texts. */
export interface Head {
  name: string;
  isNumber: boolean;
}

/** What the reader may ask /explain about. */
export interface Question {
  key: string;
  /** In the list to choose from. */
  name: string;
  parameters: Record<string, unknown>;
  /** What the words change: "the probability of Positive". */
  subject: string;
  isProbability: boolean;
  /** The colours change sides, because the subject is a sentiment's negative side. */
  isTurned?: boolean;
}

export interface Questions {
  /** What one chooses: "Class". */
  title: string;
  all: Question[];
  /** The key of the one that is asked first. */
  first: string;
}

export interface Shown<Answer> {
  prediction: Prediction<Answer>;
  info: Info | null;
}

export interface ShownWhole<Answer> extends Shown<Answer> {
  text: string;
  /** The key of the question whose words are shown. */
  asked: string | null;
  /** Asks which words decided; null if the model cannot be asked now. */
  onAsk: ((key: string) => void) | null;
  /** What the reader may look at besides, such as the words that decided. */
  children: ComponentChildren;
}

export interface ShownRow<Answer> {
  /** Null or undefined if there is no result. */
  prediction: Prediction<Answer> | null | undefined;
  info: Info | null;
  /** For the last cell. */
  notes: ComponentChild;
}

export interface ShownRows<Answer> {
  answers: readonly Answer[];
  info: Info | null;
}

/** Methods, so that forms of different answers fit into one table. */
export interface Form<Answer = unknown> {
  /** Returns a text's answer out of the JSON of /predict. Throws AnswerError if it has another form. */
  read(value: unknown, text: string): Answer;
  /** The labels in the answer: all are the model's, unless the server has another model by now. */
  namesIn(answer: Answer): string[];
  /** The page's words. */
  words(info: Info | null, texts: TryTexts): KindTexts;
  /** The task's method of huggingface_hub's InferenceClient; null if it has none. */
  clientMethod: string | null;
  records(answer: Answer, info: Info | null): Records;
  columns(info: Info | null): Column<Answer>[];
  heads(info: Info | null, texts: TryTexts): Head[];
  /** Null if there is nothing to ask. */
  questions(answer: Answer, info: Info | null, texts: TryTexts): Questions | null;
  /** A class for the colours of the result. */
  tone(answer: Answer, info: Info | null): string;
  /** In the box, read out by screen readers when it appears: the element #result. */
  Result(props: Shown<Answer>): ComponentChild;
  /** Below the box: the rest of the answer, and the children. */
  Body(props: ShownWhole<Answer>): ComponentChild;
  /** In a row of the history. */
  Brief(props: Shown<Answer>): ComponentChild;
  /** The cells of a row of the page's table, as many as `heads`. */
  Cells(props: ShownRow<Answer>): ComponentChild;
  /** Above the page's table: all rows in short. */
  Summary(props: ShownRows<Answer>): ComponentChild;
}

export const truncatedColumn: Column<unknown> = { name: "truncated", cell: ({ truncated }) => String(truncated) };

/** With more labels the export has no column for each: they would bury the text. */
export const maxLabelColumns = 50;
