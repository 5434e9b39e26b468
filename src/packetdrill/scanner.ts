/** Reads a script from left to right: white space and comments are skipped, and every place is known. */
import { type Place, ScriptError } from "./script.ts";

const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const REST_OF_TOKEN = /[A-Za-z0-9_.+]+|\S/y;

export class Scanner {
  readonly text: string;
  /** Number of characters read. */
  offset = 0;
  /** Where the text starts in the file, for pieces of a script. */
  private readonly start: Place;

  constructor(text: string, start: Place = { line: 1, column: 1 }) {
    this.text = text;
    this.start = start;
  }

  place(offset: number = this.offset): Place {
    const before = this.text.slice(0, offset).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    return before.length === 1
      ? { line: this.start.line, column: this.start.column + column - 1 }
      : { line: this.start.line + before.length - 1, column };
  }

  skip(): void {
    this.match(SPACE);
    if (this.text.startsWith("/*", this.offset)) this.fail("this comment is never closed", "end it with */");
  }

  atEnd(): boolean {
    this.skip();
    return this.offset >= this.text.length;
  }

  /** Takes the pattern (sticky) if it is next, without skipping space; null if it is not. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text);
    if (found) this.offset += found[0].length;
    return found;
  }

  /** Skips space, then takes the pattern if it is next. */
  take(pattern: RegExp): RegExpExecArray | null {
    this.skip();
    return this.match(pattern);
  }

  /** Skips space, then takes the punctuation if it is next. */
  accept(literal: string): boolean {
    this.skip();
    if (!this.text.startsWith(literal, this.offset)) return false;
    this.offset += literal.length;
    return true;
  }

  expect(literal: string, what: string): void {
    if (!this.accept(literal)) this.fail(`expected ${what}`);
  }

  need(pattern: RegExp, what: string, hint: string | null = null): RegExpExecArray {
    return this.take(pattern) ?? this.fail(`expected ${what}`, hint);
  }

  /** The next token, for messages. */
  next(): string {
    this.skip();
    REST_OF_TOKEN.lastIndex = this.offset;
    const found = REST_OF_TOKEN.exec(this.text);
    return found ? `"${found[0]}"` : "the end of the script";
  }

  fail(message: string, hint: string | null = null, offset: number | null = null): never {
    const found = message.startsWith("expected") ? `, found ${this.next()}` : "";
    throw new ScriptError(this.place(offset ?? this.offset), `${message}${found}${hint === null ? "" : `; ${hint}`}`);
  }
}
