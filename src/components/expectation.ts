/** What an experiment must show, and the calls its programs make, as sentences. */
import type { Expectation, Experiment, Flag, SegmentMatch } from "../experiment/canonical.ts";
import { format } from "../i18n/format.ts";
import type { site } from "../i18n/en/site.ts";
import { grouped } from "../views/grouped.ts";
import { duration } from "../views/time.ts";

type Words = (typeof site)["experiments"]["expect"];

/** One expectation as a sentence; the states of a path follow it as chips. Times of probes are read from the experiment. */
export function sentence(expected: Expectation, experiment: Experiment, t: Words): string {
  switch (expected.expect) {
    case "path":
      return format(t.path, { sock: expected.sock });
    case "spends": {
      const { sock, state } = expected;
      if (expected.at_most === 0) return format(t.spendsNever, { sock, state });
      return format(t.spends, { sock, state, least: duration(expected.at_least), most: duration(expected.at_most) });
    }
    case "sockets": {
      const at = experiment.probes.find(({ name }) => name === expected.probe)?.at ?? 0;
      const details = [
        expected.timer === null
          ? null
          : expected.timer === "none"
            ? t.noTimer
            : format(t.timer, { timer: expected.timer }),
        expected.recvq === null ? null : format(t.recvq, { recvq: expected.recvq }),
        expected.held === null ? null : expected.held ? t.held : t.notHeld,
      ].filter((text) => text !== null);
      return format(expected.count === 0 ? t.socketsNone : t.sockets, {
        time: duration(at),
        host: expected.host,
        state: expected.state,
        count: expected.count === 1 ? t.one : format(t.many, { count: grouped(expected.count) }),
        details: details.map((text) => `, ${text}`).join(""),
      });
    }
    case "segments":
      return format(expected.count === 0 ? t.segmentsNone : expected.count === 1 ? t.segment : t.segments, {
        host: expected.from,
        count: expected.count,
        match: segmentWord(expected.match, t.anySegment),
      });
    case "call": {
      const least = expected.at_least === null ? null : duration(expected.at_least);
      const most = expected.at_most === null ? null : duration(expected.at_most);
      const bounds =
        least !== null && most !== null
          ? format(t.bounds, { least, most })
          : least !== null
            ? format(t.least, { least })
            : most !== null
              ? format(t.most, { most })
              : "";
      const { op, program, returns, nth } = expected;
      return format(nth === 1 ? t.callFirst : t.call, { nth: grouped(nth), op, program, returns, bounds });
    }
    case "counter":
      return format(t.counter, { host: expected.host, name: expected.name, value: expected.value });
  }
}

/** A segment match in the words of an experiment file: FIN, SYN+ACK, data. */
function segmentWord({ has, lacks, data, port }: SegmentMatch, any: string): string {
  const flags = has.filter((flag: Flag) => flag !== "PSH");
  const bare = flags.length === 1 && flags[0] === "ACK" && data === false && lacks.length > 0;
  const word = bare ? "ACK" : flags.length > 0 ? flags.join("+") : data === true ? "data" : any;
  return port === null ? word : `${word}, port ${port}`;
}
