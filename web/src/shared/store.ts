// A value that components follow. The pages need no other state management.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls the listener at each change, until the returned function is called. */
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

/** Returns the store's value and redraws the component when it changes. */
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

/** Returns the value stored under a name; null if storage is forbidden (private windows) or empty. */
export function kept(storage: "localStorage" | "sessionStorage", name: string): string | null {
  try {
    return window[storage].getItem(name);
  } catch {
    return null;
  }
}

/** Stores a value under a name, or removes it if null. Does nothing if storage is forbidden. */
export function keep(storage: "localStorage" | "sessionStorage", name: string, value: string | null): void {
  try {
    if (value === null) window[storage].removeItem(name);
    else window[storage].setItem(name, value);
  } catch {
    // The choice then lasts until the page is left.
  }
}
