// What serves the page: its state, and the model's name, size and device.
import { count } from "../shared/format.ts";
import { useTexts } from "../shared/i18n.ts";
import { tryTexts } from "./texts.ts";
import type { ServerStatus } from "./use_server.ts";

export function ServerLine({ server }: { server: ServerStatus }) {
  const texts = useTexts(tryTexts);
  const { info } = server;
  const facts = [
    info?.model_type,
    info?.num_parameters ? texts.parameters(info.num_parameters) : null,
    info?.max_length ? texts.tokensAtMost(count(info.max_length)) : null,
    [info?.device, info?.precision].filter(Boolean).join(" "),
  ].filter((fact) => fact);
  return (
    <p class="server-line">
      <span class={`state ${server.state}`} role="status">{texts.state[server.state]}</span>
      {info !== null && <strong title={info.model}>{info.name}</strong>}
      {facts.length > 0 && <span class="soft">{facts.join(" · ")}</span>}
    </p>
  );
}
