// Texts to begin with, by the kind of model and the language of the page.
import type { Language } from "../shared/i18n.ts";
import { isSentiment } from "./kinds.ts";
import type { Info } from "./served_model.ts";

export interface Example {
  text: string;
  /** What it says, where the page's language is another one. */
  gloss?: string;
}

const reviews: Example[] = [
  { text: "What a brilliant performance! I laughed, I cried, and I would watch it again tomorrow.", gloss: "演技精彩，又哭又笑，还想再看一遍。" },
  { text: "This movie was not bad, actually it was quite good!", gloss: "这部电影不差，其实相当不错！（带否定词的句子）" },
  { text: "A complete waste of time: the plot makes no sense and nobody on screen seems to care.", gloss: "纯属浪费时间：剧情不通，演员也不上心。" },
  { text: "Beautiful pictures, but the story is so dull that I fell asleep twice.", gloss: "画面很美，但剧情太闷，我睡着了两次。（褒贬参半）" },
];

const general: Record<Language, string[]> = {
  en: ["The train was late again, but the staff were kind and found us another one.", "How do I change the address on my account?"],
  zh: ["火车又晚点了，不过工作人员很热心，帮我们换了另一班。", "怎样修改我账户里的收货地址？"],
};

// Between Chinese and Latin letters or digits stands a space.
const spaced = (label: string) => label.replace(/^(?=[\w])/, " ").replace(/(?<=[\w])$/, " ");

const aboutLabel: Record<Language, (label: string) => string> = {
  en: (label) => `This is a short text about ${label}.`,
  zh: (label) => `这是一段关于${spaced(label)}的文字。`,
};

// Names that a training gives where nobody gave one: "LABEL_0", "3".
const isNameless = (label: string) => /^(label[_ ]?)?\d+$/i.test(label);

/** The label as a word of a sentence: "card_arrival" as "card arrival". */
const asWords = (label: string) => label.replaceAll("_", " ").trim();

export function examplesFor(info: Info | null, language: Language): Example[] {
  if (isSentiment(info)) return language === "zh" ? reviews : reviews.map(({ text }) => ({ text }));
  const labels = (info?.labels ?? []).filter((label) => !isNameless(label)).slice(0, 4);
  if (labels.length === 0) return general[language].map((text) => ({ text }));
  return labels.map((label) => ({ text: aboutLabel[language](asWords(label)) }));
}
