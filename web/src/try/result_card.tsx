// What the model says of the text, and on demand its tokens and which words decided.
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { resultText, toneOf } from "./kinds.ts";
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
  const box = useRef<HTMLDivElement>(null);
  // On a small screen the result would appear out of sight.
  useEffect(() => {
    if (outcome.kind !== "none") box.current?.scrollIntoView({ block: "nearest" });
  }, [outcome]);
  return (
    <section class="card result-card" aria-labelledby="result-title">
      <h2 id="result-title">{texts.resultLabel}</h2>
      <div ref={box} class={`result-box ${tone} ${isRunning ? "running" : ""}`} role="status" aria-live="polite" aria-busy={isRunning}>
        <pre id="result">{withEmoji(text)}</pre>
      </div>
      <p class="soft result-state" role="status">{waits !== null ? texts.busyRetry(waits) : isRunning ? texts.analysing : ""}</p>
      {outcome.kind === "done" && (
        <Details key={outcome.text} info={outcome.info} text={outcome.text} prediction={outcome.prediction}
          isReady={server.state === "ready" && isSameModel(outcome.info, server.info)} />
      )}
    </section>
  );
}

// The emoji in a font that has them in colour; the text stays what it is.
function withEmoji(text: string) {
  return text.split(/([😊😠])/u).map((part, index) => (index % 2 === 1 ? <span key={index} class="emoji">{part}</span> : part));
}

function message(server: ServerStatus, { outcome }: Analysis, texts: TryTexts): { text: string; tone: string } {
  if (outcome.kind === "done") {
    return { text: resultText(outcome.info, texts, outcome.prediction), tone: toneOf(outcome.info, outcome.prediction.scores[0]) };
  }
  if (server.state === "failed") {
    const details = server.message || server.info?.error || "";
    return { text: texts.loadFailed(server.info?.model ?? "", details), tone: "error" };
  }
  if (outcome.kind === "empty") return { text: texts.empty, tone: "hint" };
  if (outcome.kind === "stillLoading") return { text: texts.stillLoading, tone: "hint" };
  if (outcome.kind === "failed") return { text: texts.analysisFailed(outcome.message), tone: "error" };
  return { text: "", tone: "blank" };
}

interface DetailsProps {
  info: Info | null;
  text: string;
  prediction: Prediction;
  isReady: boolean;
}

function Details({ info, text, prediction, isReady }: DetailsProps) {
  const texts = useTexts(tryTexts);
  const [open, setOpen] = useState<"none" | "tokens" | "words">("none");
  const toggle = (part: "tokens" | "words") => setOpen(open === part ? "none" : part);
  const label = prediction.scores[0]?.label ?? "";
  return (
    <>
      {prediction.truncated && <p class="notice warn">{texts.cutNotice(count(info?.max_length ?? 0))}</p>}
      <ScoreBars info={info} scores={prediction.scores} />
      <div class="details-buttons">
        <button type="button" aria-expanded={open === "words"} aria-controls="details" disabled={!isReady} onClick={() => toggle("words")}>
          {texts.showWords}
        </button>
        <button type="button" aria-expanded={open === "tokens"} aria-controls="details" disabled={!isReady} onClick={() => toggle("tokens")}>
          {texts.showTokens}
        </button>
      </div>
      <div id="details" class="details">
        {isReady && open === "tokens" && <TokensView text={text} />}
        {isReady && open === "words" && <WordsView info={info} text={text} label={label} />}
      </div>
    </>
  );
}
