/**
 * What can be computed is computed: the key of a question is checked against the engine, and
 * against the recording of a kernel where there is one.
 */
import type { Experiment } from "../experiment/canonical.ts";
import { measure, MeasureError, type MeasurableTrace, stateAtProbe, timeOf } from "../experiment/measure.ts";
import { run } from "../experiment/run.ts";
import { fromMicroseconds, isTime } from "./number.ts";
import type { Question } from "./schema.ts";

/** A run to check against, and what to call it in a message: "the engine", "the recording on Linux 6.18.44". */
export interface Witness {
  readonly name: string;
  readonly trace: MeasurableTrace;
}

/** The engine's own run of the experiment. Throws if the run ends before its time. */
export function engineWitness(experiment: Experiment): Witness {
  const { events, stopped } = run(experiment);
  if (stopped !== null) throw new Error(`experiment "${experiment.id}": ${stopped}`);
  return { name: "the engine", trace: { header: { until: experiment.until }, events } };
}

/** What a witness says against the key, a sentence each; empty if it agrees or there is no key. */
export function keyProblems(question: Question, witness: Witness): readonly string[] {
  try {
    return disagreements(question, witness.trace).map((text) => `${witness.name}: ${text}`);
  } catch (error) {
    if (!(error instanceof MeasureError)) throw error;
    return [`${witness.name}: ${error.message}`];
  }
}

function disagreements(question: Question, trace: MeasurableTrace): readonly string[] {
  switch (question.kind) {
    case "predict":
      return Object.entries(question.key.hosts).flatMap(([host, state]) => {
        const found = stateAtProbe(trace, question.key.probe, host);
        return found === state ? [] : [`${host} is in ${found} at probe ${question.key.probe}; the key says ${state}`];
      });
    case "multiple": {
      const { key } = question;
      if (key === null) return [];
      return question.options.flatMap(({ id, right, holds }) => {
        if (holds === null) return [];
        const { value } = measure(trace, { measure: "sockets", probe: key.probe, ...holds });
        return value > 0 === right
          ? []
          : [
              `${holds.host} has ${value} in ${holds.state} at probe ${key.probe}; ${id} says it is ${right ? "so" : "wrong"}`,
            ];
      });
    }
    case "order": {
      if (question.key === null) return [];
      const moments = question.options.flatMap(({ id, moment }) =>
        moment === null ? [] : [{ id, t: timeOf(trace, moment) }],
      );
      return moments.flatMap(({ id, t }, at) => {
        const before = moments[at - 1];
        return before && before.t >= t
          ? [`${before.id} is at ${before.t} µs, ${id} at ${t} µs: not one after the other`]
          : [];
      });
    }
    case "find":
      return [];
    case "single":
    case "read": {
      if (question.key === null) return [];
      const { value } = measure(trace, question.key.what);
      const right = question.options.find((option) => option.right);
      return right?.value === value ? [] : [`measures ${value}; the right option says ${right?.value}`];
    }
    case "number": {
      if (question.key === null) return [];
      const measured = measure(trace, question.key.what);
      if ((measured.unit === "us") !== isTime(question.unit))
        return [`measures in ${measured.unit}; the question asks for ${question.unit}`];
      const value = fromMicroseconds(measured.value, question.unit);
      const right = question.options.find((option) => option.right);
      return right && value >= right.from && value < right.to
        ? []
        : [
            `measures ${value} ${question.unit}; the right answer is taken from ${right?.from} to ${right?.to} ${question.unit}`,
          ];
    }
  }
}
