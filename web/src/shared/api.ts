// Requests to the own server: JSON in and out, the API key where one was given, and one error type for all that fails.
import { createStore, keep, kept } from "./store";

const storedKeyName = "hone.api_key";

/** Whether the server asked for an API key that is missing or wrong; the key dialog follows this. */
export const keyWanted = createStore(false);

let apiKey = kept("sessionStorage", storedKeyName);

/** Takes the key for this browser tab (sessionStorage): it is gone when the tab is closed. */
export function setApiKey(key: string): void {
  apiKey = key;
  keep("sessionStorage", storedKeyName, key);
  keyWanted.set(false);
}

export const hasApiKey = (): boolean => apiKey !== null;

/** What went wrong with a request. `status` 0: the server could not be reached, or its answer broke off. */
export class ApiError extends Error {
  readonly status: number;
  readonly hint: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, message: string, hint: string | null = null, retryAfterSeconds: number | null = null) {
    super(message);
    this.status = status;
    this.hint = hint;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface ApiRequest {
  method?: "GET" | "POST";
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export interface ApiAnswer<T> {
  data: T;
  headers: Headers;
}

/** Sends a request and reads its JSON. Throws ApiError, or the browser's AbortError where the signal said so. */
export async function request<T>(path: string, { method = "GET", body, signal }: ApiRequest = {}): Promise<ApiAnswer<T>> {
  const headers: Record<string, string> = {};
  if (apiKey !== null) headers["Authorization"] = `Bearer ${apiKey}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const init: RequestInit = { method, headers, cache: "no-store" };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  const { response, text } = await send(path, init, signal);
  if (!response.ok) throw errorOf(response, text);
  try {
    return { data: JSON.parse(text) as T, headers: response.headers };
  } catch {
    throw new ApiError(0, `${path}: the answer is not JSON`);
  }
}

async function send(path: string, init: RequestInit, signal: AbortSignal | undefined) {
  try {
    const response = await fetch(path, init);
    return { response, text: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, error instanceof Error ? error.message : String(error));
  }
}

function errorOf(response: Response, text: string): ApiError {
  if (response.status === 401) keyWanted.set(true);
  const retry = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  const retryAfter = Number.isFinite(retry) ? retry : null;
  try {
    const fields = JSON.parse(text) as { error?: unknown; hint?: unknown; message?: unknown };
    const message = fields.error ?? fields.message;
    const hint = typeof fields.hint === "string" ? fields.hint : null;
    return new ApiError(response.status, typeof message === "string" ? message : `HTTP ${response.status}`, hint, retryAfter);
  } catch {
    return new ApiError(response.status, `HTTP ${response.status} ${response.statusText}`.trim(), null, retryAfter);
  }
}
