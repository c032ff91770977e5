// The figures of a run in words: its best value, speed, memory and device; what is not known has none.
import type { Run } from "./contract.ts";
import { bytesText, countText, metricText } from "./formatting.ts";
import { metricTitle, type WatchTexts } from "./texts.ts";

export interface Figure {
  name: string;
  value: string;
  note: string | null;
}

export function figuresOf(run: Run, text: WatchTexts): Figure[] {
  const figures: Figure[] = [];
  const { locale } = text;
  if (run.best) {
    const { metric, value, step } = run.best;
    const title = metric === null ? "" : `${metricTitle(text, metric)} `;
    figures.push({ name: text.best, value: title + metricText(value, locale), note: text.atStep(countText(step, locale)) });
  }
  if (run.tokens_per_second !== null) {
    figures.push({ name: text.speed, value: text.tokensPerSecond(countText(run.tokens_per_second, locale)), note: null });
  }
  const now = run.state === "running" ? run.memory_bytes : null;
  const memory = now ?? run.peak_memory_bytes;
  if (memory !== null) {
    const peak = text.peak(bytesText(run.peak_memory_bytes, locale));
    figures.push(now === null
      ? { name: text.memory, value: peak, note: null }
      : { name: text.memory, value: bytesText(now, locale), note: run.peak_memory_bytes === null ? null : peak });
  }
  const device = run.facts["device"];
  const precision = run.facts["precision"];
  if (typeof device === "string") {
    figures.push({ name: text.device, value: device, note: typeof precision === "string" ? precision : null });
  }
  return figures;
}
