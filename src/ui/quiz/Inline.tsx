import type { JSX } from "preact";
import { parseInline } from "../../quiz/inline.ts";

/** Text with `code` and state names, which stay on one line. */
export function Inline({ text }: { text: string }): JSX.Element {
  return (
    <>
      {parseInline(text).map((piece) =>
        piece.as === "code" ? (
          <code>{piece.text}</code>
        ) : piece.as === "state" ? (
          <span class="nb">{piece.text}</span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}
