// Accepts a file dropped anywhere on the page. While one is dragged over it, the page explains what will happen.
import { useEffect, useState } from "preact/hooks";
import { useTexts } from "../shared/i18n.ts";
import { tryTexts } from "./texts.ts";

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const texts = useTexts(tryTexts);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const stopped = new AbortController();
    const options = { signal: stopped.signal };
    // Without this the browser would leave the page and show the file.
    window.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    }, options);
    window.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) setOver(false);
    }, options);
    window.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) onFile(file);
    }, options);
    return () => stopped.abort();
  }, [onFile]);
  return isOver ? <div class="drop-zone" aria-hidden="true"><p>{texts.table.drop}</p></div> : null;
}
