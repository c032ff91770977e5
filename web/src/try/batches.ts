// Packs many texts into requests within the server's limits of inputs and body size.

export interface BatchLimits {
  maxInputs: number;
  maxBodyBytes: number;
}

export interface Batch {
  /** Which of the texts are in it. */
  rows: number[];
  texts: string[];
}

// Room for the rest of the body around the texts.
const bodyOverhead = 256;

const encoder = new TextEncoder();
const bytesAsJson = (text: string) => encoder.encode(JSON.stringify(text)).length + 1;

/** The text to send. A text over the body limit is shortened, far beyond what a model reads. */
export function sendable(text: string, limits: BatchLimits): string {
  const room = limits.maxBodyBytes - bodyOverhead;
  if (bytesAsJson(text) <= room) return text;
  // A character takes at most 6 bytes as JSON; a surrogate pair stays whole.
  return text.slice(0, Math.floor(room / 6)).replace(/[\uD800-\uDBFF]$/, "");
}

/** The texts at `rows`, in order, packed into requests; skips blank texts. */
export function packBatches(texts: string[], rows: number[], limits: BatchLimits): Batch[] {
  const batches: Batch[] = [];
  let current: Batch = { rows: [], texts: [] };
  let bytes = 0;
  for (const row of rows) {
    if ((texts[row] ?? "").trim() === "") continue;
    const text = sendable(texts[row] ?? "", limits);
    const size = bytesAsJson(text);
    if (current.rows.length >= limits.maxInputs || (current.rows.length > 0 && bytes + size + bodyOverhead > limits.maxBodyBytes)) {
      batches.push(current);
      current = { rows: [], texts: [] };
      bytes = 0;
    }
    current.rows.push(row);
    current.texts.push(text);
    bytes += size;
  }
  if (current.rows.length > 0) batches.push(current);
  return batches;
}
