// Which charts there are: made from the metrics that the runs logged, the known ones first. A training loss shares its
// chart with the loss on the evaluation rows, because readers compare the two.

export type Role = "training" | "evaluation";

export interface Trace {
  key: string;
  role: Role;
}

export interface ChartSpec {
  /** Its first trace's key: stands in the address, in file names and as an element's id. */
  id: string;
  traces: Trace[];
  /** Lesser metrics are shown on demand. */
  lesser: boolean;
}

export type Better = "lower" | "higher" | "neither";

const kFirst = ["loss", "eval_accuracy", "eval_f1", "eval_precision", "eval_recall", "learning_rate", "grad_norm"];
const kLesser = /^eval_.*_(binary|macro|micro|weighted|runtime|per_second)$|^eval_runtime$|_per_second$/;
// Written once, at the end of a training: no line to draw.
const kSummary = /^(train_|total_flos$)/;
const kNeither = /^(learning_rate|grad_norm)$|runtime|per_second|num_/;
const kLower = /loss|perplexity|error|mse|mae|rmse/;

export function isLesser(key: string): boolean {
  return kLesser.test(key);
}

/** Whether the smoothing slider acts on it: a schedule has no noise, and evaluations are few. */
export function isSmoothed({ key, role }: Trace): boolean {
  return role === "training" && key !== "learning_rate";
}

/** Whether a smaller or a larger value is the better one. */
export function betterOf(key: string): Better {
  if (kNeither.test(key)) return "neither";
  if (kLower.test(key)) return "lower";
  return key.startsWith("eval_") ? "higher" : "neither";
}

function roleOf(key: string): Role {
  return key.startsWith("eval_") ? "evaluation" : "training";
}

function order(key: string): number {
  const at = kFirst.indexOf(key);
  return at >= 0 ? at : isLesser(key) ? kFirst.length + 1 : kFirst.length;
}

/** The charts for these metrics, in the order to show them. */
export function chartSpecs(keys: Iterable<string>): ChartSpec[] {
  const known = [...new Set(keys)].filter((key) => !kSummary.test(key)).sort();
  const both = known.includes("loss") && known.includes("eval_loss");
  const alone = known.filter((key) => !(both && key === "eval_loss"));
  alone.sort((a, b) => order(a === "eval_loss" ? "loss" : a) - order(b === "eval_loss" ? "loss" : b));
  return alone.map((key) => {
    const traces: Trace[] = [{ key, role: roleOf(key) }];
    if (both && key === "loss") traces.push({ key: "eval_loss", role: "evaluation" });
    return { id: key, traces, lesser: isLesser(key) };
  });
}
