/** Both traces at a difference, for the report. */
import type { Level } from "./canonical.ts";
import type { Difference } from "./difference.ts";
import { type Line, streams } from "./levels.ts";
import { normalForm } from "./normal.ts";
import { seconds } from "./normal-form.ts";
import type { Trace } from "./trace-file.ts";

/**
 * The stream of a difference, the engine's lines on the left, the kernel's on the right, three lines
 * before and after it. Lines of plain text; the difference is marked with `>`.
 */
export function sideBySide(engine: Trace, kernel: Trace, level: Level, difference: Difference): string {
  const find = (trace: Trace): readonly Line[] => {
    const all = streams(normalForm(trace), level);
    return all.get(difference.stream) ?? all.get(`${difference.stream} states`) ?? [];
  };
  const [left, right] = [find(engine), find(kernel)];
  const show = (line: Line | undefined): string =>
    line === undefined ? "" : line.at === null ? line.text : `${seconds(line.at).padStart(10)}  ${line.text}`;
  const here = difference.index ?? 0;
  const rows: string[][] = [];
  for (let index = Math.max(0, here - 3); index <= here + 3; index++)
    if (left[index] || right[index])
      rows.push([index === difference.index ? ">" : " ", show(left[index]), show(right[index])]);
  if (rows.length === 0) rows.push([">", difference.engine ?? "", difference.kernel ?? ""]);
  rows.unshift([" ", "engine", "kernel"]);
  const width = Math.max(...rows.map(([, text]) => text?.length ?? 0));
  return rows.map(([mark, a = "", b = ""]) => `${mark} ${a.padEnd(width)}  ${b}`.trimEnd()).join("\n");
}
