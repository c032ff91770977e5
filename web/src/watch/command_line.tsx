// A command or options, with a button that copies them.
import { useRef } from "preact/hooks";
import { CopyButton } from "../shared/copy_button";

export function CommandLine({ command, label }: { command: string; label: string }) {
  const code = useRef<HTMLElement>(null);
  return (
    <div class="command">
      <code ref={code} tabIndex={0} role="group" aria-label={label}>{command}</code>
      <CopyButton value={command} source={code} />
    </div>
  );
}
