// Scores: one label of several, with the score of each. The labels of a sentiment model have words of their own.
import { percent } from "../../shared/format.ts";
import type { Info } from "../served_model.ts";
import type { KindTexts, TryTexts } from "../texts.ts";
import { AnswerError, fieldsAt, listAt, numberAt, textAt } from "./answer_error.ts";
import { maxLabelColumns, truncatedColumn, type Column, type Head, type Questions, type Records } from "./form.ts";
import { isAboutFilms, isPositive, isSentiment, spokenLabel } from "./sentiment.ts";

export interface Score {
  label: string;
  score: number;
}

/** From the highest score to the lowest; at least one. */
export type Scores = Score[];

/** Whether the scores are probabilities (softmax, sigmoid) and not plain values. */
export const hasProbabilities = (info: Info | null): boolean => info?.function_to_apply !== "none";

export function scoreText(info: Info | null, score: number): string {
  return hasProbabilities(info) ? percent(score) : score.toPrecision(5);
}

export function resultText(info: Info | null, texts: TryTexts, [best]: Scores): string {
  if (best === undefined) return "";
  if (!hasProbabilities(info)) return texts.valueResult(best.label, scoreText(info, best.score));
  if (isSentiment(info)) return texts.sentimentResult(isPositive(best.label), percent(best.score));
  return texts.classResult(best.label, percent(best.score));
}

// As the server has it: a score of at least four fifths of the best is a near tie.
const nearTieShare = 0.8;

const maxTiedLabels = 3;

/** The labels with nearly equal probabilities, the best first; of many the first three. */
export function tiedLabels(info: Info | null, texts: TryTexts, scores: Scores): string[] {
  const least = nearTieShare * (scores[0]?.score ?? 0);
  return scores.filter(({ score }) => score >= least).slice(0, maxTiedLabels)
    .map(({ label }) => spokenLabel(info, texts, label));
}

/** A column with the score of each label, unless there are very many. */
export function scoreColumns(info: Info | null): Column<Scores>[] {
  const labels = info?.labels ?? [];
  if (labels.length > maxLabelColumns) return [];
  return labels.map((label) => ({
    name: `score_${label}`, cell: ({ answer }) => String(answer.find((score) => score.label === label)?.score ?? ""),
  }));
}

/** One question for each label. */
export function labelQuestions(answer: Scores, info: Info | null, texts: TryTexts): Questions {
  const labels = info?.labels ?? answer.map(({ label }) => label);
  const all = labels.map((label) => {
    const name = spokenLabel(info, texts, label);
    const isTurned = isSentiment(info) && !isPositive(label);
    return { key: label, name, parameters: { label }, subject: texts.probabilityOf(name), isProbability: hasProbabilities(info), isTurned };
  });
  return { title: texts.wordsLabel, all, first: answer[0]?.label ?? "" };
}

export const scores = {
  clientMethod: "text_classification",

  read(value: unknown): Scores {
    const list = listAt(value, "");
    if (list.length === 0) throw new AnswerError("", value);
    return list.map((one, index) => {
      const { label, score } = fieldsAt(one, `[${index}]`);
      return { label: textAt(label, `[${index}].label`), score: numberAt(score, `[${index}].score`) };
    });
  },

  namesIn: (answer: Scores): string[] => answer.map(({ label }) => label),

  words(info: Info | null, texts: TryTexts): KindTexts {
    if (!isSentiment(info)) return texts.classifier;
    return isAboutFilms(info) ? texts.filmSentiment : texts.sentiment;
  },

  records: (answer: Scores): Records => ({ names: ["label", "score"], rows: answer.map(({ label, score }) => [label, score]) }),

  columns: (info: Info | null): Column<Scores>[] => [
    { name: "predicted_label", cell: ({ answer }) => answer[0]?.label ?? "" },
    { name: "predicted_score", cell: ({ answer }) => String(answer[0]?.score ?? "") },
    truncatedColumn, ...scoreColumns(info),
  ],

  heads: (_: Info | null, texts: TryTexts): Head[] => [{ name: texts.table.label, isNumber: false }, { name: texts.table.score, isNumber: true }],

  questions: labelQuestions,
};
