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
