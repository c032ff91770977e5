// Many texts run through the model, request by request: progress, cancel, and going on where it stopped.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { packBatches, type BatchLimits } from "./batches.ts";
import { errorText, predict, withBackoff, type Prediction } from "./served_model.ts";

export interface TableRun {
  state: "idle" | "running" | "stopped" | "finished";
  /** By row; undefined: not yet, null: blank, so never sent. */
  predictions: (Prediction | null | undefined)[];
  done: number;
  waits: number | null;
  error: string | null;
}

const idle: TableRun = { state: "idle", predictions: [], done: 0, waits: null, error: null };

export interface Table {
  run: TableRun;
  /** Analyses the texts, or, after a stop, those of them that are left. */
  start: (texts: string[], limits: BatchLimits) => void;
  cancel: () => void;
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

  const cancel = useCallback(() => {
    current.current?.abort();
    if (latest.current.state === "running") change({ state: "stopped", waits: null });
  }, [change]);
  const reset = useCallback(() => {
    current.current?.abort();
    change(idle);
  }, [change]);
  useEffect(() => () => current.current?.abort(), []);

  const start = useCallback((texts: string[], limits: BatchLimits) => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    const goesOn = latest.current.state === "stopped";
    const predictions = texts.map((text, row) => (text.trim() === "" ? null : goesOn ? latest.current.predictions[row] : undefined));
    const left = predictions.flatMap((prediction, row) => (prediction === undefined ? [row] : []));
    change({ state: "running", predictions, done: texts.length - left.length, waits: null, error: null });
    const work = async () => {
      for (const batch of packBatches(texts, left, limits)) {
        const answers = await withBackoff(() => predict(batch.texts, own.signal), (waits) => change({ waits }), own.signal, 20);
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
