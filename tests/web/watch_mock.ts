// A stand-in for hone watch with made-up runs: one that grows over time, one that failed, and one that was interrupted,
// with hostile names and texts and non-finite losses. It serves the built pages with the real server's security policy.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { evaluators, hostile, type EvaluationForm } from "./watch_evaluations.ts";

export { hostile };

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface MockRun {
  id: string;
  fields: Record<string, unknown>;
  options: Record<string, unknown>;
  /** Lines of metrics.jsonl. */
  lines: string[];
  evaluations: Map<number, unknown>;
  /** What the server says of it. */
  advice?: unknown;
}

export interface WatchMock {
  address: string;
  runs: MockRun[];
  /** Paths asked for, with queries. */
  asked: string[];
  /** While true, connections are cut. */
  down: boolean;
  apiKey: string | null;
  /** Takes the growing run further. */
  grow(steps: number): void;
  close(): Promise<void>;
}

/** Numbers in [0, 1) that are the same each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface MadeRun {
  id: string;
  name?: string;
  seed: number;
  state: string;
  steps: number;
  total: number;
  learningRate: number;
  every?: number;
  evaluateEvery?: number;
  labels?: string[];
  fields?: Record<string, unknown>;
  /** Step whose loss is null. */
  brokenAt?: number;
  form?: EvaluationForm;
}

export function makeRun(made: MadeRun): MockRun {
  const labels = made.labels ?? ["NEGATIVE", "POSITIVE"];
  const run: MockRun = {
    id: made.id,
    fields: {
      id: made.id, name: made.name ?? made.id, path: `/home/ada/models/${made.name ?? made.id}`, format: 1, hone_version: "0.3.0",
      command: ["hone", "train", "--config", "recipes/imdb distilbert.yaml", "--learning-rate", String(made.learningRate)],
      working_dir: "/home/ada", pid: 4242, host: "workstation", started_at: 1_790_000_000 + made.seed * 3600,
      updated_at: 1_790_000_100 + made.seed * 3600, state: made.state, error: null, stopping: false, phase: "training", step: 0,
      total_steps: made.total, epoch: 0, num_train_epochs: 3, tokens_per_second: null, seconds_left: null,
      memory_bytes: 2.61e9, peak_memory_bytes: 3.12e9, model: "distilbert-base-uncased", num_parameters: 66955010,
      task: "text-classification", labels, device: "cpu", precision: "bf16", num_train_rows: 1600, num_eval_rows: 400,
      metrics: evaluators[made.form ?? "classification"].declared,
      best: null, resume_command: null, hint: null, mean_tokens_per_second: 2700,
      changed_options: ["learning_rate", "lr_scheduler_type", "metric_for_best_model", "output_dir"], ...made.fields,
    },
    options: {
      model_name_or_path: "distilbert-base-uncased", learning_rate: made.learningRate, num_train_epochs: 3,
      per_device_train_batch_size: 16, per_device_eval_batch_size: 32, warmup_ratio: 0.1, weight_decay: 0.01, seed: 42,
      lr_scheduler_type: made.seed % 2 ? "linear" : "cosine", max_seq_length: 256, eval_strategy: "steps", logging_steps: made.every ?? 5,
      load_best_model_at_end: true, metric_for_best_model: "accuracy", output_dir: `/home/ada/models/${made.id}`, report_to: ["tensorboard"],
      adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, max_grad_norm: 1, note: made.seed === 4 ? hostile : null,
    },
    lines: [],
    evaluations: new Map(),
  };
  grower(run, made)(made.steps);
  return run;
}

const growers = new WeakMap<MockRun, (steps: number) => void>();

function grower(run: MockRun, made: MadeRun): (steps: number) => void {
  const random = randomFrom(made.seed);
  const every = made.every ?? 5;
  const evaluateEvery = made.evaluateEvery ?? 50;
  let step = 0;
  const grow = (steps: number): void => {
    for (const end = Math.min(made.total, step + steps); step < end;) {
      ++step;
      const place = { epoch: (3 * step) / made.total, step, time: step * 0.61 };
      if (step % every === 0) run.lines.push(JSON.stringify({ ...training(made, step, random), ...place }));
      if (step % evaluateEvery === 0 || step === made.total) evaluate(run, made, place, random);
    }
    Object.assign(run.fields, {
      step, epoch: (3 * step) / made.total, tokens_per_second: 2870 + 40 * random(), updated_at: Date.now() / 1000,
      seconds_left: run.fields["state"] === "running" ? (made.total - step) * 0.61 : null,
    });
  };
  growers.set(run, grow);
  return grow;
}

