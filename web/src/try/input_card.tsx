// Where the text is typed or pasted; many pasted lines are offered as a table.
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { tryTexts, type KindTexts } from "./texts.ts";
import type { ServerState } from "./use_server.ts";

interface InputCardProps {
  input: RefObject<HTMLTextAreaElement | null>;
  kind: KindTexts;
  text: string;
  server: ServerState;
  isRunning: boolean;
  onText: (text: string) => void;
  onAnalyse: () => void;
  onTable: (lines: string) => void;
  onFile: (file: File) => void;
}

const numLines = (text: string) => text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "").length;

export function InputCard({ input, kind, text, server, isRunning, onText, onAnalyse, onTable, onFile }: InputCardProps) {
  const texts = useTexts(tryTexts);
  const [pasted, setPasted] = useState<string | null>(null);
  const isLoading = server === "loading";
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    onAnalyse();
  };
  const onPaste = (event: ClipboardEvent) => {
    const lines = event.clipboardData?.getData("text/plain") ?? "";
    setPasted(numLines(lines) > 1 ? lines : null);
  };
  const answer = (wantsTable: boolean) => {
    if (wantsTable && pasted !== null) onTable(pasted);
    setPasted(null);
    input.current?.focus();
  };
  const clear = () => {
    setPasted(null);
    onText("");
    input.current?.focus();
  };
  return (
    <section class="card input-card">
      <label for="text">{kind.inputLabel}</label>
      <textarea id="text" ref={input} rows={8} value={text} aria-keyshortcuts="Control+Enter"
        onInput={(event) => onText(event.currentTarget.value)} onKeyDown={onKeyDown} onPaste={onPaste} />
      {pasted !== null && <TableOffer lines={numLines(pasted)} onAnswer={answer} />}
      <div class="input-actions">
        <button type="button" class="primary" disabled={server !== "ready"} aria-busy={isRunning} onClick={onAnalyse}>
          {isLoading ? texts.loading : kind.analyse}
        </button>
        <kbd class="soft">{texts.shortcut}</kbd>
        {text !== "" && <button type="button" class="quiet" onClick={clear}>{texts.clear}</button>}
        <FilePicker onFile={onFile} />
      </div>
    </section>
  );
}

function TableOffer({ lines, onAnswer }: { lines: number; onAnswer: (wantsTable: boolean) => void }) {
  const texts = useTexts(tryTexts);
  return (
    <div class="notice table-offer" role="status">
      <span>{texts.table.offer(count(lines))}</span>
      <span class="table-offer-buttons">
        <button type="button" onClick={() => onAnswer(true)}>{texts.table.offerYes}</button>
        <button type="button" class="quiet" onClick={() => onAnswer(false)}>{texts.table.offerNo}</button>
      </span>
    </div>
  );
}

function FilePicker({ onFile }: { onFile: (file: File) => void }) {
  const texts = useTexts(tryTexts);
  const picker = useRef<HTMLInputElement>(null);
  const picked = (event: Event & { currentTarget: HTMLInputElement }) => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = "";
    if (file) onFile(file);
  };
  return (
    <span class="file-picker">
      <input ref={picker} type="file" hidden accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson" onChange={picked} />
      <button type="button" aria-describedby="file-kinds" onClick={() => picker.current?.click()}>{texts.openFile}</button>
      <small id="file-kinds" class="soft">{texts.fileKinds}</small>
    </span>
  );
}
