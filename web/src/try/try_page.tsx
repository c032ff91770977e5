// The whole page: the state that its parts share (the text, the outcome, the rows) and how they interact.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { askForKey } from "../shared/api.ts";
import { KeyDialog } from "../shared/key_dialog.tsx";
import { useTexts } from "../shared/i18n.ts";
import { TopBar } from "../shared/top_bar.tsx";
import { DropZone } from "./drop_zone.tsx";
import { formOf } from "./forms/forms.tsx";
import type { Visit } from "./history.ts";
import { InputCard } from "./input_card.tsx";
import { ResultCard } from "./result_card.tsx";
import { readRows, RowsError, rowsOfLines, type Rows } from "./rows_file.ts";
import { ServerLine } from "./server_line.tsx";
import { Examples, History } from "./side_lists.tsx";
import { TableCard } from "./table_card.tsx";
import { tryTexts } from "./texts.ts";
import { useAnalysis } from "./use_analysis.ts";
import { useServer } from "./use_server.ts";

export function TryPage() {
  const texts = useTexts(tryTexts);
  const { server, askAgain, learn } = useServer();
  const { info } = server;
  const [text, setText] = useState("");
  const [rows, setRows] = useState<Rows | null>(null);
  const [fileProblem, setFileProblem] = useState<string | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const analysis = useAnalysis(askAgain, learn);
  const kind = formOf(info).words(info, texts);

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    document.title = kind.title;
  }, [kind.title]);

  const analyse = (given: string) => {
    askForKey();
    if (server.state !== "ready") {
      if (server.state === "loading") analysis.show({ kind: "stillLoading" });
    } else if (given.trim() === "") analysis.show({ kind: "empty" });
    else analysis.analyse(given.trim());
  };
  const choose = (given: string) => {
    setText(given);
    input.current?.focus();
  };
  const bringBack = (visit: Visit) => {
    choose(visit.text);
    analysis.bringBack(visit, info);
  };
  const openFile = useCallback(async (file: File) => {
    setFileProblem(null);
    try {
      setRows(await readRows(file));
    } catch (error) {
      const problem = error instanceof RowsError ? error : new RowsError("unreadable", String(error));
      setFileProblem(`${file.name}: ${texts.table.errors[problem.problem]} ${problem.detail}`.trim());
    }
  }, [texts]);
  const makeTable = (lines: string) => {
    setFileProblem(null);
    setRows(rowsOfLines(texts.table.pasted, lines));
  };

  return (
    <>
      <DropZone onFile={openFile} />
      <TopBar title={kind.title}><ServerLine server={server} /></TopBar>
      <KeyDialog onKey={askAgain} />
      <main class="try-layout">
        <div class="try-main">
          {server.state === "gone" && <p class="notice error" role="alert">{texts.goneNotice}</p>}
          <InputCard input={input} kind={kind} text={text} server={server.state} isRunning={analysis.isRunning}
            onText={setText} onAnalyse={() => analyse(text)} onTable={makeTable} onFile={openFile} />
          {fileProblem !== null && <p class="notice error" role="alert">{fileProblem}</p>}
          {rows !== null && (
            <TableCard key={rows} rows={rows} info={info} isReady={server.state === "ready"} onFailed={askAgain} onClose={() => setRows(null)} />
          )}
          {(rows === null || analysis.outcome.kind !== "none" || server.state === "failed") && <ResultCard server={server} analysis={analysis} />}
        </div>
        <aside class="try-side">
          <Examples info={info} onChoose={choose} />
          <History info={info} onChoose={bringBack} />
        </aside>
      </main>
    </>
  );
}
