// The rows of a table with the model's results; of many rows the first ones, further ones on demand.
import { useMemo, useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import type { Prediction } from "./forms/form.ts";
import { formOf } from "./forms/forms.tsx";
import type { Info } from "./served_model.ts";
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
  const form = formOf(info);
  const answers = useMemo(() => predictions.flatMap((prediction) => (prediction ? [prediction.answer] : [])), [predictions]);
  return (
    <>
      <form.Summary answers={answers} info={info} />
      <div class="table-scroll" role="region" aria-label={texts.table.caption} tabIndex={0}>
        <table class="rows">
          <caption class="hidden">{texts.table.caption}</caption>
          <thead>
            <tr>
              <th scope="col" class="number">{texts.table.row}</th>
              <th scope="col">{texts.table.text}</th>
              {form.heads(info, texts).map(({ name, isNumber }) => <th key={name} scope="col" class={isNumber ? "number" : ""}>{name}</th>)}
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
  const form = formOf(info);
  const notes = (
    <>
      {prediction?.truncated && <small class="cut-mark">{texts.table.cut}</small>}
      {prediction?.unknown && <small class="cut-mark">{texts.table.unknown}</small>}
      {prediction?.nearTie && <small class="cut-mark">{texts.table.unsure}</small>}
    </>
  );
  return (
    <tr>
      <td class="number soft">{row + 1}</td>
      <td class="row-cell">{input.trim() === "" ? <span class="soft">{texts.table.emptyText}</span> : <span class="clamped">{input}</span>}</td>
      <form.Cells prediction={prediction} info={info} notes={notes} />
    </tr>
  );
}
