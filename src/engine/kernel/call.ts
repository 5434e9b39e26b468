/** What every system call has: what it knows, what it returns, and how it waits. */
import type { Process, Value } from "../process/process.ts";
import type { AnySocket, FreshSocket, FullSocket } from "../tcp/socket.ts";
import type { Run } from "../world/world.ts";
import type { Host } from "./host.ts";

/** done: what it returns. waits: on which socket, and until when at most (microseconds, null: no limit). */
export type CallResult =
  | { readonly done: number }
  | { readonly failed: string }
  | { readonly waits: number; readonly deadline: number | null; readonly progress: number };

export interface CallContext {
  readonly run: Run;
  readonly host: Host;
  readonly process: Process;
  readonly variables: Readonly<Record<string, Value>>;
}

/** What a waiting call remembers between attempts. */
export interface Attempt {
  /** True when the call is asked again. */
  readonly again: boolean;
  /** Its time limit has passed. */
  readonly late: boolean;
  readonly progress: number;
  readonly deadline: number | null;
  /** The socket it waits for: its descriptor may be closed meanwhile. */
  readonly socket: number | null;
}

export const done = (value: number): CallResult => ({ done: value });
export const failed = (errno: string): CallResult => ({ failed: errno });

export function wait(context: CallContext, target: AnySocket, limit: number | null, attempt: Attempt): CallResult {
  const deadline = attempt.again ? attempt.deadline : limit === null ? null : context.run.world.now + limit;
  return { waits: target.id, deadline, progress: attempt.progress };
}

/** Reports and clears the pending error (sock_error). */
export function takeError({ host }: CallContext, target: FullSocket | FreshSocket): CallResult {
  host.sockets.set(target.id, { ...target, error: null });
  return failed(target.error ?? "EIO");
}
