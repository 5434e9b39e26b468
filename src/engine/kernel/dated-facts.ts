/**
 * What differs between Linux versions: for every behaviour its values and the release that brought each. Under the same
 * ids stand the sentences, in `src/i18n/en/dated-facts.ts`, and commits and sources, in `dated-facts-origins.ts`.
 */
export interface Change {
  readonly value: string | number;
  /** First release of Linux with this value, "6.14"; null: as far back as we looked. */
  readonly from: string | null;
  /** Oldest stable release of each older series known to have it, "6.1.113". Others may have it too. */
  readonly backports?: readonly string[];
}

/** Changes in the order of `from`. The first holds from the beginning. */
export interface DatedFact {
  readonly id: string;
  readonly changes: readonly [Change, ...(readonly Change[])];
}

export const DATED_FACTS = [
  {
    id: "tcp_tw_recycle",
    changes: [
      { value: "there", from: null },
      { value: "gone", from: "4.12" },
    ],
  },
  {
    id: "tcp_tw_reuse.default",
    changes: [
      { value: 0, from: null },
      { value: 2, from: "4.18" },
    ],
  },
  {
    id: "tcp_tw_reuse.wait",
    changes: [
      { value: "second-tick-after-next", from: null },
      { value: "next-second-tick", from: "4.19" },
      { value: "tcp_tw_reuse_delay", from: "6.14" },
    ],
  },
  {
    id: "tcp_tw_reuse.fin-wait-2",
    changes: [
      { value: "taken", from: null },
      { value: "refused", from: "6.12", backports: ["5.4.291", "6.1.113", "6.11.3"] },
    ],
  },
  {
    id: "tcp_syn_linear_timeouts",
    changes: [
      { value: 0, from: null },
      { value: 4, from: "6.5" },
    ],
  },
  {
    id: "syn-retry-after-bad-ack",
    changes: [
      { value: "timeout", from: null },
      { value: "two-ticks", from: "5.6" },
    ],
  },
  {
    id: "ip_local_port_range.last",
    changes: [
      { value: 61000, from: null },
      { value: 60999, from: "4.2" },
    ],
  },
  {
    id: "connect.port-parity",
    changes: [
      { value: "any", from: null },
      { value: "even-first", from: "4.2" },
    ],
  },
  {
    id: "connect.port-offset",
    changes: [
      { value: "hash", from: null },
      { value: "double-hash", from: "5.12" },
      { value: "double-hash-random-step", from: "5.18", backports: ["5.4.291", "5.10.125", "5.17.9"] },
    ],
  },
  {
    id: "connect.port-search",
    changes: [
      { value: "locked", from: null },
      { value: "rcu", from: "6.15" },
    ],
  },
  {
    id: "timestamp-offset",
    changes: [
      { value: "none", from: null },
      { value: "per-connection", from: "4.10" },
      { value: "per-host-pair", from: "4.11" },
      {
        value: "per-connection",
        from: "7.0",
        // 6.18.44 is where our recordings show it; its series may have it earlier.
        backports: ["6.1.191", "6.12.94", "6.18.44", "6.19.7"],
      },
    ],
  },
  {
    id: "IP_BIND_ADDRESS_NO_PORT",
    changes: [
      { value: "missing", from: null },
      { value: "there", from: "4.2" },
    ],
  },
  {
    id: "IP_LOCAL_PORT_RANGE",
    changes: [
      { value: "missing", from: null },
      { value: "there", from: "6.3", backports: ["6.1.32"] },
    ],
  },
  {
    id: "SOCK_DESTROY",
    changes: [
      { value: "missing", from: null },
      { value: "there", from: "4.5" },
    ],
  },
  {
    id: "TCP_LINGER2.most",
    changes: [
      { value: "tcp_fin_timeout", from: null },
      { value: "120-seconds", from: "5.8", backports: ["5.4.291"] },
    ],
  },
  {
    id: "time-wait.timer",
    changes: [
      { value: "slots", from: null },
      { value: "own", from: "4.1" },
    ],
  },
  {
    id: "rst.inexact",
    changes: [
      { value: "believed", from: null },
      { value: "challenge-ack", from: "3.6" },
    ],
  },
  {
    id: "syn.synchronized",
    changes: [
      { value: "rst", from: null },
      { value: "challenge-ack", from: "3.6" },
    ],
  },
  {
    // A SYN+ACK for a connection in SYN-RECEIVED that no listener made.
    id: "syn-ack.crossing",
    changes: [
      { value: "challenge-ack", from: null },
      { value: "established", from: "6.12" },
    ],
  },
  {
    id: "close.unread",
    changes: [
      { value: "any-left-in-queue", from: null },
      { value: "not-yet-read", from: "6.18", backports: ["6.1.156", "6.12.53"] },
    ],
  },
  {
    id: "tcp_rto_max_ms",
    changes: [
      { value: "missing", from: null },
      { value: "there", from: "6.15" },
    ],
  },
  {
    id: "tcp_rto_min_us",
    changes: [
      { value: "missing", from: null },
      { value: "there", from: "6.11" },
    ],
  },
  {
    id: "pingpong-threshold",
    changes: [
      { value: 1, from: null },
      { value: 3, from: "5.1" },
      { value: 1, from: "5.19", backports: ["5.10.135", "5.18.16"] },
      { value: "tcp_pingpong_thresh", from: "6.7" },
    ],
  },
  {
    id: "sysctls.tcp_fin_timeout",
    changes: [
      { value: "machine", from: null },
      { value: "namespace", from: "4.6" },
    ],
  },
  {
    id: "sysctls.tcp_tw_reuse",
    changes: [
      { value: "machine", from: null },
      { value: "namespace", from: "4.11" },
    ],
  },
  {
    // Bytes of struct tcp_timewait_sock on x86-64. Kernels between may have other sizes.
    id: "time-wait.entry-size",
    changes: [
      { value: 168, from: null },
      { value: 264, from: "6.1" },
      { value: 248, from: "6.18" },
    ],
  },
  {
    id: "orphan-count",
    changes: [
      { value: "shared-counter", from: null },
      { value: "per-cpu", from: "5.16", backports: ["5.10.80"] },
    ],
  },
] as const satisfies readonly DatedFact[];

export type DatedFactId = (typeof DATED_FACTS)[number]["id"];

/**
 * The change of a fact that holds on a Linux version: "6.18", "6.1.192", or a release as `uname -r`
 * prints it. A version without a third number is the first release of its series. A vendor's kernel
 * may hold more than its number says. Throws RangeError if the text does not begin with a version.
 */
export function factAt(id: DatedFactId, version: string): Change {
  const at = parseVersion(version);
  const fact: DatedFact | undefined = DATED_FACTS.find((each) => each.id === id);
  if (fact === undefined) throw new RangeError(`no dated fact "${id}"`);
  return fact.changes.findLast((change) => holds(change, at)) ?? fact.changes[0];
}

type Version = readonly [major: number, minor: number, patch: number];

function holds({ from, backports = [] }: Change, at: Version): boolean {
  if (from === null || compare(parseVersion(from), at) <= 0) return true;
  return backports.map(parseVersion).some((since) => since[0] === at[0] && since[1] === at[1] && since[2] <= at[2]);
}

/** Below, at or above zero, as `a` is older, the same or newer. */
function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function parseVersion(text: string): Version {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(text);
  if (found === null) throw new RangeError(`"${text}" is not a Linux version such as 6.18 or 6.1.192`);
  return [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}
