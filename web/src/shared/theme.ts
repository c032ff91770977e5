// Dark or light: the system's choice at first, then the reader's (kept in localStorage). The choice is stored on
// <html data-theme>, which base.css follows; `theme` is for scripts that draw on a canvas.
import { createStore, keep, kept, useStore } from "./store.ts";

export type Theme = "light" | "dark";

const storedName = "hone.theme";
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

function preferredTheme(): Theme {
  const stored = kept("localStorage", storedName);
  if (stored === "light" || stored === "dark") return stored;
  return systemIsDark.matches ? "dark" : "light";
}

export const theme = createStore<Theme>(preferredTheme());
export const useTheme = (): Theme => useStore(theme);

function show(): void {
  const next = preferredTheme();
  document.documentElement.dataset["theme"] = next;
  theme.set(next);
}

export function setTheme(next: Theme): void {
  // If storage is forbidden, the choice lasts for this page.
  keep("localStorage", storedName, next);
  document.documentElement.dataset["theme"] = next;
  theme.set(next);
}

/** The value of a css variable of the theme, such as "--accent", for drawing on a canvas. */
export function themeColor(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

systemIsDark.addEventListener("change", show);
show();
