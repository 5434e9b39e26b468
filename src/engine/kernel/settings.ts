/**
 * The sysctls the engine reads, as numbers. A host keeps them by full name, as the kernel does;
 * this is their parsed form. Names without `net.ipv4.`. What a kernel does not have is its constant.
 */
import type { KernelFacts } from "./kernel-version.ts";

export interface Settings {
  readonly somaxconn: number;
  readonly ip_local_port_range: { readonly first: number; readonly last: number };
  readonly ip_autobind_reuse: number;
  readonly tcp_abort_on_overflow: number;
  readonly tcp_early_retrans: number;
  /** Seconds. */
  readonly tcp_fin_timeout: number;
  /** Milliseconds. */
  readonly tcp_invalid_ratelimit: number;
  readonly tcp_keepalive_intvl: number;
  readonly tcp_keepalive_probes: number;
  readonly tcp_keepalive_time: number;
  /** A limit of the machine; without one if the host does not set it. */
  readonly tcp_max_orphans: number;
  readonly tcp_max_syn_backlog: number;
  readonly tcp_max_tw_buckets: number;
  readonly tcp_orphan_retries: number;
  readonly tcp_retries2: number;
  readonly tcp_rfc1337: number;
  /** Bytes: a new socket's buffer, and the most it may grow to. */
  readonly tcp_rmem: { readonly initial: number; readonly most: number };
  readonly tcp_rto_max_ms: number;
  readonly tcp_rto_min_us: number;
  readonly tcp_sack: number;
  readonly tcp_syn_linear_timeouts: number;
  readonly tcp_syn_retries: number;
  readonly tcp_synack_retries: number;
  readonly tcp_syncookies: number;
  readonly tcp_timestamps: number;
  readonly tcp_tw_recycle: number;
  readonly tcp_tw_reuse: number;
  readonly tcp_tw_reuse_delay: number;
  readonly tcp_window_scaling: number;
}

function numberOf(sysctl: Readonly<Record<string, string>>, name: string): number {
  const value = Number(sysctl[name]);
  if (!Number.isInteger(value))
    throw new Error(`sysctl ${name} is ${JSON.stringify(sysctl[name])}, not a whole number`);
  return value;
}

/** net.ipv4.tcp_rmem; where a host does not set it, the default of Linux 6.18 on a machine of some gigabytes. */
function receiveMemory(sysctl: Readonly<Record<string, string>>): Settings["tcp_rmem"] {
  const [, initial, most] = (sysctl["net.ipv4.tcp_rmem"] ?? "4096 131072 33554432").split(/\s+/).map(Number);
  if (!Number.isInteger(initial) || !Number.isInteger(most))
    throw new Error("sysctl net.ipv4.tcp_rmem needs three numbers");
  return { initial: initial as number, most: most as number };
}

/**
 * Parses the sysctls of a host, by full name; `kernel` says which of them its version has.
 * @throws Error naming the sysctl whose value is no number
 */
export function settingsFrom(sysctl: Readonly<Record<string, string>>, kernel: KernelFacts): Settings {
  const read = (name: string): number => numberOf(sysctl, `net.ipv4.${name}`);
  const readIf = (there: boolean, name: string, otherwise: number): number => (there ? read(name) : otherwise);
  const [first, last] = (sysctl["net.ipv4.ip_local_port_range"] ?? "").split(/\s+/).map(Number);
  if (!Number.isInteger(first) || !Number.isInteger(last))
    throw new Error("sysctl net.ipv4.ip_local_port_range needs two ports");
  return {
    somaxconn: numberOf(sysctl, "net.core.somaxconn"),
    ip_local_port_range: { first: first as number, last: last as number },
    ip_autobind_reuse: read("ip_autobind_reuse"),
    tcp_abort_on_overflow: read("tcp_abort_on_overflow"),
    tcp_early_retrans: read("tcp_early_retrans"),
    tcp_fin_timeout: read("tcp_fin_timeout"),
    tcp_invalid_ratelimit: read("tcp_invalid_ratelimit"),
    tcp_keepalive_intvl: read("tcp_keepalive_intvl"),
    tcp_keepalive_probes: read("tcp_keepalive_probes"),
    tcp_keepalive_time: read("tcp_keepalive_time"),
    tcp_max_orphans: readIf("net.ipv4.tcp_max_orphans" in sysctl, "tcp_max_orphans", Infinity),
    tcp_max_syn_backlog: read("tcp_max_syn_backlog"),
    tcp_max_tw_buckets: read("tcp_max_tw_buckets"),
    tcp_orphan_retries: read("tcp_orphan_retries"),
    tcp_retries2: read("tcp_retries2"),
    tcp_rfc1337: read("tcp_rfc1337"),
    tcp_rmem: receiveMemory(sysctl),
    // TCP_RTO_MAX and TCP_RTO_MIN, include/net/tcp.h.
    tcp_rto_max_ms: readIf(kernel.tcp_rto_max_ms === "there", "tcp_rto_max_ms", 120_000),
    tcp_rto_min_us: readIf(kernel.tcp_rto_min_us === "there", "tcp_rto_min_us", 200_000),
    tcp_sack: read("tcp_sack"),
    tcp_syn_linear_timeouts: readIf(kernel.tcp_syn_linear_timeouts !== 0, "tcp_syn_linear_timeouts", 0),
    tcp_syn_retries: read("tcp_syn_retries"),
    tcp_synack_retries: read("tcp_synack_retries"),
    tcp_syncookies: read("tcp_syncookies"),
    tcp_timestamps: read("tcp_timestamps"),
    tcp_tw_recycle: readIf(kernel.tcp_tw_recycle === "there", "tcp_tw_recycle", 0),
    tcp_tw_reuse: read("tcp_tw_reuse"),
    tcp_tw_reuse_delay: readIf(kernel["tcp_tw_reuse.wait"] === "tcp_tw_reuse_delay", "tcp_tw_reuse_delay", 1000),
    tcp_window_scaling: read("tcp_window_scaling"),
  };
}
