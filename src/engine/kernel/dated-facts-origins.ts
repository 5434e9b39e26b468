/**
 * Where the table of dated facts comes from: for every change in `dated-facts.ts`, in the same order, the commit, the
 * source that was read, and how it was checked. By itself, because the page of a run needs the values and not this.
 * A new line needs an opened source or says that it has none.
 */
import type { DatedFactId } from "./dated-facts.ts";

/**
 * `opened`: the release itself, its notes or a manual page was read and says so. `tag inferred from
 * commit date`: the change was read (in a source tree or a patch), which release took it first
 * follows from its date. `from memory`: neither; never a proof.
 */
export type Checked = "opened" | "tag inferred from commit date" | "from memory";

export interface Origin {
  readonly commit: string | null;
  /** Id in `content/sources.yaml`. */
  readonly source: string;
  readonly checked: Checked;
}

export const ORIGINS: Readonly<Record<DatedFactId, readonly Origin[]>> = {
  tcp_tw_recycle: [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: "4396e46187ca", source: "man-tcp7", checked: "opened" },
  ],
  "tcp_tw_reuse.default": [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: "79e9fed46038", source: "linux-4.18", checked: "opened" },
  ],
  "tcp_tw_reuse.wait": [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: "cca9bab1b72c", source: "linux-tw-reuse-precision", checked: "tag inferred from commit date" },
    { commit: "ca6a6f93867a", source: "net-pull-6.14", checked: "opened" },
  ],
  "tcp_tw_reuse.fin-wait-2": [
    { commit: null, source: "linux-5.10", checked: "opened" },
    { commit: "0d9e5df4a257", source: "debian-changelog-6.12", checked: "opened" },
  ],
  tcp_syn_linear_timeouts: [
    { commit: null, source: "linux-6.1", checked: "opened" },
    { commit: "ccce324dabfe", source: "linux-syn-linear", checked: "tag inferred from commit date" },
  ],
  "syn-retry-after-bad-ack": [
    { commit: null, source: "linux-5.3", checked: "opened" },
    { commit: "9603d47bad46", source: "linux-5.10", checked: "tag inferred from commit date" },
  ],
  "ip_local_port_range.last": [
    { commit: null, source: "kaon-2016", checked: "from memory" },
    { commit: "07f4c90062f8", source: "linux-4.4", checked: "tag inferred from commit date" },
  ],
  "connect.port-parity": [
    { commit: null, source: "kaon-2016", checked: "from memory" },
    { commit: "07f4c90062f8", source: "linux-4.4", checked: "tag inferred from commit date" },
  ],
  "connect.port-offset": [
    { commit: null, source: "linux-5.3", checked: "opened" },
    { commit: "190cc82489f4", source: "linux-6.1", checked: "tag inferred from commit date" },
    { commit: "ca7af0402550", source: "debian-changelog-6.1", checked: "tag inferred from commit date" },
  ],
  "connect.port-search": [
    { commit: null, source: "linux-6.12", checked: "opened" },
    { commit: null, source: "net-pull-6.15", checked: "opened" },
  ],
  "timestamp-offset": [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: "95a22caee396", source: "linux-tw-recycle", checked: "tag inferred from commit date" },
    { commit: "28ee1b746f49", source: "linux-4.18", checked: "tag inferred from commit date" },
    { commit: "165573e41f2f", source: "stable-6.19.7", checked: "tag inferred from commit date" },
  ],
  IP_BIND_ADDRESS_NO_PORT: [
    { commit: null, source: "man-ip7", checked: "opened" },
    { commit: "90c337da1524", source: "man-ip7", checked: "opened" },
  ],
  IP_LOCAL_PORT_RANGE: [
    { commit: null, source: "linux-5.10", checked: "opened" },
    { commit: "91d0b78c5177", source: "man-ip-local-port-range", checked: "opened" },
  ],
  SOCK_DESTROY: [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: "c1e64e298b8c", source: "linux-sock-destroy", checked: "tag inferred from commit date" },
  ],
  "TCP_LINGER2.most": [
    { commit: null, source: "linux-5.3", checked: "opened" },
    { commit: "f0628c524fd1", source: "linux-5.10", checked: "tag inferred from commit date" },
  ],
  "time-wait.timer": [
    { commit: null, source: "kaon-2016", checked: "from memory" },
    { commit: "789f558cfb36", source: "linux-4.4", checked: "tag inferred from commit date" },
  ],
  "rst.inexact": [
    { commit: null, source: "rfc5961", checked: "from memory" },
    { commit: "282f23c6ee34", source: "linux-4.4", checked: "tag inferred from commit date" },
  ],
  "syn.synchronized": [
    { commit: null, source: "rfc5961", checked: "from memory" },
    { commit: "0c24604b68fc", source: "linux-4.4", checked: "tag inferred from commit date" },
  ],
  "syn-ack.crossing": [
    { commit: null, source: "linux-crossing-syn-ack", checked: "opened" },
    { commit: "23e89e8ee7be", source: "linux-crossing-syn-ack", checked: "tag inferred from commit date" },
  ],
  "close.unread": [
    { commit: null, source: "linux-6.17", checked: "opened" },
    { commit: "5f9238530970", source: "debian-changelog-6.1", checked: "tag inferred from commit date" },
  ],
  tcp_rto_max_ms: [
    { commit: null, source: "linux-6.12", checked: "opened" },
    { commit: "1280c26228bd", source: "net-pull-6.15", checked: "opened" },
  ],
  tcp_rto_min_us: [
    { commit: null, source: "linux-6.1", checked: "opened" },
    { commit: "f086edef71be", source: "linux-6.12", checked: "tag inferred from commit date" },
  ],
  "pingpong-threshold": [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: "4a41f453bedf", source: "linux-5.3", checked: "tag inferred from commit date" },
    { commit: "4d8f24eeedc5", source: "debian-changelog-5.10", checked: "tag inferred from commit date" },
    { commit: "562b1fdf061b", source: "linux-6.12", checked: "tag inferred from commit date" },
  ],
  "sysctls.tcp_fin_timeout": [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: null, source: "linux-4.18", checked: "from memory" },
  ],
  "sysctls.tcp_tw_reuse": [
    { commit: null, source: "linux-4.4", checked: "opened" },
    { commit: "56ab6b93007e", source: "linux-4.18", checked: "tag inferred from commit date" },
  ],
  "time-wait.entry-size": [
    { commit: null, source: "kaon-2016", checked: "from memory" },
    { commit: null, source: "btf-6.1.192", checked: "opened" },
    { commit: null, source: "btf-6.18.44", checked: "opened" },
  ],
  "orphan-count": [
    { commit: null, source: "linux-5.3", checked: "opened" },
    { commit: "19757cebf0c5", source: "debian-changelog-5.10", checked: "tag inferred from commit date" },
  ],
};
