// Copies a text to the clipboard and says so.
import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { useTexts, type Texts } from "./i18n.ts";

const texts: Texts<{ copy: string; copied: string }> = {
  en: { copy: "Copy", copied: "Copied" },
  zh: { copy: "复制", copied: "已复制" },
};

const shownMilliseconds = 2500;

/** `source` shows the text: it is selected where the browser closes the clipboard to pages. */
export function CopyButton({ value, source }: { value: string; source: RefObject<HTMLElement | null> }) {
  const text = useTexts(texts);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    setCopied(await copyText(value, source.current));
    setTimeout(() => setCopied(false), shownMilliseconds);
  };
  return (
    <>
      <button type="button" class="copy" onClick={() => void copy()}>
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M9 9h10v11H9zM5 15V4h10" /></svg>{text.copy}
      </button>
      <span role="status" class="copied">{copied ? text.copied : ""}</span>
    </>
  );
}

/** Where the clipboard is closed to pages (not https, not this machine), the text is selected for the reader's own copy. */
async function copyText(value: string, element: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    if (element) getSelection()?.selectAllChildren(element);
    return false;
  }
}
