/** What a program's operands and conditions come to, with the variables of a thread. */
import type { Thread, Value } from "./process.ts";
import type { Condition, Operand } from "./program.ts";

export function valueOf(operand: Operand, thread: Thread): Value {
  return typeof operand === "number" ? operand : (thread.variables[operand.variable] ?? 0);
}

/** An error that a call left in a variable is equal to "error", and neither more nor less than any number. */
export function holds(test: Condition, variables: Readonly<Record<string, Value>>): boolean {
  const value = variables[test.variable] ?? 0;
  if (typeof test.value === "string") {
    const equal = test.value === "error" ? typeof value === "string" : value === test.value;
    return test.comparison === "!=" ? !equal : equal;
  }
  if (typeof value === "string") return test.comparison === "!=";
  switch (test.comparison) {
    case "==":
      return value === test.value;
    case "!=":
      return value !== test.value;
    case "<":
      return value < test.value;
    case "<=":
      return value <= test.value;
    case ">":
      return value > test.value;
    case ">=":
      return value >= test.value;
  }
}
