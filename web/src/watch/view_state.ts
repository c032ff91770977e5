// What the reader chose, kept in the address after the "#", so that a reload or a copied address shows the same.
import { kAxisNames, type AxisName } from "./series.ts";

export type Tab = "charts" | "evaluation" | "advice" | "configuration";

export const kTabs: readonly Tab[] = ["charts", "evaluation", "advice", "configuration"];

export interface ViewState {
  /** Runs in the charts; null: those chosen by themselves (defaultRuns). */
  runs: readonly string[] | null;
  /** The run whose details are shown; null: the newest. */
  run: string | null;
  /** The run that the configuration is compared with. */
  against: string | null;
  tab: Tab;
  axis: AxisName;
  /** 0 to 0.99. */
  smoothing: number;
  /** Charts with a logarithmic axis, by id. */
  log: readonly string[];
  /** The evaluated step; null: the best, or the newest if none is known to be the best. */
  step: number | null;
  /** What part of the axis is shown; null: all. */
  zoom: readonly [number, number] | null;
  /** Whether the charts of lesser metrics are open. */
  more: boolean;
}

export const kDefaultView: ViewState = {
  runs: null,
  run: null,
  against: null,
  tab: "charts",
  axis: "step",
  smoothing: 0,
  log: [],
  step: null,
  zoom: null,
  more: false,
};

export const kMaxSmoothing = 0.99;

function oneOf<T extends string>(value: string | null, known: readonly T[], otherwise: T): T {
  return known.find((one) => one === value) ?? otherwise;
}

function readNumber(value: string | null): number | null {
  if (value === null || value.trim() === "") return null;
  const known = Number(value);
  return Number.isFinite(known) ? known : null;
}

function readList(value: string | null): string[] {
  return value === null ? [] : value.split(",").map(decodeSafely).filter((one) => one !== "");
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function readZoom(value: string | null): [number, number] | null {
  const [low, high] = (value ?? "").split("..").map(readNumber);
  return low != null && high != null && high > low ? [low, high] : null;
}

/** Reads `location.hash`, with or without "#"; ignores malformed parts. */
export function readHash(hash: string): ViewState {
  const given = new Map<string, string>();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) given.set(part.slice(0, at), part.slice(at + 1));
  }
  const get = (name: string): string | null => given.get(name) ?? null;
  const smoothing = readNumber(get("smoothing")) ?? kDefaultView.smoothing;
  return {
    runs: given.has("runs") ? readList(get("runs")) : null,
    run: decodeSafely(get("run") ?? "") || null,
    against: decodeSafely(get("against") ?? "") || null,
    tab: oneOf(get("tab"), kTabs, kDefaultView.tab),
    axis: oneOf(get("axis"), kAxisNames, kDefaultView.axis),
    smoothing: Math.min(kMaxSmoothing, Math.max(0, smoothing)),
    log: readList(get("log")),
    step: readNumber(get("step")),
    zoom: readZoom(get("zoom")),
    more: get("more") === "1",
  };
}

/** The hash without "#"; leaves out defaults. */
export function writeHash(view: ViewState): string {
  const parts: string[] = [];
  const put = (name: string, value: string): void => void parts.push(`${name}=${value}`);
  const ids = (list: readonly string[]): string => list.map(encodeURIComponent).join(",");
  if (view.tab !== kDefaultView.tab) put("tab", view.tab);
  if (view.run !== null) put("run", encodeURIComponent(view.run));
  if (view.runs !== null) put("runs", ids(view.runs));
  if (view.against !== null) put("against", encodeURIComponent(view.against));
  if (view.axis !== kDefaultView.axis) put("axis", view.axis);
  if (view.smoothing !== kDefaultView.smoothing) put("smoothing", String(view.smoothing));
  if (view.log.length > 0) put("log", ids(view.log));
  if (view.step !== null) put("step", String(view.step));
  if (view.zoom !== null) put("zoom", `${view.zoom[0]}..${view.zoom[1]}`);
  if (view.more) put("more", "1");
  return parts.join("&");
}

const kMaxDefaultRuns = 20;

/** Of runs in the order they began: the chosen ones that still exist, else the newest. */
export function shownRuns(ids: readonly string[], chosen: readonly string[] | null): string[] {
  return chosen === null ? ids.slice(-kMaxDefaultRuns) : ids.filter((id) => chosen.includes(id));
}

/** The run whose details are shown: the chosen one if it exists, else one that is running, else the newest. */
export function focusedRun<R extends { id: string; state: string }>(runs: readonly R[], chosen: string | null): R | null {
  const named = runs.find((run) => run.id === chosen);
  return named ?? runs.findLast((run) => run.state === "running") ?? runs[runs.length - 1] ?? null;
}

/** The evaluated step to show: the chosen one, else the best, else the newest; null if there is none. */
export function evaluationToShow(steps: readonly number[], chosen: number | null, best: number | null): number | null {
  if (chosen !== null && steps.includes(chosen)) return chosen;
  if (best !== null && steps.includes(best)) return best;
  return steps[steps.length - 1] ?? null;
}

const kMaxEqualRuns = 4;

/** The runs that stand out in the charts: all of a few; of many the one that is looked at, and the newest. */
export function runsInFocus(shown: readonly string[], current: string): ReadonlySet<string> | null {
  const newest = shown[shown.length - 1];
  if (shown.length <= kMaxEqualRuns || newest === undefined) return null;
  return new Set([current, newest]);
}
