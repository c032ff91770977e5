// When to ask the server again: often while a run is running, seldom otherwise, not at all in a hidden tab, and at
// growing intervals while the server does not respond. Without a valid key it is not asked at all. A plain state machine,
// so that tests need no clock.

export type Connection = "connecting" | "open" | "lost";

export interface Polling {
  connection: Connection;
  hidden: boolean;
  /** Failures in a row. */
  failures: number;
  /** The server wants a key: nothing changes by itself. */
  refused: boolean;
  /** Whether a run was going on at the last answer. */
  live: boolean;
}

export type PollingEvent =
  | { kind: "answered"; live: boolean }
  | { kind: "failed" }
  | { kind: "refused" }
  | { kind: "hidden" }
  | { kind: "shown" };

export const kStart: Polling = { connection: "connecting", hidden: false, failures: 0, refused: false, live: false };

const kLiveMs = 1500;
const kIdleMs = 6000;
const kFirstRetryMs = 1000;
const kLongestRetryMs = 5000;

export function advance(polling: Polling, event: PollingEvent): Polling {
  switch (event.kind) {
    case "answered":
      return { ...polling, connection: "open", failures: 0, refused: false, live: event.live };
    case "failed":
      return { ...polling, connection: "lost", failures: polling.failures + 1, refused: false };
    case "refused":
      return { ...polling, connection: "lost", failures: 0, refused: true };
    case "hidden":
      return { ...polling, hidden: true };
    case "shown":
      return { ...polling, hidden: false };
  }
}

/** Milliseconds until the next question; null: none until the tab is seen again or a key is given. */
export function delay(polling: Polling): number | null {
  if (polling.hidden || polling.refused) return null;
  if (polling.failures > 0) return Math.min(kLongestRetryMs, kFirstRetryMs * 2 ** (polling.failures - 1));
  return polling.live ? kLiveMs : kIdleMs;
}