function training(made: MadeRun, step: number, random: () => number): Record<string, number | null> {
  const done = step / made.total;
  const fall = Math.exp(-done * 4 * Math.sqrt(made.learningRate / 2e-5));
  const noise = (random() + random() + random() - 1.5) * 0.1;
  return {
    loss: step === made.brokenAt ? null : Math.max(0.004, 0.12 + 0.58 * fall + noise * (0.5 + fall)),
    grad_norm: step === made.brokenAt ? null : 1.5 + 5 * random() * (1.2 - done) + (random() > 0.97 ? 9 : 0),
    learning_rate: made.learningRate * (done < 0.1 ? done / 0.1 : (1 - done) / 0.9),
    tokens_per_second: 2800 + 200 * random(),
  };
}

function evaluate(run: MockRun, made: MadeRun, place: { epoch: number; step: number; time: number }, random: () => number): void {
  const { labels } = run.fields as { labels: string[] };
  const share = 0.55 + 0.36 * (1 - Math.exp((-4 * place.step) / made.total)) + 0.02 * random();
  const { metrics, best, file } = evaluators[made.form ?? "classification"].evaluate({ labels, share, done: place.step / made.total, random });
  const prefixed = Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`eval_${key}`, value]));
  run.lines.push(JSON.stringify({ ...prefixed, eval_runtime: 3.2, eval_samples_per_second: 125 + random(), ...place }));
  const value = metrics[best] ?? NaN;
  const before = run.fields["best"] as { value: number } | null;
  if (before === null || value > before.value) run.fields["best"] = { metric: `eval_${best}`, value, step: place.step };
  run.evaluations.set(place.step, { step: place.step, epoch: place.epoch, metrics, ...file });
}

/** A run in each state. With `kind`, names and texts are such as people have: for pictures. */
export function madeRuns(kind = false): MockRun[] {
  return [
    makeRun({ id: "lr-2e-5", seed: 1, state: "finished", steps: 300, total: 300, learningRate: 2e-5 }),
    makeRun({ id: "lr-5e-5", seed: 2, state: "stopped", steps: 180, total: 300, learningRate: 5e-5,
      fields: { resume_command: "hone train --config recipes/imdb-distilbert.yaml --learning-rate 5e-5 --resume-from-checkpoint true" } }),
    makeRun({ id: "lr-1e-4", seed: 3, state: "interrupted", steps: 145, total: 300, learningRate: 1e-4, form: "old",
      fields: { resume_command: "cd /home/ada && hone train --config 'recipes/imdb distilbert.yaml' --learning-rate 1e-4 --resume-from-checkpoint true" } }),
    makeRun({ id: "x1", name: kind ? "emotions" : hostile, seed: 4, state: "failed", steps: 90, total: 300, learningRate: 8e-4, brokenAt: 60,
      labels: ["anger", "joy", kind ? "fear" : "<b>fear</b>", "sadness", "surprise"],
      fields: { error: `train.csv:17: the loss is nan\n${kind ? "" : `${hostile}\n`}see line 17`, hint: "lower --learning-rate, or look at these rows" } }),
    makeRun({ id: "results", seed: 5, state: "running", steps: 120, total: 300, learningRate: 3e-5 }),
  ];
}

/** Of a task that predicts numbers. */
export const regressionRun = (): MockRun => makeRun({ id: "stars", seed: 7, state: "finished", steps: 300, total: 300, learningRate: 2e-5,
  form: "regression", labels: [], fields: { task: "text-regression" } });

/** Each kind of panel, those that the page cannot draw included. */
export const everyKindRun = (): MockRun => makeRun({ id: "every-kind", seed: 8, state: "finished", steps: 300, total: 300, learningRate: 2e-5,
  form: "every kind", labels: ["PER", "ORG", "LOC"], fields: { task: "token-classification" } });

