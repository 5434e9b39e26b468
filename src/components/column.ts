/** Characters of what a tool printed that fit into the column of the text. */
const COLUMN = 78;

/** Whether it takes the margin too. */
export function isWide(text: string): boolean {
  return text.split("\n").some((line) => line.length > COLUMN);
}
