// English and Chinese: by the browser's language at first, by the switch from then on (kept in localStorage).
// A part of a page holds its texts as { en, zh } of one shape and takes them with useTexts.
import { createStore, keep, kept, useStore } from "./store";

export type Language = "en" | "zh";
export type Texts<T> = Record<Language, T>;

const storedName = "hone.language";
const isLanguage = (value: unknown): value is Language => value === "en" || value === "zh";

function preferredLanguage(): Language {
  const stored = kept("localStorage", storedName);
  if (isLanguage(stored)) return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function announce(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

const store = createStore<Language>(preferredLanguage());
announce(store.get());

export const currentLanguage = (): Language => store.get();
export const useLanguage = (): Language => useStore(store);

export function setLanguage(language: Language): void {
  keep("localStorage", storedName, language);
  announce(language);
  store.set(language);
}

/** The texts in the language that is chosen now. */
export function useTexts<T>(texts: Texts<T>): T {
  return texts[useLanguage()];
}
