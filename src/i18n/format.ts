/** Values for the `{name}` placeholders of a message. */
export type MessageValues = Readonly<Record<string, string | number>>;

/**
 * Puts values into a message: `format("{n} min", { n: 12 })` is "12 min".
 * A placeholder without a value is a mistake in the program and throws, naming both.
 */
export function format(message: string, values: MessageValues = {}): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}} in the message "${message}"`);
    return String(value);
  });
}
