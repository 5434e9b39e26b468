/**
 * Sentences of a run. `code` stands between backticks, a timer's name between tildes; names of states
 * are recognised. {host} and {peer} are names of hosts, {segment} a segment as "FIN+ACK seq 27".
 */
export const narration = {
  /** What a step starts with. */
  happens: {
    calls: "On {host}, `{program}` calls `{call}`.",
    callsAndWaits: "On {host}, `{program}` calls `{call}` and waits in it.",
    callFails: "On {host}, `{program}` calls `{call}`. It fails with `{errno}`.",
    readsAtOnce: "On {host}, `{program}` calls `{call}` and gets {value} bytes that were waiting.",
    readsEof: "On {host}, `{program}` calls `{call}`. It returns 0: end of file.",
    acceptsAtOnce: "On {host}, `{program}` calls `{call}` and gets the waiting connection as descriptor {value}.",
    returns: "On {host}, `{call}` of `{program}` {outcome}.",
    wakes: "`{call}` of `{program}` {outcome}.",
    arrives: "`{segment}` reaches {host}.",
    arrivesInjected: "A made-up `{segment}` reaches {host}.",
    lost: "`{segment}` from {host} is lost on the way to {peer}.",
    sends: "{host} sends `{segment}`.",
    sendsAgain: "{host} sends `{segment}`: not the first time.",
    injected: "The network makes up a `{segment}` for {peer}.",
    timer: "The ~{timer}~ timer of {host} fires.",
    delack: "{host} has waited long enough with its ACK: the delayed-ACK timer fires.",
    start: "On {host}, `{program}` starts.",
    exit: "On {host}, `{program}` exits.",
    killed: "On {host}, `{program}` is killed.",
    outside: "From outside, on {host}: `{what}`.",
    /** The middle of a long run. */
    skipped: "{count} steps are left out up to here.",
    quiet: "Something changes inside {host}.",
  },
  /** How a call that had waited comes back. */
  returns: {
    error: "fails with `{errno}`",
    recv: "returns {value} bytes",
    eof: "returns 0: end of file",
    accept: "returns the connection as descriptor {value}",
    value: "returns {value}",
  },
  /** What came of it at once. */
  then: {
    sends: "{host} sends {segments}.",
    sendsAgain: "{host} sends {segments} again.",
    begins: "{who} is now in {to}.",
    enters: "{who} goes from {from} to {to}.",
    passes: "{who} goes from {from} through {through} to {to}.",
    gone: "{who} leaves {from}: the socket is gone.",
    mini: "The full socket of {host} is freed; a small stand-in keeps its place.",
    socketOf: "{host} (socket {sock})",
  },
  /** The first column of the table of steps. */
  row: {
    arrives: "arrives:",
    lost: "is lost",
    timer: "timer",
    delack: "delayed ACK",
    start: "starts",
    exit: "exits",
    killed: "killed",
  },
  /** Why the kernel does so, one sentence for each rule of the engine. */
  rules: {
    "listen.start":
      "From now on the kernel answers SYNs to this port by itself; the program only collects finished connections.",
    "listen.port-taken":
      "Another socket listens on this port already, so `listen()` fails. bind() had let both in, because neither listened yet.",
    "listen.syn":
      "A listener never leaves LISTEN: the kernel keeps a small record of the new connection and answers for it.",
    "listen.syn-again": "The same SYN again, so the SYN+ACK is sent again.",
    "listen.other-syn": "A SYN inside the window of a half-open connection: {host} answers with a RST.",
    "listen.queue-full":
      "As many connections as `listen()` allowed are waiting for `accept()`, so the kernel drops this SYN and says nothing; the peer will try again.",
    "listen.syn-queue-full":
      "More connections are half open than `listen()` allowed, and `tcp_syncookies` is 0: the SYN is dropped without an answer.",
    "listen.last-quarter":
      "Three quarters of `tcp_max_syn_backlog` are half open, and `tcp_syncookies` is 0. The rest is kept for hosts that have answered before; this SYN is dropped.",
    "listen.cookie":
      "More connections are half open than `listen()` allowed. {host} answers with a SYN cookie and keeps nothing: all it must know lies in its sequence number and timestamp.",
    "listen.cookie-answered":
      "The segment acknowledges a SYN cookie. {host} makes the connection from it, as if it had been half open all the time.",
    "listen.cookie-no-room":
      "The segment acknowledges a SYN cookie, but the accept queue is full: it is dropped, and nothing is kept.",
    "listen.old-timestamp":
      "`tcp_tw_recycle` is on, and {host} remembers a newer timestamp of this address from the last minute. The SYN looks like an old one and is dropped without an answer.",
    "listen.child":
      "The handshake is complete, so the record becomes a full socket and waits for `accept()`. No program was asked.",
    "listen.child-queue-full":
      "The accept queue is full, so the last ACK of the handshake is ignored: {peer} believes in a connection that {host} does not have yet.",
    "listen.child-queue-full-rst":
      "The accept queue is full, and `tcp_abort_on_overflow` is set: {host} forgets the connection and tells {peer} with a RST.",
    "listen.not-a-syn":
      "A listener knows only SYNs; whatever belongs to a connection it does not know is answered with a RST.",
    "connect.syn":
      "`connect()` asks for a connection: the SYN takes sequence number 0 of this direction, and a timer will repeat it.",
    "connect.no-port":
      "No port is left from which this peer could be reached: every combination of both addresses and both ports is in use.",
    "connect.established":
      "Our SYN was acknowledged and the peer's arrived with it, so {host} may send. The peer learns that from the ACK.",
    "connect.refused": "Nobody listens there: a RST in answer to a SYN makes `connect()` fail with `ECONNREFUSED`.",
    "connect.bad-ack":
      "The answer acknowledges something {host} never sent. It belongs to an older connection, so {host} resets that one.",
    "connect.crossed": "Both ends connected to each other, and this acknowledges {host}'s SYN: the connection is open.",
    "connect.crossing-syn": "Both sides called `connect()` at once. The two SYNs make one connection, not two.",
    "accept.out-of-window":
      "The segment lies outside the window, so its contents are dropped; the ACK tells {peer} what {host} is waiting for.",
    "accept.old-timestamp":
      "Its timestamp is older than the last one accepted: a stray from the past, dropped and answered with an ACK.",
    "accept.ack-of-unsent": "It acknowledges bytes that were never sent, so it cannot belong here and is dropped.",
    "accept.ack-too-old":
      "It acknowledges less than anything still on its way could. The data may be forged: an ACK asks.",
    "accept.no-ack-flag": "Every segment of an open connection carries ACK. One without it is dropped.",
    "syn.challenge-ack":
      "A SYN on an open connection is never believed at once: {host} sends an ACK, and a peer that really restarted answers with a RST.",
    "rst.in-window":
      "The RST lies inside the window, though its number is not the one {host} expects next. Linux before 3.6 believes it: the connection ends here.",
    "syn.in-window-rst":
      "A SYN inside the window of an open connection: Linux before 3.6 answers with a RST and ends the connection.",
    "nat.out": "The NAT sends the segment on under its own address and a port of its own. Timestamps pass unchanged.",
    "nat.in": "The port belongs to a host behind the NAT, so the segment goes on to it.",
    "nat.no-port": "The NAT has no port left for this connection; the segment ends here.",
    "rst.exact":
      "The RST carries exactly the number {host} expects next, so it is believed: the connection ends here, without an answer.",
    "rst.behind-fin":
      "The RST carries the number of the FIN that {host} has taken already. Some stacks send it so, and Linux believes it: the connection ends here.",
    "rst.behind-held":
      "The RST comes right behind the last bytes {host} holds ahead of their turn. Linux believes that too: the connection ends here.",
    "rst.challenge-ack":
      "The RST is in the window but not exactly in place. It might be forged, so {host} asks with an ACK instead of giving up.",
    "no-socket.rst": "No socket of {host} has these addresses and ports, so the kernel answers with a RST.",
    "no-socket.rst-ignored": "There is no such socket, and a RST is never answered with a RST.",
    "data.send":
      "The peer's window has room, so the bytes leave at once; they stay in Send-Q until they are acknowledged.",
    "data.queued": "The bytes are next in line, so they wait in Recv-Q for the program to read them.",
    "data.out-of-order": "Something before it is missing. {host} keeps it and repeats its last ACK.",
    "data.duplicate": "{host} has these bytes already. It drops them and says again what it is waiting for.",
    "data.no-room": "The window of {host} is closed: the bytes are dropped, and the ACK says so.",
    "data.behind-fin": "{host} has taken the FIN of its peer: whatever comes behind it is ignored.",
    "data.after-close":
      "The program of {host} has closed; nobody will ever read these bytes. The kernel says so with a RST.",
    "ack.at-once": "Early in a connection, and when something is out of order, Linux acknowledges at once.",
    "ack.delayed":
      "{host} acknowledges a little later: the program may soon send something that can carry the ACK for free.",
    "ack.delay-over": "Nothing was sent that could have carried it, so the ACK goes alone.",
    "ack.after-read": "The program has read, the window grew, and the pending ACK goes out with the news.",
    "ack.window-opened": "The program has read and the window is open again: {host} says so at once.",
    "ack.of-our-data": "What it acknowledges leaves the send queue; it need never be sent again.",
    "close.fin":
      "Everything received was read, so the kernel closes in order: a FIN says that no more bytes will come. The program does not wait for the answer.",
    "close.unread-data-rst":
      "There are bytes in Recv-Q that nobody will read now. After a FIN {peer} would think they had been taken, so the kernel sends a RST instead.",
    "close.linger-0-rst": "SO_LINGER with zero seconds asks for an abort: a RST, no FIN, and no TIME-WAIT.",
    "close.linger-0-silent":
      "SO_LINGER with zero seconds forgets the connection. Both sides have sent their FIN already, so no RST goes out.",
    "close.before-established": "The connection never came about, so there is nothing to end on the wire.",
    "close.listener":
      "The listener goes, and with it every connection that no `accept()` had collected: those are reset.",
    "close.orphan": "From here on no process holds the socket. The kernel finishes the closing alone.",
    "orphan.too-many": "{host} has more orphans than `tcp_max_orphans` allows, so the kernel resets the connection.",
    "shutdown.fin":
      "The FIN says that no more bytes will come from {host}; the descriptor stays open, and reading goes on.",
    "fin.sent": "Everything before it has left, so the FIN goes now. It takes one sequence number, like a byte.",
    "fin.on-last-data": "The last bytes had not left yet, so the FIN rides on them.",
    "fin.passive-close":
      "The FIN is end of file for the program on {host}. Until that program closes too, nothing more happens: no timer runs.",
    "fin.crossing":
      "{host} had sent its own FIN, which is not acknowledged yet: the two crossed on the wire, so both sides close actively.",
    "fin.second": "Both directions are closed now. Whoever closed first keeps TIME-WAIT, and {host} did.",
    "fin.again": "{host} has this FIN already: its ACK must have been lost, so it sends the ACK again.",
    "fin.acked":
      "Our FIN was acknowledged, so this direction is closed. The other one stays open until the program on {peer} closes.",
    "fin.acked-closing":
      "Our FIN was acknowledged and the peer's is here: all that is left is to wait out old segments.",
    "fin.acked-last": "Both FINs are acknowledged. The side that closed second keeps nothing.",
    "fw2.mini":
      "No process holds the socket any more, so the kernel frees it and leaves a small stand-in with a time limit, `tcp_fin_timeout`. The state is still FIN-WAIT-2.",
    "fw2.full-first": "`tcp_fin_timeout` is above 60 s, so the full socket waits first, for the part above 60.",
    "fw2.full-to-mini": "The first part is over. The full socket is freed and a stand-in waits for the second part.",
    "fw2.full-reset": "Too much memory or too many orphans: {host} gives the connection up with a RST.",
    "fw2.expired":
      "The limit has passed and no FIN came. Nothing is sent, and there is no TIME-WAIT; {peer} is not told.",
    "fw2.linger2-negative": "TCP_LINGER2 below zero asks not to wait for the peer's FIN at all, so {host} sends a RST.",
    "fw2.syn-rst": "A SYN cannot open a connection whose other direction is still open. {host} answers with a RST.",
    "fw2.data-rst":
      "The program has closed, so nobody can read these bytes. {host} answers with a RST and forgets the connection.",
    "fw2.rst": "The peer gave up. The stand-in goes, and nothing is sent.",
    "fw2.old-ack": "Nothing new in it: the stand-in ignores it.",
    "tw.start":
      "{host} keeps this pair of addresses and ports for 60 s, so that a repeated FIN finds an answer and old segments find no new connection.",
    "tw.fin-again":
      "{host} has had this already; its last ACK may be lost. It sends that ACK once more, and the 60 s start anew.",
    "tw.ack-restarts": "A bare ACK with just the number expected: nothing is answered, and the 60 s start anew.",
    "tw.syn-newer":
      "Its sequence number or timestamp is newer than anything the old connection used, so the new one may have the pair at once: TIME-WAIT ends early.",
    "tw.syn-nobody-listens":
      "A newer SYN could begin a new connection here, but nobody listens any more. So it gets the old ACK, and TIME-WAIT goes on.",
    "tw.syn-older":
      "It could be a stray of the old connection, so {host} answers with the ACK of that one; a live peer will reply with a RST.",
    "tw.old-timestamp": "Its timestamp is older than the last one seen: a stray, answered with an ACK and dropped.",
    "tw.rst-kills": "With `tcp_rfc1337` at 0, a RST with exactly the number expected ends TIME-WAIT early.",
    "tw.rst-ignored": "TIME-WAIT ignores this RST: its number is not the one expected, or `tcp_rfc1337` is 1.",
    "tw.reused":
      "`tcp_tw_reuse` lets `connect()` take over a pair that is still in TIME-WAIT: timestamps tell the new segments from old ones.",
    "tw.expired": "60 s have passed. The pair of addresses and ports is free again.",
    "tw.table-full":
      "There are `tcp_max_tw_buckets` of them already, so this connection gets no TIME-WAIT: the kernel drops it and only counts it.",
    "rto.armed": "If no ACK comes in time, a timer will send it again.",
    "rto.fired":
      "No ACK came in time, so {host} sends the oldest unacknowledged segment again and waits twice as long.",
    "rto.tail-probe":
      "The last segment may be lost. {host} sends it again early, without waiting for the full timeout.",
    "rto.gave-up": "No answer after all the retries allowed. {host} gives up.",
    "rto.syn": "No answer to the SYN, so it is sent again.",
    "rto.syn-ack": "No answer to the SYN+ACK, so it is sent again.",
    "persist.armed": "The peer's window is zero. {host} may not send, but it will ask.",
    "persist.probe": "The peer's window was zero. The probe asks whether it still is.",
    "persist.opened": "The window is open again, so {host} may send what had to wait.",
    "keepalive.armed": "SO_KEEPALIVE is on: after enough silence {host} will ask whether {peer} is still there.",
    "keepalive.probe":
      "Nothing was heard for a long time. The probe carries a number that is already acknowledged, so a living peer must answer.",
    "keepalive.gave-up": "None of the probes was answered. {host} gives the connection up.",
    "exit.closes":
      "A process that ends has all its descriptors closed by the kernel, as if it had called `close()` on each.",
    "kill.closes": "Even SIGKILL ends in order: the kernel closes the descriptors, as `close()` would.",
    "ss.destroyed": "`ss -K` ends the socket from outside, without asking its program or waiting for the peer.",
  },
};
