// Classifies many texts, request by request: progress, cancel, and continuing after a stop.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { packBatches, type BatchLimits } from "./batches.ts";
import { errorText } from "./error_text.ts";
import type { Prediction } from "./forms/form.ts";
import { formOf, readAnswers } from "./forms/forms.tsx";
import { areLabelsOf, isSameModel, predict, withBackoff, type Info, type Wait } from "./served_model.ts";

export interface TableRun {
  state: "idle" | "running" | "stopped" | "finished";
  /** By row; undefined: not yet, null: blank, so never sent. */
  predictions: (Prediction | null | undefined)[];
  done: number;
  waits: Wait | null;
  error: string | null;
  /** The model of the predictions. */
  info: Info | null;
}

const idle: TableRun = { state: "idle", predictions: [], done: 0, waits: null, error: null, info: null };

export interface Table {
  run: TableRun;
  /** Analyses the texts; after a stop and with the same model, the remaining ones. `other` is the error if a result
   *  comes from another model. */
  start: (texts: string[], limits: BatchLimits, info: Info | null, other: string) => void;
  /** `why`: set if it was not the reader who stopped it. */
  cancel: (why?: string) => void;
  reset: () => void;
}

export function useTable(failed: () => void): Table {
  const [run, setRun] = useState<TableRun>(idle);
  const latest = useRef(run);
  const current = useRef<AbortController | null>(null);
  const change = useCallback((next: Partial<TableRun>) => {
    latest.current = { ...latest.current, ...next };
    setRun(latest.current);
  }, []);

  const cancel = useCallback((why?: string) => {
    current.current?.abort();
    if (latest.current.state === "running") change({ state: "stopped", waits: null, error: why ?? null });
  }, [change]);
  const reset = useCallback(() => {
    current.current?.abort();
    change(idle);
  }, [change]);
  useEffect(() => () => current.current?.abort(), []);

  const start = useCallback((texts: string[], limits: BatchLimits, info: Info | null, other: string) => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    const goesOn = latest.current.state === "stopped" && isSameModel(latest.current.info, info);
    const predictions = texts.map((text, row) => (text.trim() === "" ? null : goesOn ? latest.current.predictions[row] : undefined));
    const left = predictions.flatMap((prediction, row) => (prediction === undefined ? [row] : []));
    change({ state: "running", predictions, done: texts.length - left.length, waits: null, error: null, info });
    const work = async () => {
      for (const batch of packBatches(texts, left, limits)) {
        const raw = await withBackoff(() => predict(batch.texts, own.signal), (waits) => change({ waits }), own.signal, 20);
        const answers = readAnswers(raw, batch.texts, info);
        if (!answers.every(({ answer }) => areLabelsOf(info, formOf(info).namesIn(answer)))) throw new Error(other);
        const next = [...latest.current.predictions];
        batch.rows.forEach((row, index) => (next[row] = answers[index]));
        change({ predictions: next, done: latest.current.done + batch.rows.length, waits: null });
      }
      change({ state: "finished" });
    };
    work().catch((error: unknown) => {
      if (own.signal.aborted) return;
      change({ state: "stopped", waits: null, error: errorText(error) });
      failed();
    });
  }, [change, failed]);
  return { run, start, cancel, reset };
}
