// Fewer points for drawing without a change to the picture: of all points that fall into one pixel column the first,
// the lowest, the highest and the last are kept, in their order, so that no spike is lost.

export interface Polyline {
  x: number[];
  /** NaN breaks the line. */
  y: number[];
}

/** The indices [begin, end) of points to draw for x in [low, high]: those inside and one neighbour on each side. */
export function visibleRange(x: readonly number[], low: number, high: number): [number, number] {
  const begin = lowerBound(x, low);
  let end = lowerBound(x, high);
  while (end < x.length && x[end] === high) ++end;
  return [Math.max(0, begin - 1), Math.min(x.length, end + 1)];
}

/** The first index whose x is at least `limit`; x ascends. */
export function lowerBound(x: readonly number[], limit: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the x nearest to `at`, or -1 where there is none. */
export function nearestIndex(x: readonly number[], at: number): number {
  if (x.length === 0) return -1;
  const after = Math.min(lowerBound(x, at), x.length - 1);
  const before = Math.max(0, after - 1);
  return Math.abs((x[before] ?? 0) - at) <= Math.abs((x[after] ?? 0) - at) ? before : after;
}

class Column {
  private first = -1;
  private last = -1;
  private low = -1;
  private high = -1;
  private readonly out: Polyline;
  private readonly x: readonly number[];
  private readonly y: readonly number[];

  constructor(out: Polyline, x: readonly number[], y: readonly number[]) {
    this.out = out;
    this.x = x;
    this.y = y;
  }

  add(index: number): void {
    const value = this.y[index] ?? NaN;
    if (this.first < 0) this.first = this.low = this.high = index;
    if (value < (this.y[this.low] ?? 0)) this.low = index;
    if (value > (this.y[this.high] ?? 0)) this.high = index;
    this.last = index;
  }

  flush(): void {
    if (this.first < 0) return;
    const kept = [this.first, Math.min(this.low, this.high), Math.max(this.low, this.high), this.last];
    kept.forEach((index, i) => {
      if (i === 0 || index !== kept[i - 1]) this.put(index);
    });
    this.first = -1;
  }

  put(index: number): void {
    this.out.x.push(this.x[index] ?? NaN);
    this.out.y.push(this.y[index] ?? NaN);
  }
}

/** The polyline of points with x in [low, high] for a plot this many pixels wide. x ascends. */
export function decimate(x: readonly number[], y: readonly number[], low: number, high: number, width: number): Polyline {
  const [begin, end] = visibleRange(x, low, high);
  if (end - begin <= 2 * width || !(high > low)) return { x: x.slice(begin, end), y: y.slice(begin, end) };
  const out: Polyline = { x: [], y: [] };
  const column = new Column(out, x, y);
  const scale = width / (high - low);
  let at = NaN;
  for (let i = begin; i < end; ++i) {
    const pixel = Math.floor(((x[i] ?? 0) - low) * scale);
    if (pixel !== at || Number.isNaN(y[i])) column.flush();
    at = pixel;
    if (!Number.isNaN(y[i])) column.add(i);
    else if (!Number.isNaN(out.y[out.y.length - 1])) column.put(i);
  }
  column.flush();
  return out;
}
