/** The steps of a program: from what an author writes, one key a step, to what the engine and the lab run. */
import type { z } from "zod";
import type { OnError, OptionValue, Step } from "../engine/process/program.ts";
import { SOCKET_OPTIONS, type SocketOption } from "../engine/process/program.ts";
import type { Resolver } from "./resolver.ts";
import { STEP_NAMES, STEP_SHAPES, type StepName, time } from "./written.ts";

/** @param inLoop whether `break` may stand here */
export function resolveSteps(
  resolver: Resolver,
  list: readonly unknown[],
  path: string,
  routines: readonly string[],
  inLoop = false,
): Step[] {
  return list.flatMap((raw, index) => {
    const step = resolveStep(resolver, raw, `${path}.${index}`, routines, inLoop);
    if (step) resolver.noteStep(step, `${path}.${index}`);
    return step ?? [];
  });
}

function resolveStep(
  resolver: Resolver,
  raw: unknown,
  path: string,
  routines: readonly string[],
  inLoop: boolean,
): Step | null {
  const written: Record<string, unknown> | null =
    typeof raw === "string"
      ? { [raw]: null }
      : typeof raw === "object" && raw !== null
        ? (raw as Record<string, unknown>)
        : null;
  const keys = written ? Object.keys(written) : [];
  const op = keys[0] as StepName | undefined;
  if (!written || keys.length !== 1 || op === undefined || !STEP_NAMES.includes(op)) {
    resolver.problem(
      path,
      `a step has one key, one of: ${STEP_NAMES.join(", ")}; found ${keys.join(", ") || JSON.stringify(raw)}`,
    );
    return null;
  }
  const value = written[op];
  const at = `${path}.${op}`;
  const common = (parsed: {
    as?: string | undefined;
    on_error?: OnError | undefined;
  }): { as: string | null; on_error: OnError } => ({
    as: parsed.as ?? null,
    on_error: parsed.on_error ?? "stop",
  });
  const shaped = <K extends StepName>(key: K): z.output<(typeof STEP_SHAPES)[K]> | null =>
    resolver.parse(STEP_SHAPES[key], value, at) as z.output<(typeof STEP_SHAPES)[K]> | null;

  switch (op) {
    case "socket": {
      const parsed = shaped("socket");
      if (!parsed) return null;
      return typeof parsed === "string" ? { op, as: parsed, on_error: "stop" } : { op, ...common(parsed) };
    }
    case "bind": {
      const parsed = shaped("bind");
      return (
        parsed && {
          op,
          fd: parsed.fd,
          to: {
            address: resolver.address(parsed.address, `${at}.address`),
            port: typeof parsed.port === "number" ? parsed.port : 0,
          },
          ...(typeof parsed.port === "string" ? { port: parsed.port } : {}),
          ...common(parsed),
        }
      );
    }
    case "listen": {
      const parsed = shaped("listen");
      return parsed && { op, fd: parsed.fd, backlog: parsed.backlog, ...common(parsed) };
    }
    case "accept": {
      const parsed = shaped("accept");
      return parsed && { op, fd: parsed.fd, ...common(parsed) };
    }
    case "connect": {
      const parsed = shaped("connect");
      return parsed && { op, fd: parsed.fd, to: resolver.endpoint(parsed.to, `${at}.to`), ...common(parsed) };
    }
    case "send": {
      const parsed = shaped("send");
      return parsed && { op, fd: parsed.fd, bytes: parsed.bytes, ...common(parsed) };
    }
    case "recv": {
      const parsed = shaped("recv");
      return parsed && { op, fd: parsed.fd, bytes: parsed.bytes, all: parsed.all, ...common(parsed) };
    }
    case "shutdown": {
      const parsed = shaped("shutdown");
      return parsed && { op, fd: parsed.fd, how: parsed.how, ...common(parsed) };
    }
    case "close": {
      const parsed = shaped("close");
      if (!parsed) return null;
      return typeof parsed === "string"
        ? { op, fd: parsed, as: null, on_error: "stop" }
        : { op, fd: parsed.fd, ...common(parsed) };
    }
    case "setsockopt": {
      const parsed = shaped("setsockopt");
      if (!parsed) return null;
      const optionProblem = wrongOptionValue(parsed.option, parsed.value);
      if (optionProblem) resolver.problem(`${at}.value`, optionProblem);
      return { op, fd: parsed.fd, option: parsed.option, value: parsed.value, ...common(parsed) };
    }
    case "getsockopt": {
      const parsed = shaped("getsockopt");
      return parsed && { op, fd: parsed.fd, option: parsed.option, ...common(parsed) };
    }
    case "nonblock": {
      const parsed = shaped("nonblock");
      return parsed && { op, fd: parsed.fd, on: parsed.on, ...common(parsed) };
    }
    case "poll": {
      const parsed = shaped("poll");
      return parsed && { op, fd: parsed.fd, events: parsed.events, timeout: parsed.timeout, ...common(parsed) };
    }
    case "at":
    case "sleep": {
      const parsed = resolver.parse(time, value, at);
      return parsed === null ? null : { op, time: parsed };
    }
    case "pause":
    case "break":
    case "exit":
      if (op === "break" && !inLoop) resolver.problem(path, "break stands outside a loop");
      return resolver.parse(STEP_SHAPES[op], value ?? null, at) === null &&
        value !== null &&
        value !== undefined &&
        value !== true
        ? null
        : { op };
    case "set":
    case "add": {
      const parsed = shaped(op);
      return parsed && { op, variable: parsed.variable, value: parsed.value };
    }
    case "loop": {
      const parsed = shaped("loop");
      return parsed && { op, times: parsed.times, body: resolveSteps(resolver, parsed.do, `${at}.do`, routines, true) };
    }
    case "while": {
      const parsed = shaped("while");
      return parsed && { op, test: parsed.test, body: resolveSteps(resolver, parsed.do, `${at}.do`, routines, true) };
    }
    case "if": {
      const parsed = shaped("if");
      return (
        parsed && {
          op,
          test: parsed.test,
          then: resolveSteps(resolver, parsed.then, `${at}.then`, routines, inLoop),
          otherwise: resolveSteps(resolver, parsed.else, `${at}.else`, routines, inLoop),
        }
      );
    }
    case "spawn": {
      const parsed = shaped("spawn");
      if (!parsed) return null;
      if (!routines.includes(parsed.routine))
        resolver.problem(at, `no routine is called ${parsed.routine}; routines here: ${routines.join(", ")}`);
      return { op, routine: parsed.routine, name: parsed.name ?? parsed.routine, times: parsed.times };
    }
    case "kill": {
      const parsed = shaped("kill");
      return parsed === null ? null : { op, program: parsed };
    }
    case "put": {
      const parsed = shaped("put");
      return parsed && { op, queue: parsed.queue, value: parsed.value };
    }
    case "get": {
      const parsed = shaped("get");
      return parsed && { op, queue: parsed.queue, as: parsed.as, timeout: parsed.timeout, on_error: parsed.on_error };
    }
  }
}

function wrongOptionValue(option: SocketOption, value: OptionValue): string | null {
  const kind = SOCKET_OPTIONS[option];
  if (kind === "linger")
    return typeof value === "object" && "on" in value ? null : `${option} takes { on: true, seconds: 5 }`;
  if (kind === "range")
    return typeof value === "object" && "first" in value ? null : `${option} takes { first: 40000, last: 40099 }`;
  if (typeof value === "object") return `${option} takes ${kind === "time" ? "a time such as 2s" : "a whole number"}`;
  if (kind === "flag" && value !== 0 && value !== 1) return `${option} is 0 or 1`;
  return null;
}
