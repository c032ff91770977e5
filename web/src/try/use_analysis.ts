// One text and the model's result for it.
import { useCallback, useRef, useState } from "preact/hooks";
import { remember, type Visit } from "./history.ts";
import { errorText } from "./error_text.ts";
import type { Prediction } from "./forms/form.ts";
import { readAnswers } from "./forms/forms.tsx";
import { predict, withBackoff, type Info, type Wait } from "./served_model.ts";

export type Outcome =
  | { kind: "none" }
  | { kind: "empty" }
  | { kind: "stillLoading" }
  | { kind: "failed"; message: string }
  | { kind: "done"; text: string; prediction: Prediction; info: Info | null };

export interface Analysis {
  outcome: Outcome;
  isRunning: boolean;
  /** What the request waits for before it is sent again; null if it does not wait. */
  waits: Wait | null;
  analyse: (text: string) => void;
  /** Shows an outcome without asking the model. */
  show: (outcome: Outcome) => void;
  bringBack: (visit: Visit, info: Info | null) => void;
}

/** `failed` is called after each failure, so that the page can look at the server at once; `learn` returns the model that
 *  gave a result. */
export function useAnalysis(failed: () => void, learn: (signal: AbortSignal) => Promise<Info | null>): Analysis {
  const [outcome, setOutcome] = useState<Outcome>({ kind: "none" });
  const [isRunning, setRunning] = useState(false);
  const [waits, setWaits] = useState<Wait | null>(null);
  const current = useRef<AbortController | null>(null);

  const show = useCallback((next: Outcome) => {
    current.current?.abort();
    current.current = null;
    setRunning(false);
    setWaits(null);
    setOutcome(next);
  }, []);

  const analyse = useCallback((text: string) => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    setRunning(true);
    const run = async () => {
      try {
        const raw = await withBackoff(() => predict([text], own.signal), (wait) => {
          setWaits(wait);
          if (wait === "gone") failed();
        }, own.signal);
        // The server may have another model by now, with answers of another form.
        const info = await learn(own.signal);
        if (own.signal.aborted) return;
        const [prediction] = readAnswers(raw, [text], info);
        if (prediction === undefined) return;
        remember({ text, model: info?.name ?? "", prediction });
        show({ kind: "done", text, prediction, info });
      } catch (error) {
        if (own.signal.aborted) return;
        show({ kind: "failed", message: errorText(error) });
        failed();
      }
    };
    void run();
  }, [failed, learn, show]);

  const bringBack = useCallback((visit: Visit, info: Info | null) =>
    show({ kind: "done", text: visit.text, prediction: visit.prediction, info }), [show]);
  return { outcome, isRunning, waits, analyse, show, bringBack };
}
