import { describe, expect, it } from "vitest";
import { refuse } from "../../src/experiment/interventions.ts";
import { BASELINE } from "../../src/experiment/sysctl.ts";
import { isModelled, sysctlProblem } from "../../src/experiment/sysctl-values.ts";
import { runPacketdrill } from "../../src/packetdrill/run.ts";
import { experiment } from "../experiments.ts";

/** The first and the last value that Linux 6.18.44 took and did not refuse with EINVAL, in a namespace of this kind. */
const TAKEN: readonly (readonly [string, number, number])[] = [
  ["tcp_early_retrans", 0, 4],
  ["tcp_fin_timeout", 0, 8_589_934],
  ["tcp_keepalive_probes", 0, 255],
  ["tcp_orphan_retries", 0, 255],
  ["tcp_retries2", 0, 255],
  ["tcp_rto_max_ms", 1000, 120_000],
  ["tcp_rto_min_us", 1, 2_147_483_647],
  ["tcp_syn_linear_timeouts", 0, 127],
  ["tcp_syn_retries", 1, 127],
  ["tcp_synack_retries", 0, 255],
  ["tcp_tw_reuse", 0, 2],
  ["tcp_tw_reuse_delay", 1, 60_000],
  ["tcp_invalid_ratelimit", 0, 2_147_483_647],
  ["ip_autobind_reuse", 0, 1],
];

describe("the values of a sysctl", () => {
  it.each(TAKEN)("%s is from %i to %i", (name, least, most) => {
    const problem = (value: number): string | null => sysctlProblem(`net.ipv4.${name}`, String(value));
    expect([least, most].map(problem)).toEqual([null, null]);
    for (const other of [least - 1, most + 1])
      expect(problem(other)).toBe(`is a whole number from ${least} to ${most}`);
  });

  it.each(["60000 100", "1023 2000", "1024", "1024 65536", "a b"])("ip_local_port_range is not %s", (value) => {
    expect(sysctlProblem("net.ipv4.ip_local_port_range", value)).toContain("a first and a last port");
  });

  it("are those of the baseline where no rule reads them", () => {
    for (const [name, value] of Object.entries(BASELINE)) {
      expect(sysctlProblem(name, value), name).toBeNull();
      expect(isModelled(name, value)).toBe(true);
    }
    const others = { tcp_congestion_control: "bbr", tcp_ecn: "1", tcp_migrate_req: "1", tcp_no_metrics_save: "0" };
    const more = { tcp_challenge_ack_limit: "1", tcp_retries1: "9", tcp_stdurg: "1" };
    for (const [name, value] of Object.entries({ ...others, ...more }))
      expect(isModelled(`net.ipv4.${name}`, value), name).toBe(false);
  });

  it("hold for a reader's change and for a script as well", () => {
    const { experiment: one } = experiment("close-four");
    for (const [name, value, code] of [
      ["net.ipv4.tcp_tw_reuse", "7", "sysctl-value"],
      ["net.ipv4.tcp_ecn", "1", "sysctl-fixed"],
    ] as const)
      expect(refuse(one, { set: "sysctl", host: "A", name, value })?.code).toBe(code);
    expect(
      runPacketdrill("`sysctl -q net.ipv4.tcp_tw_reuse=7`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3"),
    ).toMatchObject({ line: 1, message: 'net.ipv4.tcp_tw_reuse is a whole number from 0 to 2; this is "7"' });
  });
});
