/** What chapters may use without an import; a page that only has text does without their styles. */
import Capacity from "./Capacity.astro";
import Chart from "./Chart.astro";
import Claim from "./Claim.astro";
import Diagram from "./Diagram.astro";
import Experiment from "./Experiment.astro";
import Fact from "./Fact.astro";
import Measured from "./Measured.astro";
import Output from "./Output.astro";
import Predict from "./Predict.astro";
import Program from "./Program.astro";
import Question from "./Question.astro";
import Quiz from "./Quiz.astro";
import Refutation from "./Refutation.astro";
import { textComponents } from "./mdx-text.ts";

export const chapterComponents = {
  ...textComponents,
  Capacity,
  Chart,
  Claim,
  Diagram,
  Experiment,
  Fact,
  Measured,
  Output,
  Predict,
  Program,
  Question,
  Quiz,
  Refutation,
};
