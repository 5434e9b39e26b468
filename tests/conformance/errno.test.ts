import { describe, expect, it } from "vitest";
import { run } from "../../src/experiment/run.ts";
import type { TraceEvent } from "../../src/engine/trace.ts";
import { experiment, recordings } from "../experiments.ts";

/**
 * What a program is told: the call that fails, and the experiment in which a kernel was recorded telling it so. The
 * comparison holds every call of these to the recording; this list says that no error is without one.
 */
const TOLD: readonly (readonly [errno: string, op: string, experiment: string])[] = [
  ["EADDRINUSE", "bind", "explicit-port-no-option"],
  ["EADDRINUSE", "bind", "restart-over-close-wait"],
  ["EADDRINUSE", "listen", "two-listeners"],
  ["EADDRNOTAVAIL", "connect", "port-exhaustion"],
  ["EADDRNOTAVAIL", "connect", "explicit-port-no-timestamps"],
  ["EAGAIN", "recv", "poll-and-timeouts"],
  ["ECONNABORTED", "connect", "ss-kill-syn-sent"],
  ["ECONNABORTED", "recv", "ss-kill-established"],
  ["ECONNABORTED", "send", "ss-kill-close-wait"],
  ["ECONNREFUSED", "connect", "refused-port"],
  ["ECONNREFUSED", "getsockopt", "connect-without-waiting"],
  ["ECONNRESET", "recv", "linger-0-established"],
  ["ECONNRESET", "send", "linger-0-rst-lost"],
  ["ECONNRESET", "getsockopt", "error-after-reset"],
  ["EINPROGRESS", "connect", "connect-without-waiting"],
  ["EINVAL", "accept", "ss-kill-listen"],
  ["EMFILE", "accept", "descriptor-limit"],
  ["EMFILE", "socket", "time-wait-no-descriptors"],
  ["ENOTCONN", "shutdown", "error-after-reset"],
  ["EPIPE", "send", "close-wait-twenty-minutes"],
  ["EPIPE", "getsockopt", "so-error-after-expiry"],
  ["ETIMEDOUT", "connect", "syn-never-answered"],
  ["ETIMEDOUT", "recv", "data-retries2"],
  ["ETIMEDOUT", "getsockopt", "keepalive-silent-peer-close-wait"],
];

const fails = (events: readonly TraceEvent[], errno: string, op: string): boolean =>
  events.some((event) => event.k === "return" && event.op === op && event.errno === errno) ||
  // SO_ERROR is a value: the errno is in it.
  (op === "getsockopt" &&
    events.some((event) => event.k === "return" && event.op === op && event.errno === null && event.value > 0));

describe("what the program is told", () => {
  it.each(TOLD)("%s from %s, in %s, by engine and kernel", (errno, op, id) => {
    expect(fails(run(experiment(id).experiment).events, errno, op)).toBe(true);
    const seen = recordings().filter((one) => one.id === id);
    expect(seen.length).toBeGreaterThan(0);
    for (const { trace } of seen) expect(fails(trace.events, errno, op)).toBe(true);
  });

  it("every errno of a recorded call stands in the list", () => {
    const listed = new Set(TOLD.map(([errno]) => errno));
    const seen = new Set(
      recordings().flatMap(({ trace }) =>
        trace.events.flatMap((event) => (event.k === "return" && event.errno !== null ? [event.errno] : [])),
      ),
    );
    // EBADF: a descriptor that somebody else closed; no error of TCP. EISCONN and EALREADY are held by tests/fuzz.
    expect([...seen].filter((errno) => !listed.has(errno) && errno !== "EBADF")).toEqual([]);
  });
});
