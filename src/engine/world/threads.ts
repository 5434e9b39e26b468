/**
 * Runs threads: each executes instructions until it waits or ends. All of it takes no virtual time;
 * time passes only between events.
 */
import type { Host } from "../kernel/host.ts";
import type { Attempt, CallContext } from "../kernel/call.ts";
import { letGo } from "../kernel/close.ts";
import { systemCall } from "../kernel/system-calls.ts";
import { argumentsOf, type Instruction } from "../process/compile.ts";
import { holds, valueOf } from "../process/condition.ts";
import { newProcess, newThread, type Process, socketOf, type Thread, type Value } from "../process/process.ts";
import type { CallStep, OnError } from "../process/program.ts";
import type { AnySocket } from "../tcp/socket.ts";
import { nameOf } from "./apply.ts";
import { endProcess, endThread } from "./endings.ts";
import { LATEST_WAKE, late, outsideRoutine, record, type Run, schedule } from "./world.ts";

/** A thread that takes this many steps without waiting is stopped; docs/experiments.md, "Bad input". */
const STEP_LIMIT = 1_000_000;

export function startProgram(run: Run, index: number): void {
  const { world, plan } = run;
  const program = plan.scenario.programs[index];
  const host = world.hosts.find((one) => one.name === program?.host);
  if (!program || !host) throw new Error(`program ${index} has no host`);
  const process = newProcess(index, program.name, world.nextPid, program.nofile);
  world.nextPid += 1;
  host.processes.push(process);
  run.cause = record(run, {
    k: "process",
    host: host.name,
    program: program.name,
    act: "start",
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  startThread(run, host, process, newThread("main", "main", {}, world.now));
}

function startThread(run: Run, host: Host, process: Process, thread: Thread): void {
  process.threads.push(thread);
  record(run, {
    k: "thread",
    host: host.name,
    program: process.name,
    thread: thread.name,
    act: "start",
    why: null,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  runThread(run, host, process, thread);
}

/** Another thread of a program that runs, started by event `index` of the scenario; the program knows nothing of it. */
export function startOutsideThread(run: Run, index: number, program: string, fd: number | null): void {
  for (const host of run.world.hosts) {
    const process = host.processes.find((one) => one.name === program && one.alive);
    if (!process) continue;
    const name = uniqueName(process, "outside");
    startThread(run, host, process, newThread(name, outsideRoutine(index), fd === null ? {} : { fd }, run.world.now));
  }
}

/** A call that no step of a program makes: a thread of its own makes it, waits in it, and ends with it. */
export function callFromOutside(
  run: Run,
  host: Host,
  process: Process,
  step: CallStep,
  variables: Thread["variables"],
): void {
  const thread = newThread(uniqueName(process, "call"), "call", variables, run.world.now);
  process.threads.push(thread);
  beginCall(run, host, process, thread, step, argumentsOf(step));
  runThread(run, host, process, thread);
}

/** A wait is over: its time has come, or its socket has changed. */
export function resumeThread(run: Run, host: Host, pid: number, threadIndex: number, token: number): void {
  const process = host.processes.find((one) => one.pid === pid);
  const thread = process?.threads[threadIndex];
  if (!process?.alive || !thread || thread.ended || !thread.wait) return;
  const { wait } = thread;
  if (wait.for === "ever" || wait.token !== token) return;
  if (wait.for === "time") {
    thread.wait = null;
    runThread(run, host, process, thread);
  } else if (wait.for === "queue") {
    thread.wait = null;
    thread.variables = { ...thread.variables, [wait.as]: "ETIMEDOUT" };
    finishGet(run, host, process, thread, "ETIMEDOUT", wait.onError);
  } else {
    const late = wait.deadline !== null && run.world.now >= wait.deadline;
    run.cause ??= wait.cause;
    const attempt: Attempt = {
      again: true,
      late,
      progress: wait.progress,
      deadline: wait.deadline,
      socket: wait.socket,
    };
    if (attemptCall(run, host, process, thread, wait.step, wait.call, wait.cause, attempt))
      runThread(run, host, process, thread);
  }
}

/** Runs until the thread waits or ends. */
function runThread(run: Run, host: Host, process: Process, thread: Thread): void {
  const code = run.plan.code[process.program]?.[thread.routine] ?? [];
  for (let steps = 0; !thread.ended && thread.wait === null && process.alive; steps += 1) {
    if (steps >= STEP_LIMIT) {
      run.world.stopped = `program ${process.name}, thread ${thread.name}: ${STEP_LIMIT} steps without waiting; does a loop lack a wait?`;
      endThread(run, host, process, thread, "step limit");
      return;
    }
    const instruction = code[thread.pc];
    if (!instruction) {
      endThread(run, host, process, thread, null);
      return;
    }
    thread.pc += 1;
    execute(run, host, process, thread, instruction);
  }
}

function execute(run: Run, host: Host, process: Process, thread: Thread, instruction: Instruction): void {
  switch (instruction.do) {
    case "call":
      beginCall(run, host, process, thread, instruction.step, instruction.args);
      return;
    case "jump":
      thread.pc = instruction.target;
      return;
    case "unless":
      if (!holds(instruction.test, thread.variables)) thread.pc = instruction.target;
      return;
    case "count":
      thread.counters = Object.assign([...thread.counters], { [instruction.slot]: instruction.times });
      return;
    case "round": {
      const left = thread.counters[instruction.slot] ?? 0;
      if (left === 0) thread.pc = instruction.target;
      else thread.counters = Object.assign([...thread.counters], { [instruction.slot]: left - 1 });
      return;
    }
    case "get":
      beginGet(run, host, process, thread, instruction.step);
      return;
    case "step":
      plainStep(run, host, process, thread, instruction.step);
  }
}

function plainStep(
  run: Run,
  host: Host,
  process: Process,
  thread: Thread,
  step: Extract<Instruction, { do: "step" }>["step"],
): void {
  const { world } = run;
  switch (step.op) {
    case "at":
      sleepUntil(run, host, process, thread, step.time);
      return;
    case "sleep":
      sleepUntil(run, host, process, thread, thread.mark + step.time);
      return;
    case "pause":
      thread.wait = { for: "ever" };
      return;
    case "set":
      thread.variables = { ...thread.variables, [step.variable]: valueOf(step.value, thread) };
      return;
    case "add": {
      const sum = Number(thread.variables[step.variable] ?? 0) + Number(valueOf(step.value, thread));
      thread.variables = { ...thread.variables, [step.variable]: sum };
      return;
    }
    case "spawn":
      for (let index = 1; index <= step.times; index += 1) {
        const name = step.times === 1 ? uniqueName(process, step.name) : `${step.name}-${index}`;
        startThread(run, host, process, newThread(name, step.routine, thread.variables, world.now));
      }
      return;
    case "exit":
      endProcess(run, host, process, "exit");
      return;
    case "kill": {
      const target = host.processes.find((one) => one.name === step.program && one.alive);
      if (target) endProcess(run, host, target, "killed");
      return;
    }
    case "put":
      put(run, host, process, step.queue, valueOf(step.value, thread));
  }
}

function uniqueName(process: Process, wanted: string): string {
  const taken = process.threads.filter((one) => one.name === wanted || one.name.startsWith(`${wanted}-`)).length;
  return taken === 0 ? wanted : `${wanted}-${taken + 1}`;
}

function sleepUntil(run: Run, host: Host, process: Process, thread: Thread, time: number): void {
  thread.mark = time;
  if (time <= run.world.now) return;
  const token = newToken(run);
  thread.wait = { for: "time", token };
  wakeAt(run, host, process, thread, time, token);
}

function newToken(run: Run): number {
  run.world.nextToken += 1;
  return run.world.nextToken;
}

function wakeAt(run: Run, host: Host, process: Process, thread: Thread, time: number, token: number): void {
  const index = process.threads.indexOf(thread);
  const at = time + late(run.world, LATEST_WAKE);
  schedule(run.world, at, { kind: "thread", host: host.index, pid: process.pid, thread: index, token }, run.cause);
}

function beginCall(
  run: Run,
  host: Host,
  process: Process,
  thread: Thread,
  step: CallStep,
  args: Readonly<Record<string, unknown>>,
): void {
  const call = run.world.nextCall;
  run.world.nextCall += 1;
  const fd = step.op === "socket" ? undefined : thread.variables[step.fd];
  const id = socketOf(process, fd);
  const target = id === null ? undefined : host.sockets.get(id);
  const named = target && hasAddress(target) ? nameOf(run, host, target) : null;
  run.cause = record(run, {
    k: "call",
    host: host.name,
    program: process.name,
    thread: thread.name,
    call,
    op: step.op,
    fd: typeof fd === "number" ? fd : null,
    sock: named,
    args,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  attemptCall(run, host, process, thread, step, call, run.cause, null);
}

/** A socket is named in the trace once it has a port. */
function hasAddress(socket: AnySocket): boolean {
  return socket.kind !== "fresh" || (socket.bound !== null && socket.bound.port !== 0);
}

/** Tries a call; true if it returned. */
function attemptCall(
  run: Run,
  host: Host,
  process: Process,
  thread: Thread,
  step: CallStep,
  call: number,
  cause: number,
  attempt: Attempt | null,
): boolean {
  const context: CallContext = { run, host, process, variables: thread.variables };
  const result = attempt ? systemCall(context, step, attempt) : systemCall(context, step);
  if ("waits" in result) {
    const token = newToken(run);
    thread.wait = {
      for: "socket",
      token,
      socket: result.waits,
      step,
      call,
      cause,
      deadline: result.deadline,
      progress: result.progress,
    };
    if (result.deadline !== null) wakeAt(run, host, process, thread, result.deadline, token);
    return false;
  }
  const { wait } = thread;
  thread.wait = null;
  if (wait) thread.mark = run.world.now;
  const errno = "failed" in result ? result.failed : null;
  const value = "done" in result ? result.done : -1;
  run.cause = record(run, {
    k: "return",
    host: host.name,
    program: process.name,
    thread: thread.name,
    call,
    op: step.op,
    value,
    errno,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  if (wait?.for === "socket" && step.op !== "close" && step.op !== "socket")
    letGo(context, thread.variables[step.fd], wait.socket);
  if (step.as !== null) thread.variables = { ...thread.variables, [step.as]: errno ?? value };
  // SO_ERROR is a value, not a failure: getsockopt() itself succeeds.
  if (errno !== null && step.op !== "getsockopt") onError(run, host, process, thread, errno, step.on_error);
  else if (step.op === "recv" && step.all) againForAll(thread, step, value);
  return true;
}

/** recv with all: true calls again until everything arrived or the stream ended. */
function againForAll(thread: Thread, step: Extract<CallStep, { op: "recv" }>, value: number): void {
  const key = `all ${thread.pc}`;
  const got = Number(thread.variables[key] ?? 0) + value;
  const { [key]: _old, ...rest } = thread.variables;
  if (value === 0 || got >= step.bytes) {
    thread.variables = step.as === null ? rest : { ...rest, [step.as]: got };
    return;
  }
  thread.variables = { ...rest, [key]: got };
  thread.pc -= 1;
}

function onError(run: Run, host: Host, process: Process, thread: Thread, errno: string, what: OnError): void {
  switch (what) {
    case "continue":
      return;
    case "break": {
      const code = run.plan.code[process.program]?.[thread.routine] ?? [];
      const instruction = code[thread.pc - 1];
      const target = instruction && "onBreak" in instruction ? instruction.onBreak : null;
      thread.pc = target ?? Number.MAX_SAFE_INTEGER;
      return;
    }
    case "stop":
      endThread(run, host, process, thread, errno);
      return;
    case "exit":
      endProcess(run, host, process, "exit");
  }
}

function put(run: Run, host: Host, process: Process, queue: string, value: Value): void {
  const waiting = process.threads.find((one) => one.wait?.for === "queue" && one.wait.queue === queue && !one.ended);
  if (!waiting || waiting.wait?.for !== "queue") {
    process.queues = { ...process.queues, [queue]: [...(process.queues[queue] ?? []), value] };
    return;
  }
  waiting.variables = { ...waiting.variables, [waiting.wait.as]: value };
  waiting.mark = run.world.now;
  const token = newToken(run);
  waiting.wait = { for: "time", token };
  wakeAt(run, host, process, waiting, run.world.now, token);
}

function beginGet(
  run: Run,
  host: Host,
  process: Process,
  thread: Thread,
  step: Extract<Instruction, { do: "get" }>["step"],
): void {
  const [first, ...rest] = process.queues[step.queue] ?? [];
  if (first !== undefined) {
    process.queues = { ...process.queues, [step.queue]: rest };
    thread.variables = { ...thread.variables, [step.as]: first };
    return;
  }
  const token = newToken(run);
  thread.wait = { for: "queue", token, queue: step.queue, as: step.as, onError: step.on_error };
  if (step.timeout !== null) wakeAt(run, host, process, thread, run.world.now + step.timeout, token);
}

function finishGet(run: Run, host: Host, process: Process, thread: Thread, errno: string, what: OnError): void {
  thread.mark = run.world.now;
  onError(run, host, process, thread, errno, what);
  runThread(run, host, process, thread);
}
