// Checks what the run page gets from the server. Any program may have written a run's files, so every field is checked
// once, here, and is null or empty if it is missing or of another type.
import { count, fields, isFields, list, number, text, textOrNull, type Fields } from "./checked.ts";
import { tellingNames } from "./run_names.ts";

export type RunState = "running" | "finished" | "stopped" | "interrupted" | "failed";

export const kRunStates: readonly RunState[] = ["running", "finished", "stopped", "interrupted", "failed"];

export interface Best {
  /** Null if it is not known: the Trainer's own state has the value without the metric's name. */
  metric: string | null;
  value: number;
  step: number;
}

export type Better = "lower" | "higher" | "neither";

/** A metric that the run computes at each evaluation. */
export interface Metric {
  /** Without "eval_". */
  name: string;
  better: Better;
  /** One of the few that stand on the log line. */
  in_log: boolean;
}

/** One run: run.json's fields by their own names, plus the server's. Times are unix seconds. */
export interface Run {
  id: string;
  /** The folder's name; in the list of runs with as much of its path as distinguishes it from others of that name. */
  name: string;
  path: string;
  state: RunState;
  phase: string | null;
  error: string | null;
  /** What to do about the error. */
  hint: string | null;
  /** It is running and was asked to save a checkpoint and stop. */
  stopping: boolean;
  resume_command: string | null;
  step: number | null;
  total_steps: number | null;
  epoch: number | null;
  num_train_epochs: number | null;
  /** Over the last half minute. */
  tokens_per_second: number | null;
  /** Of this session's training. */
  mean_tokens_per_second: number | null;
  seconds_left: number | null;
  memory_bytes: number | null;
  peak_memory_bytes: number | null;
  started_at: number | null;
  updated_at: number | null;
  best: Best | null;
  /** Null if the run does not say: of an older hone, or of another tool. */
  metrics: readonly Metric[] | null;
  /** The rest of run.json that the configuration table shows: model, device, command, ... */
  facts: Readonly<Record<string, unknown>>;
  /** Options whose value is not the default; null if the run does not say. */
  changed_options: readonly string[] | null;
  /** All options of the run; null in the list of runs. */
  options: Readonly<Record<string, unknown>> | null;
}

export type Entry = Readonly<Record<string, unknown>>;

export interface MetricsPage {
  generation: string;
  next: number;
  restarted: boolean;
  /** There is more to read at once. */
  more: boolean;
  entries: Entry[];
}

const kFactKeys = [
  "model", "model_class", "task", "labels", "entity_types", "tag_scheme", "num_parameters", "num_trained_parameters", "frozen", "adapters",
  "num_train_rows", "num_eval_rows", "evaluation_rows", "num_test_rows", "device", "precision",
  "hone_version", "command", "working_dir", "host", "pid",
] as const;

function readError(value: unknown): string | null {
  if (!isFields(value)) return textOrNull(value);
  const parts = [textOrNull(value["message"]), textOrNull(value["hint"])];
  return parts.filter((part) => part !== null).join("\n") || null;
}

function readBest(value: unknown): Best | null {
  const best = fields(value);
  const score = number(best["value"]);
  const step = number(best["step"]);
  return score === null || step === null ? null : { metric: textOrNull(best["metric"]), value: score, step };
}

const kBetter: readonly Better[] = ["lower", "higher", "neither"];

function readMetrics(value: unknown): Metric[] | null {
  if (!Array.isArray(value)) return null;
  return value.flatMap((one): Metric[] => {
    const { name: given, better, in_log } = fields(one);
    const name = textOrNull(given);
    if (name === null) return [];
    const known = name === "loss" ? "lower" : kBetter.find((way) => way === better);
    return [{ name, better: known ?? "neither", in_log: in_log === true }];
  });
}

function readState(value: unknown): RunState {
  return kRunStates.find((state) => state === value) ?? "finished";
}

function readFacts(json: Fields): Fields {
  const facts: Record<string, unknown> = {};
  for (const key of kFactKeys) {
    if (json[key] !== undefined && json[key] !== null) facts[key] = json[key];
  }
  return facts;
}

/** Reads a run; null if it has no id. */
export function readRun(value: unknown): Run | null {
  const json = fields(value);
  const id = textOrNull(json["id"]);
  if (id === null) return null;
  return {
    id,
    name: textOrNull(json["name"]) ?? id,
    path: text(json["path"]),
    state: readState(json["state"]),
    phase: textOrNull(json["phase"]),
    error: readError(json["error"]),
    hint: textOrNull(json["hint"]),
    stopping: json["stopping"] === true,
    resume_command: textOrNull(json["resume_command"]),
    step: number(json["step"]),
    total_steps: number(json["total_steps"]),
    epoch: number(json["epoch"]),
    num_train_epochs: number(json["num_train_epochs"]),
    tokens_per_second: number(json["tokens_per_second"]),
    mean_tokens_per_second: number(json["mean_tokens_per_second"]),
    seconds_left: number(json["seconds_left"]),
    memory_bytes: number(json["memory_bytes"]),
    peak_memory_bytes: number(json["peak_memory_bytes"]),
    started_at: number(json["started_at"]),
    updated_at: number(json["updated_at"]),
    best: readBest(json["best"]),
    metrics: readMetrics(json["metrics"]),
    facts: readFacts(json),
    changed_options: Array.isArray(json["changed_options"]) ? json["changed_options"].map(text) : null,
    options: isFields(json["options"]) ? json["options"] : null,
  };
}

/** The runs of `GET /api/runs`, oldest first, each by a name of its own. */
export function readRuns(value: unknown): Run[] {
  const runs = list(fields(value)["runs"]).map(readRun).filter((run) => run !== null);
  const names = tellingNames(runs);
  runs.forEach((run, i) => (run.name = names[i] ?? run.name));
  return runs.sort((a, b) => (a.started_at ?? 0) - (b.started_at ?? 0) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** A page of `GET /api/runs/{id}/metrics`. */
export function readMetricsPage(value: unknown): MetricsPage {
  const json = fields(value);
  return {
    generation: text(json["generation"]),
    next: count(json["next"]),
    restarted: json["restarted"] === true,
    more: json["more"] === true,
    entries: list(json["entries"]).filter(isFields),
  };
}

/** The evaluated steps, ascending, each once. */
export function readSteps(value: unknown): number[] {
  const steps = list(fields(value)["steps"]).map(number).filter((step) => step !== null);
  return [...new Set(steps)].sort((a, b) => a - b);
}
