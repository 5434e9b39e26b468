/** setsockopt() and getsockopt(): what an option takes, changes and holds. */
import { NotModelled } from "../not-modelled.ts";
import type { OptionValue, SocketOption } from "../process/program.ts";
import { MILLISECOND } from "../time.ts";
import { onCall } from "../tcp/calls.ts";
import type { AnySocket, SocketOptions } from "../tcp/socket.ts";
import { commit, environment } from "../world/apply.ts";
import { type Host, occupyPort, vacatePort } from "./host.ts";
import { type CallContext, type CallResult, done, failed, takeError } from "./call.ts";

export function setOption(
  { run, host }: CallContext,
  target: AnySocket,
  option: SocketOption,
  value: OptionValue,
): CallResult {
  if (target.kind === "mini") return failed("EBADF");
  if (option === "SO_KEEPALIVE" && target.kind === "full" && target.state !== "CLOSED") {
    commit(run, host, onCall(target, { op: "keepalive", on: value !== 0 }, environment(run, host)));
    return done(0);
  }
  if (isMissing(host, option)) return failed("ENOPROTOOPT");
  const changed = optionChange(host, option, value);
  if (typeof changed === "string") return failed(changed);
  const next: AnySocket = { ...target, options: { ...target.options, ...changed } };
  if (target.kind === "full" && next.kind === "full" && target.state !== "CLOSED") {
    // What bind() asks about the holder of its port may have changed.
    vacatePort(host, target);
    occupyPort(host, next);
  }
  host.sockets.set(target.id, next);
  if (option === "TCP_NODELAY" && next.kind === "full" && next.options.no_delay && next.state !== "CLOSED")
    commit(run, host, onCall(next, { op: "nodelay" }, environment(run, host)));
  if (option === "TCP_KEEPIDLE" && next.kind === "full" && next.options.keepalive && next.state !== "CLOSED")
    commit(run, host, onCall(next, { op: "keepidle" }, environment(run, host)));
  return done(0);
}

/** An option that the host's version of Linux does not know (do_ip_setsockopt: default). */
function isMissing(host: Host, option: SocketOption | "SO_ERROR"): boolean {
  return (
    (option === "IP_BIND_ADDRESS_NO_PORT" || option === "IP_LOCAL_PORT_RANGE") && host.kernel[option] === "missing"
  );
}

/** What an option changes, or the errno it fails with. */
function optionChange(host: Host, option: SocketOption, value: OptionValue): Partial<SocketOptions> | string {
  if (option === "SO_LINGER") return typeof value === "object" && "on" in value ? { linger: value } : "EINVAL";
  if (option === "IP_LOCAL_PORT_RANGE")
    return typeof value === "object" && "first" in value ? { port_range: value } : "EINVAL";
  if (typeof value !== "number") return "EINVAL";
  switch (option) {
    case "SO_REUSEADDR":
      return { reuse_address: value !== 0 };
    case "SO_REUSEPORT":
      return { reuse_port: value !== 0 };
    case "SO_KEEPALIVE":
      return { keepalive: value !== 0 };
    case "TCP_KEEPIDLE":
      return value < 1 || value > 32_767 ? "EINVAL" : { keepalive_time: value };
    case "TCP_KEEPINTVL":
      return value < 1 || value > 32_767 ? "EINVAL" : { keepalive_interval: value };
    case "TCP_KEEPCNT":
      return value < 1 || value > 127 ? "EINVAL" : { keepalive_probes: value };
    case "SO_RCVTIMEO":
      return { receive_timeout: value === 0 ? null : value };
    case "SO_SNDTIMEO":
      return { send_timeout: value === 0 ? null : value };
    case "TCP_NODELAY":
      return { no_delay: value !== 0 };
    case "TCP_LINGER2":
      return { linger2: linger2(host, value) };
    case "TCP_USER_TIMEOUT":
      return value < 0 ? "EINVAL" : { user_timeout: value };
    case "TCP_SYNCNT":
      return value < 1 || value > 127 ? "EINVAL" : { syn_retries: value };
    case "IP_BIND_ADDRESS_NO_PORT":
      return { bind_address_no_port: value !== 0 };
    default:
      throw new NotModelled(`socket option ${option}`);
  }
}

/** TCP_LINGER2 above its most: cut to 120 s (TCP_FIN_TIMEOUT_MAX), or, before that limit, as if it were not set. */
function linger2(host: Host, seconds: number): number {
  if (seconds < 0) return -1;
  if (host.kernel["TCP_LINGER2.most"] === "120-seconds") return Math.min(seconds, 120);
  return seconds > host.settings.tcp_fin_timeout ? 0 : seconds;
}

export function getOption(context: CallContext, target: AnySocket, option: SocketOption | "SO_ERROR"): CallResult {
  if (target.kind === "mini") return failed("EBADF");
  if (option === "SO_ERROR") {
    if (target.kind === "listen" || target.error === null) return done(0);
    return takeError(context, target);
  }
  if (isMissing(context.host, option)) return failed("ENOPROTOOPT");
  const { options } = target;
  switch (option) {
    case "SO_REUSEADDR":
      return done(options.reuse_address ? 1 : 0);
    case "SO_REUSEPORT":
      return done(options.reuse_port ? 1 : 0);
    case "TCP_NODELAY":
      return done(options.no_delay ? 1 : 0);
    case "SO_KEEPALIVE":
      return done(options.keepalive ? 1 : 0);
    case "TCP_KEEPIDLE":
      return done(options.keepalive_time ?? context.host.settings.tcp_keepalive_time);
    case "TCP_KEEPINTVL":
      return done(options.keepalive_interval ?? context.host.settings.tcp_keepalive_intvl);
    case "TCP_KEEPCNT":
      return done(options.keepalive_probes ?? context.host.settings.tcp_keepalive_probes);
    case "TCP_SYNCNT":
      return done(options.syn_retries ?? context.host.settings.tcp_syn_retries);
    case "TCP_LINGER2":
      return done(options.linger2 === 0 ? context.host.settings.tcp_fin_timeout : options.linger2);
    case "TCP_USER_TIMEOUT":
      return done(options.user_timeout);
    case "SO_RCVTIMEO":
      return done(Math.round((options.receive_timeout ?? 0) / MILLISECOND));
    default:
      throw new NotModelled(`getsockopt ${option}`);
  }
}
