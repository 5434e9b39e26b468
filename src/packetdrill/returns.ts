/** What the calls of a script return, and when: one thread makes them, and one that waits lets later events happen. */
import type { Returned } from "../engine/single-host.ts";
import { type CallPlan, fileFlags } from "./calls.ts";
import { endpoint, Mismatch, type Play, time } from "./play.ts";
import type { Action, ScriptEvent } from "./script.ts";

/** Moves the clock; whatever the pending call returns on the way is compared. */
export function advance(state: Play, to: number): void {
  state.host.advanceTo(Math.max(to, state.host.now()));
  checkPending(state);
}

/** @param base what the event's times count from */
export function call(
  state: Play,
  event: ScriptEvent,
  action: Extract<Action, { do: "call" }>,
  plan: CallPlan,
  base: number,
): void {
  // One thread makes the calls: the next waits until the last has returned.
  finishPending(state);
  const { host } = state;
  const fd = plan.do === "socket" ? null : (state.descriptors.get(plan.fd) ?? -1);
  const started = start(state, plan, fd ?? -1);
  if (typeof started !== "number") {
    compare(state, event, action, plan, started);
    return;
  }
  noteStart(state, plan);
  host.settle();
  const returned = host.returned(started);
  if (action.end === null) {
    if (!returned)
      throw new Mismatch(
        event,
        "the call waits; a call that waits is written with the time at which it returns, as +0...0.1",
        expectedText(action),
        "nothing yet",
      );
    compare(state, event, action, plan, returned);
    return;
  }
  const end = base + action.end;
  const tolerance = Math.max(state.script.tolerance, Math.floor((end - host.now()) / 8));
  state.pending = { event, call: action, plan, number: started, end, tolerance };
  checkPending(state);
}

/** Starts a call on the host and returns its number, or at once what a request returned. */
function start(state: Play, plan: CallPlan, fd: number): number | Returned {
  const { host } = state;
  const at = host.now();
  const bad: Returned = { at, value: -1, errno: "EBADF" };
  switch (plan.do) {
    case "socket":
      return host.call({ op: "socket" });
    case "call":
      return host.call(plan.make(fd));
    case "getsockopt":
      return host.call({ op: "getsockopt", fd, option: plan.option });
    case "getfl":
      return host.state(fd) === null ? bad : { at, value: fileFlags(host.nonblocking(fd)), errno: null };
    case "ioctl": {
      const info = host.connection(fd);
      if (!info) return host.state(fd) === null ? bad : { at, value: -1, errno: "EINVAL" };
      return { at, value: info[plan.request], errno: null };
    }
  }
}

/** What a call changes for the script as soon as it is made. */
function noteStart(state: Play, plan: CallPlan): void {
  if (plan.do !== "call") return;
  const { op } = plan.make(0);
  if (op === "connect") {
    state.underTest = plan.fd;
    state.listening = null;
  }
}

/** Compares what a call returned with what the script says, and learns descriptors from it. */
function compare(
  state: Play,
  event: ScriptEvent,
  action: Extract<Action, { do: "call" }>,
  plan: CallPlan,
  returned: Returned,
): void {
  const wrong = (got: string): never => {
    throw new Mismatch(event, "the call returned something else", expectedText(action), got);
  };
  if (plan.do === "getsockopt" || plan.do === "ioctl") {
    // SO_ERROR hands the pending error out; the engine reports it as the errno of the call.
    const held = plan.do === "getsockopt" && plan.option === "SO_ERROR" && returned.errno !== "EBADF";
    const value = held ? (returned.errno ?? 0) : returned.value;
    const result = held || returned.errno === null ? 0 : -1;
    const same = result === action.expect.value && (result === 0 || returned.errno === action.expect.errno);
    if (action.expect.value !== null && !same) wrong(returnedText({ ...returned, value: result }));
    if (result === 0 && plan.holds !== null && plan.holds !== value) wrong(`${result}, holding [${value}]`);
    return;
  }
  learn(state, action, plan, returned);
  const { expect } = action;
  if (expect.value === null) return;
  const descriptor = returnsDescriptor(plan) && returned.errno === null && expect.errno === null && expect.value >= 0;
  if (descriptor) return;
  const errno = (name: string | null): string | null => (name === "EWOULDBLOCK" ? "EAGAIN" : name);
  if (returned.value !== expect.value || errno(returned.errno) !== errno(expect.errno)) wrong(returnedText(returned));
}

function returnsDescriptor(plan: CallPlan): boolean {
  return plan.do === "socket" || (plan.do === "call" && plan.make(0).op === "accept");
}

function learn(state: Play, action: Extract<Action, { do: "call" }>, plan: CallPlan, returned: Returned): void {
  if (returned.errno !== null) return;
  const { host, descriptors } = state;
  if (returnsDescriptor(plan) && action.expect.value !== null) {
    descriptors.set(action.expect.value, returned.value);
    if (plan.do === "call") state.underTest = action.expect.value;
    else if (plan.do === "socket" && plan.nonblock) host.call({ op: "nonblock", fd: returned.value, on: true });
    return;
  }
  if (plan.do !== "call") return;
  const made = plan.make(0);
  if (made.op === "close") {
    descriptors.delete(plan.fd);
    if (state.underTest === plan.fd) state.underTest = null;
  } else if (made.op === "listen") {
    const live = descriptors.get(plan.fd);
    const row = host.sockets().find((one) => one.holder?.fd === live && one.state === "LISTEN");
    state.listening = row ? endpoint(row.local).port : null;
  }
}

function expectedText({ expect }: Extract<Action, { do: "call" }>): string {
  return returnedText({ value: expect.value ?? 0, errno: expect.errno });
}

function returnedText({ value, errno }: { readonly value: number; readonly errno: string | null }): string {
  return errno === null ? String(value) : `${value} ${errno}`;
}

export function checkPending(state: Play): void {
  const { pending, host } = state;
  const returned = pending ? host.returned(pending.number) : null;
  if (!pending || !returned) return;
  state.pending = null;
  const { event, end, tolerance } = pending;
  const late = returned.at - end;
  if (Math.abs(late) > tolerance)
    throw new Mismatch(
      event,
      `the call returned too ${late < 0 ? "early" : "late"} (tolerance ${time(tolerance)})`,
      `${expectedText(pending.call)} at ${time(end)}`,
      `${returnedText(returned)} at ${time(returned.at)}`,
    );
  compare(state, event, pending.call, pending.plan, returned);
}

/** Lets time pass until the pending call has returned. */
export function finishPending(state: Play): void {
  const { host } = state;
  while (state.pending) {
    const { event, call: action, end, tolerance } = state.pending;
    const next = host.nextTimer();
    if (next === null || next > end + tolerance)
      throw new Mismatch(event, "the call still waits", `${expectedText(action)} at ${time(end)}`, "nothing");
    advance(state, next);
    host.settle();
    checkPending(state);
  }
}
