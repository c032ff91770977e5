// Asks for the API key if the server needs one. If it is closed without a key, a line with a button stays that opens it
// again. The key is kept in this tab's sessionStorage and sent as a header only.
import { useEffect, useRef, useState } from "preact/hooks";
import { askForKey, hasApiKey, keyAsked, keyWanted, putOffKey, setApiKey } from "./api.ts";
import { useTexts, type Texts } from "./i18n.ts";
import { useStore } from "./store.ts";

const texts: Texts<{ title: string; why: string; wrong: string; label: string; send: string; later: string; missing: string; enter: string }> = {
  en: {
    title: "This server needs an API key",
    why: "It was started with --api-key-file. The key stays in this tab and is sent to this server only.",
    wrong: "The server did not accept that key.",
    label: "API key",
    send: "Use this key",
    later: "Not now",
    missing: "This server needs an API key.",
    enter: "Enter the key",
  },
  zh: {
    title: "此服务器需要 API 密钥",
    why: "服务器启动时使用了 --api-key-file。密钥只保存在当前标签页中，也只会发送给这台服务器。",
    wrong: "密钥不正确。",
    label: "API 密钥",
    send: "使用此密钥",
    later: "稍后再填",
    missing: "此服务器需要 API 密钥才能使用。",
    enter: "输入密钥",
  },
};

/** The dialog and, while it is closed and a key is wanted, the line; `onKey` is called after a key was given, to try
 *  again. */
export function KeyDialog({ onKey }: { onKey: () => void }) {
  const text = useTexts(texts);
  const isWanted = useStore(keyWanted);
  const isAsked = useStore(keyAsked);
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const isClosing = useRef(false);
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    setRefused(false);
    const { current } = dialog;
    if (current === null || current.open === isAsked) return;
    if (isAsked) return current.showModal();
    isClosing.current = true;
    current.close();
  }, [isAsked]);
  // The event comes after close(); by then a wrong key may have opened the dialog again.
  const onClose = () => {
    if (!isClosing.current) putOffKey();
    isClosing.current = false;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const key = input.current?.value.trim() ?? "";
    if (key === "") return;
    const isTaken = setApiKey(key);
    if (input.current) input.current.value = "";
    if (isTaken) onKey();
    else setRefused(true);
  };
  return (
    <>
      <dialog ref={dialog} class="key-dialog" aria-labelledby="key-title" onClose={onClose}>
        <form onSubmit={submit}>
          <h2 id="key-title">{text.title}</h2>
          <p>{text.why}</p>
          {isAsked && (isRefused || hasApiKey()) && <p role="alert" class="wrong">{text.wrong}</p>}
          <label for="api-key">{text.label}</label>
          <input id="api-key" ref={input} type="password" autocomplete="off" spellcheck={false} required />
          <div class="key-buttons">
            <button type="button" onClick={putOffKey}>{text.later}</button>
            <button type="submit" class="primary">{text.send}</button>
          </div>
        </form>
      </dialog>
      {isWanted && !isAsked && (
        <div class="key-line" role="alert">
          <p class="notice warn">
            <span>{text.missing}</span>
            <button type="button" onClick={askForKey}>{text.enter}</button>
          </p>
        </div>
      )}
    </>
  );
}
