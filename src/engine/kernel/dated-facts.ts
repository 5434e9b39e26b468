/**
 * What differs between Linux versions: for every behaviour its values, the release that brought each,
 * the commit, and how that was checked. The sentences stand under the same ids in
 * `src/i18n/en/dated-facts.ts`. A new line here needs an opened source or says that it has none.
 */

/**
 * `opened`: the release itself, its notes or a manual page was read and says so. `tag inferred from
 * commit date`: the change was read (in a source tree or a patch), which release took it first
 * follows from its date. `from memory`: neither; never a proof.
 */
export type Checked = "opened" | "tag inferred from commit date" | "from memory";

export interface Change {
  readonly value: string | number;
  /** First release of Linux with this value, "6.14"; null: as far back as we looked. */
  readonly from: string | null;
  /** Oldest stable release of each older series known to have it, "6.1.113". Others may have it too. */
  readonly backports?: readonly string[];
  readonly commit: string | null;
  /** Id in `content/sources.yaml`. */
  readonly source: string;
  readonly checked: Checked;
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
      { value: "there", from: null, commit: null, source: "linux-4.4", checked: "opened" },
      { value: "gone", from: "4.12", commit: "4396e46187ca", source: "man-tcp7", checked: "opened" },
    ],
  },
  {
    id: "tcp_tw_reuse.default",
    changes: [
      { value: 0, from: null, commit: null, source: "linux-4.4", checked: "opened" },
      { value: 2, from: "4.18", commit: "79e9fed46038", source: "linux-4.18", checked: "opened" },
    ],
  },
  {
    id: "tcp_tw_reuse.wait",
    changes: [
      { value: "second-tick-after-next", from: null, commit: null, source: "linux-4.4", checked: "opened" },
      {
        value: "next-second-tick",
        from: "4.19",
        commit: "cca9bab1b72c",
        source: "linux-tw-reuse-precision",
        checked: "tag inferred from commit date",
      },
      { value: "tcp_tw_reuse_delay", from: "6.14", commit: "ca6a6f93867a", source: "net-pull-6.14", checked: "opened" },
    ],
  },
  {
    id: "tcp_tw_reuse.fin-wait-2",
    changes: [
      { value: "taken", from: null, commit: null, source: "linux-5.10", checked: "opened" },
      {
        value: "refused",
        from: "6.12",
        backports: ["5.4.291", "6.1.113", "6.11.3"],
        commit: "0d9e5df4a257",
        source: "debian-changelog-6.12",
        checked: "opened",
      },
    ],
  },
  {
    id: "tcp_syn_linear_timeouts",
    changes: [
      { value: 0, from: null, commit: null, source: "linux-6.1", checked: "opened" },
      {
        value: 4,
        from: "6.5",
        commit: "ccce324dabfe",
        source: "linux-syn-linear",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "syn-retry-after-bad-ack",
    changes: [
      { value: "timeout", from: null, commit: null, source: "linux-5.3", checked: "opened" },
      {
        value: "two-ticks",
        from: "5.6",
        commit: "9603d47bad46",
        source: "linux-5.10",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "ip_local_port_range.last",
    changes: [
      { value: 61000, from: null, commit: null, source: "kaon-2016", checked: "from memory" },
      {
        value: 60999,
        from: "4.2",
        commit: "07f4c90062f8",
        source: "linux-4.4",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "connect.port-parity",
    changes: [
      { value: "any", from: null, commit: null, source: "kaon-2016", checked: "from memory" },
      {
        value: "even-first",
        from: "4.2",
        commit: "07f4c90062f8",
        source: "linux-4.4",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "connect.port-offset",
    changes: [
      { value: "hash", from: null, commit: null, source: "linux-5.3", checked: "opened" },
      {
        value: "double-hash",
        from: "5.12",
        commit: "190cc82489f4",
        source: "linux-6.1",
        checked: "tag inferred from commit date",
      },
      {
        value: "double-hash-random-step",
        from: "5.18",
        backports: ["5.4.291", "5.10.125", "5.17.9"],
        commit: "ca7af0402550",
        source: "debian-changelog-6.1",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "connect.port-search",
    changes: [
      { value: "locked", from: null, commit: null, source: "linux-6.12", checked: "opened" },
      { value: "rcu", from: "6.15", commit: null, source: "net-pull-6.15", checked: "opened" },
    ],
  },
  {
    id: "timestamp-offset",
    changes: [
      { value: "none", from: null, commit: null, source: "linux-4.4", checked: "opened" },
      {
        value: "per-connection",
        from: "4.10",
        commit: "95a22caee396",
        source: "linux-tw-recycle",
        checked: "tag inferred from commit date",
      },
      {
        value: "per-host-pair",
        from: "4.11",
        commit: "28ee1b746f49",
        source: "linux-4.18",
        checked: "tag inferred from commit date",
      },
      {
        value: "per-connection",
        from: "7.0",
        // 6.18.44 is where our recordings show it; its series may have it earlier.
        backports: ["6.1.191", "6.12.94", "6.18.44", "6.19.7"],
        commit: "165573e41f2f",
        source: "stable-6.19.7",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "IP_BIND_ADDRESS_NO_PORT",
    changes: [
      { value: "missing", from: null, commit: null, source: "man-ip7", checked: "opened" },
      { value: "there", from: "4.2", commit: "90c337da1524", source: "man-ip7", checked: "opened" },
    ],
  },
  {
    id: "IP_LOCAL_PORT_RANGE",
    changes: [
      { value: "missing", from: null, commit: null, source: "linux-5.10", checked: "opened" },
      {
        value: "there",
        from: "6.3",
        backports: ["6.1.32"],
        commit: "91d0b78c5177",
        source: "man-ip-local-port-range",
        checked: "opened",
      },
    ],
  },
  {
    id: "SOCK_DESTROY",
    changes: [
      { value: "missing", from: null, commit: null, source: "linux-4.4", checked: "opened" },
      {
        value: "there",
        from: "4.5",
        commit: "c1e64e298b8c",
        source: "linux-sock-destroy",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "TCP_LINGER2.most",
    changes: [
      { value: "tcp_fin_timeout", from: null, commit: null, source: "linux-5.3", checked: "opened" },
      {
        value: "120-seconds",
        from: "5.8",
        backports: ["5.4.291"],
        commit: "f0628c524fd1",
        source: "linux-5.10",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "time-wait.timer",
    changes: [
      { value: "slots", from: null, commit: null, source: "kaon-2016", checked: "from memory" },
      {
        value: "own",
        from: "4.1",
        commit: "789f558cfb36",
        source: "linux-4.4",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "rst.inexact",
    changes: [
      { value: "believed", from: null, commit: null, source: "rfc5961", checked: "from memory" },
      {
        value: "challenge-ack",
        from: "3.6",
        commit: "282f23c6ee34",
        source: "linux-4.4",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "syn.synchronized",
    changes: [
      { value: "rst", from: null, commit: null, source: "rfc5961", checked: "from memory" },
      {
        value: "challenge-ack",
        from: "3.6",
        commit: "0c24604b68fc",
        source: "linux-4.4",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    // A SYN+ACK for a connection in SYN-RECEIVED that no listener made.
    id: "syn-ack.crossing",
    changes: [
      { value: "challenge-ack", from: null, commit: null, source: "linux-crossing-syn-ack", checked: "opened" },
      {
        value: "established",
        from: "6.12",
        commit: "23e89e8ee7be",
        source: "linux-crossing-syn-ack",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "close.unread",
    changes: [
      { value: "any-left-in-queue", from: null, commit: null, source: "linux-6.17", checked: "opened" },
      {
        value: "not-yet-read",
        from: "6.18",
        backports: ["6.1.156", "6.12.53"],
        commit: "5f9238530970",
        source: "debian-changelog-6.1",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "tcp_rto_max_ms",
    changes: [
      { value: "missing", from: null, commit: null, source: "linux-6.12", checked: "opened" },
      { value: "there", from: "6.15", commit: "1280c26228bd", source: "net-pull-6.15", checked: "opened" },
    ],
  },
  {
    id: "tcp_rto_min_us",
    changes: [
      { value: "missing", from: null, commit: null, source: "linux-6.1", checked: "opened" },
      {
        value: "there",
        from: "6.11",
        commit: "f086edef71be",
        source: "linux-6.12",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "pingpong-threshold",
    changes: [
      { value: 1, from: null, commit: null, source: "linux-4.4", checked: "opened" },
      {
        value: 3,
        from: "5.1",
        commit: "4a41f453bedf",
        source: "linux-5.3",
        checked: "tag inferred from commit date",
      },
      {
        value: 1,
        from: "5.19",
        backports: ["5.10.135", "5.18.16"],
        commit: "4d8f24eeedc5",
        source: "debian-changelog-5.10",
        checked: "tag inferred from commit date",
      },
      {
        value: "tcp_pingpong_thresh",
        from: "6.7",
        commit: "562b1fdf061b",
        source: "linux-6.12",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    id: "sysctls.tcp_fin_timeout",
    changes: [
      { value: "machine", from: null, commit: null, source: "linux-4.4", checked: "opened" },
      { value: "namespace", from: "4.6", commit: null, source: "linux-4.18", checked: "from memory" },
    ],
  },
  {
    id: "sysctls.tcp_tw_reuse",
    changes: [
      { value: "machine", from: null, commit: null, source: "linux-4.4", checked: "opened" },
      {
        value: "namespace",
        from: "4.11",
        commit: "56ab6b93007e",
        source: "linux-4.18",
        checked: "tag inferred from commit date",
      },
    ],
  },
  {
    // Bytes of struct tcp_timewait_sock on x86-64. Kernels between may have other sizes.
    id: "time-wait.entry-size",
    changes: [
      { value: 168, from: null, commit: null, source: "kaon-2016", checked: "from memory" },
      { value: 264, from: "6.1", commit: null, source: "btf-6.1.192", checked: "opened" },
      { value: 248, from: "6.18", commit: null, source: "btf-6.18.44", checked: "opened" },
    ],
  },
  {
    id: "orphan-count",
    changes: [
      { value: "shared-counter", from: null, commit: null, source: "linux-5.3", checked: "opened" },
      {
        value: "per-cpu",
        from: "5.16",
        backports: ["5.10.80"],
        commit: "19757cebf0c5",
        source: "debian-changelog-5.10",
        checked: "tag inferred from commit date",
      },
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
