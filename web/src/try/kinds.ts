// The words for a kind of model: those of the article's window for a sentiment model of film reviews (labels
// NEGATIVE and POSITIVE, in any case), nearly the same for other sentiment models, and the labels of every other model.
import { percent } from "../shared/format.ts";
import type { Info, Prediction, Score } from "./served_model.ts";
import type { KindTexts, TryTexts } from "./texts.ts";

const sameLabel = (label: string, name: string) => label.toUpperCase() === name;

/** True while the labels are not known yet: the page opens as the window did. */
export function isSentiment(info: Info | null): boolean {
  const labels = info?.labels ?? null;
  if (labels === null) return true;
  return labels.length === 2 && ["NEGATIVE", "POSITIVE"].every((name) => labels.some((label) => sameLabel(label, name)));
}

// The article's folder, and names by which people call data sets of film reviews.
const filmNames = /sentiment_analyzer_model|imdb|movie|film|rotten|sst-?2|影评|电影/i;

/** Whether the model's name or its training data say that it reads film reviews. */
export function isAboutFilms(info: Info | null): boolean {
  return info === null || [info.name, info.dataset ?? ""].some((name) => filmNames.test(name));
}

export const isPositive = (label: string): boolean => sameLabel(label, "POSITIVE");

/** Whether the scores are probabilities (softmax, sigmoid) and not plain values (regression). */
export const hasProbabilities = (info: Info | null): boolean => info?.function_to_apply !== "none";

export function kindTexts(info: Info | null, texts: TryTexts): KindTexts {
  if (!isSentiment(info)) return texts.classifier;
  return isAboutFilms(info) ? texts.filmSentiment : texts.sentiment;
}

export function scoreText(info: Info | null, score: number): string {
  return hasProbabilities(info) ? percent(score) : score.toPrecision(5);
}

export function resultText(info: Info | null, texts: TryTexts, prediction: Prediction): string {
  const best = prediction.scores[0];
  if (best === undefined) return "";
  if (!hasProbabilities(info)) return texts.valueResult(best.label, scoreText(info, best.score));
  if (isSentiment(info)) return texts.sentimentResult(isPositive(best.label), percent(best.score));
  return texts.classResult(best.label, percent(best.score));
}

// As the server has it: a score of at least four fifths of the best is a near tie.
const nearTieShare = 0.8;

/** The labels between which the model hardly decides, the best first. */
export function tiedLabels(info: Info | null, texts: TryTexts, { scores }: Prediction): string[] {
  const least = nearTieShare * (scores[0]?.score ?? 0);
  return scores.filter(({ score }) => score >= least).map(({ label }) => spokenLabel(info, texts, label));
}

/** The label as people say it, where the page knows: Positive for POSITIVE. */
export function spokenLabel(info: Info | null, texts: TryTexts, label: string): string {
  if (!isSentiment(info)) return label;
  return isPositive(label) ? texts.positive : sameLabel(label, "NEGATIVE") ? texts.negative : label;
}

/** For colours: a sentiment's two sides, and nothing for other classes. */
export function toneOf(info: Info | null, best: Score | undefined): "positive" | "negative" | "plain" {
  if (best === undefined || !isSentiment(info)) return "plain";
  return isPositive(best.label) ? "positive" : "negative";
}
