// The figures of a run in words: best value, duration, speed, memory and device; unknown ones are left out.
import type { Run } from "./contract.ts";
import { bytesText, countText, durationText, metricText } from "./formatting.ts";
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
  if (run.started_at !== null && run.updated_at !== null) {
    figures.push({ name: text.elapsed, value: durationText(run.updated_at - run.started_at, text.duration), note: null });
  }
  figures.push(...speedOf(run, text));
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

/** While it runs the speed now, with the mean beside it; of an ended run the mean. */
function speedOf(run: Run, text: WatchTexts): Figure[] {
  const speed = (value: number): string => text.tokensPerSecond(countText(value, text.locale));
  const mean = run.mean_tokens_per_second;
  const now = run.state === "running" ? run.tokens_per_second : null;
  if (now !== null) return [{ name: text.speed, value: speed(now), note: mean === null ? null : text.mean(speed(mean)) }];
  if (mean !== null) return [{ name: text.meanSpeed, value: speed(mean), note: null }];
  return run.tokens_per_second === null ? [] : [{ name: text.speed, value: speed(run.tokens_per_second), note: text.lastHalfMinute }];
}
