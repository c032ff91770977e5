// One value that components follow: the whole state management of these pages.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls the listener at each change; the returned function ends that. */
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The store's value; the component is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState(0);
  const value = store.get();
  useEffect(() => {
    const follow = () => redraw((count) => count + 1);
    if (!Object.is(store.get(), value)) follow();
    return store.subscribe(follow);
  }, [store]);
  return value;
}

/** What this browser keeps under a name; null where storage is forbidden (private windows) or empty. */
export function kept(storage: "localStorage" | "sessionStorage", name: string): string | null {
  try {
    return window[storage].getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a value under a name, or forgets it when null. Where storage is forbidden it only lasts as long as the page. */
export function keep(storage: "localStorage" | "sessionStorage", name: string, value: string | null): void {
  try {
    if (value === null) window[storage].removeItem(name);
    else window[storage].setItem(name, value);
  } catch {
    // The choice then lasts until the page is left.
  }
}