/** With a diagnosis of each severity; one has a hostile title. */
export function advisedRun(): MockRun {
  const both = (en: string, zh: string) => ({ en, zh });
  const diagnosis = (id: string, severity: string, title: ReturnType<typeof both>, remedies: unknown[]) => ({
    id, severity, title, meaning: both(`Meaning of ${id}`, `${id} 的含义`), remedies,
    evidence: { en: [`the evaluation loss of ${id} is lowest at step 100`, "0.65 at step 300"], zh: [`${id} 的评估损失在第 100 步最低`, "第 300 步为 0.65"] },
  });
  const run = makeRun({ id: "advised", seed: 9, state: "running", steps: 200, total: 300, learningRate: 2e-5 });
  run.advice = {
    format: 1, logged: 40, evaluations: 4, is_running: true, is_cut: true,
    diagnoses: [
      diagnosis("over_fitting", "problem", both("over-fitting", "过拟合"), [
        { flags: "--num-train-epochs 1", reason: both("end where the evaluation loss was lowest", "在评估损失最低处结束") },
        { flags: "", reason: both("more rows, or augmented ones", "增加数据或做数据增强") },
      ]),
      diagnosis("ignored_class", "warning", both(`a label is ignored: ${hostile}`, `有标签被忽略：${hostile}`), []),
      diagnosis("not_evaluated", "note", both("the run was not evaluated", "训练中没有评估"), [{ flags: 3, reason: null }]),
    ],
  };
  return run;
}

/** Starts on a free port. `pagesDir` holds watch.html and assets/ as Vite built them. */
export async function startWatchMock(pagesDir: string, runs: MockRun[] = madeRuns()): Promise<WatchMock> {
  const server = createServer((request, response) => answer(mock, pagesDir, request, response));
  const mock: WatchMock = {
    address: "", runs, asked: [], down: false, apiKey: null,
    grow: (steps) => runs.filter((run) => run.fields["state"] === "running").forEach((run) => growers.get(run)?.(steps)),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mock.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return mock;
}

function answer(mock: WatchMock, pagesDir: string, request: IncomingMessage, response: ServerResponse): void {
  if (mock.down) return void request.socket.destroy();
  const url = new URL(request.url ?? "/", mock.address);
  if (!url.pathname.startsWith("/api/")) return page(response, pagesDir, url.pathname);
  mock.asked.push(url.pathname + url.search);
  if (mock.apiKey !== null && request.headers.authorization !== `Bearer ${mock.apiKey}`) {
    return json(response, 401, { error: "an API key is wanted", error_type: "unauthorized" });
  }
  const [, , , id, what, step] = url.pathname.split("/").map(decodeURIComponent);
  if (id === undefined) return json(response, 200, { runs: mock.runs.map((run) => run.fields) });
  const run = mock.runs.find((one) => one.id === id);
  if (!run) return json(response, 404, { error: `no run ${id}` });
  if (what === undefined) return json(response, 200, { ...run.fields, options: run.options });
  if (what === "metrics") return json(response, 200, metricsFrom(run, Number(url.searchParams.get("from"))));
  if (what === "advice") return json(response, 200, run.advice ?? { logged: run.lines.length, evaluations: run.evaluations.size, diagnoses: [] });
  if (what === "stop" && request.method === "POST") return stop(run, response);
  if (what === "evaluations" && step === undefined) return json(response, 200, { steps: [...run.evaluations.keys()] });
  const evaluation = run.evaluations.get(Number(step));
  return evaluation ? json(response, 200, evaluation) : json(response, 404, { error: "no such evaluation" });
}

/** By bytes of the file, and at most 64 KiB at once. */
function metricsFrom(run: MockRun, from: number): unknown {
  const entries: unknown[] = [];
  let at = 0;
  let sent = 0;
  for (const line of run.lines) {
    const size = Buffer.byteLength(line) + 1;
    if (at >= from && sent < 65536) {
      entries.push(JSON.parse(line));
      sent += size;
    }
    at += size;
  }
  return { generation: "g1", next: Math.min(at, from + sent), restarted: false, more: from + sent < at, entries };
}

function stop(run: MockRun, response: ServerResponse): void {
  Object.assign(run.fields, { phase: "saving", stopping: true });
  setTimeout(() => Object.assign(run.fields, { state: "stopped", stopping: false, resume_command: "hone train --resume-from-checkpoint true" }), 2500);
  json(response, 202, { stopping: true });
}

const types: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

function page(response: ServerResponse, pagesDir: string, path: string): void {
  const file = join(pagesDir, path === "/" ? "watch.html" : normalize(path));
  if (!existsSync(file)) return json(response, 404, { error: `no ${path}` });
  response.writeHead(200, { "Content-Type": types[extname(file)] ?? "text/plain", "Content-Security-Policy": contentSecurityPolicy });
  response.end(readFileSync(file));
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}
