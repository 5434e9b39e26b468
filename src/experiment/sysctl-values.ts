/** Which values a sysctl may be given: the kernel refuses some, and the engine what it would ignore. */
import { BASELINE } from "./sysctl.ts";

/** No rule of the engine reads them: they are at the baseline, for the lab to set, and nowhere else. */
const NOT_MODELLED: readonly string[] = [
  "net.ipv4.tcp_challenge_ack_limit",
  "net.ipv4.tcp_congestion_control",
  "net.ipv4.tcp_ecn",
  "net.ipv4.tcp_migrate_req",
  "net.ipv4.tcp_no_metrics_save",
  "net.ipv4.tcp_retries1",
  "net.ipv4.tcp_stdurg",
];

const INT = 2 ** 31 - 1;
/** Seconds that the kernel keeps as ticks in an int, at 250 ticks a second. */
const TICKS: readonly [number, number] = [0, 8_589_934];

/** The least and the most Linux 6.18 takes; others it refuses with EINVAL. Most of them are a byte (proc_dou8vec_minmax). */
const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  "net.core.somaxconn": [0, INT],
  "net.ipv4.ip_autobind_reuse": [0, 1],
  "net.ipv4.tcp_early_retrans": [0, 4],
  "net.ipv4.tcp_fin_timeout": TICKS,
  "net.ipv4.tcp_invalid_ratelimit": [0, INT],
  "net.ipv4.tcp_keepalive_intvl": TICKS,
  "net.ipv4.tcp_keepalive_time": TICKS,
  "net.ipv4.tcp_max_orphans": [0, INT],
  "net.ipv4.tcp_max_syn_backlog": [0, INT],
  "net.ipv4.tcp_max_tw_buckets": [0, INT],
  "net.ipv4.tcp_rto_max_ms": [1000, 120_000],
  "net.ipv4.tcp_rto_min_us": [1, INT],
  "net.ipv4.tcp_syn_linear_timeouts": [0, 127],
  "net.ipv4.tcp_syn_retries": [1, 127],
  "net.ipv4.tcp_tw_reuse": [0, 2],
  "net.ipv4.tcp_tw_reuse_delay": [1, 60_000],
};

/** Whether the engine takes a value to mean what it does on a host: false too where no rule reads it. */
export function isModelled(fullName: string, value: string): boolean {
  return !NOT_MODELLED.includes(fullName) || value === BASELINE[fullName];
}

/** What is wrong with a value, which the kernel would refuse; null: nothing. */
export function sysctlProblem(fullName: string, value: string): string | null {
  if (NOT_MODELLED.includes(fullName)) return null;
  const numbers = value.split(/\s+/).map((word) => (/^\d{1,10}$/.test(word) ? Number(word) : NaN));
  if (fullName === "net.ipv4.ip_local_port_range") {
    const [first = NaN, last = NaN, ...more] = numbers;
    // The least is ip_unprivileged_port_start.
    const fits = more.length === 0 && first >= 1024 && first <= last && last <= 65_535;
    return fits ? null : "is a first and a last port from 1024 on, as in 32768 60999";
  }
  const [only = NaN, ...more] = numbers;
  const [least, most] = LIMITS[fullName] ?? [0, 255];
  return more.length === 0 && only >= least && only <= most ? null : `is a whole number from ${least} to ${most}`;
}
