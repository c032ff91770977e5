// A table of numbers that is sorted by a click on a column's name, with averages below the rows.
import { useMemo, useState } from "preact/hooks";
import { useTexts } from "../../shared/i18n";
import { countText, kUnknown, metricText, percentText } from "../formatting.ts";
import type { PanelProps } from "./panel.ts";
import { chosenRows, kMaxRows, type Column, type Order, type Table, type TableRow } from "./table.ts";
import { nameIn, panelTexts } from "./texts.ts";

/** Numbers begin with the highest, names with the first; the third click is the file's order again. */
function nextOrder(order: Order | null, column: number): Order | null {
  const isFirstDescending = column >= 0;
  if (order?.column !== column) return { column, descending: isFirstDescending };
  return order.descending === isFirstDescending ? { column, descending: !isFirstDescending } : null;
}

export function TablePanel({ id, title, data, labels }: PanelProps<Table>) {
  const text = useTexts(panelTexts);
  const [order, setOrder] = useState<Order | null>(null);
  const [query, setQuery] = useState("");
  const { rows, total } = useMemo(() => chosenRows(data, { order, query, first: labels }, text.locale), [data, order, query, labels, text]);
  const head = (name: string, column: number) => {
    const isSorted = order?.column === column;
    return (
      <th key={column} scope="col" aria-sort={!isSorted ? "none" : order.descending ? "descending" : "ascending"}>
        <button type="button" class="quiet sort" onClick={() => setOrder(nextOrder(order, column))}>
          {nameIn(text.columns, name)}<span class="sort-mark" aria-hidden="true">{!isSorted ? "" : order.descending ? "\u2193" : "\u2191"}</span>
        </button>
      </th>
    );
  };
  return (
    <section class="card table-card" aria-labelledby={`${id}-title`}>
      <div class="panel-head">
        <h3 id={`${id}-title`}>{title}</h3>
        {data.rows.length > kMaxRows && (
          <label class="field">
            <span>{text.find}</span>
            <input type="search" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
          </label>
        )}
      </div>
      <div class="table-scroll scores-scroll" tabIndex={0} role="group" aria-label={title}>
        <table class="scores" aria-labelledby={`${id}-title`}>
          <thead>
            <tr>
              {head(data.key, -1)}
              {data.columns.map(({ name }, column) => head(name, column))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => <Row key={row.name} row={row} name={row.name} columns={data.columns} />)}
          </tbody>
          {data.averages.length > 0 && (
            <tfoot>
              {data.averages.map((row) => <Row key={row.name} row={row} name={nameIn(text.averages, row.name)} columns={data.columns} />)}
            </tfoot>
          )}
        </table>
      </div>
      {rows.length === 0 && <p class="soft">{data.rows.length === 0 ? text.noRows : text.noMatch}</p>}
      {total > rows.length && <p class="soft">{text.rowsShown(countText(rows.length, text.locale), countText(total, text.locale))}</p>}
    </section>
  );
}

function Row({ row, name, columns }: { row: TableRow; name: string; columns: readonly Column[] }) {
  const text = useTexts(panelTexts);
  return (
    <tr>
      <th scope="row">{name}</th>
      {columns.map(({ format }, at) => {
        const value = row.values[at] ?? null;
        if (format !== "share" || value === null) return <td key={at}>{value === null ? kUnknown : format === "count" ? countText(value, text.locale) : metricText(value, text.locale)}</td>;
        return <td key={at} class="score" style={{ "--share": `${Math.round(value * 100)}%` }}><span>{percentText(value, text.locale, 1)}</span></td>;
      })}
    </tr>
  );
}
