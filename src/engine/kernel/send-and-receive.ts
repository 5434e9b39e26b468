/** send() and recv(): what they return first when bytes, an end of file and an error are there. */
import { onCall, sendRoom } from "../tcp/calls.ts";
import { type AnySocket, type FullSocket, unreadBytes } from "../tcp/socket.ts";
import { seqAdd } from "../seq.ts";
import { commit, environment } from "../world/apply.ts";
import { type Attempt, type CallContext, type CallResult, done, failed, takeError, wait } from "./call.ts";

export function send(
  context: CallContext,
  target: AnySocket,
  bytes: number,
  more: boolean,
  nonblocking: boolean,
  attempt: Attempt,
): CallResult {
  const { run, host } = context;
  if (target.kind === "fresh" && target.error !== null) return takeError(context, target);
  if (target.kind === "listen" || target.kind === "fresh") return failed("EPIPE");
  if (target.kind !== "full") return failed("EBADF");
  const partly = (otherwise: CallResult): CallResult => (attempt.progress > 0 ? done(attempt.progress) : otherwise);
  if (target.error !== null) return attempt.progress > 0 ? done(attempt.progress) : takeError(context, target);
  if (target.state === "SYN-SENT" || target.state === "SYN-RECEIVED") {
    return nonblocking || attempt.late ? failed("EAGAIN") : wait(context, target, target.options.send_timeout, attempt);
  }
  if (target.shut_send || (target.state !== "ESTABLISHED" && target.state !== "CLOSE-WAIT"))
    return partly(failed("EPIPE"));
  const taken = Math.min(sendRoom(target), bytes - attempt.progress);
  const progress = attempt.progress + taken;
  if (taken > 0) commit(run, host, onCall(target, { op: "send", bytes: taken, more }, environment(run, host)));
  if (progress === bytes) return done(bytes);
  if (nonblocking || attempt.late) return progress > 0 ? done(progress) : failed("EAGAIN");
  return wait(context, target, target.options.send_timeout, { ...attempt, progress });
}

export function receive(
  context: CallContext,
  target: AnySocket,
  bytes: number,
  peek: boolean,
  nonblocking: boolean,
  attempt: Attempt,
): CallResult {
  if (target.kind === "fresh" && target.error !== null) return takeError(context, target);
  if (target.kind !== "full") return failed("ENOTCONN");
  const unread = unreadBytes(target);
  if (unread > 0) {
    const taken = Math.min(unread, bytes);
    // A FIN behind unread data lies in one buffer with it (tcp_try_coalesce): the last byte takes it along
    // (tcp_recvmsg_locked, found_fin_ok).
    const fin = target.fin_received && bytes >= unread ? 1 : 0;
    if (!peek) read(context, target, taken + fin);
    return done(taken);
  }
  // End of file wins over an error (SOCK_DONE before sk_err in tcp_recvmsg).
  if (target.fin_received) {
    if (target.copied_seq !== target.rcv_nxt) read(context, target, 1);
    return done(0);
  }
  if (target.error !== null) return takeError(context, target);
  if (target.shut_receive || target.state === "CLOSED") return done(0);
  if (nonblocking || attempt.late) return failed("EAGAIN");
  return wait(context, target, target.options.receive_timeout, attempt);
}

function read({ run, host }: CallContext, target: FullSocket, count: number): void {
  if (target.state === "CLOSED")
    host.sockets.set(target.id, { ...target, copied_seq: seqAdd(target.copied_seq, count) });
  else commit(run, host, onCall(target, { op: "read", bytes: count }, environment(run, host)));
}
