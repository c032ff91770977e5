// Tabs by the rules of WAI-ARIA: one of them in the order of the Tab key, the others by arrow keys.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useTexts } from "../shared/i18n";
import { changeView, useView } from "./page_state";
import { texts } from "./texts";
import { kTabs, type Tab } from "./view_state.ts";

const kMoves: Record<string, (at: number) => number> = {
  ArrowLeft: (at) => (at + kTabs.length - 1) % kTabs.length,
  ArrowRight: (at) => (at + 1) % kTabs.length,
  Home: () => 0,
  End: () => kTabs.length - 1,
};

export function Tabs({ panel }: { panel: (tab: Tab) => ComponentChildren }) {
  const text = useTexts(texts);
  const { tab } = useView();
  const list = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent): void => {
    const next = kMoves[event.key]?.(kTabs.indexOf(tab));
    if (next === undefined) return;
    event.preventDefault();
    changeView({ tab: kTabs[next] ?? tab });
    list.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <>
      <div ref={list} class="tabs" role="tablist" aria-label={text.sections} onKeyDown={press}>
        {kTabs.map((one) => (
          <button key={one} type="button" role="tab" id={`tab-${one}`} aria-selected={one === tab} aria-controls="panel"
            tabIndex={one === tab ? 0 : -1} onClick={() => changeView({ tab: one })}>
            {text.tabs[one]}
          </button>
        ))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${tab}`} class="panel">{panel(tab)}</div>
    </>
  );
}
