/**
 * A table from whole numbers to values, in pages. A copy shares every page; whichever of the two
 * writes to a page first takes a copy of that page alone. So a checkpoint costs what changes after
 * it, not what there is.
 */
const PAGE_BITS = 6;
const PAGE = 1 << PAGE_BITS;

interface Page<V> {
  /** The table that may write to it; to every other it is shared. */
  readonly owner: object;
  readonly slots: (V | undefined)[];
  used: number;
}

export class Table<V> {
  /** How many keys have a value. */
  size = 0;
  private owner: object = {};
  private pages: (Page<V> | undefined)[] = [];

  get(key: number): V | undefined {
    return this.pages[key >> PAGE_BITS]?.slots[key & (PAGE - 1)];
  }

  /** @param key at least 0 and small: pages up to it are counted, empty ones too */
  set(key: number, value: V): void {
    const page = this.writable(key >> PAGE_BITS);
    const slot = key & (PAGE - 1);
    if (page.slots[slot] === undefined) {
      page.used += 1;
      this.size += 1;
    }
    page.slots[slot] = value;
  }

  delete(key: number): void {
    if (this.get(key) === undefined) return;
    const index = key >> PAGE_BITS;
    const page = this.writable(index);
    page.slots[key & (PAGE - 1)] = undefined;
    page.used -= 1;
    this.size -= 1;
    if (page.used === 0) this.pages[index] = undefined;
  }

  /** In the order of their keys. */
  *entries(): Generator<readonly [key: number, value: V]> {
    for (const [index, page] of this.pages.entries()) {
      for (const [slot, value] of page?.slots.entries() ?? [])
        if (value !== undefined) yield [(index << PAGE_BITS) | slot, value];
    }
  }

  /** Another table with the same values, which shares what neither changes. */
  copy(): Table<V> {
    const other = new Table<V>();
    other.pages = [...this.pages];
    other.size = this.size;
    this.owner = {};
    return other;
  }

  private writable(index: number): Page<V> {
    while (this.pages.length <= index) this.pages.push(undefined);
    const page = this.pages[index];
    if (page?.owner === this.owner) return page;
    const own: Page<V> = page
      ? { owner: this.owner, slots: [...page.slots], used: page.used }
      : { owner: this.owner, slots: new Array<V | undefined>(PAGE).fill(undefined), used: 0 };
    this.pages[index] = own;
    return own;
  }
}
