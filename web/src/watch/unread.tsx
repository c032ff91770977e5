// One line for each run of which the server could not read a part.
import { useTexts } from "../shared/i18n";
import type { Run } from "./contract.ts";
import { store } from "./page_state";
import type { Part } from "./run_store.ts";
import { texts } from "./texts";

export function Unread({ runs, part }: { runs: readonly Run[]; part: Part }) {
  const text = useTexts(texts);
  return (
    <>
      {runs.map((run) => {
        const failure = store.unread(run.id, part);
        return failure && <p key={run.id} class="notice warn" role="status">{text.unread(run.name, failure.message)}</p>;
      })}
    </>
  );
}
