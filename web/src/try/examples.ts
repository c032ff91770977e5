// Texts to begin with: rows of the model's own evaluation set, or for a model of film reviews the article's sentences.
import type { Language } from "../shared/i18n.ts";
import { isAboutFilms, isSentiment } from "./forms/sentiment.ts";
import type { Info } from "./served_model.ts";

export interface Example {
  text: string;
  /** A translation, or the row's true label. */
  note?: string;
}

const reviews: Required<Example>[] = [
  { text: "What a brilliant performance! I laughed, I cried, and I would watch it again tomorrow.", note: "演技精彩，又哭又笑，还想再看一遍。" },
  { text: "This movie was not bad, actually it was quite good!", note: "这部电影不差，其实相当不错！（带否定词的句子）" },
  { text: "A complete waste of time: the plot makes no sense and nobody on screen seems to care.", note: "纯属浪费时间：剧情不通，演员也不上心。" },
  { text: "Beautiful pictures, but the story is so dull that I fell asleep twice.", note: "画面很美，但剧情太闷，我睡着了两次。（褒贬参半）" },
];

/** Empty if the page knows no text for the model. */
export function examplesFor(info: Info | null, language: Language): Example[] {
  if (info === null) return [];
  const own = info.examples ?? [];
  if (own.length > 0) return own.map(({ text, label }) => ({ text, note: label }));
  if ((info.widget ?? "scores") !== "scores" || !isSentiment(info) || !isAboutFilms(info)) return [];
  return language === "zh" ? reviews : reviews.map(({ text }) => ({ text }));
}
