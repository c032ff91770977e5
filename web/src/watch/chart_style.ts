// How runs look in charts, on the canvas as in files. Dashes mark evaluations only; beyond ten runs colours repeat.
import { themeColor } from "../shared/theme";

export const kNumColors = 10;

export const slotColor = (slot: number): string => themeColor(`--series-${(slot % kNumColors) + 1}`);

export const kEvaluationDash: readonly number[] = [5, 4];

/** Of values before smoothing, and of runs that are not in focus. */
export const kFaintAlpha = 0.28;
