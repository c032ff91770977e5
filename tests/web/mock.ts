// A stand-in for hone serve with the same routes, for states that are hard to reach with the real server: busy,
// stopped, with an API key, failed, or with other labels, and for tasks of each answer form (mock_answers.ts). It serves the built pages with the same security policy.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { answers, codePoints, type Widget } from "./mock_answers.ts";

export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface MockState {
  status: "loading" | "ready" | "failed";
  message: string;
  model: string;
  labels: string[];
  /** Undefined: as an older server, which does not say. */
  widget: Widget | "hologram" | undefined;
  functionToApply: "softmax" | "sigmoid" | "none";
  thresholds: number[] | null;
  ranges: ({ low: number; high: number } | null)[] | null;
  explains: boolean | undefined;
  maxLength: number;
  maxInputs: number;
  maxBodyBytes: number;
  apiKey: string | null;
  /** How many of the next predictions get 429. */
  busy: number;
  /** Milliseconds before the response to a prediction. */
  delay: number;
  examples: { text: string; label?: unknown }[];
  errorKind: "missing_folder" | "untrained" | "other";
  predictError: { status: number; error: string } | null;
  /** In place of the JSON of /predict. */
  badAnswer: unknown;
}

export interface Mock {
  address: string;
  state: MockState;
  /** The bodies of the predictions so far. */
  predictions: string[][];
  /** The parameters of the explanations so far. */
  explained: unknown[];
  close(): Promise<void>;
}

const types: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const good = /\b(good|great|brilliant|love|loved|wonderful|beautiful|funny)\b/gi;
const bad = /\b(bad|awful|waste|worst|dull|boring|terrible)\b/gi;

