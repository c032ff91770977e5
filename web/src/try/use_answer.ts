// What a part of the page asks the server for when it is opened.
import { useEffect, useState } from "preact/hooks";
import { errorText } from "./error_text.ts";

export interface Asked<T> {
  answer: T | null;
  error: string | null;
}

/** Asks again when one of `about` changes; drops a response that comes too late. */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, about: unknown[]): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ answer: null, error: null });
  useEffect(() => {
    const stopped = new AbortController();
    setAsked({ answer: null, error: null });
    ask(stopped.signal).then(
      (answer) => stopped.signal.aborted || setAsked({ answer, error: null }),
      (error: unknown) => stopped.signal.aborted || setAsked({ answer: null, error: errorText(error) }),
    );
    return () => stopped.abort();
  }, about);
  return asked;
}
