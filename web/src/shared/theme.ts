// Dark or light: as the system says at first, by the switch from then on (kept in localStorage). The choice stands on
// <html data-theme>, which base.css follows; `theme` tells scripts that draw by themselves (canvas charts).
import { createStore, keep, kept, useStore } from "./store";

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
  // Where storage is forbidden the choice still holds for this page.
  keep("localStorage", storedName, next);
  document.documentElement.dataset["theme"] = next;
  theme.set(next);
}

/** The value of a css variable of the theme, such as "--accent", for what draws on a canvas. */
export function themeColor(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

systemIsDark.addEventListener("change", show);
show();
