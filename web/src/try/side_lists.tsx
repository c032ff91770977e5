// Beside the text: examples to begin with, and the texts analysed during this visit.
import { useLanguage, useTexts } from "../shared/i18n.ts";
import { useStore } from "../shared/store.ts";
import { examplesFor } from "./examples.ts";
import { forgetAll, visits, type Visit } from "./history.ts";
import { formFor, formOf } from "./forms/forms.tsx";
import type { Info } from "./served_model.ts";
import { tryTexts } from "./texts.ts";

export function Examples({ info, onChoose }: { info: Info | null; onChoose: (text: string) => void }) {
  const texts = useTexts(tryTexts);
  const language = useLanguage();
  const examples = examplesFor(info, language);
  if (examples.length === 0) return null;
  return (
    <section class="card side-card" aria-labelledby="examples-title">
      <h2 id="examples-title">{texts.examples}</h2>
      {(info?.examples ?? []).length > 0 && <p class="soft">{texts.ownExamples}</p>}
      <ul class="side-list">
        {examples.map(({ text, note }) => (
          <li key={text}>
            <button type="button" class="row-button" onClick={() => onChoose(text)}>
              <span class="row-text clamped">{text}</span>
              {note !== undefined && <span class="soft">{note}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function History({ info, onChoose }: { info: Info | null; onChoose: (visit: Visit) => void }) {
  const texts = useTexts(tryTexts);
  const own = useStore(visits).filter(({ model, prediction }) => model === info?.name && formFor(prediction) === formOf(info));
  return (
    <section class="card side-card" aria-labelledby="history-title">
      <h2 id="history-title">{texts.history}</h2>
      {own.length === 0 && <p class="soft">{texts.historyEmpty}</p>}
      <ul class="side-list">
        {own.map((visit) => <VisitRow key={visit.text} info={info} visit={visit} onChoose={onChoose} />)}
      </ul>
      {own.length > 0 && <button type="button" class="quiet small" onClick={forgetAll}>{texts.clearHistory}</button>}
    </section>
  );
}

function VisitRow({ info, visit, onChoose }: { info: Info | null; visit: Visit; onChoose: (visit: Visit) => void }) {
  const { Brief } = formFor(visit.prediction);
  return (
    <li>
      <button type="button" class="row-button" onClick={() => onChoose(visit)}>
        <span class="row-text clamped">{visit.text}</span>
        <Brief prediction={visit.prediction} info={info} />
      </button>
    </li>
  );
}
