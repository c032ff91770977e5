// Numbers as people read them, in the page's language: metrics, bytes, durations. What is not known is a dash.

export const kUnknown = "\u2013";

/** Words that a duration needs; each has its number in front. */
export interface DurationWords {
  days: string;
  hours: string;
  minutes: string;
  seconds: string;
}

/** About four significant digits: 0.6931, 0.01222, 2e-5, 12,345. Not finite: "NaN". */
export function metricText(value: number | null | undefined, language: string): string {
  if (value === null || value === undefined) return kUnknown;
  if (!Number.isFinite(value)) return "NaN";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return Number(value.toPrecision(4)).toExponential().replace("e+", "e");
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 4;
  const format = size < 0.1 ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, format).format(value);
}

export function countText(value: number | null, language: string): string {
  return value === null ? kUnknown : new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
}

/** Epochs: at most two decimals. */
export function decimalText(value: number | null, language: string): string {
  return value === null ? kUnknown : new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value);
}

export function percentText(share: number | null, language: string, digits = 0): string {
  if (share === null || !Number.isFinite(share)) return kUnknown;
  const format = { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(language, format).format(share);
}

/** Powers of 1024 by their own names. */
export function bytesText(bytes: number | null, language: string): string {
  if (bytes === null || bytes < 0) return kUnknown;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  const digits = value < 10 && unit > 0 ? 2 : value < 100 && unit > 0 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}

/** The two largest units: "2 h 5 min", "40 s". */
export function durationText(seconds: number | null, words: DurationWords): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return kUnknown;
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86400), words.days],
    [Math.floor(whole / 3600) % 24, words.hours],
    [Math.floor(whole / 60) % 60, words.minutes],
    [whole % 60, words.seconds],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return `0 ${words.seconds}`;
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return shown.map(([amount, word]) => `${amount} ${word}`).join(" ");
}

/** Seconds as on a clock, for an axis: 0:05, 12:30, 1:02:00. */
export function clockText(seconds: number): string {
  if (!Number.isFinite(seconds)) return kUnknown;
  const sign = seconds < 0 ? "-" : "";
  const whole = Math.round(Math.abs(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return sign + (hours > 0 ? `${hours}:${two(minutes)}` : String(minutes)) + `:${two(whole % 60)}`;
}

/** A command of separate words as a line for a POSIX shell. */
export function shellText(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
