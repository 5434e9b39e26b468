/**
 * System calls: what each returns, and when it waits. Names and errors are those of the man pages
 * (section 2) and of Linux. A call is asked again each time its socket wakes it, until it is done.
 */
import type { CallStep } from "../process/program.ts";
import { freeDescriptor, setDescriptor, socketOf } from "../process/process.ts";
import { DEFAULT_OPTIONS } from "../tcp/socket.ts";
import { type Attempt, type CallContext, type CallResult, done, failed } from "./call.ts";
import { bind, listen, accept } from "./listening.ts";
import { connect } from "./connect.ts";
import { send, receive } from "./send-and-receive.ts";
import { shutdown, close } from "./close.ts";
import { setOption, getOption } from "./socket-options.ts";
import { poll } from "./poll.ts";

const FIRST: Attempt = { again: false, late: false, progress: 0, deadline: null, socket: null };

/** Executes a call, or asks again one that waits. */
export function systemCall(context: CallContext, step: CallStep, attempt: Attempt = FIRST): CallResult {
  if (step.op === "socket") return socket(context);
  const { host, process, variables } = context;
  const descriptor = variables[step.fd];
  const id = attempt.socket ?? socketOf(process, descriptor);
  const target = id === null ? undefined : host.sockets.get(id);
  // While close() waited the connection ended: nothing is left to wait for (sk_stream_wait_close).
  if (!target && attempt.again && step.op === "close") return done(0);
  if (!target || typeof descriptor !== "number") return failed("EBADF");
  const nonblocking = process.nonblocking.includes(descriptor) || ("dontwait" in step && step.dontwait === true);
  switch (step.op) {
    case "bind":
      return bind(context, target, step.to.address, step.port ? variables[step.port] : step.to.port);
    case "listen":
      return listen(context, target, step.backlog);
    case "accept":
      return accept(context, target, nonblocking, attempt);
    case "connect":
      return connect(context, target, step.to, nonblocking, attempt);
    case "send":
      return send(context, target, step.bytes, step.more === true, nonblocking, attempt);
    case "recv":
      return receive(context, target, step.bytes, step.peek === true, nonblocking, attempt);
    case "shutdown":
      return shutdown(context, target, step.how);
    case "close":
      return close(context, target, descriptor, attempt);
    case "setsockopt":
      return setOption(context, target, step.option, step.value);
    case "getsockopt":
      return getOption(context, target, step.option);
    case "nonblock":
      process.nonblocking = step.on
        ? [...new Set([...process.nonblocking, descriptor])]
        : process.nonblocking.filter((one) => one !== descriptor);
      return done(0);
    case "poll":
      return poll(context, target, step.events, step.timeout, attempt);
  }
}

function socket({ run, host, process }: CallContext): CallResult {
  const fd = freeDescriptor(process);
  if (fd === null) return failed("EMFILE");
  const id = run.world.nextSocket;
  run.world.nextSocket += 1;
  host.sockets.set(id, { kind: "fresh", id, options: DEFAULT_OPTIONS, bound: null, asked: null, error: null });
  setDescriptor(process, fd, id);
  return done(fd);
}
