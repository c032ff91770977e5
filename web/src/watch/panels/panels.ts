// The panels of an evaluation, each of a kind. The page draws a panel by its kind and knows nothing of the task: a new task
// writes other panels, a new kind is a row in kReaders here and one in kViews of evaluation_tab.tsx.
import { fields, text, textOrNull } from "../checked.ts";
import { readCurve, type Curve } from "./curve.ts";
import { readHistogram, type Histogram } from "./histogram.ts";
import { readMatrix, type Matrix } from "./matrix.ts";
import { readRows, type RowItem } from "./rows.ts";
import { readTable, type Table } from "./table.ts";

export interface PanelData {
  matrix: Matrix;
  table: Table;
  rows: RowItem[];
  histogram: Histogram;
  curve: Curve;
}

export type Kind = keyof PanelData;

interface Named {
  /** Known names have a title in both languages. */
  name: string;
  /** As the file has it. */
  title: string;
}

export type KnownPanel = { [K in Kind]: Named & { kind: K; data: PanelData[K] } }[Kind];

/** A panel that this page cannot draw. */
export interface UnreadablePanel extends Named {
  kind: "unreadable";
  /** A newer hone wrote it; else it is damaged. */
  isNewer: boolean;
}

export type Panel = KnownPanel | UnreadablePanel;

const kReaders: { [K in Kind]: (data: unknown) => PanelData[K] | null } = {
  matrix: readMatrix,
  table: readTable,
  rows: readRows,
  histogram: readHistogram,
  curve: readCurve,
};

const isKind = (kind: string): kind is Kind => Object.hasOwn(kReaders, kind);

/** Reads a panel; `isNewerFile`: the file's format is one that this page does not know. */
export function readPanel(value: unknown, isNewerFile: boolean): Panel {
  const json = fields(value);
  const kind = text(json["kind"]);
  const name = text(json["name"]);
  const named = { name, title: textOrNull(json["title"]) ?? (name || kind) };
  const data = isKind(kind) ? kReaders[kind](json["data"]) : null;
  if (data === null) return { ...named, kind: "unreadable", isNewer: isNewerFile || (kind !== "" && !isKind(kind)) };
  return { ...named, kind, data } as KnownPanel;
}
