// How runs look in charts, on the canvas as in files: colours of the theme, dashes beyond the tenth run.
import { themeColor } from "../shared/theme";

export const kNumColors = 10;

export const slotColor = (slot: number): string => themeColor(`--series-${(slot % kNumColors) + 1}`);

const kDashes: readonly (readonly number[])[] = [[], [8, 3], [2, 3], [8, 3, 2, 3]];

export const kNumDashes = kDashes.length;

export const slotDash = (slot: number): readonly number[] => kDashes[Math.floor(slot / kNumColors) % kNumDashes] ?? [];

export const kEvaluationDash: readonly number[] = [5, 4];
