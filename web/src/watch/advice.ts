// What is wrong with a run, as the server says it in both languages.
import { fields, list, number, text } from "./checked.ts";

export type Severity = "problem" | "warning" | "note";

export interface Remedy {
  /** Options of hone train; empty: something else to do. */
  flags: string;
  reason: Words;
}

/** One text in each language. */
export type Words = Readonly<Record<"en" | "zh", string>>;

export interface Diagnosis {
  id: string;
  severity: Severity;
  title: Words;
  meaning: Words;
  evidence: Readonly<Record<"en" | "zh", readonly string[]>>;
  remedies: readonly Remedy[];
}

export interface Advice {
  /** Losses and evaluations that were looked at. */
  logged: number;
  evaluations: number;
  isRunning: boolean;
  /** Only the beginning of a long log was read. */
  isCut: boolean;
  diagnoses: readonly Diagnosis[];
}

const kSeverities: readonly Severity[] = ["problem", "warning", "note"];

function readWords(value: unknown): Words {
  const words = fields(value);
  return { en: text(words["en"]), zh: text(words["zh"]) };
}

function readSentences(value: unknown): readonly string[] {
  return list(value).map(text).filter((sentence) => sentence !== "");
}

function readDiagnosis(value: unknown): Diagnosis {
  const json = fields(value);
  const evidence = fields(json["evidence"]);
  return {
    id: text(json["id"]),
    severity: kSeverities.find((one) => one === json["severity"]) ?? "note",
    title: readWords(json["title"]),
    meaning: readWords(json["meaning"]),
    evidence: { en: readSentences(evidence["en"]), zh: readSentences(evidence["zh"]) },
    remedies: list(json["remedies"]).map(fields).map((remedy) => ({ flags: text(remedy["flags"]), reason: readWords(remedy["reason"]) })),
  };
}

export function readAdvice(value: unknown): Advice {
  const json = fields(value);
  return {
    logged: number(json["logged"]) ?? 0,
    evaluations: number(json["evaluations"]) ?? 0,
    isRunning: json["is_running"] === true,
    isCut: json["is_cut"] === true,
    diagnoses: list(json["diagnoses"]).map(readDiagnosis),
  };
}
