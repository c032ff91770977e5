// Parts that several forms show: bars, lists that begin short, counts above the table.
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { count } from "../../shared/format.ts";
import { useTexts } from "../../shared/i18n.ts";
import { tryTexts } from "../texts.ts";

/** A share of a track, from 0 to 1, perhaps with a mark on it. Its value stands beside it in words. */
export function Track({ share, mark = null }: { share: number; mark?: number | null }) {
  return (
    <span class="score-track" aria-hidden="true">
      <span style={{ width: `${Math.max(0.4, share * 100)}%` }} />
      {mark !== null && <i style={{ left: `${Math.min(1, Math.max(0, mark)) * 100}%` }} />}
    </span>
  );
}

/** The first `first` of many things, the rest on demand. */
export function FirstOf<T>({ items, first, children }: { items: readonly T[]; first: number; children: (shown: readonly T[]) => ComponentChildren }) {
  const texts = useTexts(tryTexts);
  const [showsAll, setShowsAll] = useState(false);
  const rest = items.length - first;
  return (
    <>
      {children(showsAll ? items : items.slice(0, first))}
      {rest > 0 && (
        <button type="button" class="quiet small" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? texts.fewerLabels : texts.moreLabels(rest)}
        </button>
      )}
    </>
  );
}

const numCounted = 12;

/** How often each label was found, the most frequent first. */
export function LabelCounts({ labels, nameOf = (label) => label, toneOf = () => "plain" }: {
  labels: readonly string[]; nameOf?: (label: string) => string; toneOf?: (label: string) => string;
}) {
  const counts = useMemo(() => {
    const byLabel = new Map<string, number>();
    for (const label of labels) byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
    return [...byLabel].sort((a, b) => b[1] - a[1]).slice(0, numCounted);
  }, [labels]);
  if (counts.length === 0) return null;
  return (
    <ul class="label-counts">
      {counts.map(([label, found]) => <li key={label} class={toneOf(label)}>{nameOf(label)} <strong>{count(found)}</strong></li>)}
    </ul>
  );
}
