// The tokens of the text as the model's tokenizer makes them; those beyond what the model reads are marked.
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
  const [showsAll, setShowsAll] = useState(false);
  const numCut = tokens.filter((token) => token.cut).length;
  const rest = tokens.length - numFirst;
  return (
    <>
      <p class="soft" role="status">{texts.tokensSummary(count(tokens.length), count(tokens.length - numCut), count(numCut))}</p>
      <ol class="tokens">
        {tokens.slice(0, showsAll ? tokens.length : numFirst).map((token, index) => <TokenChip key={index} token={token} />)}
      </ol>
      {rest > 0 && !showsAll && (
        <button type="button" class="quiet small" onClick={() => setShowsAll(true)}>{texts.moreTokens(count(rest))}</button>
      )}
    </>
  );
}

function TokenChip({ token }: { token: Token }) {
  const texts = useTexts(tryTexts);
  const kind = token.special ? "special" : token.cut ? "cut" : "read";
  return (
    <li class={`token ${kind}`}>
      <span class="token-text">{token.cut ? <s>{visible(token.text)}</s> : visible(token.text)}</span>
      <small>
        <span class="hidden">{token.special ? `${texts.specialToken}, ` : token.cut ? `${texts.cutToken}, ` : ""}</span>
        {token.id}
      </small>
    </li>
  );
}

// White space that is a token of its own would be an empty chip.
const visible = (text: string) => (text.trim() === "" ? text.replaceAll(" ", "␣").replaceAll("\n", "↵").replaceAll("\t", "⇥") : text);
