// All that the page knows of the runs, kept up to date: the list often, metrics by byte offset for the runs that are
// shown, details and evaluations of the run that is looked at. Knows the server's routes, no DOM; tests give it a
// client and a clock of their own.
import { readAdvice, type Advice } from "./advice.ts";
import { readMetricsPage, readRun, readRuns, readSteps, type Run } from "./contract.ts";
import { readEvaluation, type Evaluation } from "./evaluation_file.ts";
import { advance, delay, kStart, type Polling, type PollingEvent } from "./polling.ts";
import { RunSlots } from "./run_slots.ts";
import { RunMetrics } from "./series.ts";
import { evaluationToShow } from "./view_state.ts";

export interface Client {
  /** JSON of a GET or POST. Throws an error that has the HTTP `status`, 0 where the server did not answer. */
  get(path: string): Promise<unknown>;
  post(path: string): Promise<unknown>;
}

export interface Timer {
  set(action: () => void, milliseconds: number): number;
  clear(timer: number): void;
}

/** What the page shows now and therefore requests. */
export interface Wanted {
  shown: readonly string[];
  details: readonly string[];
  advice?: string | null;
  evaluation: { run: string; step: number | null } | null;
}

export interface Failure {
  status: number;
  message: string;
}

/** What is asked of a run. */
export type Part = "metrics" | "details" | "advice" | "steps" | `evaluation/${number}`;

/** Everything may be read. It changes in place, and `version` with it. */
export class RunStore {
  version = 0;
  polling: Polling = kStart;
  runs: Run[] = [];
  /** Why the last request failed; null after a response. */
  failure: Failure | null = null;
  readonly details = new Map<string, Run>();
  readonly advice = new Map<string, Advice>();
  readonly metrics = new Map<string, RunMetrics>();
  /** Evaluated steps of a run. */
  readonly steps = new Map<string, readonly number[]>();
  readonly evaluations = new Map<string, Evaluation>();
  /** Runs that this page asked to stop and that are still running, or why the request failed. */
  readonly stopping = new Map<string, "asked" | Failure>();

  /** Colours. */
  readonly slots: RunSlots;

  private readonly client: Client;
  private readonly clock: Timer;
  private readonly wanted: () => Wanted;
  private listeners = new Set<() => void>();
  private timer: number | null = null;
  private busy = false;
  private again = false;
  private readonly seen = new Map<string, string>();
  private readonly unreadParts = new Map<string, Map<Part, Failure>>();

