// The rows of a table with the model's results; of many rows the first ones, further ones on demand.
import { useMemo, useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { scoreText, spokenLabel, toneOf } from "./kinds.ts";
import type { Info, Prediction } from "./served_model.ts";
import { tryTexts } from "./texts.ts";

const numMore = 100;

interface TableRowsProps {
  info: Info | null;
  inputs: string[];
  predictions: (Prediction | null | undefined)[];
}

export function TableRows({ info, inputs, predictions }: TableRowsProps) {
  const texts = useTexts(tryTexts);
  const [numShown, setNumShown] = useState(numMore);
  const shown = Math.min(numShown, inputs.length);
  return (
    <>
      <LabelCounts info={info} predictions={predictions} />
      <div class="table-scroll" role="region" aria-label={texts.table.caption} tabIndex={0}>
        <table class="rows">
          <caption class="hidden">{texts.table.caption}</caption>
          <thead>
            <tr>
              <th scope="col" class="number">{texts.table.row}</th>
              <th scope="col">{texts.table.text}</th>
              <th scope="col">{texts.table.label}</th>
              <th scope="col" class="number">{texts.table.score}</th>
            </tr>
          </thead>
          <tbody>
            {inputs.slice(0, shown).map((input, row) => <Row key={row} row={row} input={input} info={info} prediction={predictions[row]} />)}
          </tbody>
        </table>
      </div>
      {shown < inputs.length && (
        <p class="table-more">
          <span class="soft">{texts.table.showing(count(shown), count(inputs.length))}</span>
          <button type="button" class="quiet small" onClick={() => setNumShown(numShown + numMore)}>{texts.table.more}</button>
        </p>
      )}
    </>
  );
}

function Row({ row, input, info, prediction }: { row: number; input: string; info: Info | null; prediction: Prediction | null | undefined }) {
  const texts = useTexts(tryTexts);
  const best = prediction?.scores[0];
  return (
    <tr>
      <td class="number soft">{row + 1}</td>
      <td class="row-cell">{input.trim() === "" ? <span class="soft">{texts.table.emptyText}</span> : <span class="clamped">{input}</span>}</td>
      <td class={`row-label ${toneOf(info, best)}`}>{best === undefined ? "" : spokenLabel(info, texts, best.label)}</td>
      <td class="number">
        {best === undefined ? "" : scoreText(info, best.score)}
        {prediction?.truncated && <small class="cut-mark">{texts.table.cut}</small>}
        {prediction?.unknown && <small class="cut-mark">{texts.table.unknown}</small>}
      </td>
    </tr>
  );
}

// How many rows each class has, the most frequent first.
function LabelCounts({ info, predictions }: { info: Info | null; predictions: (Prediction | null | undefined)[] }) {
  const texts = useTexts(tryTexts);
  const counts = useMemo(() => {
    const byLabel = new Map<string, number>();
    for (const prediction of predictions) {
      const label = prediction?.scores[0]?.label;
      if (label !== undefined) byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
    }
    return [...byLabel].sort((a, b) => b[1] - a[1]).slice(0, 12);
  }, [predictions]);
  if (counts.length === 0) return null;
  return (
    <ul class="label-counts">
      {counts.map(([label, rows]) => (
        <li key={label} class={toneOf(info, { label, score: 1 })}>
          {spokenLabel(info, texts, label)} <strong>{count(rows)}</strong>
        </li>
      ))}
    </ul>
  );
}
