// When the run page sends which requests: the states of polling and the store, with a stand-in for client and clock.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { advance, delay, kStart } from "../../web/src/watch/polling.ts";
import { RunSlots } from "../../web/src/watch/run_slots.ts";
import { RunStore, type Client, type Wanted } from "../../web/src/watch/run_store.ts";
import { makeRun, startWatchMock } from "./watch_mock.ts";

describe("polling", () => {
  test("is fast while a run is training, slow otherwise, and paused in a hidden tab", () => {
    const live = advance(kStart, { kind: "answered", live: true });
    assert.equal(delay(live), 1500);
    assert.equal(delay(advance(live, { kind: "answered", live: false })), 6000);
    assert.equal(delay(advance(live, { kind: "hidden" })), null);
    assert.equal(delay(advance(advance(live, { kind: "hidden" }), { kind: "shown" })), 1500);
  });

  test("polls a missing server at growing intervals, and finds it again", () => {
    let polling = advance(kStart, { kind: "answered", live: true });
    const delays = [1, 2, 3, 4, 5].map(() => delay((polling = advance(polling, { kind: "failed" }))));
    assert.deepEqual(delays, [1000, 2000, 4000, 5000, 5000]);
    assert.equal(polling.connection, "lost");
    polling = advance(polling, { kind: "answered", live: true });
    assert.equal(polling.connection, "open");
    assert.equal(delay(polling), 1500);
  });

  test("waits for a key if the server requires one", () => {
    const refused = advance(advance(kStart, { kind: "answered", live: true }), { kind: "refused" });
    assert.equal(delay(refused), null);
    assert.equal(delay(advance(refused, { kind: "answered", live: true })), 1500);
    assert.equal(delay(advance(refused, { kind: "failed" })), 1000);
  });
});

/** A client with answers by path, and a clock that a test turns by hand. */
class Bench implements Client {
  asked: string[] = [];
  answers: Record<string, unknown> = {};
  due = null as { action: () => void; milliseconds: number } | null;
  wanted: Wanted = { shown: ["a"], details: [], evaluation: null };
  store = new RunStore(this, { set: (action, milliseconds) => ((this.due = { action, milliseconds }), 1), clear: () => (this.due = null) }, () => this.wanted,
    new RunSlots({ read: () => null, write: () => undefined }));

  async get(path: string): Promise<unknown> {
    this.asked.push(path);
    const answer = this.answers[path];
    if (answer === undefined) throw Object.assign(new Error("gone"), { status: 0 });
    if (answer instanceof Error) throw answer;
    return answer;
  }

  async post(path: string): Promise<unknown> {
    return this.get(path);
  }

  /** Lets the next question happen; the paths asked. */
  async turn(): Promise<string[]> {
    this.asked = [];
    this.due?.action();
    for (let i = 0; i < 50; ++i) await Promise.resolve();
    return this.asked;
  }
}

const refusal = (status: number, message: string): Error => Object.assign(new Error(message), { status });

