// The tokens of the text as the model's tokenizer makes them. Unknown ones are marked; truncated ones are folded.
import { useState } from "preact/hooks";
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { tokenize, type Token } from "./served_model.ts";
import { tryTexts } from "./texts.ts";
import { useAnswer } from "./use_answer.ts";

const numFirst = 600;

export function TokensView({ text }: { text: string }) {
  const texts = useTexts(tryTexts);
  const { answer, error } = useAnswer((signal) => tokenize(text, signal), [text]);
  if (error !== null) return <p class="notice error" role="alert">{texts.failed(error)}</p>;
  if (answer === null) return <p class="soft" role="status">{texts.working}</p>;
  return <TokenList tokens={answer} />;
}

function TokenList({ tokens }: { tokens: Token[] }) {
  const texts = useTexts(tryTexts);
  const [numShown, setNumShown] = useState(numFirst);
  const [showsCut, setShowsCut] = useState(false);
  const numCut = tokens.filter((token) => token.cut).length;
  const numUnknown = tokens.filter((token) => token.unknown && !token.cut).length;
  const listed = showsCut ? tokens : tokens.filter((token) => !token.cut);
  const rest = listed.length - numShown;
  return (
    <>
      <p class="soft" role="status">
        {texts.tokensSummary(count(tokens.length), count(tokens.length - numCut), count(numCut))}
        {numUnknown > 0 && ` ${texts.unknownSummary(count(numUnknown))}`}
      </p>
      <ol class="tokens">
        {listed.slice(0, numShown).map((token, index) => <TokenChip key={index} token={token} />)}
      </ol>
      {rest > 0 && (
        <button type="button" class="quiet small" onClick={() => setNumShown(numShown + numFirst)}>{texts.moreTokens(count(Math.min(rest, numFirst)))}</button>
      )}
      {numCut > 0 && (
        <button type="button" class="quiet small" aria-expanded={showsCut} onClick={() => setShowsCut(!showsCut)}>
          {showsCut ? texts.hideCutTokens : texts.showCutTokens(count(numCut))}
        </button>
      )}
    </>
  );
}

function TokenChip({ token }: { token: Token }) {
  const texts = useTexts(tryTexts);
  const isUnknown = token.unknown === true && !token.special;
  const kind = token.special ? "special" : token.cut ? "cut" : "read";
  return (
    <li class={`token ${kind} ${isUnknown ? "unknown" : ""}`}>
      <span class="token-text">{token.cut ? <s>{visible(token.text)}</s> : visible(token.text)}</span>
      <small>
        <span class="hidden">{token.special ? `${texts.specialToken}, ` : token.cut ? `${texts.cutToken}, ` : ""}</span>
        {isUnknown ? <><span class="hidden">{texts.unknownToken}, </span>[UNK] {token.id}</> : token.id}
      </small>
    </li>
  );
}

// White space that is a token of its own would be an empty chip.
const visible = (text: string) => (text.trim() === "" ? text.replaceAll(" ", "␣").replaceAll("\n", "↵").replaceAll("\t", "⇥") : text);
