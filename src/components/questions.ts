/** Questions as the pages need them, at build time: read, checked, and their keys checked against runs. */
import { parse } from "yaml";
import { toolOutput } from "../views/output.ts";
import { engineWitness, keyProblems } from "../quiz/key.ts";
import type { Item } from "../quiz/model.ts";
import { places, type Places } from "../quiz/places.ts";
import { type Output, parseQuestion, type Question, questionExperiment, questionId, toItem } from "../quiz/schema.ts";
import { hasClaim } from "./claims.ts";
import { recordingOf } from "./evidence.ts";
import { experiments } from "./experiments.ts";

const FILES = import.meta.glob<string>(["../../content/questions/*.yaml", "!**/retired.yaml"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Ids of all questions, in order. */
export const QUESTION_IDS: readonly string[] = Object.keys(FILES).map(questionId).sort();

const checked = new Map<string, Promise<Question>>();

/** The question `id`. Throws an Error naming the file, what is wrong, and what would be right. */
export function questionOf(id: string): Promise<Question> {
  const known = checked.get(id) ?? check(id);
  checked.set(id, known);
  return known;
}

async function check(id: string): Promise<Question> {
  const file = `content/questions/${id}.yaml`;
  const text = FILES[`../../${file}`];
  if (text === undefined) throw new Error(`${file}: no such question: write the file, or correct the id`);
  const question = parseQuestion(file, parse(text));
  if (!hasClaim(question.target))
    throw new Error(`${file}: target: there is no content/claims/${question.target}.yaml: write it, or correct the id`);
  const wanted = questionExperiment(question);
  if (wanted === null) return question;
  const found = (await experiments()).find(({ experiment }) => experiment.id === wanted);
  if (!found)
    throw new Error(
      `${file}: ${question.key ? "key.experiment" : "experiment"}: no experiment "${wanted}"; write the file, or correct the id`,
    );
  if (!question.key) return question;
  const witnesses = [engineWitness(found.experiment)];
  if (found.recording)
    witnesses.push({ name: `the recording on Linux ${found.recording.release}`, trace: found.recording });
  const problems = witnesses.flatMap((witness) => keyProblems(question, witness));
  if (problems.length > 0) throw new Error(problems.map((problem) => `${file}: key: ${problem}`).join("\n"));
  return question;
}

/** What an island needs of these questions, in this order. */
export function itemsOf(ids: readonly string[]): Promise<readonly Item[]> {
  return Promise.all(
    ids.map(async (id) => {
      const question = await questionOf(id);
      return toItem(id, question, question.kind === "read" ? await recordedOutput(id, question.output) : undefined);
    }),
  );
}

/** What the tool printed during the recording. Throws if there is no recording, or nothing of that in it. */
async function recordedOutput(id: string, output: Output): Promise<Item["output"]> {
  const { experiment, host } = output;
  const where = `content/questions/${id}.yaml: output`;
  const recording = await recordingOf(experiment);
  if (!recording) throw new Error(`${where}: no recording of "${experiment}": npm run evidence -- ${experiment}`);
  const { header, events, release } = recording;
  try {
    const run = { hosts: header.hosts, until: header.until, events };
    return { ...toolOutput(run, output), host, experiment, release };
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)} (experiment "${experiment}")`);
  }
}

/** Where the questions of a chapter stand; `body` is its MDX. */
export async function chapterPlaces(chapter: string, body: string): Promise<Places> {
  const all = await Promise.all(QUESTION_IDS.map(async (id) => [id, await questionOf(id)] as const));
  return places(chapter, body, new Map(all));
}

/** Ids of the questions aimed at a claim, by id. */
export async function questionsOn(claim: string): Promise<readonly string[]> {
  const targets = await Promise.all(QUESTION_IDS.map(async (id) => (await questionOf(id)).target));
  return QUESTION_IDS.filter((_, at) => targets[at] === claim);
}

/** Ids of a chapter's quiz: its questions with a `place`, in that order. */
export async function chapterQuestions(chapter: string): Promise<readonly string[]> {
  const { quiz } = await chapterPlaces(chapter, "");
  if (quiz.length === 0)
    throw new Error(`chapter "${chapter}": no question in content/questions has this chapter and a place`);
  return quiz;
}

/** The run a prediction opens. Throws if the question names none. */
export async function predictedExperiment(id: string): Promise<string> {
  const experiment = questionExperiment(await questionOf(id));
  if (experiment === null)
    throw new Error(`content/questions/${id}.yaml: a prediction needs a run: give it a \`key\` or an \`experiment\``);
  return experiment;
}
