import { kernelFacts, RECORDED_KERNEL } from "../engine/kernel/kernel-version.ts";
import type { HostSpec } from "../engine/scenario.ts";

/**
 * The sysctls an experiment may set, and the baseline every host starts from, so that a recording
 * does not depend on how a machine was tuned. The values are the defaults of Linux 6.18, read in an
 * empty network namespace, with two exceptions said beside them.
 */
export const BASELINE: Readonly<Record<string, string>> = {
  "net.core.somaxconn": "4096",
  "net.ipv4.ip_autobind_reuse": "0",
  "net.ipv4.ip_local_port_range": "32768 60999",
  "net.ipv4.tcp_abort_on_overflow": "0",
  "net.ipv4.tcp_challenge_ack_limit": "2147483647",
  // A new namespace may inherit bbr, which paces; the model has no congestion control.
  "net.ipv4.tcp_congestion_control": "reno",
  "net.ipv4.tcp_early_retrans": "3",
  "net.ipv4.tcp_ecn": "2",
  "net.ipv4.tcp_fin_timeout": "60",
  "net.ipv4.tcp_invalid_ratelimit": "500",
  "net.ipv4.tcp_keepalive_intvl": "75",
  "net.ipv4.tcp_keepalive_probes": "9",
  "net.ipv4.tcp_keepalive_time": "7200",
  "net.ipv4.tcp_max_syn_backlog": "2048",
  "net.ipv4.tcp_max_tw_buckets": "131072",
  "net.ipv4.tcp_migrate_req": "0",
  // A cached round-trip time from an earlier connection moved FIN retransmissions from 0.4 s to 1.75 s.
  "net.ipv4.tcp_no_metrics_save": "1",
  "net.ipv4.tcp_orphan_retries": "0",
  "net.ipv4.tcp_retries1": "3",
  "net.ipv4.tcp_retries2": "15",
  "net.ipv4.tcp_rfc1337": "0",
  "net.ipv4.tcp_rto_max_ms": "120000",
  "net.ipv4.tcp_rto_min_us": "200000",
  "net.ipv4.tcp_sack": "1",
  "net.ipv4.tcp_stdurg": "0",
  "net.ipv4.tcp_syn_linear_timeouts": "4",
  "net.ipv4.tcp_syn_retries": "6",
  "net.ipv4.tcp_synack_retries": "5",
  "net.ipv4.tcp_syncookies": "1",
  "net.ipv4.tcp_timestamps": "1",
  "net.ipv4.tcp_tw_reuse": "2",
  "net.ipv4.tcp_tw_reuse_delay": "1000",
  "net.ipv4.tcp_window_scaling": "1",
};

/**
 * The baseline on a version of Linux: what the dated facts know to be missing is left out, what had another default has
 * it. Of anything else the table says nothing, and it stays.
 */
export function baselineOf(kernel: string = RECORDED_KERNEL): Readonly<Record<string, string>> {
  const facts = kernelFacts(kernel);
  const there: Readonly<Record<string, boolean>> = {
    "net.ipv4.tcp_rto_max_ms": facts.tcp_rto_max_ms === "there",
    "net.ipv4.tcp_rto_min_us": facts.tcp_rto_min_us === "there",
    "net.ipv4.tcp_syn_linear_timeouts": facts.tcp_syn_linear_timeouts !== 0,
    "net.ipv4.tcp_tw_recycle": facts.tcp_tw_recycle === "there",
    "net.ipv4.tcp_tw_reuse_delay": facts["tcp_tw_reuse.wait"] === "tcp_tw_reuse_delay",
  };
  const all = {
    ...BASELINE,
    "net.ipv4.ip_local_port_range": `32768 ${facts["ip_local_port_range.last"]}`,
    "net.ipv4.tcp_tw_recycle": "0",
    "net.ipv4.tcp_tw_reuse": String(facts["tcp_tw_reuse.default"]),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => there[name] !== false));
}

/** The host as it would be on another version of Linux: what was set stays set, if that version has it. */
export function onKernel(host: HostSpec, kernel: string): HostSpec {
  const { kernel: before, ...rest } = host;
  const [old, baseline] = [baselineOf(before), baselineOf(kernel)];
  const set = Object.entries(host.sysctl).filter(
    ([name, value]) => (name in baseline || OF_THE_MACHINE.includes(name)) && value !== old[name],
  );
  const sysctl = Object.fromEntries(
    Object.entries({ ...baseline, ...Object.fromEntries(set) }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return { ...rest, sysctl, ...(kernel === RECORDED_KERNEL ? {} : { kernel }) };
}

/**
 * Limits of a whole machine, which no namespace has: an experiment may set them for its hosts, which are machines of
 * their own in the simulator, and no lab can.
 */
export const OF_THE_MACHINE: readonly string[] = ["net.ipv4.tcp_max_orphans"];

/** Full name of a sysctl written short: `tcp_fin_timeout` means `net.ipv4.tcp_fin_timeout`. */
export function fullSysctlName(name: string): string {
  return name.includes(".") ? name : `net.ipv4.${name}`;
}

/** True for a sysctl an experiment may set on some version of Linux. */
export function isKnownSysctl(fullName: string): boolean {
  return [...Object.keys(BASELINE), "net.ipv4.tcp_tw_recycle", ...OF_THE_MACHINE].includes(fullName);
}