export async function startMock(pagesDir: string, changes: Partial<MockState> = {}, wantedPort = 0): Promise<Mock> {
  const state: MockState = {
    status: "ready", message: "", model: "./sentiment_analyzer_model", labels: ["NEGATIVE", "POSITIVE"], widget: undefined, functionToApply: "softmax",
    thresholds: null, ranges: null, explains: undefined, badAnswer: undefined,
    maxLength: 256, maxInputs: 64, maxBodyBytes: 1 << 20, apiKey: null, busy: 0, delay: 0, examples: [],
    errorKind: "missing_folder", predictError: null, ...changes,
  };
  const predictions: string[][] = [];
  const explained: unknown[] = [];
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (request.method === "GET" && (path === "/" || path.startsWith("/assets/"))) return page(response, path);
    if (path === "/health") return json(response, state.status === "ready" ? 200 : 503, { status: state.status, message: state.message });
    if (state.apiKey !== null && request.headers.authorization !== `Bearer ${state.apiKey}`) {
      return json(response, 401, { error: "an API key is wanted", error_type: "unauthorized" });
    }
    if (path === "/info") return json(response, 200, infoOf(state));
    const body = JSON.parse(await readBody(request)) as { inputs: string | string[]; parameters?: Record<string, unknown> };
    if (state.status !== "ready") return json(response, 503, { error: "the model is still loading" }, { "Retry-After": "1" });
    const inputs = Array.isArray(body.inputs) ? body.inputs : [body.inputs];
    if (path === "/predict") return predict(response, inputs);
    if (path === "/tokenize") return json(response, 200, inputs.map((text) => tokens(text, state.maxLength)));
    if (path === "/explain") {
      explained.push(body.parameters);
      return json(response, 200, explanation(state, inputs[0] ?? "", body.parameters ?? {}));
    }
    return json(response, 404, { error: `no route ${path}` });
  }
  function page(response: ServerResponse, path: string): void {
    const file = path === "/" ? "try.html" : normalize(path).slice(1);
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "text/plain", "Content-Security-Policy": contentSecurityPolicy });
    response.end(readFileSync(join(pagesDir, file)));
  }
  async function predict(response: ServerResponse, inputs: string[]): Promise<void> {
    if (state.busy > 0) {
      state.busy -= 1;
      return json(response, 429, { error: "too many requests wait already" }, { "Retry-After": "1" });
    }
    predictions.push(inputs);
    await new Promise((resolve) => setTimeout(resolve, state.delay));
    if (state.predictError) return json(response, state.predictError.status, { error: state.predictError.error, hint: null });
    const cut = inputs.flatMap((text, index) => (words(text).length + 2 > state.maxLength ? [index] : []));
    const headers: Record<string, string> = {};
    const unknown = inputs.flatMap((text, index) => {
      const count = numUnknown(text), total = words(text).length;
      return count * 10 > total ? [`${index}=${count}/${total}`] : [];
    });
    if (state.badAnswer !== undefined) return json(response, 200, state.badAnswer);
    const widget = state.widget === "hologram" ? undefined : state.widget;
    if (widget !== undefined && widget !== "scores") return json(response, 200, inputs.map((text) => answers[widget](state, text)), notesOf(cut));
    const results = inputs.map((text) => scores(state, text));
    const isNear = ([first, second]: { score: number }[]) => (second?.score ?? 0) >= 0.8 * (first?.score ?? 0);
    const near = state.functionToApply === "softmax" ? results.flatMap((result, index) => (isNear(result) ? [index] : [])) : [];
    if (cut.length > 0) headers["X-Hone-Truncated"] = cut.join(",");
    if (unknown.length > 0) headers["X-Hone-Unknown-Tokens"] = unknown.join(",");
    if (near.length > 0) headers["X-Hone-Near-Ties"] = near.join(",");
    return json(response, 200, results, headers);
  }
  await new Promise<void>((resolve) => server.listen(wantedPort, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`, state, predictions, explained,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

const notesOf = (cut: number[]): Record<string, string> => (cut.length > 0 ? { "X-Hone-Truncated": cut.join(",") } : {});

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function infoOf(state: MockState) {
  const isReady = state.status === "ready";
  const whenReady = <T>(value: T): T | null => (isReady ? value : null);
  return {
    state: state.status, model: state.model, name: state.model.split("/").at(-1), class_name: "DistilBertForSequenceClassification",
    model_type: "distilbert", task: "text-classification", labels: state.labels,
    widget: state.widget, function_to_apply: state.functionToApply, thresholds: state.thresholds, ranges: state.ranges, explains: state.explains,
    max_length: whenReady(state.maxLength), num_parameters: whenReady(66955010),
    device: whenReady("cpu"), precision: whenReady("fp32"), hone_version: "0.1.0",
    limits: { max_inputs: state.maxInputs, max_body_bytes: state.maxBodyBytes }, examples: state.examples,
    error: state.status === "failed" ? state.message : null, error_kind: state.status === "failed" ? state.errorKind : null,
  };
}

// Each Han character is a word. The stand-in for an English model knows only a few of them.
const words = (text: string) => [...text.matchAll(/\p{sc=Han}|(?:(?!\p{sc=Han})[\p{L}\p{N}'])+|[^\s\p{L}\p{N}]/gu)];
const isUnknown = (word: string) => /^\p{sc=Han}$/u.test(word) && !"一不大".includes(word);
const numUnknown = (text: string) => words(text).filter((match) => isUnknown(match[0])).length;
const mood = (text: string) => (text.match(good)?.length ?? 0) - (text.match(bad)?.length ?? 0);

function scores(state: MockState, text: string): { label: string; score: number }[] {
  const { labels, functionToApply } = state;
  if (functionToApply === "none") return labels.map((label, index) => ({ label, score: 3.1416 * (index + 1) }));
  const named = labels.findIndex((label) => text.toLowerCase().includes(label.toLowerCase()));
  const logits = labels.map((label, index) =>
    (labels.length === 2 ? (label.toUpperCase() === "POSITIVE" ? 1 : -1) * mood(text) * 1.7 : index === named ? 3 : Math.sin(index * 7 + text.length)));
  const powers = logits.map(Math.exp);
  const sum = functionToApply === "softmax" ? powers.reduce((a, b) => a + b, 0) : 0;
  const values = powers.map((power) => (sum > 0 ? power / sum : power / (1 + power)));
  return labels.map((label, index) => ({ label, score: values[index] ?? 0 })).sort((a, b) => b.score - a.score);
}

function tokens(text: string, maxLength: number) {
  const content = words(text).map((match, index) => ({
    id: isUnknown(match[0]) ? 100 : 1000 + match[0].length * 37 + index, text: match[0], special: false, unknown: isUnknown(match[0]), start: codePoints(text, match.index),
    stop: codePoints(text, match.index + match[0].length), cut: index >= maxLength - 2,
  }));
  const special = (id: number, name: string) => ({ id, text: name, special: true, unknown: false, start: null, stop: null, cut: false });
  return [special(101, "[CLS]"), ...content, special(102, "[SEP]")];
}

/** How much the score falls without each word. */
function explanation(state: MockState, text: string, parameters: Record<string, unknown>) {
  const asked = String(parameters["label"] ?? (state.widget === "numbers" ? "score" : scores(state, text)[0]?.label ?? ""));
  const scoreOf = (given: string): number => {
    if (state.widget === "numbers") return (answers.numbers(state, given) as { score: number }).score;
    if (state.widget === "entities") return 0.4 + 0.1 * (given.match(/\b(in|wrote|met|of)\b|生于/gi)?.length ?? 0);
    return scores(state, given).find((score) => score.label === asked)?.score ?? 0;
  };
  const parts = [...text.matchAll(/[\p{L}\p{N}']+/gu)].map((match) => ({
    text: match[0], start: codePoints(text, match.index), stop: codePoints(text, match.index + match[0].length),
    weight: scoreOf(text) - scoreOf(text.slice(0, match.index) + text.slice(match.index + match[0].length)),
  }));
  return { label: asked, score: scoreOf(text), method: "leave-one-word-out", words_per_group: 1, words: parts };
}
