/** What a Mermaid source says, as text: title, description and one line for every arrow and note. */

/** One line of the text twin. `from` or `to` null: the diagram's start or end. */
type DiagramLine =
  | {
      readonly line: "transition" | "message";
      readonly from: string | null;
      readonly to: string | null;
      readonly label: string;
    }
  | { readonly line: "note"; readonly who: readonly string[]; readonly label: string };

export interface DiagramText {
  readonly title: string;
  readonly description: string;
  readonly lines: readonly DiagramLine[];
}

/**
 * Reads the parts of Mermaid that this site draws: state diagrams with named states, and sequence
 * diagrams with participants, messages and notes.
 * @throws Error naming `file` and the line it cannot say in words, or a missing accTitle or accDescr
 */
export function diagramText(file: string, source: string): DiagramText {
  const names = new Map<string, string>();
  const nameOf = (id: string): string => names.get(id) ?? id;
  const end = (id: string): string | null => (id === "[*]" ? null : nameOf(id));
  const lines: DiagramLine[] = [];
  let title = "";
  let description = "";
  const rules: readonly (readonly [RegExp, (...found: string[]) => void])[] = [
    [/^(?:%%.*|stateDiagram-v2|sequenceDiagram|class \w+ [\w-]+|)$/, () => undefined],
    [/^accTitle: (.+)$/, (text) => (title = text)],
    [/^accDescr: (.+)$/, (text) => (description = text)],
    [/^state "([^"]+)" as (\w+)$/, (name, id) => names.set(id, name)],
    [/^(?:participant|actor) (\w+) as (.+)$/, (id, name) => names.set(id, name)],
    [
      /^(\S+) --> (\S+): (.+)$/,
      (from, to, label) => lines.push({ line: "transition", from: end(from), to: end(to), label }),
    ],
    [
      /^(\w+)-?->>(\w+): (.+)$/,
      (from, to, label) => lines.push({ line: "message", from: nameOf(from), to: nameOf(to), label }),
    ],
    [
      /^Note over ([\w,]+): (.+)$/,
      (who, label) => lines.push({ line: "note", who: who.split(",").map(nameOf), label }),
    ],
  ];
  for (const raw of source.split("\n")) {
    const text = raw.trim().replaceAll("<br/>", " ");
    const rule = rules.find(([pattern]) => pattern.test(text));
    if (!rule)
      throw new Error(`${file}: "${text}" has no text twin; write it another way, or teach src/components/diagram.ts`);
    rule[1](...(rule[0].exec(text) ?? []).slice(1));
  }
  if (title === "" || description === "")
    throw new Error(`${file}: needs accTitle and accDescr, each on a line of its own`);
  return { title, description, lines };
}
