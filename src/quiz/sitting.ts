/** One sitting of a quiz: what was missed comes back at its end, until it is answered right there. */
export interface Sitting {
  /** Ids of the questions that come back, in the order in which they do. */
  readonly missed: readonly string[];
  /** The reader is past the last question, among those that came back. */
  readonly returning: boolean;
}

export const START: Sitting = { missed: [], returning: false };

/**
 * After an answer. A second try right under the feedback does not take a question off the list: it shows that
 * the feedback was read, not that it will be known a page later.
 */
export function answered({ missed, returning }: Sitting, id: string, right: boolean): Sitting {
  const others = missed.filter((other) => other !== id);
  if (!right) return { missed: [...others, id], returning };
  return { missed: returning ? others : missed, returning };
}

export interface Next {
  readonly id: string;
  /** `skipped`: passed over by a jump and never answered; `missed`: comes back. */
  readonly why: "following" | "skipped" | "missed";
}

/**
 * Where "next" leads from a question: to the one that follows, at the end to what a jump has passed over, then to what
 * was missed; null: nowhere, the sitting is over.
 * @param blank ids of the questions never answered
 */
export function nextOf(
  { missed, returning }: Sitting,
  ids: readonly string[],
  current: string,
  blank: readonly string[],
): Next | null {
  const following = ids[ids.indexOf(current) + 1];
  if (!returning && following !== undefined) return { id: following, why: "following" };
  const skipped = blank.find((id) => id !== current);
  if (skipped !== undefined) return { id: skipped, why: "skipped" };
  const back = missed.find((id) => id !== current);
  return back === undefined ? null : { id: back, why: "missed" };
}
