// Requests to the page's own server: JSON in and out, the API key if one was given, one error type.
import { createStore, keep, kept } from "./store.ts";

const storedKeyName = "hone.api_key";

/** Whether the server refused a missing or wrong API key. Automatic requests such as polls then wait. */
export const keyWanted = createStore(false);

/** Whether the dialog asks for the key: from the first refusal until the dialog is closed without a key; after that only
 *  when askForKey() is called. */
export const keyAsked = createStore(false);

let isPutOff = false;

/** Call it if the reader wants to enter a key, or does something that needs one. */
export function askForKey(): void {
  isPutOff = false;
  if (keyWanted.get()) keyAsked.set(true);
}

/** The reader closed the dialog. */
export function putOffKey(): void {
  isPutOff = true;
  keyAsked.set(false);
}

function keyIsWanted(): void {
  keyWanted.set(true);
  if (!isPutOff) keyAsked.set(true);
}

function keyIsFine(): void {
  isPutOff = false;
  keyWanted.set(false);
  keyAsked.set(false);
}

// Printable ASCII: fetch throws on a header that holds anything else, so such a key could not reach the server.
const isApiKey = (key: string): boolean => /^[\x21-\x7e]+$/.test(key);

function storedKey(): string | null {
  const key = kept("sessionStorage", storedKeyName);
  if (key === null || isApiKey(key)) return key;
  keep("sessionStorage", storedKeyName, null);
  return null;
}

let apiKey = storedKey();

/** Keeps the key for this browser tab (sessionStorage), until the tab is closed. Returns false and changes nothing if it
 *  cannot be a key. */
export function setApiKey(key: string): boolean {
  if (!isApiKey(key)) return false;
  apiKey = key;
  keep("sessionStorage", storedKeyName, key);
  keyIsFine();
  return true;
}

export const hasApiKey = (): boolean => apiKey !== null;

/** What went wrong with a request. `status` 0: the server could not be reached, or its response was incomplete. */
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
  /** The server's limit of a body, if known. A longer body is not sent and fails like the server's 413. */
  maxBodyBytes?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Further statuses whose JSON is a response and not an error. */
  accept?: number[];
  /** The route needs no key. */
  isOpen?: boolean;
}

export interface ApiResponse<T> {
  data: T;
  headers: Headers;
}

// Relative to the page's own folder: a proxy may serve it under a path of its own.
const relative = (path: string): string => path.replace(/^\//, "");

/** The address of a route, for the reader's own programs. */
export const addressOf = (path: string): string => new URL(relative(path) || ".", document.baseURI).href;

/** Sends a request to a route ("/predict") and reads its JSON. Throws ApiError, or the browser's
 *  AbortError after the signal. */
export async function request<T>(path: string, options: ApiRequest = {}): Promise<ApiResponse<T>> {
  const { method = "GET", body, maxBodyBytes = Infinity, signal, accept = [], isOpen = false } = options;
  const headers: Record<string, string> = {};
  if (apiKey !== null) headers["Authorization"] = `Bearer ${apiKey}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const init: RequestInit = { method, headers, cache: "no-store" };
  if (body !== undefined) init.body = bodyText(body, maxBodyBytes);
  if (signal) init.signal = signal;
  const { response, text } = await send(path, init, signal);
  if (!response.ok && !accept.includes(response.status)) throw errorOf(response, text);
  if (!isOpen) keyIsFine();
  try {
    return { data: JSON.parse(text) as T, headers: response.headers };
  } catch {
    throw new ApiError(response.status, `${path}: the response is not JSON`);
  }
}

// The server closes the connection while a body beyond its limit is still being sent, and the browser then reports a lost
// connection instead of the 413.
function bodyText(body: unknown, maxBytes: number): string {
  const text = JSON.stringify(body);
  if (new TextEncoder().encode(text).length <= maxBytes) return text;
  const hint = "send less, or start the server with a greater --max-body-bytes";
  throw new ApiError(413, `the body is longer than ${maxBytes} bytes`, hint);
}

async function send(path: string, init: RequestInit, signal: AbortSignal | undefined) {
  try {
    const response = await fetch(relative(path), init);
    return { response, text: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, error instanceof Error ? error.message : String(error));
  }
}

function errorOf(response: Response, text: string): ApiError {
  if (response.status === 401) keyIsWanted();
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
