/**
 * Challenges: goals to reach in the simulator by changing a run. One declaration gives goal, conditions and checker:
 * the conditions are lines as under `expect` in an experiment, so that they are checked, and said, like those.
 * One challenge is one file, `content/challenges/<id>.yaml`; `docs/writing.md` says how to write one.
 */
import { z } from "zod";
import type { Experiment } from "../experiment/canonical.ts";
import { isChange } from "../experiment/change-shape.ts";
import type { Command } from "../experiment/command-change.ts";
import { type Misread, read } from "../experiment/commands.ts";
import { check, ContentError, id } from "../experiment/facts.ts";
import { intervene, type Intervention, run } from "../experiment/run.ts";
import { canonicalExperiment, ExperimentError } from "../experiment/schema.ts";
import { CHANGE_KINDS } from "./attempt.ts";

const line = z.string().trim().min(3);
/** What a reader types, or a change as data: `{ set: option, program, variable, option, value }`. */
const move = z.union([line, z.custom<Intervention>(isChange, "neither a command nor a change")]);
const moves = z.array(move).min(1);

const challengeSchema = z.strictObject({
  title: line.max(80),
  /** What to reach, in one or two sentences. */
  goal: line.max(300),
  /** Where it starts. */
  experiment: id,
  chapter: id,
  /** In the place of the experiment's own, where the goal needs another length or other moments. */
  until: z.string().optional(),
  probes: z.record(z.string(), z.unknown()).optional(),
  /** As under `expect`; all must hold. */
  conditions: z.array(z.unknown()).min(1),
  /** Changes that do not count. */
  without: z.array(z.enum(CHANGE_KINDS)).default([]),
  /** In steps, from a direction to nearly the answer. */
  hints: z.array(line.max(300)).min(2).max(4),
  /** Told once it is reached: why it works, and what it is good for. */
  learned: line.max(500),
  solution: moves,
  alternative: moves,
  /** Ways beyond these two. */
  further: z.array(moves).default([]),
  /** Ways that look right and are not; `why` says what goes wrong. */
  near_misses: z.array(z.strictObject({ moves, why: line.max(300) })).min(3),
});

type Written = z.output<typeof challengeSchema>;
export interface Challenge extends Omit<Written, "experiment" | "conditions" | "until" | "probes"> {
  readonly id: string;
  /** Id of the experiment it starts from. */
  readonly from: string;
  /** That experiment with the challenge's length and probes, and its conditions in the place of what it expects. */
  readonly experiment: Experiment;
}

/**
 * A challenge from parsed YAML.
 * @param experiments gives the parsed YAML of an experiment; undefined: there is none of that name
 * @throws ContentError naming file, field and what would be right
 */
export function parseChallenge(
  file: string,
  data: unknown,
  experiments: (id: string) => object | undefined,
): Challenge {
  const written = check(file, challengeSchema, data);
  const name = check(file, id, /([^/]+)\.ya?ml$/.exec(file)?.[1] ?? file);
  const start = experiments(written.experiment);
  if (!start)
    throw new ContentError([
      { file, field: "experiment", message: `there is no content/experiments/${written.experiment}.yaml` },
    ]);
  const { experiment: from, conditions, until, probes, ...rest } = written;
  const own = { ...(until === undefined ? {} : { until }), ...(probes === undefined ? {} : { probes }) };
  try {
    return { ...rest, id: name, from, experiment: canonicalExperiment(from, { ...start, ...own, expect: conditions }) };
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    throw new ContentError(
      error.problems.map(({ path, message }) => ({ file, field: path.replace(/^expect/, "conditions"), message })),
    );
  }
}

/** A move that cannot be made: which, and why. */
export class MoveError extends Error {
  readonly misread: Misread;
  constructor(text: string, misread: Misread) {
    super(`"${text}": ${misread.code} ${JSON.stringify(misread.values)}; possible: ${misread.possible.join(", ")}`);
    this.name = "MoveError";
    this.misread = misread;
  }
}

/**
 * The changes that commands and changes make, played one after the other; `wait 200ms` moves the time at which
 * the next one is given.
 * @throws MoveError for a command that makes no sense then
 */
export function play(experiment: Experiment, list: readonly (string | Intervention)[]): readonly Intervention[] {
  const made: Intervention[] = [];
  let now = 0;
  for (const one of list) {
    if (typeof one !== "string") {
      made.push(one);
      continue;
    }
    const patched = intervene(experiment, made);
    const { events } = run(experiment, made);
    const command: Command | Misread = read(one, {
      experiment: patched,
      events: events.filter(({ t }) => t <= now),
      now,
    });
    if ("code" in command) throw new MoveError(one, command);
    if (command.do === "change") made.push(command.change);
    else if (command.do === "wait") now = command.until ?? events.find(({ t }) => t > now)?.t ?? now;
  }
  return made;
}
