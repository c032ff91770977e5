// Words with their weights, made ready to be shown.
import type { Explanation } from "./served_model.ts";

export type Word = Explanation["words"][number];

const numStrengths = 4;
const numStrongest = 6;
// Below half a tenth of a percentage point a word is shown as having no effect.
const leastWeight = 0.0005;

/** With its sign: of a probability in percentage points ("+12.3"), of another value as it is. */
export function effectText(weight: number, isProbability: boolean): string {
  const size = isProbability ? Math.abs(weight * 100).toFixed(1) : Math.abs(weight).toPrecision(3);
  if (Number(size) === 0) return size;
  return `${weight > 0 ? "+" : "\u2212"}${size}`;
}

export const strongestWeight = (words: Word[]): number => words.reduce((most, word) => Math.max(most, Math.abs(word.weight)), 0);

/** 0 (no effect) to 4, beside the strongest word of the text. */
export function strengthOf(weight: number, strongest: number): number {
  if (Math.abs(weight) < leastWeight || strongest === 0) return 0;
  return Math.ceil((Math.abs(weight) / strongest) * numStrengths);
}

export function strongestWords(words: Word[]): Word[] {
  const withEffect = words.filter((word) => Math.abs(word.weight) >= leastWeight);
  return withEffect.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, numStrongest);
}

/** The whole text in order: its words, and what stands between them. The words' places are code points. */
export function textWithWords(text: string, words: Word[]): (string | Word)[] {
  const characters = Array.from(text);
  const parts: (string | Word)[] = [];
  let place = 0;
  for (const word of words) {
    if (word.start > place) parts.push(characters.slice(place, word.start).join(""));
    parts.push({ ...word, text: characters.slice(word.start, word.stop).join("") });
    place = word.stop;
  }
  if (place < characters.length) parts.push(characters.slice(place).join(""));
  return parts;
}
