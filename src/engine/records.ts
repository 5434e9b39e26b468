/**
 * Records of a few numbers each, by number, as `table.ts` keeps values: in pages that copies share
 * until one of them writes. For what there may be a hundred thousand of.
 */
const PAGE_BITS = 6;
const PAGE = 1 << PAGE_BITS;

interface Page {
  /** Whoever may write to it; to every other it is shared. */
  readonly owner: object;
  readonly numbers: Float64Array;
  /** How many of its records there are. */
  used: number;
}

export class Records {
  private readonly width: number;
  private owner: object = {};
  private pages: (Page | undefined)[] = [];

  /** @param width how many numbers a record has */
  constructor(width: number) {
    this.width = width;
  }

  /** One number of a record that is there. */
  at(record: number, field: number): number {
    const page = this.pages[record >> PAGE_BITS];
    return page?.numbers[(record & (PAGE - 1)) * this.width + field] ?? Number.NaN;
  }

  /** Whether a record that is there begins with these two numbers: asked for every port that connect() looks at. */
  beginsWith(record: number, first: number, second: number): boolean {
    const numbers = this.pages[record >> PAGE_BITS]?.numbers;
    const start = (record & (PAGE - 1)) * this.width;
    return numbers !== undefined && numbers[start] === first && numbers[start + 1] === second;
  }

  /** Adds a record; none has its number yet. */
  add(record: number, numbers: readonly number[]): void {
    const index = record >> PAGE_BITS;
    while (this.pages.length <= index) this.pages.push(undefined);
    this.pages[index] ??= { owner: this.owner, numbers: new Float64Array(PAGE * this.width), used: 0 };
    this.change(record, numbers);
    this.writable(index).used += 1;
  }

  /** Writes another record in the place of one that is there. */
  change(record: number, numbers: readonly number[]): void {
    this.writable(record >> PAGE_BITS).numbers.set(numbers, (record & (PAGE - 1)) * this.width);
  }

  /** Takes away a record that is there. */
  remove(record: number): void {
    const index = record >> PAGE_BITS;
    const page = this.writable(index);
    page.used -= 1;
    if (page.used === 0) this.pages[index] = undefined;
  }

  copy(): Records {
    const other = new Records(this.width);
    other.pages = [...this.pages];
    this.owner = {};
    return other;
  }

  private writable(index: number): Page {
    const page = this.pages[index];
    if (page === undefined) throw new Error(`no record on page ${index}`);
    if (page.owner === this.owner) return page;
    const own: Page = { owner: this.owner, numbers: page.numbers.slice(), used: page.used };
    this.pages[index] = own;
    return own;
  }
}
