// Which charts there are: made from the metrics that the runs logged, the most useful first. A run says which of its
// metrics stand on the log line and which way is better; for runs that do not, names are guessed in one place below. A
// training loss shares its chart with the loss on the evaluation rows, because readers compare the two.
import type { Better, Metric } from "./contract.ts";

export type Role = "training" | "evaluation";

export interface Trace {
  key: string;
  role: Role;
  better: Better;
}

export interface ChartSpec {
  /** Its first trace's key: stands in the address, in file names and as an element's id. */
  id: string;
  traces: Trace[];
  /** Lesser metrics are shown on demand. */
  lesser: boolean;
}

/** What each of the runs says of its metrics; null for a run that says nothing. */
export type Declared = readonly (readonly Metric[] | null)[];

interface Rule {
  better: Better;
  lesser: boolean;
  /** The chart of the lowest rank comes first. */
  rank: number;
}

const kRank = { loss: 0, logged: 1, declared: 2, learningRate: 3, norm: 4, other: 5, lesser: 6 };

/** Metrics that every run logs, whatever its task. */
const kCommon: ReadonlyMap<string, Rule> = new Map([
  ["loss", { better: "lower", lesser: false, rank: kRank.loss }],
  ["eval_loss", { better: "lower", lesser: false, rank: kRank.loss }],
  ["learning_rate", { better: "neither", lesser: false, rank: kRank.learningRate }],
  ["grad_norm", { better: "neither", lesser: false, rank: kRank.norm }],
  ["tokens_per_second", { better: "neither", lesser: true, rank: kRank.lesser }],
]);

// Written once, at the end of a training: no line to draw.
const kSummary = /^(train_|total_flos$)/;

// Of runs of an older hone, and of transformers' Trainer.
const kGuessedFirst = ["eval_accuracy", "eval_f1", "eval_precision", "eval_recall"];
const kGuessedLesser = /^eval_.*_(binary|macro|micro|weighted|runtime|per_second)$|^eval_runtime$|_per_second$/;
const kGuessedNeither = /runtime|per_second|num_/;
const kGuessedLower = /loss|perplexity|error|mse|mae|rmse/;

function guessed(key: string): Rule {
  const first = kGuessedFirst.indexOf(key);
  const lesser = kGuessedLesser.test(key);
  const rank = first >= 0 ? kRank.logged + first / 100 : lesser ? kRank.lesser : kRank.other;
  if (kGuessedNeither.test(key)) return { better: "neither", lesser, rank };
  if (kGuessedLower.test(key)) return { better: "lower", lesser, rank };
  return { better: roleOf(key) === "evaluation" ? "higher" : "neither", lesser, rank };
}

/** Variants of another metric are lesser: "f1_macro" beside "f1". */
function declaredRule(metrics: readonly Metric[], place: number): Rule {
  const { name, better, in_log } = metrics[place] as Metric;
  const lesser = !in_log && metrics.some((other) => name.startsWith(`${other.name}_`));
  return { better, lesser, rank: (in_log ? kRank.logged : lesser ? kRank.lesser : kRank.declared) + place / 1000 };
}

function ruleOf(key: string, declared: Declared): Rule {
  const common = kCommon.get(key);
  if (common) return common;
  for (const metrics of declared) {
    const place = metrics?.findIndex((one) => `eval_${one.name}` === key) ?? -1;
    if (metrics && place >= 0) return declaredRule(metrics, place);
  }
  if (declared.some((metrics) => metrics === null)) return guessed(key);
  // All runs say what they measure, and this is nothing of that: the time that an evaluation took, for example.
  const lesser = roleOf(key) === "evaluation";
  return { better: "neither", lesser, rank: lesser ? kRank.lesser + 0.9 : kRank.other };
}

function roleOf(key: string): Role {
  return key.startsWith("eval_") ? "evaluation" : "training";
}

/** Whether the smoothing slider acts on it: a schedule has no noise, and evaluations are few. */
export function isSmoothed({ key, role }: Trace): boolean {
  return role === "training" && key !== "learning_rate";
}

/** Whether a smaller or a larger value is the better one. */
export function betterOf(key: string, declared: Declared): Better {
  return ruleOf(key, declared).better;
}

/** The charts for these metrics of these runs, in the order to show them. */
export function chartSpecs(keys: Iterable<string>, declared: Declared): ChartSpec[] {
  const known = [...new Set(keys)].filter((key) => !kSummary.test(key)).sort();
  const both = known.includes("loss") && known.includes("eval_loss");
  const rules = new Map(known.map((key) => [key, ruleOf(key, declared)]));
  const rank = (key: string): number => rules.get(key)?.rank ?? kRank.other;
  const alone = known.filter((key) => !(both && key === "eval_loss")).sort((a, b) => rank(a) - rank(b));
  const trace = (key: string): Trace => ({ key, role: roleOf(key), better: rules.get(key)?.better ?? "neither" });
  return alone.map((key) => ({
    id: key, traces: both && key === "loss" ? [trace(key), trace("eval_loss")] : [trace(key)], lesser: rules.get(key)?.lesser ?? false,
  }));
}

/** Names (without "eval_") of the metrics that stand beside an evaluation: the loss, then the others that are not lesser. */
export function headlines(names: readonly string[], metrics: readonly Metric[] | null): string[] {
  const rules = names.map((name) => ({ name, ...ruleOf(`eval_${name}`, [metrics]) }));
  return rules.filter((rule) => !rule.lesser).sort((a, b) => a.rank - b.rank).map((rule) => rule.name);
}
