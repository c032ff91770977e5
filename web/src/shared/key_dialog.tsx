// Asks for the API key when the server wants one. It is kept in this tab's sessionStorage and sent as a header only.
import { useEffect, useRef, useState } from "preact/hooks";
import { hasApiKey, keyWanted, setApiKey } from "./api.ts";
import { useTexts, type Texts } from "./i18n.ts";
import { useStore } from "./store.ts";

const texts: Texts<{ title: string; why: string; wrong: string; label: string; send: string }> = {
  en: {
    title: "This server wants an API key",
    why: "It was started with --api-key-file. The key stays in this tab and is sent to this server only.",
    wrong: "The server did not accept that key.",
    label: "API key",
    send: "Use this key",
  },
  zh: {
    title: "此服务器需要 API 密钥",
    why: "服务器启动时使用了 --api-key-file。密钥只保存在当前标签页中，也只会发送给这台服务器。",
    wrong: "服务器没有接受这个密钥。",
    label: "API 密钥",
    send: "使用此密钥",
  },
};

/** The dialog, shown while a key is wanted; `onKey` is called after one was given, to try again. */
export function KeyDialog({ onKey }: { onKey: () => void }) {
  const text = useTexts(texts);
  const wanted = useStore(keyWanted);
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    setRefused(false);
    if (wanted) dialog.current?.showModal();
    else dialog.current?.close();
  }, [wanted]);
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
    <dialog ref={dialog} class="key-dialog" aria-labelledby="key-title" onCancel={() => keyWanted.set(false)}>
      <form onSubmit={submit}>
        <h2 id="key-title">{text.title}</h2>
        <p>{text.why}</p>
        {wanted && (isRefused || hasApiKey()) && <p role="alert" class="wrong">{text.wrong}</p>}
        <label for="api-key">{text.label}</label>
        <input id="api-key" ref={input} type="password" autocomplete="off" spellcheck={false} required />
        <button type="submit" class="primary">{text.send}</button>
      </form>
    </dialog>
  );
}
