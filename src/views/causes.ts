/** What led to a step, back to the call or the loss that started it. */
import type { Step } from "./step.ts";
import type { Story } from "./steps.ts";

/**
 * The steps that led to step `n`, newest first, itself included. A timer runs because something was sent; that it fires is
 * owed to the loss of it, which is told between the two.
 */
export function causes({ steps }: Story, n: number): readonly Step[] {
  const chain: Step[] = [];
  for (let step = steps[n - 1]; step && !chain.includes(step);) {
    chain.push(step);
    const before: Step | undefined = steps[(step.cause ?? 0) - 1];
    const lost = step.kind === "timer" ? lossOf(steps, before, step.n) : undefined;
    if (lost && !chain.includes(lost)) chain.push(lost);
    step = before;
  }
  return chain;
}

/** The step before `until` in which something that `sender` sent was lost. */
function lossOf(steps: readonly Step[], sender: Step | undefined, until: number): Step | undefined {
  return steps.find(
    ({ n, kind, segment }) =>
      n < until && kind === "lost" && segment !== null && sender?.sends.includes(segment) === true,
  );
}

/** A chain of causes in two: what led from the call or the loss that started it, and what came before that. */
export function origin(chain: readonly Step[]): { readonly led: readonly Step[]; readonly before: readonly Step[] } {
  const start = chain.findIndex(({ kind }, i) => i > 0 && (kind === "call" || kind === "lost"));
  const end = start < 0 ? chain.length : start + 1;
  return { led: chain.slice(0, end), before: chain.slice(end) };
}
