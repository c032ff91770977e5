// The server's state and the model's name; facts of the model on demand.
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { formOf } from "./forms/forms.tsx";
import type { Info } from "./served_model.ts";
import { tryTexts, type TryTexts } from "./texts.ts";
import type { ServerStatus } from "./use_server.ts";

export function ServerLine({ server }: { server: ServerStatus }) {
  const texts = useTexts(tryTexts);
  const { info } = server;
  return (
    <div class="server-line">
      <span class={`state ${server.state}`} role="status">{texts.state[server.state]}</span>
      {info !== null && <strong title={info.model}>{info.name}</strong>}
      {info !== null && <ModelFacts info={info} />}
    </div>
  );
}

function ModelFacts({ info }: { info: Info }) {
  const texts = useTexts(tryTexts);
  return (
    <details class="model-facts">
      <summary>{texts.aboutModel}</summary>
      <dl>
        {factsOf(info, texts).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
    </details>
  );
}

function factsOf(info: Info, texts: TryTexts): [string, string][] {
  const { facts } = texts;
  const all: [string, string | null][] = [
    [facts.folder, info.model],
    [facts.architecture, info.model_type],
    [facts.dataset, info.dataset ?? null],
    [formOf(info).words(info, texts).labels, info.labels === null ? null : texts.labelList(info.labels)],
    [facts.size, info.num_parameters ? texts.parameters(info.num_parameters) : null],
    [facts.length, info.max_length ? texts.tokensAtMost(count(info.max_length)) : null],
    [facts.device, info.device ? texts.computedOn(info.device, info.precision ?? "") : null],
    [facts.version, info.hone_version],
  ];
  return all.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== "");
}
