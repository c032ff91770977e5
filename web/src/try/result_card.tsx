// The model's result for the text, and on demand its tokens, which words decided, and code that asks the same.
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { CodeView } from "./code_view.tsx";
import type { Prediction } from "./forms/form.ts";
import { formFor } from "./forms/forms.tsx";
import { ResultTools } from "./result_tools.tsx";
import { isSameModel, type Info } from "./served_model.ts";
import { tryTexts, type TryTexts } from "./texts.ts";
import { TokensView } from "./tokens_view.tsx";
import type { Analysis } from "./use_analysis.ts";
import type { ServerStatus } from "./use_server.ts";
import { WordsView } from "./words_view.tsx";

export function ResultCard({ server, analysis }: { server: ServerStatus; analysis: Analysis }) {
  const texts = useTexts(tryTexts);
  const { outcome, isRunning, waits } = analysis;
  const done = outcome.kind === "done" ? outcome : null;
  const form = done && formFor(done.prediction);
  const { text, tone } = message(server, analysis, texts);
  const state = typeof waits === "number" ? texts.busyRetry(waits) : waits === "gone" ? texts.goneRetry : isRunning ? texts.analysing : "";
  const box = useRef<HTMLDivElement>(null);
  // On a small screen the result would appear out of sight.
  useEffect(() => {
    if (outcome.kind !== "none") box.current?.scrollIntoView({ block: "nearest" });
  }, [outcome]);
  return (
    <section class="card result-card" aria-labelledby="result-title">
      <div class="result-head">
        <h2 id="result-title">{texts.resultLabel}</h2>
        {done && <ResultTools info={done.info} text={done.text} prediction={done.prediction} source={box} />}
      </div>
      <div ref={box} class={`result-box ${done && form ? form.tone(done.prediction.answer, done.info) : tone} ${isRunning ? "running" : ""}`}
        role="status" aria-live="polite" aria-busy={isRunning}>
        {done && form ? <form.Result prediction={done.prediction} info={done.info} /> : <pre id="result" class="plain-text">{text}</pre>}
        {!done && tone === "blank" && !isRunning && <p class="result-hint soft">{texts.resultHint}</p>}
      </div>
      <p class="soft result-state" role="status">{state}</p>
      {done && (
        <Details key={JSON.stringify([done.info?.model, done.prediction.form, done.text])} info={done.info} text={done.text} prediction={done.prediction}
          isReady={server.state === "ready" && isSameModel(done.info, server.info)} />
      )}
    </section>
  );
}

/** What the box says if it has no result. */
function message(server: ServerStatus, { outcome }: Analysis, texts: TryTexts): { text: string; tone: string } {
  if (server.state === "failed") {
    const details = server.message || server.info?.error || "";
    const kind = server.info?.error_kind ?? "other";
    return { text: texts.loadFailed[kind](server.info?.model ?? "", details), tone: "error" };
  }
  if (outcome.kind === "empty") return { text: texts.empty, tone: "hint" };
  if (outcome.kind === "stillLoading") return { text: texts.stillLoading, tone: "hint" };
  if (outcome.kind === "failed") return { text: texts.analysisFailed(outcome.message), tone: "error" };
  return { text: "", tone: "blank" };
}

type Detail = "tokens" | "words" | "code";

interface DetailsProps {
  info: Info | null;
  text: string;
  prediction: Prediction;
  isReady: boolean;
}

function Details({ info, text, prediction, isReady }: DetailsProps) {
  const texts = useTexts(tryTexts);
  const form = formFor(prediction);
  const questions = info?.explains === false ? null : form.questions(prediction.answer, info, texts);
  const [open, setOpen] = useState<Detail | "none">("none");
  const [asked, setAsked] = useState(questions?.first ?? "");
  const ask = (key: string) => {
    setAsked(key);
    setOpen("words");
  };
  const detail = (part: Detail, name: string, isEnabled: boolean) => (
    <button type="button" aria-expanded={open === part} aria-controls="details" disabled={!isEnabled} onClick={() => setOpen(open === part ? "none" : part)}>
      {name}
    </button>
  );
  return (
    <>
      {prediction.unknown && <p class="notice warn" role="status">{texts.unknownNotice(count(prediction.unknown.unknown), count(prediction.unknown.total))}</p>}
      {prediction.truncated && <p class="notice warn">{texts.cutNotice(count(info?.max_length ?? 0))}</p>}
      <form.Body prediction={prediction} info={info} text={text} asked={open === "words" ? asked : null} onAsk={isReady && questions !== null ? ask : null}>
        <div class="details-buttons">
          {questions !== null && detail("words", texts.showWords, isReady)}
          {detail("tokens", texts.showTokens, isReady)}
          {detail("code", texts.showCode, true)}
        </div>
        <div id="details" class="details">
          {isReady && open === "tokens" && <TokensView text={text} />}
          {open === "code" && <CodeView text={text} clientMethod={form.clientMethod} />}
          {isReady && open === "words" && questions !== null && <WordsView questions={questions} text={text} asked={asked} onAsk={setAsked} />}
        </div>
      </form.Body>
    </>
  );
}
