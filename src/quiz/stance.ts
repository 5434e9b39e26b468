/** What somebody thinks of a belief, before they have read about it. */
import type { Claim } from "./claims.ts";

export const SCALE = ["sure-yes", "think-yes", "unknown", "think-no", "sure-no"] as const;
export type Stance = (typeof SCALE)[number];

/** True if they judged it rightly. A belief that is imprecise, or was true once, does not hold as it is said. */
export function judge(stance: Stance, verdict: Claim["verdict"]): boolean {
  if (stance === "unknown") return false;
  return stance.endsWith("yes") === (verdict === "true");
}
