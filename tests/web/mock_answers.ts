// The answers of the stand-in for hone serve (mock.ts) for the forms beside "scores": simple rules in place of a model.

export type Widget = "scores" | "labels" | "numbers" | "entities";

interface Model {
  labels: string[];
}

export const codePoints = (text: string, end: number) => Array.from(text.slice(0, end)).length;

/** Each label has the share of its letters that the text has too. */
function labels(model: Model, text: string): unknown {
  const scored = model.labels.map((label) => {
    const isNamed = text.toLowerCase().includes(label.toLowerCase());
    return { label, score: isNamed ? 0.93 : 0.08 + 0.37 * ((label.length * 7 + text.length) % 10) / 10 };
  });
  return scored.sort((a, b) => b.score - a.score);
}

/** One star for each exclamation mark, and half a star for each word of praise. */
function numbers(model: Model, text: string): unknown {
  const value = 1 + 0.5 * (text.match(/good|great|fine/gi)?.length ?? 0) + (text.match(/!/g)?.length ?? 0);
  if (model.labels.length < 2) return { score: value };
  return { scores: Object.fromEntries(model.labels.map((name, index) => [name, value / (index + 1) - index])) };
}

const people = /Ada Lovelace|Charles Babbage|鲁迅|Zoë/gu;
const places = /London|北京|绍兴|São Paulo/gu;
const works = /《[^》]+》|The Difference Engine/gu;

/** By lists of names; the places count code points. */
function entities(model: Model, text: string): unknown {
  const find = (names: RegExp, type: string | undefined, score: number) => (type === undefined ? [] : [...text.matchAll(names)].map((match) => ({
    entity_group: type, score: score - codePoints(text, match.index) / 1e5, word: match[0],
    start: codePoints(text, match.index), end: codePoints(text, match.index + match[0].length),
  })));
  const [person, location, work] = model.labels;
  return [...find(people, person, 0.998), ...find(places, location, 0.95), ...find(works, work, 0.61)].sort((a, b) => a.start - b.start);
}

export const answers: Record<Exclude<Widget, "scores">, (model: Model, text: string) => unknown> = { labels, numbers, entities };
