// The routes of hone serve as this page calls them.
import { ApiError, request } from "../shared/api.ts";

export interface Health {
  status: "loading" | "ready" | "failed";
  message: string;
}

/** What /info tells. What config.json says is known at once; the rest is null where the model is not loaded (yet). */
export interface Info {
  state: Health["status"];
  model: string;
  name: string;
  model_type: string | null;
  labels: string[] | null;
  function_to_apply: "softmax" | "sigmoid" | "none" | null;
  max_length: number | null;
  num_parameters: number | null;
  device: string | null;
  precision: string | null;
  hone_version: string;
  limits: Record<string, number>;
  error: string | null;
}

/** Whether what both say of labels and scores can be mixed: the server may have been started anew with another model. */
export function isSameModel(a: Info | null, b: Info | null): boolean {
  const identity = (info: Info | null) => JSON.stringify([info?.model, info?.model_type, info?.labels, info?.function_to_apply]);
  return identity(a) === identity(b);
}

/** Whether the labels of an answer are this model's, so far as they are known. */
export function hasLabelsOf(info: Info | null, prediction: Prediction): boolean {
  const labels = info?.labels ?? null;
  return labels === null || prediction.scores.every(({ label }) => labels.includes(label));
}

export interface Score {
  label: string;
  score: number;
}

export interface Prediction {
  /** From the highest score on. */
  scores: Score[];
  /** Whether the text was longer than the model reads. */
  truncated: boolean;
}

export interface Token {
  id: number;
  text: string;
  special: boolean;
  start: number | null;
  stop: number | null;
  cut: boolean;
}

export interface Explanation {
  label: string;
  score: number;
  method: string;
  words_per_group: number;
  /** Places in code points; weight: how much the label's score falls without the word. */
  words: { text: string; start: number; stop: number; weight: number }[];
}

export async function health(signal?: AbortSignal): Promise<Health> {
  return (await request<Health>("/health", { signal, accept: [503], isOpen: true })).data;
}

// As /info told it last; until then a body may be of any size.
let maxBodyBytes: number | undefined;

export async function info(signal?: AbortSignal): Promise<Info> {
  const { data } = await request<Info>("/info", { signal });
  maxBodyBytes = data.limits["max_body_bytes"];
  return data;
}

const post = <T>(path: string, body: unknown, signal?: AbortSignal) => request<T>(path, { method: "POST", body, maxBodyBytes, signal });

/** Labels and scores of each text, in the order of the texts. */
export async function predict(texts: string[], signal?: AbortSignal): Promise<Prediction[]> {
  const { data, headers } = await post<Score[][]>("/predict", { inputs: texts }, signal);
  if (!Array.isArray(data) || data.length !== texts.length) throw new ApiError(0, "/predict: not an answer for each text");
  const truncated = new Set((headers.get("X-Hone-Truncated") ?? "").split(",").filter(Boolean).map(Number));
  return data.map((scores, index) => ({ scores, truncated: truncated.has(index) }));
}

export async function tokenize(text: string, signal?: AbortSignal): Promise<Token[]> {
  const { data } = await post<Token[][]>("/tokenize", { inputs: text }, signal);
  return data[0] ?? [];
}

export async function explain(text: string, label: string, signal?: AbortSignal): Promise<Explanation> {
  const body = { inputs: text, parameters: { label } };
  return (await post<Explanation>("/explain", body, signal)).data;
}

const firstWaitSeconds = 1;
const longestWaitSeconds = 30;

/** Does the work again while the server is too busy for it (429), after the time that the server names; `waits` is told
 *  each second that is waited. Gives up, with the server's error, after `attempts`. */
export async function withBackoff<T>(work: () => Promise<T>, waits: (seconds: number) => void, signal: AbortSignal, attempts = 6): Promise<T> {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || attempt >= attempts) throw error;
      const wanted = Math.max(error.retryAfterSeconds ?? 0, firstWaitSeconds * 2 ** (attempt - 1));
      for (let left = Math.min(Math.ceil(wanted), longestWaitSeconds); left > 0; --left) {
        waits(left);
        await sleep(1000, signal);
      }
    }
  }
}

/** Resolves after the time; rejects with the browser's AbortError when the signal comes first. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** The server's message with its hint, on one line. */
export function errorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof ApiError && error.hint ? `${message} (${error.hint})` : message;
}
