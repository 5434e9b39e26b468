/** What MDX files may use without an import. Links of Markdown go through Link, for the base path. */
import Diagram from "./Diagram.astro";
import Fact from "./Fact.astro";
import Link from "./Link.astro";
import Measured from "./Measured.astro";
import Note from "./Note.astro";
import Refutation from "./Refutation.astro";
import State from "./State.astro";
import Term from "./Term.astro";
import Timer from "./Timer.astro";

type Component = typeof Note;
/** Islands. TODO(shell): import them by name once all four files exist. */
const found = import.meta.glob<Component>("./{Experiment,Predict,Question,Quiz}.astro", { eager: true, import: "default" });
const island = (name: string): Component => found[`./${name}.astro`] ?? Term;

export const components = {
  a: Link,
  Diagram,
  Experiment: island("Experiment"),
  Fact,
  Link,
  Measured,
  Note,
  Predict: island("Predict"),
  Question: island("Question"),
  Quiz: island("Quiz"),
  Refutation,
  State,
  Term,
  Timer,
};
