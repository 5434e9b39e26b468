/**
 * Turns the nested steps of a program into flat instructions with jumps, so that where a thread
 * stands is one number: its program counter.
 */
import { endpointText } from "../segment.ts";
import type { CallStep, Condition, ControlStep, Program, Step } from "./program.ts";

/** Where `break`, and on_error: break, lead; null outside any loop. */
interface LoopExit {
  readonly patches: { instruction: Draft; field: "target" | "onBreak" }[];
}
type Draft = { target?: number; onBreak?: number | null };

export type Instruction =
  | {
      readonly do: "call";
      readonly step: CallStep;
      /** As a trace shows them. */
      readonly args: Readonly<Record<string, unknown>>;
      readonly onBreak: number | null;
    }
  | { readonly do: "get"; readonly step: Extract<ControlStep, { op: "get" }>; readonly onBreak: number | null }
  | {
      readonly do: "step";
      readonly step: Extract<
        ControlStep,
        { op: "at" | "sleep" | "pause" | "set" | "add" | "spawn" | "exit" | "kill" | "put" }
      >;
    }
  | { readonly do: "jump"; readonly target: number }
  | { readonly do: "unless"; readonly test: Condition; readonly target: number }
  /** Sets a loop counter. */
  | { readonly do: "count"; readonly slot: number; readonly times: number }
  /** Counts a round; jumps out when none is left. */
  | { readonly do: "round"; readonly slot: number; readonly target: number };

export type Code = Readonly<Record<string, readonly Instruction[]>>;

/** Instructions of every routine of a program, and of those that are started in it from outside. */
export function compile(program: Program, outside: Program["routines"] = {}): Code {
  const routines = Object.entries({ ...program.routines, ...outside });
  return Object.fromEntries(routines.map(([name, steps]) => [name, compileRoutine(steps)]));
}

/** The arguments a trace shows: those of the step without its bookkeeping. */
export function argumentsOf(step: CallStep): Readonly<Record<string, unknown>> {
  const hidden = new Set(["op", "fd", "as", "on_error", "port"]);
  const shown = Object.entries(step).filter(([key]) => !hidden.has(key));
  return Object.fromEntries(shown.map(([key, value]) => [key, key === "to" ? endpointText(value) : value]));
}

function compileRoutine(steps: readonly Step[]): readonly Instruction[] {
  const out: (Instruction & Draft)[] = [];
  let slots = 0;

  const emit = <T extends Instruction>(instruction: T): T => {
    out.push(instruction);
    return instruction;
  };
  const land = (exit: LoopExit): void => {
    for (const { instruction, field } of exit.patches) instruction[field] = out.length;
  };
  const breakable = (instruction: Instruction & Draft, exit: LoopExit | null): void => {
    exit?.patches.push({ instruction, field: "onBreak" });
  };

  const block = (list: readonly Step[], exit: LoopExit | null): void => {
    for (const step of list) {
      switch (step.op) {
        case "loop": {
          const inner: LoopExit = { patches: [] };
          const slot = slots;
          slots += 1;
          if (step.times !== null) emit({ do: "count", slot, times: step.times });
          const top = out.length;
          if (step.times !== null)
            inner.patches.push({ instruction: emit({ do: "round", slot, target: -1 }), field: "target" });
          block(step.body, inner);
          emit({ do: "jump", target: top });
          land(inner);
          break;
        }
        case "while": {
          const inner: LoopExit = { patches: [] };
          const top = out.length;
          inner.patches.push({ instruction: emit({ do: "unless", test: step.test, target: -1 }), field: "target" });
          block(step.body, inner);
          emit({ do: "jump", target: top });
          land(inner);
          break;
        }
        case "if": {
          const skip: Instruction & Draft = emit({ do: "unless", test: step.test, target: -1 });
          block(step.then, exit);
          if (step.otherwise.length === 0) {
            (skip as Draft).target = out.length;
          } else {
            const over: Instruction & Draft = emit({ do: "jump", target: -1 });
            (skip as Draft).target = out.length;
            block(step.otherwise, exit);
            (over as Draft).target = out.length;
          }
          break;
        }
        case "break": {
          const jump = emit({ do: "jump", target: -1 });
          if (exit) exit.patches.push({ instruction: jump, field: "target" });
          else (jump as Draft).target = Number.MAX_SAFE_INTEGER;
          break;
        }
        case "get":
          breakable(emit({ do: "get", step, onBreak: null }), exit);
          break;
        case "at":
        case "sleep":
        case "pause":
        case "set":
        case "add":
        case "spawn":
        case "exit":
        case "kill":
        case "put":
          emit({ do: "step", step });
          break;
        default:
          breakable(emit({ do: "call", step, args: argumentsOf(step), onBreak: null }), exit);
      }
    }
  };
  block(steps, null);
  return out;
}
