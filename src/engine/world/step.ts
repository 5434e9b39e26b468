/** The event loop: takes the earliest thing that is due and lets it happen. Only here does time move. */
import { type Host, setSysctl } from "../kernel/host.ts";
import { ssKill } from "../kernel/ss-kill.ts";
import { releaseHeld } from "../network/link.ts";
import { inject } from "../network/inject.ts";
import { sawArrive } from "../network/wire.ts";
import type { OutsideEvent } from "../scenario.ts";
import { onTimer } from "../tcp/timer-fires.ts";
import { onMiniTimer } from "../tcp/time-wait.ts";
import { crowdOf } from "../kernel/syn-queue.ts";
import { commit, commitMini, environment, forgetHalfOpen, isLeftHalfOpen, nameOf } from "./apply.ts";
import { deliver } from "./deliver.ts";
import { socketRows } from "./rows.ts";
import { endProcess } from "./endings.ts";
import { resumeThread, startOutsideThread, startProgram } from "./threads.ts";
import type { Due } from "./agenda.ts";
import { record, type Run, type World } from "./world.ts";

/** A run in which more happens is stopped, so that no page hangs. The largest experiment needs a twentieth of it. */
const MOST_EVENTS = 5_000_000;

/**
 * Lets the next event happen, if it is due by `until` (microseconds, inclusive). False: none is.
 * @throws NotModelled if the run needs what the engine does not model
 */
export function step(run: Run, until: number): boolean {
  const { world } = run;
  const next = world.agenda.next();
  if (world.stopped !== null || next === null || next > until) return false;
  if (world.agenda.isCrowded()) world.agenda.sweep((due) => isLive(world, due));
  const item = world.agenda.pop();
  if (!item) return false;
  world.now = item.at;
  run.cause = item.cause;
  world.happened += 1;
  if (world.happened > MOST_EVENTS) {
    world.stopped = `at ${world.now} us: ${MOST_EVENTS} things happened; does a loop wait too little?`;
    return false;
  }
  happen(run, item.due);
  return true;
}

/** A timer that was cancelled or moved means nothing any more. */
function isLive(world: World, due: Due): boolean {
  if (due.kind !== "timer" && due.kind !== "timewait") return true;
  const socket = world.hosts[due.host]?.sockets.get(due.socket);
  if (due.kind === "timer") return socket?.kind === "full" && socket.timers[due.timer] === due.due;
  return socket?.kind === "mini" && socket.deadline === due.due;
}

function happen(run: Run, item: Due): void {
  const { world } = run;
  switch (item.kind) {
    case "program":
      startProgram(run, item.program);
      return;
    case "thread":
      resumeThread(run, hostAt(run, item.host), item.pid, item.thread, item.token);
      return;
    case "timer": {
      const host = hostAt(run, item.host);
      const socket = host.sockets.get(item.socket);
      // A timer that was cancelled or moved means nothing any more.
      if (socket?.kind !== "full" || socket.timers[item.timer] !== item.due) return;
      const sock = nameOf(run, host, socket);
      run.cause = record(run, {
        k: "timer",
        host: host.name,
        sock,
        timer: item.timer,
        act: "fire",
        due: item.due,
        t: run.world.now,
        cause: run.cause,
        rule: null,
      });
      if (isLeftHalfOpen(host, socket)) forgetHalfOpen(run, host, socket);
      else commit(run, host, onTimer(socket, item.timer, { ...environment(run, host), crowd: crowdOf(host, socket) }));
      return;
    }
    case "timewait": {
      const host = hostAt(run, item.host);
      const socket = host.sockets.get(item.socket);
      if (socket?.kind !== "mini" || socket.deadline !== item.due) return;
      const sock = nameOf(run, host, socket);
      run.cause = record(run, {
        k: "timer",
        host: host.name,
        sock,
        timer: "timewait",
        act: "fire",
        due: item.due,
        t: run.world.now,
        cause: run.cause,
        rule: null,
      });
      commitMini(run, host, onMiniTimer(socket));
      return;
    }
    case "arrival":
      if (run.plan.injects && !item.madeUp) sawArrive(world, item.segment);
      deliver(run, hostAt(run, item.host), item.segment, item.number);
      return;
    case "release":
      releaseHeld(run, item.fault);
      return;
    case "outside": {
      const event = run.plan.scenario.events[item.event];
      if (event) outside(run, event, item.event);
      return;
    }
    case "probe": {
      const probe = run.plan.scenario.probes[item.probe];
      for (const host of world.hosts) {
        record(run, {
          k: "probe",
          host: host.name,
          probe: probe?.name ?? "end",
          sockets: socketRows(run, host),
          counters: Object.fromEntries([...host.counters].sort(([a], [b]) => (a < b ? -1 : 1))),
          t: run.world.now,
          cause: run.cause,
          rule: null,
        });
      }
    }
  }
}

function hostAt(run: Run, index: number): Host {
  const host = run.world.hosts[index];
  if (!host) throw new Error(`no host ${index}`);
  return host;
}

function hostNamed(run: Run, name: string): Host {
  const host = run.world.hosts.find((one) => one.name === name);
  if (!host) throw new Error(`no host ${name}`);
  return host;
}

function outside(run: Run, event: OutsideEvent, index: number): void {
  switch (event.do) {
    case "sysctl": {
      const host = hostNamed(run, event.host);
      run.cause = record(run, {
        k: "event",
        host: host.name,
        what: `sysctl ${event.name}=${event.value}`,
        t: run.world.now,
        cause: run.cause,
        rule: null,
      });
      setSysctl(host, event.name, event.value);
      return;
    }
    case "kill":
      for (const host of run.world.hosts) {
        const process = host.processes.find((one) => one.name === event.program && one.alive);
        if (!process) continue;
        run.cause = record(run, {
          k: "event",
          host: host.name,
          what: `kill ${event.program}`,
          t: run.world.now,
          cause: run.cause,
          rule: null,
        });
        endProcess(run, host, process, "killed");
      }
      return;
    case "link": {
      const host = hostNamed(run, event.host);
      run.cause = record(run, {
        k: "event",
        host: host.name,
        what: `link ${event.up ? "up" : "down"}`,
        t: run.world.now,
        cause: run.cause,
        rule: null,
      });
      host.up = event.up;
      return;
    }
    case "inject":
      inject(run, hostNamed(run, event.to), event);
      return;
    case "thread":
      startOutsideThread(run, index, event.program, event.fd);
      return;
    case "ss_kill":
      ssKill(run, hostNamed(run, event.host), event);
  }
}
