// Numbers: a number for each target, on the scale of the training rows if the model knows it.
import type { Info } from "../served_model.ts";
import type { KindTexts, TryTexts } from "../texts.ts";
import { AnswerError, fieldsAt, numberAt } from "./answer_error.ts";
import { truncatedColumn, type Column, type Head, type Questions, type Records } from "./form.ts";

/** One target, or several by name. */
export type Numbers = { score: number } | { scores: Record<string, number> };

export interface Range {
  low: number;
  high: number;
}

export interface Target {
  name: string;
  value: number;
  /** The smallest and the largest of the training rows; null if unknown. */
  range: Range | null;
}

function rangeAt(info: Info | null, target: number): Range | null {
  const range = info?.ranges?.[target] ?? null;
  return range !== null && Number.isFinite(range.low) && Number.isFinite(range.high) && range.low < range.high ? range : null;
}

/** The targets of the model, or of the answer if the model's are unknown. */
function namesOf(info: Info | null, answer: Numbers | null): string[] {
  if (answer !== null && "scores" in answer) return info?.labels ?? Object.keys(answer.scores);
  return info?.labels ?? ["score"];
}

/** In the model's order; skips targets that the answer lacks. */
export function targetsOf(answer: Numbers, info: Info | null): Target[] {
  const names = namesOf(info, answer);
  if ("score" in answer) return [{ name: names[0] ?? "score", value: answer.score, range: rangeAt(info, 0) }];
  return names.flatMap((name, index) => {
    return Object.hasOwn(answer.scores, name) ? [{ name, value: answer.scores[name] ?? NaN, range: rangeAt(info, index) }] : [];
  });
}

const maxDigits = 6;

/** The scale in two hundred steps decides the digits; without a scale there are four significant ones, or all before the point. */
export function numberText(value: number, range: Range | null): string {
  if (range === null) return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
  const digits = Math.ceil(-Math.log10((range.high - range.low) / 200));
  return value.toFixed(Math.min(Math.max(digits, 0), maxDigits));
}

/** An end of a scale, without digits that say nothing: 5, not 5.000. */
export const endText = (value: number, range: Range): string => String(Number(numberText(value, range)));

/** Where the value stands on its scale, from 0 to 1: a value beyond an end stands at it. */
export function placeOf(value: number, { low, high }: Range): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

export const isOutside = (value: number, { low, high }: Range): boolean => value < low || value > high;

// Names that a model has if nobody named its target.
const isNamed = (name: string): boolean => !/^(label(_\d+)?|score|target)$/i.test(name);

const numNamed = 3;

export function resultText(info: Info | null, texts: TryTexts, answer: Numbers): string {
  const targets = targetsOf(answer, info);
  const { numbers } = texts.forms;
  const said = targets.slice(0, numNamed).map(({ name, value, range }) => numbers.named(name, numberText(value, range)));
  const rest = targets.length - said.length;
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return `${isNamed(only.name) ? numbers.heading(only.name) : numbers.headingOfOne}\n\n    ${numberText(only.value, only.range)}`;
  return `${numbers.headingOfSeveral}\n\n    ${said.join(numbers.comma)}${rest > 0 ? numbers.andMore(rest) : ""}`;
}

const isOne = (info: Info | null): boolean => (info?.labels ?? []).length < 2;

export const numbers = {
  clientMethod: null,

  read(value: unknown): Numbers {
    const fields = fieldsAt(value, "");
    if (fields["scores"] === undefined) return { score: numberAt(fields["score"], ".score") };
    const all = Object.entries(fieldsAt(fields["scores"], ".scores")).map(([name, score]) => [name, numberAt(score, `.scores.${name}`)] as const);
    if (all.length === 0) throw new AnswerError(".scores", fields["scores"]);
    return { scores: Object.fromEntries(all) };
  },

  namesIn: (answer: Numbers): string[] => ("scores" in answer ? Object.keys(answer.scores) : []),

  words: (_: Info | null, texts: TryTexts): KindTexts => texts.forms.numbers.words,

  records: (answer: Numbers, info: Info | null): Records => ({
    names: ["target", "value", "low", "high"],
    rows: targetsOf(answer, info).map(({ name, value, range }) => [name, value, range?.low ?? null, range?.high ?? null]),
  }),

  columns(info: Info | null): Column<Numbers>[] {
    const column = (name: string): Column<Numbers> => ({
      name: isOne(info) ? "predicted_score" : `predicted_${name}`,
      cell: ({ answer }) => String(targetsOf(answer, info).find((target) => target.name === name)?.value ?? ""),
    });
    return [...namesOf(info, null).map(column), truncatedColumn];
  },

  heads: (info: Info | null): Head[] => namesOf(info, null).map((name) => ({ name, isNumber: true })),

  /** Only for one target: the words of several would be several tables. */
  questions(answer: Numbers, info: Info | null, texts: TryTexts): Questions | null {
    if (!("score" in answer)) return null;
    const name = namesOf(info, answer)[0] ?? "score";
    return { title: name, first: name, all: [{ key: name, name, parameters: {}, subject: texts.forms.numbers.subject, isProbability: false }] };
  },
};

export interface Spread {
  name: string;
  mean: number;
  low: number;
  high: number;
  range: Range | null;
}

/** Of each target over many answers, in the model's order. */
export function spreadsOf(answers: readonly Numbers[], info: Info | null): Spread[] {
  const byName = new Map<string, Target[]>();
  for (const target of answers.flatMap((answer) => targetsOf(answer, info))) {
    const targets = byName.get(target.name);
    if (targets) targets.push(target);
    else byName.set(target.name, [target]);
  }
  return [...byName].map(([name, targets]) => {
    const values = targets.map(({ value }) => value);
    const sum = values.reduce((total, value) => total + value, 0);
    return {
      name, mean: sum / values.length, range: targets[0]?.range ?? null,
      low: values.reduce((a, b) => Math.min(a, b)), high: values.reduce((a, b) => Math.max(a, b)),
    };
  });
}
