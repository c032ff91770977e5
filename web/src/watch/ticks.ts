// Round numbers for an axis: decimal, logarithmic, and in units of time. Both the canvas and the exported SVG use these.

export interface Domain {
  low: number;
  high: number;
}

/** Steps of time that people read easily, in seconds; beyond the last, round numbers of days. */
const kTimeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** 1, 2 or 5 times a power of ten, at least `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const times = least / power;
  return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

function multiples(domain: Domain, step: number): number[] {
  const first = Math.ceil(domain.low / step - 1e-9);
  const last = Math.floor(domain.high / step + 1e-9);
  const digits = Math.min(100, Math.max(0, Math.ceil(-Math.log10(step)) + 1));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toFixed(digits)));
}

/** At most about `most` round numbers in the domain. */
export function linearTicks(domain: Domain, most: number): number[] {
  const span = domain.high - domain.low;
  if (!(span > 0) || !Number.isFinite(span)) return [domain.low];
  return multiples(domain, niceStep(span / Math.max(1, most)));
}

/** As linearTicks, for whole numbers. */
export function wholeTicks(domain: Domain, most: number): number[] {
  const span = domain.high - domain.low;
  if (!(span > 0)) return [domain.low];
  return multiples(domain, Math.max(1, niceStep(span / Math.max(1, most))));
}

/** As linearTicks, for seconds. */
export function timeTicks(domain: Domain, most: number): number[] {
  const least = (domain.high - domain.low) / Math.max(1, most);
  if (!(least > 1)) return linearTicks(domain, most);
  const step = kTimeSteps.find((one) => one >= least) ?? 86400 * niceStep(least / 86400);
  return multiples(domain, step);
}

/** Powers of ten, with 2 and 5 between where they are few; decimal ticks inside one decade. */
export function logTicks(domain: Domain, most: number): number[] {
  const low = Math.log10(domain.low);
  const high = Math.log10(domain.high);
  if (!(domain.low > 0) || !(high > low)) return linearTicks(domain, most);
  const decades = high - low;
  if (decades < 0.8) return linearTicks(domain, most).filter((tick) => tick > 0);
  const factors = decades * 3 <= most ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / Math.max(1, most)));
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); ++power) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= domain.low * (1 - 1e-9) && tick <= domain.high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

const kLeastSpan = 0.1;

/** A domain with some air, never empty. Values that a log axis cannot show (0 and below) must have been left out. */
export function paddedDomain(low: number, high: number, logarithmic: boolean): Domain {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return logarithmic ? { low: 0.1, high: 1 } : { low: 0, high: 1 };
  if (logarithmic) {
    const factor = high > low ? (high / low) ** 0.05 : 2;
    return { low: low / factor, high: high * factor };
  }
  // Values that hardly change must not look as if they did: the axis spans at least a tenth of the largest.
  const least = Math.max(Math.abs(low), Math.abs(high)) * kLeastSpan;
  const air = high > low ? Math.max((high - low) * 0.06, (least - (high - low)) / 2) : least || 1;
  // Air below 0 under values that are never negative (a loss, a rate) would only puzzle.
  return { low: low >= 0 ? Math.max(0, low - air) : low - air, high: high + air };
}

/** The numbers of an axis, with as many digits as set two neighbours apart. */
export function tickText(ticks: readonly number[], language: string): string[] {
  const largest = Math.max(...ticks.map(Math.abs), 0);
  const gaps = ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0));
  const step = Math.min(...gaps.filter((gap) => gap > 0));
  if (largest > 0 && (largest < 1e-3 || largest >= 1e7)) return ticks.map((tick) => exponentText(tick));
  if (gaps.length > 1 && Math.max(...gaps) > 1.5 * step) return ticks.map((tick) => plainText(tick, language, 6));
  const digits = Number.isFinite(step) ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : 3;
  return ticks.map((tick) => plainText(tick, language, Math.min(digits, 10)));
}

function exponentText(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(3)).toExponential().replace("e+", "e");
}

function plainText(value: number, language: string, digits: number): string {
  if (value !== 0 && Math.abs(value) < 1e-4) return exponentText(value);
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}
