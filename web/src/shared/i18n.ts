// English and Chinese: the browser's language at first, then the reader's choice (kept in localStorage). Each part of a
// page has its texts as { en, zh } of one type and reads them with useTexts.
import { createStore, keep, kept, useStore } from "./store.ts";

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

/** The texts in the current language. */
export function useTexts<T>(texts: Texts<T>): T {
  return texts[useLanguage()];
}
