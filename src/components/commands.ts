/** Commands that a page shows, with what they printed when `lab/commands.py` ran them. */
import { z } from "zod";
import text from "../../content/reference/commands.json?raw";

const schema = z.strictObject({
  format: z.literal("lastack-commands/2"),
  kernel: z.string(),
  date: z.iso.date(),
  tools: z.string(),
  commands: z.array(
    z.strictObject({
      id: z.string(),
      command: z.string(),
      /** To the host: a debugger that reads does stop its program meanwhile. */
      does: z.enum(["reads", "stops", "changes"]),
      output: z.string(),
    }),
  ),
});

export const commandRun = schema.parse(JSON.parse(text));

/** The command `id`. Throws Error naming the file if it is not in it. */
export function commandOf(id: string): z.output<typeof schema>["commands"][number] {
  const found = commandRun.commands.find((command) => command.id === id);
  if (!found) throw new Error(`<Run id="${id}" />: not in content/reference/commands.json; add it to lab/commands.py`);
  return found;
}
