/** The beginning of a text and what follows it: whole sentences, at most `most` characters, one sentence at least. */
export function firstSentences(text: string, most = 0): readonly [head: string, rest: string] {
  const [first = "", ...others] = text.split(/(?<=[.?!]) (?=[A-Z`{])/);
  let head = first;
  let next = others.shift();
  while (next !== undefined && head.length + next.length < most) {
    head += ` ${next}`;
    next = others.shift();
  }
  return [head, [next ?? [], others].flat().join(" ")];
}
