/** Chapters to read next, in the order given. */
import type { JSX } from "preact";
import type { Catalogue } from "../../quiz/catalogue.ts";

export function ReadingList(props: {
  slugs: readonly string[];
  catalogue: Pick<Catalogue, "chapters">;
  /** Address of a chapter is this with its slug. */
  chapters: string;
}): JSX.Element {
  const found = props.slugs.flatMap((slug) => props.catalogue.chapters.find((one) => one.slug === slug) ?? []);
  return (
    <ul class="reading">
      {found.map(({ slug, number, title }) => (
        <li key={slug}>
          <a href={`${props.chapters}${slug}/`}>
            {number}. {title}
          </a>
        </li>
      ))}
    </ul>
  );
}
