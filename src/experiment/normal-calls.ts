/** System calls in the normal form: by thread, with descriptors named by first appearance in it. */
import type { TraceEvent } from "../engine/trace.ts";
import type { NormalCall, NormalForm } from "./normal-form.ts";

type Called = Extract<TraceEvent, { k: "call" }>;
type Returned = Extract<TraceEvent, { k: "return" }>;
type Open = { -readonly [K in keyof NormalCall]: NormalCall[K] };

interface Thread {
  readonly calls: Open[];
  /** Names of the descriptors that were seen last under a number. */
  readonly fds: Map<number, string>;
  named: number;
}

function nameFd(thread: Thread, fd: number): string {
  const name = `fd${++thread.named}`;
  thread.fds.set(fd, name);
  return name;
}

export class Calls {
  readonly #threads = new Map<string, Thread>();
  /** Calls that have not returned; `all` for a recv that waits until everything asked for has arrived. */
  readonly #open = new Map<number, { readonly call: Open; readonly all: boolean }>();

  #thread({ program, thread }: Called | Returned): Thread {
    const name = `${program}/${thread}`;
    const known = this.#threads.get(name) ?? { calls: [], fds: new Map<number, string>(), named: 0 };
    this.#threads.set(name, known);
    return known;
  }

  called(event: Called): void {
    const thread = this.#thread(event);
    const fd = event.fd === null ? "" : ` ${thread.fds.get(event.fd) ?? nameFd(thread, event.fd)}`;
    const call = { at: event.t, call: event.op + fd, result: null, returned: null };
    thread.calls.push(call);
    this.#open.set(event.call, { call, all: event.args["all"] === true });
  }

  returned(event: Returned): void {
    const found = this.#open.get(event.call);
    if (!found) return;
    this.#open.delete(event.call);
    const thread = this.#thread(event);
    const { call, all } = found;
    const makes = event.op === "socket" || event.op === "accept";
    call.returned = event.t;
    call.result = event.errno ?? (makes ? nameFd(thread, event.value) : String(event.value));
    // recv until all has arrived: how the bytes were cut into calls is the network's doing.
    const before = thread.calls.at(-2);
    if (all && event.value > 0 && before?.call === `${call.call} all`) {
      before.result = String(Number(before.result) + event.value);
      before.returned = event.t;
      thread.calls.pop();
    } else if (all && event.value > 0) call.call += " all";
  }

  threads(): NormalForm["threads"] {
    return [...this.#threads].map(([name, { calls }]) => ({ name, calls })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
