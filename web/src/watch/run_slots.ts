// Which colour a run has: a slot of its own by its id, remembered by this browser, so that it stays when other
// runs come and go, when the run is resumed, and after a reload.

/** Where the slots are kept: text of their own making, or null. */
export interface SlotStorage {
  read(): string | null;
  write(text: string): void;
}

// The latest runs that are no longer listed keep their slot, since they may come back.
const kMaxKept = 2000;

function parsed(text: string | null): Map<string, number> {
  try {
    const entries = JSON.parse(text ?? "[]") as unknown;
    if (!Array.isArray(entries)) return new Map();
    return new Map(entries.filter((entry): entry is [string, number] =>
      Array.isArray(entry) && typeof entry[0] === "string" && Number.isSafeInteger(entry[1]) && entry[1] >= 0));
  } catch {
    return new Map();
  }
}

export class RunSlots {
  private slots: Map<string, number>;
  private shown = new Set<string>();
  private readonly storage: SlotStorage;

  constructor(storage: SlotStorage) {
    this.storage = storage;
    this.slots = parsed(storage.read());
  }

  /** 0 for a run that was never listed. */
  of(id: string): number {
    return this.slots.get(id) ?? 0;
  }

  /** Gives each listed run that has none the lowest slot that no other listed one has, in the order of the list. */
  give(ids: readonly string[]): void {
    const shown = this.shown;
    this.shown = new Set(ids);
    if (this.areApart(ids)) return;
    // Another tab may have given some by now.
    this.slots = new Map([...this.slots, ...parsed(this.storage.read())]);
    const taken = new Set<number>();
    const without: string[] = [];
    // A run that was away may find its slot given to another: those that were there keep theirs.
    for (const id of [...ids.filter((id) => shown.has(id)), ...ids.filter((id) => !shown.has(id))]) {
      const slot = this.slots.get(id);
      if (slot === undefined || taken.has(slot)) without.push(id);
      else taken.add(slot);
    }
    let free = 0;
    for (const id of without) {
      while (taken.has(free)) ++free;
      taken.add(free);
      this.slots.set(id, free);
    }
    this.keep(ids);
  }

  private areApart(ids: readonly string[]): boolean {
    const taken = new Set(ids.map((id) => this.slots.get(id)));
    return taken.size === ids.length && !taken.has(undefined);
  }

  private keep(listed: readonly string[]): void {
    const isListed = new Set(listed);
    const away = [...this.slots].filter(([id]) => !isListed.has(id)).slice(-kMaxKept);
    this.slots = new Map([...away, ...listed.map((id): [string, number] => [id, this.of(id)])]);
    this.storage.write(JSON.stringify([...this.slots]));
  }
}
