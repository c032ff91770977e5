// Programs that ask this server for the same result.
import { useRef } from "preact/hooks";
import { addressOf, hasApiKey } from "../shared/api.ts";
import { CopyButton } from "../shared/copy_button.tsx";
import { useTexts } from "../shared/i18n.ts";
import { curlCode, pythonCode } from "./code.ts";
import { tryTexts } from "./texts.ts";

export function CodeView({ text, clientMethod }: { text: string; clientMethod: string | null }) {
  const texts = useTexts(tryTexts);
  const address = addressOf("/");
  return (
    <>
      {hasApiKey() && <p class="soft">{texts.codeKey}</p>}
      <Code name="curl" code={curlCode(address, text, hasApiKey())} />
      <Code name="Python" code={pythonCode(address, text, hasApiKey(), clientMethod)} />
    </>
  );
}

function Code({ name, code }: { name: string; code: string }) {
  const source = useRef<HTMLElement>(null);
  return (
    <section class="code" aria-label={name}>
      <div class="code-head"><h3>{name}</h3><CopyButton value={code} source={source} /></div>
      <pre tabIndex={0}><code ref={source}>{code}</code></pre>
    </section>
  );
}
