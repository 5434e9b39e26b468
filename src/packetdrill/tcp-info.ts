/** The assertions of a script: TCP_INFO of the connection under test, as far as the engine knows it. */
import { STATES } from "../engine/trace.ts";
import { evaluate, namesIn } from "./assertion.ts";
import { Mismatch, type Play } from "./play.ts";
import type { Assertion, ScriptEvent } from "./script.ts";

/** The states as TCP_INFO numbers them (include/net/tcp_states.h). */
const STATE_NUMBERS: Readonly<Record<(typeof STATES)[number], number>> = {
  ESTABLISHED: 1,
  "SYN-SENT": 2,
  "SYN-RECEIVED": 3,
  "FIN-WAIT-1": 4,
  "FIN-WAIT-2": 5,
  "TIME-WAIT": 6,
  CLOSED: 7,
  "CLOSE-WAIT": 8,
  "LAST-ACK": 9,
  LISTEN: 10,
  CLOSING: 11,
};

/** Bits of tcpi_options (include/uapi/linux/tcp.h). The last three are never set: ECN and fast open are not simulated. */
const OPTION_BITS = {
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
} as const;

export function check(state: Play, event: ScriptEvent, assertion: Assertion): void {
  const values = tcpInfo(state);
  const lookup = (name: string): number | null =>
    (OPTION_BITS as Readonly<Record<string, number>>)[name] ?? values?.[name] ?? null;
  if (values === null)
    throw new Mismatch(
      event,
      "tcpi_* belong to an open descriptor, from accept() or connect(), and none is",
      assertion.text,
      null,
    );
  if (evaluate(assertion.test, lookup) !== 0) return;
  const got = [...new Set(namesIn(assertion.test))].map((name) => `${name} is ${lookup(name)}`).join(", ");
  throw new Mismatch(event, "the assertion does not hold", assertion.text, got);
}

/** TCP_INFO of the connection under test, as far as the engine knows it; times in microseconds. */
function tcpInfo(state: Play): Readonly<Record<string, number>> | null {
  const fd = state.underTest === null ? undefined : state.descriptors.get(state.underTest);
  const known = fd === undefined ? null : state.host.state(fd);
  if (fd === undefined || known === null) return null;
  const info = state.host.connection(fd);
  if (!info) return { tcpi_state: STATE_NUMBERS[known] };
  return {
    tcpi_state: STATE_NUMBERS[known],
    tcpi_unacked: info.unacked,
    tcpi_retransmits: info.retransmits,
    tcpi_backoff: info.backoff,
    tcpi_probes: info.probes,
    tcpi_rto: info.rto,
    tcpi_ato: info.ato,
    tcpi_rtt: info.srtt ?? 0,
    // The engine keeps four mean deviations, TCP_INFO one.
    tcpi_rttvar: Math.round(info.rttvar / 4),
    tcpi_snd_mss: info.snd_mss,
    tcpi_rcv_mss: info.rcv_mss,
    tcpi_options:
      (info.timestamps ? OPTION_BITS.TCPI_OPT_TIMESTAMPS : 0) |
      (info.sack ? OPTION_BITS.TCPI_OPT_SACK : 0) |
      (info.window_scaling ? OPTION_BITS.TCPI_OPT_WSCALE : 0),
    tcpi_notsent_bytes: info.unsent,
  };
}
