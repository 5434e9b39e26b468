/** `netstat` and `lsof` as the site prints them, against what the tools printed on a real kernel. */
import { describe, expect, it } from "vitest";
import type { TraceEvent } from "../../src/engine/trace.ts";
import { inodes, lsofText } from "../../src/views/lsof.ts";
import { netstatText } from "../../src/views/netstat.ts";
import { snapshot } from "../../src/views/snapshot.ts";
import type { SocketView } from "../../src/views/socket-view.ts";
import { pids, ssLines } from "../../src/views/ss.ts";
import { recordings } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

interface Recorded {
  readonly title: string;
  readonly sockets: readonly SocketView[];
  readonly host: string;
  readonly text: string;
}

/** What the tool printed at every probe that kept it, with the sockets that the kernel listed at that moment. */
function recorded(tool: string): readonly Recorded[] {
  return recordings().flatMap(({ id, kernel, trace }) =>
    trace.events.flatMap((capture): Recorded[] => {
      if (capture.k !== "capture" || capture.tool !== tool) return [];
      const at = (event: TraceEvent) =>
        event.k === "probe" && event.probe === capture.probe && event.host === capture.host;
      const probe = trace.events.find(at);
      // Of a crowd the probe keeps a part.
      if (probe?.k !== "probe" || probe.sockets.length === 0 || probe.sockets.length > 40) return [];
      const sockets = probe.sockets.map((row) => ({ ...row, host: capture.host, listed: true }) as SocketView);
      return [
        {
          title: `${capture.host} at ${capture.probe} of ${id}, ${kernel}`,
          sockets,
          host: capture.host,
          text: capture.text,
        },
      ];
    }),
  );
}

const lines = ({ sockets, host }: Recorded, pid: ReadonlyMap<string, number>) =>
  ssLines({ sockets, threads: [] }, host, pid);
const sorted = (text: string) => text.trimEnd().split("\n").sort();

describe("netstat -tanop", () => {
  const found = recorded("netstat -tanop");
  it("was recorded", () => expect(found.length).toBeGreaterThan(100));

  // The lab's programs are one python3 process each; a timer runs on between the probe and the tool.
  for (const one of found)
    it(`prints what netstat printed on ${one.title}`, () => {
      const programs = new Map<string, number>();
      const real = one.text.split("\n").map((line) => {
        const [, local, id] = /^tcp +\d+ +\d+ (\S+) .* (\d+)\/python3/.exec(line) ?? [];
        const holder = one.sockets.find((socket) => socket.local === local && socket.holder !== null)?.holder;
        if (id === undefined || !holder) return line;
        programs.set(holder.program, Number(id));
        return line.replace(
          /\d+\/python3 */,
          (cell) => `${id}/${holder.program}`.padEnd(Math.max(cell.length - 1, 20)) + " ",
        );
      });
      const still = (text: string) => sorted(text).map((line) => line.replace(/\(\d+\.\d\d\//, "(T/"));
      expect(still(netstatText(lines(one, programs), programs))).toEqual(still(real.join("\n")));
    });
});

describe("lsof -nP -i", () => {
  const found = recorded("lsof -nP -i");
  it("was recorded", () => expect(found.length).toBeGreaterThan(100));

  for (const one of found)
    it(`prints what lsof printed on ${one.title}`, () => {
      const programs = new Map<string, number>();
      const inode = new Map<string, number>();
      for (const line of one.text.split("\n")) {
        const [, command, id, fd, device] = /^(\S+) +(\d+) root +(\d+)u +IPv4 +(\d+)/.exec(line) ?? [];
        const holder = one.sockets.find(
          (socket) => socket.holder?.fd === Number(fd) && socket.holder.program.slice(0, 9) === command,
        )?.holder;
        if (!holder) continue;
        programs.set(holder.program, Number(id));
        inode.set(`${holder.program} ${holder.fd}`, Number(device));
      }
      const text = lsofText(
        lines(one, programs),
        programs,
        ({ holder }) => inode.get(`${holder?.program} ${holder?.fd}`) ?? 0,
      );
      expect(text).toBe(one.text.trimEnd());
    });
});

describe("of a run", () => {
  const now = snapshot(closeFour, 57);
  const pid = pids(closeFour);

  it("netstat says FIN_WAIT2 without a program, and CLOSE_WAIT with one", () => {
    expect(
      netstatText(ssLines(now, "A", pid), pid)
        .split("\n")
        .at(-1),
    ).toBe(
      "tcp        0      0 10.0.0.1:40000          10.0.0.2:7000           FIN_WAIT2   -                    timewait (60.00/0/0)",
    );
    expect(netstatText(ssLines(now, "B", pid), pid)).toContain("CLOSE_WAIT  1001/server");
  });

  it("lsof lists descriptors, not sockets: nothing on A", () => {
    expect(lsofText(ssLines(now, "A", pid), pid, inodes(now.sockets))).toBe("");
    expect(lsofText(ssLines(now, "B", pid), pid, inodes(now.sockets))).toMatchInlineSnapshot(`
      "COMMAND  PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
      server  1001 root    3u  IPv4  20001      0t0  TCP *:7000 (LISTEN)
      server  1001 root    4u  IPv4  20003      0t0  TCP 10.0.0.2:7000->10.0.0.1:40000 (CLOSE_WAIT)"
    `);
  });
});
