// TensorBoard's smoothing: an exponential moving average divided by 1 - weight^n, so that the first points are not
// drawn towards 0. As in TensorBoard, a non-finite value is returned as it is and does not enter
// the average, and a constant series is not smoothed.

/** @param weight 0 (no smoothing) to below 1. */
export function smooth(values: readonly number[], weight: number): number[] {
  if (!(weight > 0) || isConstant(values)) return values.slice();
  let average = 0;
  let debias = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = average * weight + (1 - weight) * value;
    debias *= weight;
    return average / (1 - debias);
  });
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}
