// Labels: any number of them for each text. The model chooses a label if its score is above the label's threshold.
import type { Info } from "../served_model.ts";
import type { KindTexts, TryTexts } from "../texts.ts";
import { truncatedColumn, type Column, type Head, type Records } from "./form.ts";
import { scoreColumns, scores, type Scores } from "./scores.ts";

const usualThreshold = 0.5;

export interface Judged {
  label: string;
  score: number;
  threshold: number;
  isChosen: boolean;
}

function thresholdOf(info: Info | null, label: string): number {
  const threshold = info?.thresholds?.[info.labels?.indexOf(label) ?? -1];
  return typeof threshold === "number" && Number.isFinite(threshold) ? threshold : usualThreshold;
}

/** Each label in the answer's order. `tried`: one threshold for all of them in place of the model's. */
export function judged(answer: Scores, info: Info | null, tried: number | null = null): Judged[] {
  return answer.map(({ label, score }) => {
    const threshold = tried ?? thresholdOf(info, label);
    return { label, score, threshold, isChosen: score > threshold };
  });
}

export const chosenLabels = (answer: Scores, info: Info | null): string[] => judged(answer, info).filter(({ isChosen }) => isChosen).map(({ label }) => label);

/** In one cell: separated by a comma, or a JSON list if the name of a label holds one. hone reads both as labels of a row. */
function inOneCell(chosen: string[], info: Info | null): string {
  return (info?.labels ?? chosen).some((label) => label.includes(",")) ? JSON.stringify(chosen) : chosen.join(", ");
}

export function resultText(info: Info | null, texts: TryTexts, answer: Scores): string {
  const chosen = chosenLabels(answer, info);
  const { labels } = texts.forms;
  return `${labels.heading}\n\n    ${chosen.length > 0 ? chosen.join(labels.comma) : labels.none}`;
}

export const labels = {
  ...scores,

  words: (_: Info | null, texts: TryTexts): KindTexts => texts.forms.labels.words,

  records: (answer: Scores, info: Info | null): Records => ({
    names: ["label", "score", "threshold", "chosen"],
    rows: judged(answer, info).map(({ label, score, threshold, isChosen }) => [label, score, threshold, isChosen]),
  }),

  columns: (info: Info | null): Column<Scores>[] => [
    { name: "predicted_labels", cell: ({ answer }) => inOneCell(chosenLabels(answer, info), info) }, truncatedColumn, ...scoreColumns(info),
  ],

  heads: (_: Info | null, texts: TryTexts): Head[] => [{ name: texts.forms.labels.head, isNumber: false }],
};
