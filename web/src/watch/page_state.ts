// What this page holds: the view in the address, the runs from the server, and where the reader points in the charts.
import { useEffect, useState } from "preact/hooks";
import { request } from "../shared/api";
import { createStore, keep, kept, useStore } from "../shared/store";
import { RunSlots } from "./run_slots.ts";
import { RunStore, type Wanted } from "./run_store.ts";
import { focusedRun, readHash, shownRuns, writeHash, type ViewState } from "./view_state.ts";

const view = createStore<ViewState>(readHash(location.hash));

export const useView = (): ViewState => useStore(view);

// What the server is asked for depends on these.
const kAskedFor: readonly (keyof ViewState)[] = ["runs", "run", "against", "tab", "step"];

/** Changes the view and the address with it; the browser's history is left alone. */
export function changeView(change: Partial<ViewState>): void {
  view.set({ ...view.get(), ...change });
  writeAddress();
  if (kAskedFor.some((name) => name in change)) store.refresh();
}

let retry = 0;

function writeAddress(): void {
  window.clearTimeout(retry);
  const hash = writeHash(view.get());
  try {
    history.replaceState(null, "", hash === "" ? location.pathname + location.search : `#${hash}`);
  } catch {
    // Safari allows a hundred changes in half a minute; the smoothing slider can exceed that.
    retry = window.setTimeout(writeAddress, 5000);
  }
}

window.addEventListener("hashchange", () => {
  view.set(readHash(location.hash));
  store.refresh();
});

function wanted(): Wanted {
  const { runs, run, against, tab, step } = view.get();
  const ids = store.runs.map((one) => one.id);
  const focused = focusedRun(store.runs, run)?.id ?? null;
  return {
    shown: tab === "charts" ? shownRuns(ids, runs) : [],
    details: tab === "configuration" ? [focused, against].filter((id) => id !== null) : [],
    advice: tab === "advice" ? focused : null,
    evaluation: tab === "evaluation" && focused !== null ? { run: focused, step } : null,
  };
}

const slotsName = "hone.run_slots";

export const store = new RunStore(
  {
    get: async (path) => (await request<unknown>(path)).data,
    post: async (path) => (await request<unknown>(path, { method: "POST" })).data,
  },
  { set: (action, milliseconds) => window.setTimeout(action, milliseconds), clear: (timer) => window.clearTimeout(timer) },
  wanted,
  new RunSlots({ read: () => kept("localStorage", slotsName), write: (text) => keep("localStorage", slotsName, text) }),
);

/** Draws the component again at each change of the store. */
export function useRuns(): RunStore {
  const [, redraw] = useState(0);
  useEffect(() => store.subscribe(() => redraw(store.version)), []);
  return store;
}

/** Begins to ask the server, and pauses while nobody sees the page. */
export function startPolling(): void {
  document.addEventListener("visibilitychange", () => store.setHidden(document.hidden));
  store.setHidden(document.hidden);
}

export interface Hover {
  /** On the chosen axis. */
  x: number;
  /** The chart that is pointed at. */
  chart: string;
  /** By keyboard: then the own chart has to follow as well. */
  keys: boolean;
}

export const hover = createStore<Hover | null>(null);