  constructor(client: Client, clock: Timer, wanted: () => Wanted, slots: RunSlots) {
    this.client = client;
    this.clock = clock;
    this.wanted = wanted;
    this.slots = slots;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Asks now, and from then on at its own pace. Also after the reader chose something else to look at. */
  refresh(): void {
    if (this.busy) this.again = true;
    else this.schedule(0);
  }

  setHidden(hidden: boolean): void {
    this.step({ kind: hidden ? "hidden" : "shown" });
    if (hidden) this.cancel();
    else this.refresh();
  }

  /** Asks a run to save and stop. */
  async stop(id: string): Promise<void> {
    this.stopping.set(id, "asked");
    this.changed();
    try {
      await this.client.post(`/api/runs/${encodeURIComponent(id)}/stop`);
    } catch (error) {
      this.stopping.set(id, failureOf(error));
    }
    this.changed();
    this.refresh();
  }

  evaluation(run: string, step: number): Evaluation | null {
    return this.evaluations.get(`${run}/${step}`) ?? null;
  }

  /** Whether a run was asked to stop and has not yet: from here, from another page, or before a reload. */
  isStopping(run: Run): boolean {
    return run.stopping || this.stopping.get(run.id) === "asked";
  }

  /** Why a part of a run could not be read when last asked for; null where it could. */
  unread(run: string, part: Part): Failure | null {
    return this.unreadParts.get(run)?.get(part) ?? null;
  }

  private step(event: PollingEvent): void {
    this.polling = advance(this.polling, event);
  }

  private changed(): void {
    ++this.version;
    for (const listener of [...this.listeners]) listener();
  }

  private cancel(): void {
    if (this.timer !== null) this.clock.clear(this.timer);
    this.timer = null;
  }

  private schedule(milliseconds: number | null): void {
    this.cancel();
    if (milliseconds !== null) this.timer = this.clock.set(() => void this.ask(), milliseconds);
  }

  private async ask(): Promise<void> {
    this.busy = true;
    this.again = false;
    try {
      this.takeRuns(readRuns(await this.client.get("/api/runs")));
      this.changed();
      await this.askForWanted();
      this.failure = null;
      this.step({ kind: "answered", live: this.runs.some((run) => run.state === "running") });
    } catch (error) {
      this.failure = failureOf(error);
      this.step({ kind: this.failure.status === 401 ? "refused" : "failed" });
    }
    this.busy = false;
    this.changed();
    const wait = delay(this.polling);
    // A key may have been given while the question without it was under way.
    const isAgain = this.again && !this.polling.hidden && (this.failure === null || this.failure.status === 401);
    this.schedule(isAgain ? 0 : wait);
  }

  private takeRuns(runs: Run[]): void {
    this.runs = runs;
    this.slots.give(runs.map((run) => run.id));
    for (const run of runs) {
      const isAsked = this.stopping.get(run.id) === "asked";
      if (run.state !== "running" || (run.stopping && !isAsked)) this.stopping.delete(run.id);
    }
    for (const id of this.unreadParts.keys()) {
      if (!runs.some((run) => run.id === id)) this.unreadParts.delete(id);
    }
  }

  private async askForWanted(): Promise<void> {
    const { shown, details, advice = null, evaluation } = this.wanted();
    const known = (id: string): Run[] => this.runs.filter((run) => run.id === id);
    await Promise.all([
      ...shown.flatMap(known).map((run) => this.askUnlessSame("metrics", run, progressOf(run), () => this.askForMetrics(run.id))),
      ...details.flatMap(known).map((run) => this.askUnlessSame("details", run, stageOf(run), () => this.askForDetails(run.id))),
      ...(advice === null ? [] : known(advice)).map((run) => this.askUnlessSame("advice", run, progressOf(run), () => this.askForAdvice(run.id))),
      ...(evaluation ? known(evaluation.run) : []).map((run) => this.askForEvaluation(run, evaluation?.step ?? null)),
    ]);
  }

  /** Leaves out a question whose answer cannot have changed: the run stands where it stood at the last one. */
  private async askUnlessSame(part: Part, run: Run, stand: string, ask: () => Promise<void>): Promise<void> {
    const name = `${part}/${run.id}`;
    if (this.seen.get(name) === stand && run.state !== "running") return;
    try {
      await ask();
      this.seen.set(name, stand);
      this.unreadParts.get(run.id)?.delete(part);
    } catch (error) {
      // No response, or a missing key, concerns all runs; any other error only this one.
      const failure = failureOf(error);
      if (failure.status === 0 || failure.status === 401) throw error;
      this.keepUnread(run.id, part, failure);
    }
  }

  private keepUnread(id: string, part: Part, failure: Failure): void {
    const parts = this.unreadParts.get(id) ?? new Map<Part, Failure>();
    this.unreadParts.set(id, parts.set(part, failure));
  }

  private async askForMetrics(id: string): Promise<void> {
    let metrics = this.metrics.get(id);
    if (metrics === undefined) this.metrics.set(id, (metrics = new RunMetrics()));
    const path = `/api/runs/${encodeURIComponent(id)}/metrics`;
    for (let more = true; more;) {
      const query = `?from=${metrics.next}&generation=${encodeURIComponent(metrics.generation)}`;
      const before = metrics.next;
      const page = readMetricsPage(await this.client.get(path + query));
      if (page.restarted || (metrics.generation !== "" && page.generation !== metrics.generation)) this.forgetEvaluations(id);
      metrics.take(page);
      more = page.more && metrics.next > before;
    }
  }

  /** The run started again: forgets the evaluations from before. */
  private forgetEvaluations(id: string): void {
    this.unreadParts.delete(id);
    for (const name of this.evaluations.keys()) {
      if (name.startsWith(`${id}/`)) this.evaluations.delete(name);
    }
    for (const name of this.seen.keys()) {
      if (/^(evaluation|steps)/.test(name) && name.endsWith(`/${id}`)) this.seen.delete(name);
    }
  }

  private async askForDetails(id: string): Promise<void> {
    const run = readRun(await this.client.get(`/api/runs/${encodeURIComponent(id)}`));
    if (run !== null) this.details.set(id, run);
  }

  private async askForAdvice(id: string): Promise<void> {
    this.advice.set(id, readAdvice(await this.client.get(`/api/runs/${encodeURIComponent(id)}/advice`)));
  }

  private async askForEvaluation(run: Run, step: number | null): Promise<void> {
    const path = `/api/runs/${encodeURIComponent(run.id)}/evaluations`;
    await this.askUnlessSame("steps", run, progressOf(run), async () => {
      this.steps.set(run.id, readSteps(await this.client.get(path)));
    });
    const steps = this.steps.get(run.id) ?? [];
    const chosen = evaluationToShow(steps, step, run.best?.step ?? null);
    if (chosen === null || this.evaluations.has(`${run.id}/${chosen}`)) return;
    await this.askUnlessSame(`evaluation/${chosen}`, run, progressOf(run), async () => {
      const file = readEvaluation(await this.client.get(`${path}/${chosen}`));
      this.evaluations.set(`${run.id}/${chosen}`, { ...file, step: chosen });
    });
  }
}

function progressOf(run: Run): string {
  return JSON.stringify([run.state, run.phase, run.step, run.updated_at]);
}

function stageOf(run: Run): string {
  return JSON.stringify([run.state, run.phase, run.started_at]);
}

export function failureOf(error: unknown): Failure {
  const status = (error as { status?: unknown } | null)?.status;
  return {
    status: typeof status === "number" ? status : 0,
    message: error instanceof Error ? error.message : String(error),
  };
}
