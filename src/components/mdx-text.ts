/**
 * What MDX files of text may use without an import. Markdown's own links, paragraphs, list items and
 * tables go through components too: for the base path, and so that state names stay on one line.
 */
import Li from "./Li.astro";
import Link from "./Link.astro";
import Note from "./Note.astro";
import P from "./P.astro";
import State from "./State.astro";
import Table from "./Table.astro";
import Term from "./Term.astro";
import Timer from "./Timer.astro";

export const textComponents = { a: Link, li: Li, p: P, table: Table, Link, Note, State, Term, Timer };
