/**
 * Beliefs that the course has to answer, row by row of the list of checked statements it was built from.
 * The labels are ours. A row is answered by a claim that names it under `ledger`, or by one that names the
 * row it repeats; or it says why no claim answers it.
 */
export interface LedgerRow {
  readonly label: string;
  /** The same belief in another row. */
  readonly same?: readonly string[];
  /** Why there is no claim. */
  readonly none?: string;
  /** It tells people what to do: its claim changes what they do, and needs three questions. */
  readonly advice?: true;
}

export const LEDGER_ROWS: Readonly<Record<string, LedgerRow>> = {
  // The closing handshake and its numbers.
  A1: { label: "the server ends in CLOSE_WAIT, the client in TIME_WAIT" },
  A2: { label: "a FIN makes the kernel ask the program to close" },
  A3: { label: "the last ACK carries the number of the FIN" },
  A4: { label: "the second line of a close acknowledges the FIN, so ack 27 is a quirk" },
  A5: { label: "a last ACK of 28 contradicts the book", same: ["A3"] },
  A6: { label: "no sequence number printed means that there is none" },
  A6b: { label: "[.] means that no flag is set" },
  A7: { label: "in a simultaneous close only one side sends an ACK" },
  A8: { label: "every close leaves one TIME_WAIT, at the active closer" },
  A9: { label: "killing the program removes its TIME_WAIT" },

  // CLOSE_WAIT.
  B1: { label: "CLOSE_WAIT goes away by itself after a while" },
  B2: { label: "a restart of the network clears CLOSE_WAIT", advice: true },
  B3: { label: "only killing the process removes CLOSE_WAIT", advice: true },
  B4: { label: "keepalive cannot end CLOSE_WAIT, two hours or not" },
  B5: { label: "a CLOSE_WAIT socket stays, whatever the program sends" },
  B6: { label: "CLOSE_WAIT waits for the peer" },
  B7: { label: "CLOSE_WAIT is always a mistake" },
  B8: { label: "a server may call itself; only locks can deadlock" },
  B9: { label: "a system that hangs cannot time out", advice: true },
  B10: { label: "Recv-Q says nothing about CLOSE_WAIT" },
  B11: { label: "CLOSE_WAIT always belongs to a process" },
  B12: { label: "it hung because of the 4,023 CLOSE_WAIT" },
  B13: { label: "CLOSE_WAIT that stays for minutes is a quirk of one system" },

  // FIN_WAIT_2 and tcp_fin_timeout.
  C1: { label: "tcp_fin_timeout sets the length of TIME_WAIT" },
  C2: { label: "tcp_fin_timeout is how long an orphaned FIN_WAIT_2 lasts", same: ["C4"] },
  C3: { label: "every FIN_WAIT_2 ends after tcp_fin_timeout" },
  C4: { label: "a larger tcp_fin_timeout waits longer" },
  C5: { label: "tcp_fin_timeout is best at about 90", advice: true },
  C6: { label: "the timer named keepalive sends probes" },
  C7: { label: "FIN_WAIT_2 turns into TIME_WAIT after a while" },
  C8: { label: "FIN_WAIT_2 stands in for TIME_WAIT" },
  C9: { label: "FIN_WAIT_2 and TIME_WAIT once shared three minutes" },
  C10: { label: "SO_LINGER sets the time of FIN_WAIT_2" },
  C11: { label: "TIME_WAIT followed tcp_fin_timeout once" },
  C12: { label: "FIN_WAIT_2 means that the peer's program is at fault" },

  // FIN_WAIT_1, LAST_ACK and orphans.
  D1: { label: "FIN_WAIT_1 means that the peer's system is at fault" },
  D2: { label: "no setting says how long a FIN is repeated; it is a number of tries" },
  D3: { label: "tcp_orphan_retries at 0 means no repetition" },
  D4: { label: "after FIN_WAIT_1 gave up, the address cannot be reached" },
  D5: { label: "TIME_WAIT counts against tcp_max_orphans" },

  // TIME_WAIT.
  E1: { label: "TIME_WAIT is 60 s, always" },
  E2: { label: "60 s are the two MSL of the RFC" },
  E3: { label: "an old segment can end up in a new connection" },
  E4: { label: "a lost last ACK breaks the next connect" },
  E5: { label: "with timestamps the next connect costs a second" },
  E6: { label: "TIME_WAIT on the server blocks the client's port" },
  E7: { label: "timestamps are for measuring; switch them off", advice: true },
  E8: { label: "nothing short of 60 s ends TIME_WAIT; tcp_rfc1337 at 0 protects it" },
  E10: { label: "timestamps carry the time of the host" },

  // Reuse.
  F1: { label: "SO_REUSEADDR and tcp_tw_reuse are the same" },
  F2: { label: "the two differ only in who applies them, kernel or library" },
  F3: { label: "SO_REUSEADDR is for servers, tcp_tw_reuse for clients", advice: true },
  F4: { label: "SO_REUSEADDR cannot help a client" },
  F5: { label: "tcp_tw_reuse lets a server restart", advice: true },
  F6: { label: "adding SO_REUSEADDR mends the very next restart", advice: true },
  F7: { label: "connect() chooses its port as bind() does" },
  F8: { label: "bind() looks at tcp_tw_reuse and at timestamps" },
  F9: { label: "tcp_tw_reuse is off or on; 2 is stronger than 1" },
  F10: { label: "tcp_tw_reuse gives a port back at once" },
  F11: { label: "with tcp_tw_reuse the kernel need not look for a port" },
  F12: { label: "tcp_tw_reuse relieves a server of its clients' TIME_WAIT" },

  // Ports.
  G1: { label: "a server has at most 65,535 sockets, and ip_local_port_range limits them", same: ["S13"] },
  G2: { label: "accept() takes a port" },
  G3: { label: "what must be unique is the port, not the combination" },
  G4: { label: "fs.file-max is the number of clients" },
  G5: { label: "the default range ends at 61000" },
  G6: { label: "some 30,000 servers can be connected to at once" },
  G7: { label: "a client can make 500 connections a second" },
  G8: { label: "with all ports used up nobody can be reached" },
  G9: { label: "ephemeral ports are given out one after the other" },
  G10: {
    label: "bind() to port 0 starts at random and counts on",
    none: "true of the code it read; for connect() see F7",
  },

  // Memory and speed.
  H1: { label: "many TIME_WAIT use up the sockets of a server" },
  H2: { label: "a TIME_WAIT takes 168 bytes" },
  H3: { label: "the paper on TIME_WAIT and performance is from 1997", same: ["S2"] },
  H4: { label: "the search for a free port costs nothing since 2009" },
  H5: { label: "what tcp_max_tw_buckets does", none: "no belief: a setting that was left out" },

  // tcp_tw_recycle.
  J1: { label: "without NAT tcp_tw_recycle is safe and good", advice: true },
  J2: { label: "tcp_tw_recycle makes TIME_WAIT 3.5 s" },
  J3: { label: "it failed because clocks cannot agree" },
  J4: { label: "tcp_tw_recycle was far faster" },

  // Linger and RST.
  L1: { label: "with linger 0 the data still arrives" },
  L2: { label: "linger N sends a RST after N seconds" },
  L3: { label: "close() on a non-blocking socket never waits" },
  L4: { label: "close() without linger drops what was not sent yet" },
  L5: { label: "close() without linger is always graceful" },
  L6: { label: "a RST is a clean way to end" },
  L7: { label: "linger 0 removes TIME_WAIT", advice: true },

  // The article's summary.
  S1: { label: "TIME_WAIT lasts 60 s and cannot be set", same: ["E1"] },
  S2: { label: "many TIME_WAIT slow a server down, or only did in 1997", advice: true },
  S3: { label: "a busy client sets tcp_tw_reuse first of all", advice: true },
  S4: { label: "on an old server, tcp_tw_reuse spares the search for a port", same: ["K1"] },
  S5: { label: "tcp_tw_reuse and SO_REUSEADDR are for different sockets", same: ["F3"] },
  S6: { label: "timestamps have to be on at both ends" },
  S7: { label: "tcp_fin_timeout to about 90", same: ["C5"] },
  S8: { label: "FIN_WAIT_1 means that the peer's system is at fault", same: ["D1"] },
  S9: { label: "FIN_WAIT_2 means that the peer's program is at fault", same: ["C12"] },
  S10: { label: "FIN_WAIT_2 stands in for TIME_WAIT", same: ["C8"] },
  S11: { label: "no linger without a reason", same: ["L6", "L7"], advice: true },
  S12: { label: "accept() uses up a port", same: ["G2"] },
  S13: { label: "a server has 65,535 sockets at most" },

  // Met elsewhere on the internet.
  N1: { label: "a smaller tcp_fin_timeout shortens TIME_WAIT", advice: true },
  N2: { label: "tcp_fin_timeout is for TIME_WAIT, and tcp_retries2 15 is two minutes" },
  N3: { label: "tcp_tw_recycle and tcp_tw_reuse belong into every recipe", advice: true },
  N4: { label: "tcp_tw_reuse helps a busy web server", advice: true },
  N5: { label: "TIME_WAIT uses up the ports of a server" },
  N6: { label: "a server with a TIME_WAIT on every port of a client must refuse it" },
  N7: { label: "lower tcp_max_tw_buckets to 5000", advice: true },
  N8: { label: "switch timestamps off, for speed", advice: true },
  N9: { label: "TIME_WAIT is 3.5 s at least, and the MSL stands in tcp_fin_timeout" },
  N10: { label: "only a restart of the network or a reboot clears CLOSE_WAIT", advice: true },
  N11: { label: "tcp_fin_timeout reduces CLOSE_WAIT", advice: true },
  N12: { label: "the keepalive sysctls cure CLOSE_WAIT", advice: true },
  N13: { label: "keepalive moves dead peers into CLOSE_WAIT and frees the descriptor" },
  N14: { label: "another network manager removes CLOSE_WAIT", advice: true },
  N15: { label: "nf_conntrack_tcp_timeout_time_wait shortens TIME_WAIT", advice: true },
  N16: { label: "TIME_WAIT means that too many clients connect too fast" },
  N17: { label: "an expired linger sends a RST; a non-blocking close() does not wait" },
  N18: { label: "TIME_WAIT holds file descriptors" },
  N19: { label: "a larger backlog cures a pile of CLOSE_WAIT", advice: true },

  // The article as a whole, and its citations.
  X1: { label: "the RFC of TCP is linked as 783", none: "no belief: a slip in an address" },
  X2: {
    label: "RFC 793 and RFC 1323 are the ones to read",
    none: "no belief: every source here names the RFC in force",
  },
  X3: { label: "one blog is right where all others are wrong", none: "its errors are L2, L3, E4 and F7, with claims" },
  X4: {
    label: "TCP has hardly changed since Linux 3",
    none: "each change has a claim of its own: E4, E5, F9, F10, G5, G9, H2, J1",
  },
  X5: {
    label: "what a summary lists can be taken as one",
    none: "no belief of its own: its good rules are E1, S13 and E7, its bad ones C5, S8 and J1",
  },
  X6: { label: "the server in C of the article", none: "its three slips are to be found in chapter 6, in a program" },
  X7: { label: "two texts of 2015 in one voice of 2016", none: "no belief: how the article came about" },
  K1: { label: "tcp_tw_reuse on the client cures the TIME_WAIT of the server", advice: true },
  K2: { label: "ss shows two milliseconds" },
  K3: { label: "three claims in four boxes", none: "no belief: the boxes are C1, F1 and G1" },
  K4: { label: "the metrics of a path are remembered", none: "no belief met: a trap for whoever measures" },
  K5: { label: "ss shows its own namespace", advice: true },
  K6: { label: "sockstat in a container counts its own orphans" },
  K7: { label: "ss prints an empty time", none: "no belief met: told on the page of ss" },
  K8: { label: "LAST_ACK shows Recv-Q 1", none: "no belief met: a fact of its own" },
  K9: { label: "connect() slows down once half of the ports are used", same: ["H4"] },
};

/** Addresses of sightings that are known in full; anything else is named, not linked. */
export const SIGHTINGS: readonly string[] = [
  "https://nbari.com/post/time_wait",
  "https://infinitelexicon.pages.dev/tcptwreuse",
  "https://e-learn.cn/qa/answer/107149",
  "https://errorhandle.ai/tcp-ip-in-linux-kernel-control-socket-closing-timeout",
  "https://serverdevworker.com/1735f3de5",
  "https://gist.github.com/xuyanke/d56b89306a1b778db205",
  "https://github.com/xluffy/til/issues/59",
  "https://github.com/fastos/fastsocket/issues/51",
  "https://github.com/JasonJe/notes/issues/95",
  "https://github.com/mfcheer/blogs/issues/1",
  "https://github.com/georgehao/studywithwork/issues/31",
  "https://github.com/guanhui07/blog/issues/192",
  "https://github.com/flynn/flynn/issues/3079",
];
