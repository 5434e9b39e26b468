/** How threads and processes end, by themselves or by SIGKILL. */
import type { Host } from "../kernel/host.ts";
import { closeAll } from "../kernel/close.ts";
import type { Process, Thread } from "../process/process.ts";
import { record, type Run } from "./world.ts";

/** @param why the error for which it ends; null: it has nothing left to do */
export function endThread(run: Run, host: Host, process: Process, thread: Thread, why: string | null): void {
  thread.ended = true;
  thread.wait = null;
  record(run, {
    k: "thread",
    host: host.name,
    program: process.name,
    thread: thread.name,
    act: "end",
    why,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  if (process.threads.every((one) => one.ended)) endProcess(run, host, process, "exit");
}

/** The process is gone and the kernel closes what it had (do_exit). */
export function endProcess(run: Run, host: Host, process: Process, act: "exit" | "killed"): void {
  if (!process.alive) return;
  process.alive = false;
  run.cause = record(run, {
    k: "process",
    host: host.name,
    program: process.name,
    act,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  closeAll(run, host, process, act === "killed" ? "kill.closes" : "exit.closes");
  for (const thread of process.threads) {
    thread.ended = true;
    thread.wait = null;
  }
}
