// Many texts: choose the column, classify the rows, look at them, export them as CSV.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { writeCsv } from "./csv.ts";
import { formOf } from "./forms/forms.tsx";
import { likelyTextColumn, withHeader, type Rows } from "./rows_file.ts";
import { saveFile } from "./save_file.ts";
import { isSameModel, type Info } from "./served_model.ts";
import { exportName, tableRecords } from "./table_export.ts";
import { TableRows } from "./table_rows.tsx";
import { tryTexts } from "./texts.ts";
import { useTable, type TableRun } from "./use_table.ts";

interface TableCardProps {
  rows: Rows;
  info: Info | null;
  isReady: boolean;
  onFailed: () => void;
  onClose: () => void;
}

export function TableCard({ rows: given, info, isReady, onFailed, onClose }: TableCardProps) {
  const texts = useTexts(tryTexts);
  const [rows, setRows] = useState(given);
  const [column, setColumn] = useState(() => likelyTextColumn(given));
  const { run, start, cancel, reset } = useTable(onFailed);
  const title = useRef<HTMLHeadingElement>(null);
  const inputs = useMemo(() => rows.records.map((record) => record[column] ?? ""), [rows, column]);
  const isRunning = run.state === "running";
  // The results stay those of the model that gave them, also when the server has another one by now.
  const said = run.state === "idle" ? info : run.info;
  const limits = { maxInputs: info?.limits["max_inputs"] ?? 64, maxBodyBytes: info?.limits["max_body_bytes"] ?? 1 << 20 };

  useEffect(() => {
    if (isRunning && info !== null && !isSameModel(said, info)) cancel(texts.table.otherModel);
  }, [info]);
  // The keyboard and the screen reader continue here after a file was opened.
  useEffect(() => title.current?.focus(), []);
  const choose = (next: Rows, nextColumn: number) => {
    reset();
    setRows(next);
    setColumn(nextColumn);
  };
  const toggleHeader = () => {
    const next = withHeader(rows, !rows.hasHeader);
    choose(next, likelyTextColumn(next));
  };
  const save = () => saveFile(exportName(rows.name), "text/csv", writeCsv(tableRecords(rows, run.predictions, formOf(said).columns(said))));
  return (
    <section class="card table-card" aria-labelledby="table-title">
      <h2 id="table-title" ref={title} tabIndex={-1}>
        {texts.table.title}: {rows.name} <span class="soft">{texts.table.rows(count(rows.records.length))}</span>
      </h2>
      <div class="table-choices">
        {rows.columns.length > 1 && (
          <label>
            {texts.table.column}{" "}
            <select value={String(column)} disabled={isRunning} onChange={(event) => choose(rows, Number(event.currentTarget.value))}>
              {rows.columns.map((name, index) => <option key={index} value={String(index)}>{name}</option>)}
            </select>
          </label>
        )}
        {rows.hasHeader !== null && (
          <label class="checkbox">
            <input type="checkbox" checked={rows.hasHeader} disabled={isRunning} onChange={toggleHeader} /> {texts.table.header}
          </label>
        )}
      </div>
      <div class="table-actions">
        {isRunning ? (
          <button type="button" onClick={() => cancel()}>{texts.table.cancel}</button>
        ) : (
          <button type="button" class="primary" disabled={!isReady} onClick={() => start(inputs, limits, info, texts.table.otherModel)}>
            {startText(isSameModel(said, info) ? run.state : "idle", texts.table, inputs.length)}
          </button>
        )}
        <button type="button" disabled={run.done === 0 || isRunning} onClick={save}>
          {texts.table.exportCsv}
        </button>
        <button type="button" class="quiet" onClick={onClose}>{texts.table.close}</button>
      </div>
      {run.state !== "idle" && <Progress run={run} all={inputs.length} />}
      {run.error !== null && <p class="notice error" role="alert">{texts.analysisFailed(run.error)}</p>}
      <TableRows info={said} inputs={inputs} predictions={run.predictions} />
    </section>
  );
}

function startText(state: TableRun["state"], texts: { start: (rows: string) => string; again: string; resume: string }, numRows: number): string {
  if (state === "stopped") return texts.resume;
  return state === "finished" ? texts.again : texts.start(count(numRows));
}

function Progress({ run, all }: { run: TableRun; all: number }) {
  const texts = useTexts(tryTexts);
  const sentence = run.state === "finished" ? texts.table.finished(count(all))
    : run.state === "stopped" ? texts.table.cancelled(count(run.done), count(all)) : texts.table.done(count(run.done), count(all));
  return (
    <div class="table-progress">
      <progress max={all} value={run.done} aria-label={texts.table.progress} />
      <p class="soft" role="status">{typeof run.waits === "number" ? texts.table.waiting(run.waits) : run.waits === "gone" ? texts.goneRetry : sentence}</p>
    </div>
  );
}
