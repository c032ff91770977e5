// The routes of hone serve as this page calls them.
import { ApiError, request } from "../shared/api.ts";
import { AnswerError, fieldsAt, listAt, numberAt } from "./forms/answer_error.ts";

export interface Health {
  status: "loading" | "ready" | "failed";
  message: string;
}

/** The response of /info. The fields from config.json are known at once; the others are null until the model is loaded. */
export interface Info {
  state: Health["status"];
  model: string;
  name: string;
  model_type: string | null;
  labels: string[] | null;
  /** How answers are shown: the name of a form in forms/forms.tsx. An older server lacks it and answers with "scores". */
  widget?: string | null;
  function_to_apply: "softmax" | "sigmoid" | "none" | null;
  /** By label: a label is chosen if its score is above it. */
  thresholds?: (number | null)[] | null;
  /** By target: the smallest and the largest number of the training rows. */
  ranges?: ({ low: number; high: number } | null)[] | null;
  /** Whether /explain works for this model. Older servers always can. */
  explains?: boolean | null;
  max_length: number | null;
  num_parameters: number | null;
  device: string | null;
  precision: string | null;
  hone_version: string;
  limits: Record<string, number>;
  /** Rows of the evaluation set that the model was trained with. */
  examples?: { text: string; label: string }[] | null;
  /** The training data's name, where hone trained the model. */
  dataset?: string | null;
  error: string | null;
  error_kind?: "missing_folder" | "untrained" | "other" | null;
}

/** Whether results of both can be shown together: the server may have been restarted with another model. */
export function isSameModel(a: Info | null, b: Info | null): boolean {
  const identity = (info: Info | null) => JSON.stringify([info?.model, info?.model_type, info?.widget, info?.labels, info?.function_to_apply]);
  return identity(a) === identity(b);
}

/** Whether the labels of a result are this model's, as far as they are known. */
export function areLabelsOf(info: Info | null, names: string[]): boolean {
  const labels = info?.labels ?? null;
  return labels === null || names.every((name) => labels.includes(name));
}

/** What the server notes about a text beside its answer. */
export interface Notes {
  /** Whether the text was longer than the model reads. */
  truncated: boolean;
  /** Set if more than a tenth of the text's tokens are unknown to the model ([UNK]). */
  unknown?: UnknownTokens | null;
  /** Whether the model hardly decides between its best labels. */
  nearTie?: boolean;
}

/** A text's answer as the server gives it; a form reads it. */
export interface RawAnswer extends Notes {
  value: unknown;
}

export interface UnknownTokens {
  unknown: number;
  total: number;
}

export interface Token {
  id: number;
  text: string;
  special: boolean;
  /** The model does not know this part of the text: it reads [UNK]. */
  unknown?: boolean;
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

// From the latest /info; until then a body may have any size.
let maxBodyBytes: number | undefined;

export async function info(signal?: AbortSignal): Promise<Info> {
  const { data } = await request<Info>("/info", { signal });
  maxBodyBytes = data.limits["max_body_bytes"];
  return data;
}

const post = <T>(path: string, body: unknown, signal?: AbortSignal) => request<T>(path, { method: "POST", body, maxBodyBytes, signal });

/** Returns the answer to each text, in their order. */
export async function predict(texts: string[], signal?: AbortSignal): Promise<RawAnswer[]> {
  const { data, headers } = await post<unknown>("/predict", { inputs: texts }, signal);
  if (!Array.isArray(data) || data.length !== texts.length) throw new AnswerError("/predict", data);
  const truncated = placesOf(headers.get("X-Hone-Truncated"));
  const nearTies = placesOf(headers.get("X-Hone-Near-Ties"));
  const unknown = unknownTokensOf(headers.get("X-Hone-Unknown-Tokens"));
  return data.map((value: unknown, index) =>
    ({ value, truncated: truncated.has(index), unknown: unknown.get(index) ?? null, nearTie: nearTies.has(index) }));
}

/** Places of inputs as the server's headers list them: "0,3". */
export function placesOf(header: string | null): Set<number> {
  return new Set((header ?? "").split(",").filter(Boolean).map(Number));
}

/** "0=13/20,4=5/9": of the first text 13 of 20 tokens are unknown, of the fifth 5 of 9. Skips parts of another form. */
export function unknownTokensOf(header: string | null): Map<number, UnknownTokens> {
  const rows = [...(header ?? "").matchAll(/(\d+)=(\d+)\/(\d+)/g)];
  return new Map(rows.map(([, row, unknown, total]) => [Number(row), { unknown: Number(unknown), total: Number(total) }]));
}

export async function tokenize(text: string, signal?: AbortSignal): Promise<Token[]> {
  const { data } = await post<Token[][]>("/tokenize", { inputs: text }, signal);
  return data[0] ?? [];
}

/** `parameters`: what to explain. */
export async function explain(text: string, parameters: Record<string, unknown>, signal?: AbortSignal): Promise<Explanation> {
  const { data } = await post<Explanation>("/explain", { inputs: text, parameters }, signal);
  const words = listAt(fieldsAt(data, "/explain")["words"], "/explain.words");
  for (const [index, word] of words.entries()) {
    for (const name of ["start", "stop", "weight"]) numberAt(fieldsAt(word, `/explain.words[${index}]`)[name], `/explain.words[${index}].${name}`);
  }
  return data;
}

const firstWaitSeconds = 1;
const longestWaitSeconds = 30;

/** What a request waits for: so many seconds for a busy server, or for one that does not answer to come back. */
export type Wait = number | "gone";

const longestGoneSeconds = 2;

async function whenBack(signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(longestGoneSeconds * 1000, signal);
    const state = await health(signal).then(({ status }) => status, () => "gone");
    if (state !== "loading" && state !== "gone") return;
  }
}

/** Repeats the work if the server is too busy for it (429), after the time that the server names, and if it does not
 *  answer, once it is back. Calls `waits` for each second that is waited. Throws the server's error after `attempts`. */
export async function withBackoff<T>(work: () => Promise<T>, waits: (wait: Wait) => void, signal: AbortSignal, attempts = 6): Promise<T> {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiError && error.status === 0 && attempt < attempts) {
        waits("gone");
        await whenBack(signal);
        continue;
      }
      if (!(error instanceof ApiError) || error.status !== 429 || attempt >= attempts) throw error;
      const wanted = Math.max(error.retryAfterSeconds ?? 0, firstWaitSeconds * 2 ** (attempt - 1));
      for (let left = Math.min(Math.ceil(wanted), longestWaitSeconds); left > 0; --left) {
        waits(left);
        await sleep(1000, signal);
      }
    }
  }
}

/** Resolves after the time; rejects with the browser's AbortError if the signal comes first. */
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

