// What is wrong with the run, the numbers that show it, and options that may help. The server writes the sentences.
import { useLanguage, useTexts } from "../shared/i18n";
import type { Diagnosis, Remedy } from "./advice.ts";
import { CommandLine } from "./command_line";
import type { Run } from "./contract.ts";
import { countText } from "./formatting.ts";
import { store } from "./page_state";
import { texts } from "./texts";
import { Unread } from "./unread";

export function AdviceTab({ run }: { run: Run }) {
  const text = useTexts(texts);
  const advice = store.advice.get(run.id);
  if (advice === undefined) {
    return store.unread(run.id, "advice") === null ? <p class="empty">{text.loading}</p> : <Unread runs={[run]} part="advice" />;
  }
  const looked = text.lookedAt(countText(advice.logged, text.locale), countText(advice.evaluations, text.locale));
  return (
    <>
      <Unread runs={[run]} part="advice" />
      {advice.diagnoses.length === 0 && <p class="empty">{text.nothingFound}</p>}
      {advice.diagnoses.map((diagnosis) => <DiagnosisCard key={diagnosis.id} diagnosis={diagnosis} />)}
      <p class="soft">{looked}{advice.isRunning && ` ${text.mayChange}`}{advice.isCut && ` ${text.logIsCut}`}</p>
    </>
  );
}

function DiagnosisCard({ diagnosis }: { diagnosis: Diagnosis }) {
  const text = useTexts(texts);
  const language = useLanguage();
  const id = `diagnosis-${diagnosis.id}`;
  return (
    <section class="card diagnosis" aria-labelledby={id}>
      <div class="diagnosis-head">
        <span class={`severity severity-${diagnosis.severity}`}>{text.severities[diagnosis.severity]}</span>
        <h3 id={id}>{diagnosis.title[language]}</h3>
      </div>
      <p>{diagnosis.meaning[language]}</p>
      <ul>{diagnosis.evidence[language].map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
      {diagnosis.remedies.length > 0 && <p class="soft">{text.remedies}</p>}
      {diagnosis.remedies.map((remedy) => <RemedyView key={remedy.flags + remedy.reason.en} remedy={remedy} />)}
    </section>
  );
}

function RemedyView({ remedy }: { remedy: Remedy }) {
  const text = useTexts(texts);
  const reason = remedy.reason[useLanguage()];
  return (
    <div class="remedy">
      <p>{reason}</p>
      {remedy.flags !== "" && <CommandLine command={remedy.flags} label={text.optionsFor(reason)} />}
    </div>
  );
}
