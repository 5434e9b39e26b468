/**
 * The event queue: a binary heap ordered by time, then by the order in which events were scheduled.
 * It is a plain array of plain items, so that a world can be copied. Cancelling is lazy: whoever
 * takes an item out checks whether it still means anything.
 */
export interface Scheduled {
  readonly at: number;
  readonly order: number;
}

function earlier(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

export function pushEvent<Item extends Scheduled>(heap: Item[], item: Item): void {
  let index = heap.length;
  heap.push(item);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Item;
    if (!earlier(item, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = item;
}

/** Removes and returns the earliest item; undefined if there is none. */
export function popEvent<Item extends Scheduled>(heap: Item[]): Item | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && earlier(heap[right] as Item, heap[left] as Item) ? right : left;
    const below = heap[child] as Item;
    if (!earlier(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
  return first;
}
