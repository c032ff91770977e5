// Numbers as text.

/** `{:.2%}` of Python, to the last digit: a tie goes to the even digit, where toFixed takes the larger one. */
export function percent(share: number, digits = 2): string {
  const value = share * 100;
  return `${isTie(value, digits) ? evenNeighbour(value, digits) : value.toFixed(digits)}%`;
}

// A tie is exact in binary only if the value is an odd multiple of 2^-(digits + 1).
function isTie(value: number, digits: number): boolean {
  const scaled = value * 2 ** (digits + 1);
  return Number.isInteger(scaled) && scaled % 2 !== 0;
}

function evenNeighbour(value: number, digits: number): string {
  const below = Math.floor(value * 10 ** digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}

/** A count in the language's way: 12,345. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A large count in short, in the language's own units: 66955010 is "67.0 M" and "6696 万". */
export function shortCount(value: number, language: "en" | "zh"): string {
  if (language === "zh") {
    if (value >= 1e8) return `${(value / 1e8).toFixed(2)} 亿`;
    return value >= 1e4 ? `${(value / 1e4).toFixed(0)} 万` : count(value);
  }
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} B`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : count(value);
}
