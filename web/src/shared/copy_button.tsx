// A button that copies a text to the clipboard.
import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { useTexts, type Texts } from "./i18n.ts";

const texts: Texts<{ copy: string; copied: string }> = {
  en: { copy: "Copy", copied: "Copied" },
  zh: { copy: "复制", copied: "已复制" },
};

const shownMilliseconds = 2500;

/** `source` shows the text; it is selected if the browser does not let the page use the clipboard. */
export function CopyButton({ value, source, label }: { value: string; source: RefObject<HTMLElement | null>; label?: string }) {
  const text = useTexts(texts);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    setCopied(await copyText(value, source.current));
    setTimeout(() => setCopied(false), shownMilliseconds);
  };
  return (
    <>
      <button type="button" class="copy" onClick={() => void copy()}>
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M9 9h10v11H9zM5 15V4h10" /></svg>{label ?? text.copy}
      </button>
      <span role="status" class="copied">{copied ? text.copied : ""}</span>
    </>
  );
}

/** If the clipboard is not available (neither https nor this machine), selects the text so that the reader can copy it. */
async function copyText(value: string, element: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    if (element) getSelection()?.selectAllChildren(element);
    return false;
  }
}