describe("store", () => {
  const running = { id: "a", state: "running", step: 1, updated_at: 1 };

  test("metrics are requested from the last position, until there are no more", async () => {
    const bench = new Bench();
    bench.answers = {
      "/api/runs": { runs: [running] },
      "/api/runs/a/metrics?from=0&generation=": { generation: "g", next: 40, more: true, entries: [{ loss: 2, step: 1 }] },
      "/api/runs/a/metrics?from=40&generation=g": { generation: "g", next: 40, entries: [] },
    };
    bench.store.refresh();
    assert.deepEqual(await bench.turn(), ["/api/runs", "/api/runs/a/metrics?from=0&generation=", "/api/runs/a/metrics?from=40&generation=g"]);
    assert.equal(bench.due?.milliseconds, 1500);
    assert.deepEqual(await bench.turn(), ["/api/runs", "/api/runs/a/metrics?from=40&generation=g"]);
    bench.answers["/api/runs"] = { runs: [{ ...running, state: "finished", updated_at: 2 }] };
    assert.equal((await bench.turn()).length, 2, "the last entries of a run that ended");
    assert.deepEqual(await bench.turn(), ["/api/runs"]);
    assert.equal(bench.due?.milliseconds, 6000);
  });

  test("a lost server is reported and polled again; a hidden page sends no requests", async () => {
    const bench = new Bench();
    bench.wanted = { shown: [], details: [], evaluation: null };
    bench.store.refresh();
    await bench.turn();
    assert.equal(bench.store.polling.connection, "lost");
    assert.deepEqual(bench.store.failure, { status: 0, message: "gone" });
    assert.equal(bench.due?.milliseconds, 1000);
    bench.answers = { "/api/runs": { runs: [running] } };
    await bench.turn();
    assert.equal(bench.store.polling.connection, "open");
    assert.equal(bench.store.failure, null);
    bench.store.setHidden(true);
    assert.equal(bench.due?.milliseconds, undefined);
    bench.store.setHidden(false);
    assert.equal(bench.due?.milliseconds, 0);
  });

  test("a restarted run and its evaluations are read from the start", async () => {
    const bench = new Bench();
    bench.wanted = { shown: ["a"], details: [], evaluation: { run: "a", step: null } };
    bench.answers = {
      "/api/runs": { runs: [running] },
      "/api/runs/a/metrics?from=0&generation=": { generation: "g", next: 40, entries: [{ loss: 2, step: 1 }] },
      "/api/runs/a/evaluations": { steps: [10] },
      "/api/runs/a/evaluations/10": { step: 10, metrics: { loss: 1 } },
    };
    bench.store.refresh();
    await bench.turn();
    bench.answers["/api/runs/a/metrics?from=40&generation=g"] = { generation: "h", next: 9, restarted: true, entries: [{ loss: 5, step: 1 }] };
    bench.answers["/api/runs/a/evaluations/10"] = { step: 10, metrics: { loss: 2 } };
    await bench.turn();
    await bench.turn();
    assert.deepEqual(bench.store.metrics.get("a")?.tracks.get("loss")?.value, [5]);
    assert.deepEqual(bench.store.evaluation("a", 10)?.metrics, { loss: 2 });
  });

  test("the newest evaluation is fetched once, and a chosen one if it exists", async () => {
    const bench = new Bench();
    bench.wanted = { shown: [], details: [], evaluation: { run: "a", step: null } };
    bench.answers = {
      "/api/runs": { runs: [{ ...running, state: "finished" }] },
      "/api/runs/a/evaluations": { steps: [10, 20] },
      "/api/runs/a/evaluations/20": { format: 2, step: 20, panels: [] },
      "/api/runs/a/evaluations/10": { format: 2, step: 10, panels: [] },
    };
    bench.store.refresh();
    assert.deepEqual(await bench.turn(), ["/api/runs", "/api/runs/a/evaluations", "/api/runs/a/evaluations/20"]);
    assert.deepEqual(await bench.turn(), ["/api/runs"]);
    bench.wanted = { shown: [], details: [], evaluation: { run: "a", step: 10 } };
    assert.deepEqual(await bench.turn(), ["/api/runs", "/api/runs/a/evaluations/10"]);
    assert.equal(bench.store.evaluation("a", 10)?.step, 10);
  });

  test("a requested stop is remembered until the run has stopped, and a refusal is shown", async () => {
    const bench = new Bench();
    bench.wanted = { shown: [], details: [], evaluation: null };
    bench.answers = { "/api/runs": { runs: [running] }, "/api/runs/a/stop": {} };
    await bench.store.stop("a");
    assert.equal(bench.store.stopping.get("a"), "asked");
    await bench.turn();
    assert.equal(bench.store.stopping.get("a"), "asked");
    bench.answers["/api/runs"] = { runs: [{ ...running, state: "stopped" }] };
    await bench.turn();
    assert.equal(bench.store.stopping.has("a"), false);
    bench.answers = {};
    await bench.store.stop("a");
    assert.deepEqual(bench.store.stopping.get("a"), { status: 0, message: "gone" });
  });

  test("a stop that another page requested is shown here too", async () => {
    const mock = await startWatchMock("", [makeRun({ id: "a", seed: 1, state: "running", steps: 5, total: 10, learningRate: 2e-5 })]);
    const ask = async (path: string, method: string): Promise<unknown> => (await fetch(new URL(path, mock.address), { method })).json();
    const isStopping = async (): Promise<boolean[]> => {
      const bench = new Bench();
      bench.wanted = { shown: [], details: [], evaluation: null };
      bench.answers = { "/api/runs": await ask("/api/runs", "GET") };
      bench.store.refresh();
      await bench.turn();
      return bench.store.runs.map((run) => bench.store.isStopping(run));
    };
    try {
      assert.deepEqual(await isStopping(), [false]);
      await ask("/api/runs/a/stop", "POST");
      assert.deepEqual(await isStopping(), [true], "a page that was loaded after that");
    } finally {
      await mock.close();
    }
  });

  test("a refusal of a stop is removed once the run stops anyway", async () => {
    const bench = new Bench();
    bench.wanted = { shown: [], details: [], evaluation: null };
    bench.answers = { "/api/runs": { runs: [running] }, "/api/runs/a/stop": refusal(500, "no room") };
    await bench.store.stop("a");
    await bench.turn();
    assert.deepEqual(bench.store.stopping.get("a"), { status: 500, message: "no room" });
    bench.answers["/api/runs"] = { runs: [{ ...running, stopping: true }] };
    await bench.turn();
    assert.equal(bench.store.stopping.has("a"), false);
    assert.deepEqual(bench.store.runs.map((run) => bench.store.isStopping(run)), [true]);
  });

  test("an evaluation that cannot be read is reported, and read as soon as possible", async () => {
    const bench = new Bench();
    bench.wanted = { shown: [], details: [], evaluation: { run: "a", step: null } };
    bench.answers = {
      "/api/runs": { runs: [{ ...running, state: "finished" }] },
      "/api/runs/a/evaluations": { steps: [10] },
      "/api/runs/a/evaluations/10": refusal(404, "no such evaluation"),
    };
    bench.store.refresh();
    await bench.turn();
    assert.deepEqual(bench.store.unread("a", "evaluation/10"), { status: 404, message: "no such evaluation" });
    assert.equal(bench.store.failure, null);
    bench.answers["/api/runs/a/evaluations/10"] = { format: 2, step: 10, panels: [] };
    await bench.turn();
    assert.equal(bench.store.unread("a", "evaluation/10"), null);
    assert.equal(bench.store.evaluation("a", 10)?.step, 10);
  });

  test("an error of one run is shown for that run only; the others continue", async () => {
    const bench = new Bench();
    bench.wanted = { shown: ["b", "a"], details: [], evaluation: { run: "b", step: null } };
    bench.answers = {
      "/api/runs": { runs: [running, { ...running, id: "b" }] },
      "/api/runs/a/metrics?from=0&generation=": { generation: "g", next: 9, entries: [{ loss: 2, step: 1 }] },
      "/api/runs/b/metrics?from=0&generation=": refusal(500, "disk"),
      "/api/runs/b/evaluations": refusal(404, "no run b"),
    };
    bench.store.refresh();
    await bench.turn();
    assert.equal(bench.store.failure, null);
    assert.equal(bench.store.polling.connection, "open");
    assert.equal(bench.due?.milliseconds, 1500);
    assert.deepEqual(bench.store.metrics.get("a")?.tracks.get("loss")?.value, [2]);
    assert.deepEqual(bench.store.unread("b", "metrics"), { status: 500, message: "disk" });
    assert.deepEqual(bench.store.unread("b", "steps"), { status: 404, message: "no run b" });
    assert.equal(bench.store.unread("a", "metrics"), null);
    bench.answers["/api/runs"] = { runs: [{ ...running, state: "finished" }] };
    await bench.turn();
    assert.equal(bench.store.unread("b", "metrics"), null, "a run that is gone");
  });

  test("without a response or a key all runs are pending", async () => {
    for (const status of [0, 401]) {
      const bench = new Bench();
      bench.answers = { "/api/runs": { runs: [running] }, "/api/runs/a/metrics?from=0&generation=": refusal(status, "no") };
      bench.store.refresh();
      await bench.turn();
      assert.deepEqual(bench.store.failure, { status, message: "no" });
      assert.equal(bench.store.unread("a", "metrics"), null);
      assert.equal(bench.due?.milliseconds, status === 0 ? 1000 : undefined);
    }
  });

  test("a key that is entered during a request without it is used at once", async () => {
    const bench = new Bench();
    bench.answers = { "/api/runs": refusal(401, "no key") };
    bench.store.refresh();
    const turn = bench.turn();
    bench.store.refresh();
    await turn;
    assert.equal(bench.due?.milliseconds, 0);
    bench.answers = { "/api/runs": { runs: [] } };
    await bench.turn();
    assert.equal(bench.store.failure, null);
  });
});
