// The configuration as flat rows, searched, and of two runs side by side.

export interface OptionRow {
  name: string;
  left: string;
  right: string;
  differs: boolean;
}

type Values = Readonly<Record<string, unknown>>;

/** Nested settings by dotted names; lists stay whole. */
export function flatten(values: Values, prefix = ""): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, value] of Object.entries(values)) {
    const name = prefix + key;
    if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
      for (const [inner, one] of flatten(value as Values, `${name}.`)) flat.set(inner, one);
    } else {
      flat.set(name, value);
    }
  }
  return flat;
}

/** A value as people write it: plain text, other values as JSON, empty if unset. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(", ");
  return JSON.stringify(value);
}

/** All settings of one run, or of two; sorted by name. Equal means equal in value and kind: 1 and "1" differ. */
export function optionRows(left: Values, right: Values | null): OptionRow[] {
  const first = flatten(left);
  const second = right === null ? first : flatten(right);
  const names = [...new Set([...first.keys(), ...second.keys()])].sort();
  return names.map((name) => ({
    name,
    left: valueText(first.get(name)),
    right: valueText(second.get(name)),
    differs: JSON.stringify(first.get(name) ?? null) !== JSON.stringify(second.get(name) ?? null),
  }));
}

/** Rows whose name or value holds every word of the query, whatever the case; "-" and "_" are the same. */
export function searchRows(rows: readonly OptionRow[], query: string): OptionRow[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll("-", "_");
  const words = plain(query).split(/\s+/).filter((word) => word !== "");
  return rows.filter((row) => words.every((word) => plain(`${row.name} ${row.left} ${row.right}`).includes(word)));
}

// Names that the command line accepts for options (hone train --help lists them).
const otherNames: Readonly<Record<string, string>> = {
  model: "model_name_or_path", dataset_name: "dataset", dataset_path: "dataset", lr: "learning_rate", epochs: "num_train_epochs",
  batch_size: "per_device_train_batch_size", evaluation_strategy: "eval_strategy", max_length: "max_seq_length",
};

/** The options that a run's command sets: "--learning-rate 2e-5", "--no-bf16", "--max_steps=10". */
export function namesInCommand(command: unknown, known: ReadonlySet<string>): Set<string> {
  const names = new Set<string>();
  if (!Array.isArray(command)) return names;
  for (const word of command) {
    if (typeof word !== "string" || !word.startsWith("--")) continue;
    const name = (word.slice(2).split("=")[0] ?? "").replaceAll("-", "_");
    for (const one of [name, name.replace(/^no_/, ""), otherNames[name] ?? name]) if (known.has(one)) names.add(one);
  }
  return names;
}

export interface OptionGroups {
  /** On the command line. */
  set: OptionRow[];
  /** Not the default: from a configuration file. */
  changed: OptionRow[];
  /** The rest: defaults, and options without a value. */
  rest: OptionRow[];
}

/** The most useful first. Without `changed` (runs of other tools), options with a value count as changed. */
export function groupRows(rows: readonly OptionRow[], command: unknown, changed: readonly string[] | null): OptionGroups {
  const set = namesInCommand(command, new Set(rows.map((row) => row.name)));
  const isChanged = (row: OptionRow): boolean =>
    changed === null ? row.left !== "" : changed.includes(row.name) || changed.includes(row.name.split(".")[0] ?? "");
  return {
    set: rows.filter((row) => set.has(row.name)),
    changed: rows.filter((row) => !set.has(row.name) && isChanged(row)),
    rest: rows.filter((row) => !set.has(row.name) && !isChanged(row)),
  };
}
