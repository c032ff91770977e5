// Follows the server's state: loading, ready, failed or gone. Asks often while that is about to change, seldom otherwise,
// and each time also for the model, since a restarted server may have another one.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, keyWanted } from "../shared/api.ts";
import { health, info, sleep, type Info } from "./served_model.ts";

export type ServerState = "loading" | "ready" | "failed" | "gone";

export interface ServerStatus {
  state: ServerState;
  /** The server's explanation of its state: why it failed. */
  message: string;
  info: Info | null;
}

const waitMilliseconds: Record<ServerState, number> = { loading: 400, ready: 20_000, failed: 5_000, gone: 2_000 };

export interface Server {
  server: ServerStatus;
  /** Asks again at once. */
  askAgain: () => void;
  /** Asks which model is served now, so that a result is shown as that model's. */
  learn: (signal: AbortSignal) => Promise<Info | null>;
}

export function useServer(): Server {
  const [server, setServer] = useState<ServerStatus>({ state: "loading", message: "", info: null });
  const [round, setRound] = useState(0);
  const latest = useRef(server.info);
  latest.current = server.info;
  useEffect(() => {
    const stopped = new AbortController();
    const { signal } = stopped;
    const follow = async () => {
      let known: ServerStatus | null = null;
      for (;;) {
        known = await ask(known, signal);
        const status = known;
        setServer((before) => (isSame(before, status) ? before : { ...status, info: status.info ?? before.info }));
        await sleep(waitMilliseconds[known.state], signal);
      }
    };
    follow().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return () => stopped.abort();
  }, [round]);
  const learn = useCallback(async (signal: AbortSignal) => {
    const told = await info(signal).catch(() => null);
    if (told !== null) setServer((before) => (isSame(before, { ...before, info: told }) ? before : { ...before, info: told }));
    return told ?? latest.current;
  }, []);
  return { server, learn, askAgain: useCallback(() => setRound((count) => count + 1), []) };
}

async function ask(known: ServerStatus | null, signal: AbortSignal): Promise<ServerStatus> {
  try {
    const { status, message } = await health(signal);
    // Without a key nothing changes until the state does.
    const isRefused = keyWanted.get() && known?.state === status;
    return { state: status, message, info: isRefused ? known?.info ?? null : await infoOrNull(signal) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { state: "gone", message: error instanceof Error ? error.message : String(error), info: known?.info ?? null };
  }
}

// A server that needs a key responds to /health without one, but not to /info: then the key dialog opens.
async function infoOrNull(signal: AbortSignal): Promise<Info | null> {
  try {
    return await info(signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

const isSame = (a: ServerStatus, b: ServerStatus) =>
  a.state === b.state && a.message === b.message && (b.info === null || JSON.stringify(a.info) === JSON.stringify(b.info));
