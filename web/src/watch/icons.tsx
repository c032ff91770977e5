// Small pictures beside words; they say nothing that the words do not.
import type { RunState } from "./contract.ts";

const kPaths: Record<RunState | "previous" | "next", string> = {
  running: "M9.5 8.2v7.6l6.2-3.8ZM12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z",
  finished: "m8.2 12.3 2.6 2.6 5-5.4M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z",
  stopped: "M9.2 9.2h5.6v5.6H9.2ZM12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z",
  interrupted: "m12.8 7.2-3.1 5.2h4.6l-3.1 4.6M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z",
  failed: "m9.2 9.2 5.6 5.6m0-5.6-5.6 5.6M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z",
  previous: "m14 7-5 5 5 5",
  next: "m10 7 5 5-5 5",
};

export function Icon({ name }: { name: keyof typeof kPaths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={kPaths[name]} />
    </svg>
  );
}
