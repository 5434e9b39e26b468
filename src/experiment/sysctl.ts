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

/** Full name of a sysctl written short: `tcp_fin_timeout` means `net.ipv4.tcp_fin_timeout`. */
export function fullSysctlName(name: string): string {
  return name.includes(".") ? name : `net.ipv4.${name}`;
}

/** True for a sysctl an experiment may set. */
export function isKnownSysctl(fullName: string): boolean {
  return Object.hasOwn(BASELINE, fullName);
}
