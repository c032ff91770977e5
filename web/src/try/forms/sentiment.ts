// Sentiment models (labels NEGATIVE and POSITIVE, in any case) have words and colours of their own, those of film reviews
// also the words of the article's window.
import type { Info } from "../served_model.ts";
import type { TryTexts } from "../texts.ts";

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

/** The label as people say it, where the page knows: Positive for POSITIVE. */
export function spokenLabel(info: Info | null, texts: TryTexts, label: string): string {
  if (!isSentiment(info)) return label;
  return isPositive(label) ? texts.positive : sameLabel(label, "NEGATIVE") ? texts.negative : label;
}

export type Tone = "positive" | "negative" | "plain";

/** For colours: a sentiment's two sides, and "plain" for other classes. */
export function toneOf(info: Info | null, label: string | undefined): Tone {
  if (label === undefined || !isSentiment(info)) return "plain";
  return isPositive(label) ? "positive" : "negative";
}
