// The run's facts and options: grouped, searched, or compared with another run's.
import { useState } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import type { Run } from "./contract.ts";
import { groupRows, optionRows, searchRows, valueText, type OptionRow } from "./differences.ts";
import { shellText } from "./formatting.ts";
import { changeView, store, useView } from "./page_state";
import { texts, type WatchTexts } from "./texts";
import { Unread } from "./unread";

export function ConfigurationTab({ runs, run }: { runs: readonly Run[]; run: Run }) {
  const text = useTexts(texts);
  const view = useView();
  const [query, setQuery] = useState("");
  const [all, setAll] = useState(false);
  const against = view.against === run.id ? null : runs.find((other) => other.id === view.against) ?? null;
  const left = store.details.get(run.id);
  const right = against ? store.details.get(against.id) : undefined;
  const unread = <Unread runs={against ? [run, against] : [run]} part="details" />;
  const isUnread = (id: string): boolean => store.unread(id, "details") !== null;
  if (!left) return isUnread(run.id) ? unread : <p class="empty">{text.loading}</p>;
  // If the other run cannot be read, this run's options stay visible, so that the reader can choose another.
  if (against && !right && !isUnread(against.id)) return <p class="empty">{text.loading}</p>;
  const rows = optionRows(left.options ?? {}, right ? right.options ?? {} : null);
  const differing = rows.filter((row) => row.differs);
  const names = against && right ? [run.name, against.name] : [run.name];
  const shown = searchRows(right && !all ? differing : rows, query);
  return (
    <>
      <div class="toolbar">
        <label class="field search">
          <span>{text.search}</span>
          <input type="search" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
        </label>
        {runs.length > 1 && <Against runs={runs} run={run} against={against} />}
        {right && (
          <label class="check">
            <input type="checkbox" checked={!all} onChange={() => setAll(!all)} />
            <span>{text.onlyDifferences}</span>
          </label>
        )}
        {right && <span class="soft" role="status">{text.numDifferences(differing.length)}</span>}
      </div>
      {unread}
      <div class={`configuration ${right ? "compared" : ""}`}>
        <Facts runs={right ? [left, right] : [left]} names={names} all={all} />
        {right || query.trim() !== "" || rows.length === 0
          ? <Options rows={shown} names={names} empty={left.options === null ? text.noOptions : text.noMatch} />
          : <GroupedOptions rows={rows} run={left} />}
      </div>
    </>
  );
}

function Against({ runs, run, against }: { runs: readonly Run[]; run: Run; against: Run | null }) {
  const text = useTexts(texts);
  return (
    <label class="field">
      <span>{text.compareWith}</span>
      <select value={against?.id ?? ""} onChange={(event) => changeView({ against: event.currentTarget.value || null })}>
        <option value="">{text.nothing}</option>
        {runs.filter((other) => other.id !== run.id).map((other) => <option key={other.id} value={other.id}>{other.name}</option>)}
      </select>
    </label>
  );
}

function factText(name: string, value: unknown, text: WatchTexts): string {
  if (name === "command" && Array.isArray(value)) return shellText(value.map(String));
  if ((name === "frozen" || name === "adapters" || name === "evaluation_rows") && typeof value === "string" && value !== "") return text[name](value);
  if (typeof value === "number" && name.startsWith("num_")) return new Intl.NumberFormat(text.locale).format(value);
  return valueText(value);
}

function dateText(seconds: number | null, text: WatchTexts): string {
  if (seconds === null) return "";
  return new Intl.DateTimeFormat(text.locale, { dateStyle: "medium", timeStyle: "medium" }).format(seconds * 1000);
}

function factRows(run: Run, text: WatchTexts): Map<string, string> {
  const rows = new Map([["path", run.path]]);
  for (const [name, value] of Object.entries(run.facts)) rows.set(name, factText(name, value, text));
  rows.set("started_at", dateText(run.started_at, text));
  rows.set("updated_at", dateText(run.updated_at, text));
  return rows;
}

function Facts({ runs, names, all }: { runs: readonly Run[]; names: readonly string[]; all: boolean }) {
  const text = useTexts(texts);
  const facts = runs.map((run) => factRows(run, text));
  const rows = [...new Set(facts.flatMap((one) => [...one.keys()]))].map((name): OptionRow => {
    const [left = "", right = left] = facts.map((one) => one.get(name) ?? "");
    return { name: text.facts[name] ?? name, left, right, differs: left !== right };
  });
  return <Rows id="facts" title={text.about} rows={rows.filter((row) => (runs.length > 1 && !all ? row.differs : row.left !== "" || row.right !== ""))} names={names} />;
}

function GroupedOptions({ rows, run }: { rows: readonly OptionRow[]; run: Run }) {
  const text = useTexts(texts);
  const { set, changed, rest } = groupRows(rows, run.facts["command"], run.changed_options);
  const names = [run.name];
  const isOnly = set.length === 0 && run.changed_options === null;
  return (
    <div class="option-groups">
      {set.length > 0 && <Rows id="set" title={text.setOptions} rows={set} names={names} code />}
      {changed.length > 0 && <Rows id="changed" title={isOnly ? text.options : text.changedOptions} rows={changed} names={names} code />}
      {rest.length > 0 && (
        <details class="card other-options">
          <summary>{text.otherOptions(rest.length)}</summary>
          <OptionTable rows={rest} names={names} code labelledBy={text.otherOptions(rest.length)} />
        </details>
      )}
    </div>
  );
}

function Options({ rows, names, empty }: { rows: readonly OptionRow[]; names: readonly string[]; empty: string }) {
  const text = useTexts(texts);
  if (rows.length > 0) return <Rows id="options" title={text.options} rows={rows} names={names} code />;
  return (
    <section class="card">
      <h3>{text.options}</h3>
      <p class="soft">{empty}</p>
    </section>
  );
}

interface RowsProps {
  rows: readonly OptionRow[];
  names: readonly string[];
  /** The values are options as one writes them. */
  code?: boolean;
}

function Rows({ id, title, ...table }: RowsProps & { id: string; title: string }) {
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      <OptionTable {...table} labelledBy={title} />
    </section>
  );
}

function OptionTable({ rows, names, code, labelledBy }: RowsProps & { labelledBy: string }) {
  const text = useTexts(texts);
  return (
      <div class="table-scroll" tabIndex={0} role="group" aria-label={labelledBy}>
        <table class={code ? "options code" : "options"}>
          <thead class={names.length > 1 ? "" : "hidden-head"}>
            <tr>
              <th scope="col">{text.option}</th>
              {names.map((name, i) => <th key={i} scope="col">{names.length > 1 ? name : text.value}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} class={names.length > 1 && row.differs ? "differs" : undefined}>
                <th scope="row">
                  {row.name}{names.length > 1 && row.differs && <span class="hidden"> ({text.differs})</span>}
                </th>
                <td>{row.left}</td>
                {names.length > 1 && <td>{row.right}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
  );
}
