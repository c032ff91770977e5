// Copies a result, or saves it as a file: JSON with the text, or CSV with a row for each part of the answer.
import type { RefObject } from "preact";
import { CopyButton } from "../shared/copy_button.tsx";
import { useTexts } from "../shared/i18n.ts";
import { writeCsv } from "./csv.ts";
import type { Prediction, Records } from "./forms/form.ts";
import { formFor } from "./forms/forms.tsx";
import { csvRecords, resultJson } from "./result_export.ts";
import { saveFile } from "./save_file.ts";
import type { Info } from "./served_model.ts";
import { tryTexts } from "./texts.ts";

interface ResultToolsProps {
  info: Info | null;
  text: string;
  prediction: Prediction;
  /** Shows the result. */
  source: RefObject<HTMLElement | null>;
}

export function ResultTools({ info, text, prediction, source }: ResultToolsProps) {
  const texts = useTexts(tryTexts);
  const records: Records = formFor(prediction).records(prediction.answer, info);
  const json = resultJson(info?.name ?? "", text, prediction, records);
  const name = `${info?.name ?? "result"}-result`;
  return (
    <div class="result-tools">
      <CopyButton value={json} source={source} label={texts.copyJson} />
      <button type="button" class="copy" aria-label={texts.saveJson} title={texts.saveJson} onClick={() => saveFile(`${name}.json`, "application/json", json)}><SaveIcon />JSON</button>
      <button type="button" class="copy" aria-label={texts.saveCsv} title={texts.saveCsv} onClick={() => saveFile(`${name}.csv`, "text/csv", writeCsv(csvRecords(records)))}><SaveIcon />CSV</button>
    </div>
  );
}

const SaveIcon = () => <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14" /></svg>;
