// The model's result for the text, and on demand its tokens, which words decided, and code that asks the same.
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { CodeView } from "./code_view.tsx";
import { hasProbabilities, resultText, tiedLabels, toneOf } from "./kinds.ts";
import { ResultText } from "./result_box.tsx";
import { ScoreBars } from "./score_bars.tsx";
import { isSameModel, type Info, type Prediction } from "./served_model.ts";
import { tryTexts, type TryTexts } from "./texts.ts";
import { TokensView } from "./tokens_view.tsx";
import type { Analysis } from "./use_analysis.ts";
import type { ServerStatus } from "./use_server.ts";
import { WordsView } from "./words_view.tsx";

export function ResultCard({ server, analysis }: { server: ServerStatus; analysis: Analysis }) {
  const texts = useTexts(tryTexts);
  const { outcome, isRunning, waits } = analysis;
  const { text, tone } = message(server, analysis, texts);
  const isResult = outcome.kind === "done";
  const best = isResult ? outcome.prediction.scores[0] : undefined;
  const state = typeof waits === "number" ? texts.busyRetry(waits) : waits === "gone" ? texts.goneRetry : isRunning ? texts.analysing : "";
  const box = useRef<HTMLDivElement>(null);
  // On a small screen the result would appear out of sight.
  useEffect(() => {
    if (outcome.kind !== "none") box.current?.scrollIntoView({ block: "nearest" });
  }, [outcome]);
  return (
    <section class="card result-card" aria-labelledby="result-title">
      <h2 id="result-title">{texts.resultLabel}</h2>
      <div ref={box} class={`result-box ${tone} ${isRunning ? "running" : ""}`} role="status" aria-live="polite" aria-busy={isRunning}>
        <ResultText text={text} isResult={isResult} />
        {tone === "blank" && !isRunning && <p class="result-hint soft">{texts.resultHint}</p>}
        {isResult && best !== undefined && hasProbabilities(outcome.info) && (
          <span class="score-track" aria-hidden="true"><span style={{ width: `${Math.max(0.4, best.score * 100)}%` }} /></span>
        )}
      </div>
      <p class="soft result-state" role="status">{state}</p>
      {outcome.kind === "done" && (
        <Details key={outcome.text} info={outcome.info} text={outcome.text} prediction={outcome.prediction}
          isReady={server.state === "ready" && isSameModel(outcome.info, server.info)} />
      )}
    </section>
  );
}

function message(server: ServerStatus, { outcome }: Analysis, texts: TryTexts): { text: string; tone: string } {
  if (outcome.kind === "done") {
    return { text: resultText(outcome.info, texts, outcome.prediction), tone: toneOf(outcome.info, outcome.prediction.scores[0]) };
  }
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
  const [open, setOpen] = useState<Detail | "none">("none");
  const toggle = (part: Detail) => setOpen(open === part ? "none" : part);
  const label = prediction.scores[0]?.label ?? "";
  return (
    <>
      {prediction.unknown && <p class="notice warn" role="status">{texts.unknownNotice(count(prediction.unknown.unknown), count(prediction.unknown.total))}</p>}
      {prediction.nearTie === true && <p class="notice">{texts.nearTie(tiedLabels(info, texts, prediction))}</p>}
      {prediction.truncated && <p class="notice warn">{texts.cutNotice(count(info?.max_length ?? 0))}</p>}
      <ScoreBars info={info} scores={prediction.scores} />
      <div class="details-buttons">
        <button type="button" aria-expanded={open === "words"} aria-controls="details" disabled={!isReady} onClick={() => toggle("words")}>
          {texts.showWords}
        </button>
        <button type="button" aria-expanded={open === "tokens"} aria-controls="details" disabled={!isReady} onClick={() => toggle("tokens")}>
          {texts.showTokens}
        </button>
        <button type="button" aria-expanded={open === "code"} aria-controls="details" onClick={() => toggle("code")}>
          {texts.showCode}
        </button>
      </div>
      <div id="details" class="details">
        {isReady && open === "tokens" && <TokensView text={text} />}
        {open === "code" && <CodeView text={text} />}
        {isReady && open === "words" && <WordsView info={info} text={text} label={label} />}
      </div>
    </>
  );
}
