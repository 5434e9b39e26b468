import { describe, expect, it } from "vitest";
import type { SocketView } from "../../src/views/socket-view.ts";
import { snapshot } from "../../src/views/snapshot.ts";
import { pids, ssChanges, ssLines, ssText, ssTime } from "../../src/views/ss.ts";
import { recordings } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

describe("the time ss prints", () => {
  it.each([
    [0, ""],
    [999_000, "999ms"],
    [48_000, "048ms"],
    [1_000_000, "1sec"],
    // The trap: seconds with a fraction end in ms.
    [2_892_000, "2.892ms"],
    [9_999_000, "9.999ms"],
    [10_500_000, "10sec"],
    [59_990_000, "59sec"],
    [60_000_000, "1min"],
    [119_000_000, "1min59sec"],
    [605_000_000, "10min"],
    [7_199_000_000, "119min"],
  ])("%i µs is %s", (us, text) => {
    expect(ssTime(us)).toBe(text);
  });
});

describe("ss -tanop", () => {
  const pid = pids(closeFour);
  const at = (index: number, host: string) => ssText(ssLines(snapshot(closeFour, index), host, pid));

  it("prints what it would print while A waits in FIN-WAIT-2", () => {
    expect(at(57, "A")).toMatchInlineSnapshot(`
      "State      Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
      FIN-WAIT-2 0      0           10.0.0.1:40000     10.0.0.2:7000 timer:(timewait,1min,0)"
    `);
    expect(at(57, "B")).toMatchInlineSnapshot(`
      "State      Recv-Q Send-Q Local Address:Port Peer Address:Port Process
      LISTEN     0      16           0.0.0.0:7000      0.0.0.0:*     users:(("server",pid=1001,fd=3))
      CLOSE-WAIT 0      0           10.0.0.2:7000     10.0.0.1:40000 users:(("server",pid=1001,fd=4))"
    `);
  });

  it("marks what a step changed, and a timer only when it is another or was restarted", () => {
    const now = snapshot(closeFour, 57);
    const before = ssLines(snapshot(closeFour, 52), "A", pid)[0];
    const line = ssLines(now, "A", pid)[0];
    if (!line || !before) throw new Error("no line");
    expect(ssChanges(line, before, 50)).toEqual(["state", "sendq", "timer"]);
    expect(ssChanges(line, line, 0)).toEqual([]);
  });

  // Timers run on, and may fire, between a probe and the call of ss; process ids are the kernel's own.
  const still = (text: string) =>
    text
      .replace(/pid=\d+/g, "pid=N")
      .replace(/timer:\((\w+),[^,]*,\d+\)/g, "timer:($1,T,N)")
      .split("\n")
      .map((line) => line.trimEnd())
      .sort();
  for (const { id, kernel, trace } of recordings()) {
    const captures = trace.events.flatMap((event) =>
      event.k === "capture" && event.tool === "ss -tanop" ? [event] : [],
    );
    for (const capture of captures) {
      const probe = trace.events.find(
        (event) => event.k === "probe" && event.probe === capture.probe && event.host === capture.host,
      );
      // The names of long programs are cut by the kernel; many rows come in the order of its hash tables.
      if (probe?.k !== "probe" || probe.sockets.length > 40) continue;
      it(`prints what ss printed on ${capture.host} at ${capture.probe} of ${id}, ${kernel}`, () => {
        const sockets = probe.sockets.map(
          (row) => ({ ...row, host: capture.host, listed: true }) as unknown as SocketView,
        );
        const text = ssText(
          ssLines({ sockets, threads: [] }, capture.host, pids({ hosts: [], until: 0, events: trace.events })),
        );
        expect(still(text)).toEqual(still(capture.text));
      });
    }
  }
});
