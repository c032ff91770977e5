// The bar at the top of both pages: the logo, the title, and the switches for language and theme.
import type { ComponentChildren } from "preact";
import { setLanguage, useLanguage, useTexts, type Texts } from "./i18n.ts";
import { setTheme, useTheme } from "./theme.ts";

const texts: Texts<{ toDark: string; toLight: string; otherLanguage: string; switchLanguage: string }> = {
  en: {
    toDark: "Dark theme",
    toLight: "Light theme",
    otherLanguage: "中文",
    switchLanguage: "中文 (switch to Chinese)",
  },
  zh: {
    toDark: "深色主题",
    toLight: "浅色主题",
    otherLanguage: "English",
    switchLanguage: "English（切换到英文）",
  },
};

export function TopBar({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="top-bar">
      <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" class="mark-ground" />
        <path d="M8 23 23.5 7.5 25 13 14 24Z" class="mark-blade" />
        <path d="M7 26h18" class="mark-stone" />
      </svg>
      <h1>{title}</h1>
      <div class="top-bar-rest">{children}</div>
      <Switches />
    </header>
  );
}

function Switches() {
  const text = useTexts(texts);
  const language = useLanguage();
  const theme = useTheme();
  const other = language === "zh" ? "en" : "zh";
  return (
    <div class="switches">
      <button type="button" class="quiet" lang={other === "zh" ? "zh-CN" : "en"} aria-label={text.switchLanguage}
        onClick={() => setLanguage(other)}>
        {text.otherLanguage}
      </button>
      <button type="button" class="quiet icon-button" aria-label={theme === "dark" ? text.toLight : text.toDark}
        title={theme === "dark" ? text.toLight : text.toDark} onClick={() => setTheme(theme === "dark" ? "light" : "dark")}>
        <ThemeIcon dark={theme === "dark"} />
      </button>
    </div>
  );
}

function ThemeIcon({ dark }: { dark: boolean }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {dark ? (
        <>
          <circle cx="12" cy="12" r="4" />
          <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4" />
        </>
      ) : (
        <path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z" />
      )}
    </svg>
  );
}
