// Shared by the tests of the answer forms: a model of each form for the stand-in (mock.ts), and texts for which it has answers.
import type { Page } from "playwright-core";
import type { MockState } from "./mock.ts";
import { whenReady } from "./try_visit.ts";

export const emotions: Partial<MockState> = {
  widget: "labels", model: "models/emotions", functionToApply: "sigmoid", labels: ["joy", "surprise", "fear", "anger", "sadness", "disgust"],
  thresholds: [0.5, 0.4, 0.38, 0.5, 0.6, 0.5],
};
export const stars: Partial<MockState> = { widget: "numbers", model: "models/stars", functionToApply: "none", labels: ["stars"], ranges: [{ low: 1, high: 5 }] };
export const moods: Partial<MockState> = {
  widget: "numbers", model: "models/moods", functionToApply: "none", labels: ["valence", "arousal", "dominance"], explains: false,
  ranges: [{ low: 1, high: 5 }, { low: 0, high: 2 }, null],
};
export const names: Partial<MockState> = { widget: "entities", explains: true, model: "models/names", functionToApply: "none", labels: ["person", "location", "work"] };
export const engine = "In London, Ada Lovelace wrote about The Difference Engine of Charles Babbage.";
export const luxun = "😀 鲁迅原名周树人，生于绍兴，在北京写了《狂人日记》。";

export const lines = (count: number) => Array.from({ length: count }, (_, row) => `${row % 2 === 0 ? engine : "joy!"} ${row}`).join("\n");

/** Analyses the text. The first result on the page is shown when it returns. */
export async function ask(page: Page, text: string): Promise<void> {
  await whenReady(page);
  await page.fill("#text", text);
  await page.press("#text", "Control+Enter");
  await page.locator(".result-tools").waitFor();
}
