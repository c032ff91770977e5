// One text and what the model said of it.
import { useCallback, useRef, useState } from "preact/hooks";
import { remember, type Visit } from "./history.ts";
import { errorText, predict, withBackoff, type Prediction } from "./served_model.ts";

export type Outcome =
  | { kind: "none" }
  | { kind: "empty" }
  | { kind: "stillLoading" }
  | { kind: "failed"; message: string }
  | { kind: "done"; text: string; prediction: Prediction };

export interface Analysis {
  outcome: Outcome;
  isRunning: boolean;
  /** Seconds until the next try, where the server is too busy; else null. */
  waits: number | null;
  analyse: (text: string, model: string) => void;
  /** Shows an outcome without asking the model. */
  show: (outcome: Outcome) => void;
  bringBack: (visit: Visit) => void;
}

/** `failed` is told of each failure, so that the page can look at the server at once. */
export function useAnalysis(failed: () => void): Analysis {
  const [outcome, setOutcome] = useState<Outcome>({ kind: "none" });
  const [isRunning, setRunning] = useState(false);
  const [waits, setWaits] = useState<number | null>(null);
  const current = useRef<AbortController | null>(null);

  const show = useCallback((next: Outcome) => {
    current.current?.abort();
    current.current = null;
    setRunning(false);
    setWaits(null);
    setOutcome(next);
  }, []);

  const analyse = useCallback((text: string, model: string) => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    setRunning(true);
    const run = async () => {
      try {
        const [prediction] = await withBackoff(() => predict([text], own.signal), setWaits, own.signal);
        if (own.signal.aborted || prediction === undefined) return;
        remember({ text, model, prediction });
        show({ kind: "done", text, prediction });
      } catch (error) {
        if (own.signal.aborted) return;
        show({ kind: "failed", message: errorText(error) });
        failed();
      }
    };
    void run();
  }, [failed, show]);

  const bringBack = useCallback((visit: Visit) => show({ kind: "done", text: visit.text, prediction: visit.prediction }), [show]);
  return { outcome, isRunning, waits, analyse, show, bringBack };
}
