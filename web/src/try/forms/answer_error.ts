// Checks the JSON of an answer. An error states the place and the value that the page cannot use, without words: the page
// adds them in the reader's language.

const maxShown = 60;

/** An answer has another form than the page expects. */
export class AnswerError extends Error {
  readonly place: string;
  readonly value: unknown;

  constructor(place: string, value: unknown) {
    super(`${place} = ${shown(value)}`);
    this.place = place;
    this.value = value;
  }

  /** The same error, with the place inside another. */
  within(place: string): AnswerError {
    return new AnswerError(place + this.place, this.value);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > maxShown ? `${text.slice(0, maxShown)}...` : text;
}

export type Fields = Record<string, unknown>;

export function listAt(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw new AnswerError(place, value);
  return value;
}

export function fieldsAt(value: unknown, place: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new AnswerError(place, value);
  return value as Fields;
}

export function textAt(value: unknown, place: string): string {
  if (typeof value !== "string") throw new AnswerError(place, value);
  return value;
}

export function numberAt(value: unknown, place: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new AnswerError(place, value);
  return value;
}
