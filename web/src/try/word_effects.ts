// Prepares words and their weights for display.
import type { Explanation } from "./served_model.ts";

export type Word = Explanation["words"][number];

const numStrengths = 4;
const numStrongest = 6;
// Words with less than this share of the strongest word's effect are shown as having none.
const leastShare = 0.05;
const maxDigits = 4;

export const strongestWeight = (words: Word[]): number => words.reduce((most, word) => Math.max(most, Math.abs(word.weight)), 0);

/** With its sign: of a probability in percentage points ("+12.3"), of another value as it is. All words of a text have
 *  as many digits as two of the strongest need: a sure model moves by thousandths of a point. */
export function effectText(weight: number, strongest: number, isProbability: boolean): string {
  const scale = isProbability ? 100 : 1;
  const wanted = strongest > 0 ? 1 - Math.floor(Math.log10(strongest * scale)) : 1;
  const size = Math.abs(weight * scale).toFixed(Math.min(Math.max(wanted, 1), maxDigits));
  if (Number(size) === 0) return size;
  return `${weight > 0 ? "+" : "\u2212"}${size}`;
}

/** 0 (no effect) to 4, beside the strongest word of the text. */
export function strengthOf(weight: number, strongest: number): number {
  const share = strongest > 0 ? Math.abs(weight) / strongest : 0;
  return share < leastShare ? 0 : Math.ceil(share * numStrengths);
}

export function strongestWords(words: Word[]): Word[] {
  const strongest = strongestWeight(words);
  const withEffect = words.filter((word) => strengthOf(word.weight, strongest) > 0);
  return withEffect.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, numStrongest);
}

/** Splits the text into its words and the parts between them. Positions of words are code points. */
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
