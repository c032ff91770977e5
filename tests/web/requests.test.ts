// The requests of the pages, tested without a browser: API keys, bodies and addresses.
import { strict as assert } from "node:assert";
import { afterEach, test } from "node:test";

const keyName = "hone.api_key";
const kept = new Map<string, string>([[keyName, "\u5bc6\u94a5"]]);
const sessionStorage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => void kept.set(name, value),
  removeItem: (name: string) => void kept.delete(name),
};
// The module reads the stored key when it is loaded.
Object.assign(globalThis, { window: { sessionStorage }, document: { documentElement: {} } });
const { ApiError, hasApiKey, keyWanted, request, setApiKey } = await import("../../web/src/shared/api.ts");
const { explain, info, predict, tokenize } = await import("../../web/src/try/served_model.ts");
const { errorText } = await import("../../web/src/try/error_text.ts");

const realFetch = globalThis.fetch;
afterEach(() => void (globalThis.fetch = realFetch));

interface Sent {
  path: string;
  headers: Headers;
  body: string;
}

/** Responds to each request with `answer`; the list collects the requests. */
function answering(answer: unknown): Sent[] {
  const sent: Sent[] = [];
  globalThis.fetch = async (path, init) => {
    sent.push({ path: String(path), headers: new Headers(init?.headers), body: String(init?.body ?? "") });
    return new Response(JSON.stringify(answer));
  };
  return sent;
}

test("a stored key that a header cannot contain is removed and not sent", async () => {
  assert.equal(kept.has(keyName), false);
  assert.equal(hasApiKey(), false);
  const sent = answering({});
  await request("/info");
  assert.equal(sent[0]?.headers.has("Authorization"), false);
});

test("only printable ASCII is accepted as a key", async () => {
  keyWanted.set(true);
  for (const key of ["", "\u5bc6\u94a5", "\uff41\uff42\uff43", "abc\u200b", "a b", "a\nb", "caf\u00e9", "a\u007f"]) {
    assert.equal(setApiKey(key), false, JSON.stringify(key));
    assert.equal(hasApiKey(), false);
    assert.equal(kept.has(keyName), false);
    assert.equal(keyWanted.get(), true);
  }
  assert.equal(setApiKey("sk-!~09"), true);
  assert.equal(keyWanted.get(), false);
  assert.equal(setApiKey("\u200b"), false);
  assert.equal(kept.get(keyName), "sk-!~09");
  const sent = answering({});
  await request("/info");
  assert.equal(sent[0]?.headers.get("Authorization"), "Bearer sk-!~09");
});

test("a text beyond the server's limit is not sent, and has the same result as the server's 413", async () => {
  answering({ limits: { max_body_bytes: 1024 } });
  await info();
  const sent = answering([[{ label: "A", score: 1 }]]);
  // {"inputs":["..."]} adds 15 bytes to the text; each of these characters has three.
  const fits = "\u4e2d".repeat(336) + "x";
  await predict([fits]);
  assert.equal(new TextEncoder().encode(sent[0]?.body).length, 1024);
  const tooLong = [() => predict([`${fits}y`]), () => tokenize("x".repeat(1024)), () => explain("x".repeat(1024), { label: "A" })];
  for (const ask of tooLong) {
    const error = await ask().then(() => assert.fail("was sent"), (reason: unknown) => reason);
    assert.ok(error instanceof ApiError && error.status === 413);
    assert.equal(errorText(error), "the body is longer than 1024 bytes (send less, or start the server with a greater --max-body-bytes)");
  }
  assert.equal(sent.length, 1);
});

test("an error without a response has the page's message, any other the server's", () => {
  assert.equal(errorText(new ApiError(0, "Failed to fetch")), "The server does not answer. Is hone serve still running? This page connects again by itself.");
  assert.equal(errorText(new ApiError(500, "out of memory")), "out of memory");
  assert.equal(errorText(new ApiError(429, "busy", "try later")), "busy (try later)");
});

test("requests use paths relative to the page, so that a proxy may serve it under a path", async () => {
  const sent = answering({});
  await request("/info");
  await request("/api/runs/a%2Fb/metrics?from=0");
  assert.deepEqual(sent.map(({ path }) => path), ["info", "api/runs/a%2Fb/metrics?from=0"]);
});
