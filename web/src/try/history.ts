// What was analysed during this visit, the newest first. Kept in this tab only (sessionStorage), so that a reload of the
// page brings it back and closing the tab forgets it.
import { createStore, keep, kept } from "../shared/store.ts";
import type { Prediction } from "./forms/form.ts";
import { readAnswers } from "./forms/forms.tsx";

export interface Visit {
  text: string;
  /** The model's folder name: another model's results are not shown as this one's. */
  model: string;
  prediction: Prediction;
}

const storedName = "hone.history";
const maxVisits = 50;

function stored(): Visit[] {
  try {
    const visits = JSON.parse(kept("sessionStorage", storedName) ?? "[]") as Visit[];
    return visits.filter(isWhole);
  } catch {
    return [];
  }
}

// Storage may hold what another version of the page kept.
function isWhole({ text, prediction }: Visit): boolean {
  try {
    readAnswers([{ ...prediction, value: prediction.answer }], [text], { widget: prediction.form });
    return true;
  } catch {
    return false;
  }
}

export const visits = createStore<Visit[]>(stored());

export function remember(visit: Visit): void {
  const others = visits.get().filter((other) => other.text !== visit.text || other.model !== visit.model);
  change([visit, ...others].slice(0, maxVisits));
}

export const forgetAll = (): void => change([]);

function change(next: Visit[]): void {
  visits.set(next);
  keep("sessionStorage", storedName, next.length > 0 ? JSON.stringify(next) : null);
}
