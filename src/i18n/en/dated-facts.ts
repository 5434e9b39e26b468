/** What changed between Linux versions, by the ids of `src/engine/kernel/dated-facts.ts`. */
export const datedFacts = {
  since: "Since Linux {from}: {what}",
  before: "Before: {what}",
  backports: "Also in {releases} and later of those series.",
  checked: {
    opened: "release opened and read",
    "tag inferred from commit date": "change read; first release inferred from its date",
    "from memory": "from memory, not opened",
  },
  facts: {
    tcp_tw_recycle: {
      about: "The sysctl tcp_tw_recycle",
      values: {
        there: "exists; off by default, harmful behind NAT.",
        gone: "does not exist. Setting it is an error.",
      },
    },
    "tcp_tw_reuse.default": {
      about: "The default of tcp_tw_reuse",
      values: {
        "0": "0: connect() takes no port from TIME-WAIT.",
        "2": "2: connect() takes a port from TIME-WAIT on loopback only.",
      },
    },
    "tcp_tw_reuse.wait": {
      about: "How old a TIME-WAIT must be before tcp_tw_reuse may take it",
      values: {
        "second-tick-after-next":
          "a clock of whole seconds must have ticked twice since the last timestamp came: one to two seconds.",
        "next-second-tick":
          "a clock of whole seconds must have ticked once since the last timestamp came: at most one second.",
        tcp_tw_reuse_delay: "tcp_tw_reuse_delay milliseconds, 1000 by default.",
      },
    },
    "tcp_tw_reuse.fin-wait-2": {
      about: "A FIN-WAIT-2 mini-socket and tcp_tw_reuse",
      values: {
        taken: "connect() may take its port as it takes one from TIME-WAIT.",
        refused: "connect() leaves it alone.",
      },
    },
    tcp_syn_linear_timeouts: {
      about: "How many SYNs are repeated at equal intervals",
      values: {
        "0": "none: the interval doubles from the first repetition on.",
        "4": "four by default, tcp_syn_linear_timeouts; then the interval doubles.",
      },
    },
    "syn-retry-after-bad-ack": {
      about: "The next SYN after an answer with a wrong ACK number",
      values: {
        timeout: "waits for its timeout, one second.",
        "two-ticks": "goes two ticks of the kernel's clock later.",
      },
    },
    "ip_local_port_range.last": {
      about: "The last port of the default ip_local_port_range",
      values: {
        "61000": "61000: 28,233 ports.",
        "60999": "60999: 28,232 ports, half of them even.",
      },
    },
    "connect.port-parity": {
      about: "Even and odd local ports in connect()",
      values: {
        any: "are tried as they come.",
        "even-first":
          "are kept apart: first those with the parity of the range's first port, even by default. bind() to port 0 does the opposite.",
      },
    },
    "connect.port-offset": {
      about: "Where connect() begins to look for a port",
      values: {
        hash: "at an offset hashed from both addresses and the peer's port, plus a counter.",
        "double-hash": "at an offset hashed from both addresses and the peer's port, plus one of many counters.",
        "double-hash-random-step": "as before, and each counter grows by a random step.",
      },
    },
    "connect.port-search": {
      about: "Looking for a free port when many are taken",
      values: {
        locked: "takes a lock for every port that is tried.",
        rcu: "looks without the lock first, which is faster under contention.",
      },
    },
    "timestamp-offset": {
      about: "What is added to the clock in a TCP timestamp",
      values: {
        none: "nothing: all connections of a host show one clock.",
        "per-connection": "a secret offset of each connection.",
        "per-host-pair": "a secret offset of each pair of addresses.",
      },
    },
    IP_BIND_ADDRESS_NO_PORT: {
      about: "The socket option IP_BIND_ADDRESS_NO_PORT",
      values: {
        missing: "does not exist: bind() to an address takes a port at once.",
        there: "leaves the port to connect().",
      },
    },
    IP_LOCAL_PORT_RANGE: {
      about: "The socket option IP_LOCAL_PORT_RANGE",
      values: {
        missing: "does not exist.",
        there: "narrows the port range for one socket.",
      },
    },
    SOCK_DESTROY: {
      about: "Destroying a socket from outside, ss -K",
      values: {
        missing: "is not possible.",
        there: "is possible, if the kernel was built with CONFIG_INET_DIAG_DESTROY.",
      },
    },
    "TCP_LINGER2.most": {
      about: "The longest TCP_LINGER2",
      values: {
        tcp_fin_timeout: "is tcp_fin_timeout; a larger value means tcp_fin_timeout.",
        "120-seconds": "is 120 s; a larger value is cut to it.",
      },
    },
    "time-wait.timer": {
      about: "The timer of TIME-WAIT",
      values: {
        slots: "is shared: entries wait in a few slots that end together.",
        own: "is its own for every entry.",
      },
    },
    "rst.inexact": {
      about: "A RST inside the window whose number is not the one expected next",
      values: {
        believed: "ends the connection.",
        "challenge-ack": "is answered with a challenge ACK.",
      },
    },
    "syn.synchronized": {
      about: "A SYN for a connection that is open or closing",
      values: {
        rst: "inside the window resets the connection.",
        "challenge-ack": "is answered with a challenge ACK.",
      },
    },
    "syn-ack.crossing": {
      about: "The SYN+ACK when both ends connect to each other at once",
      values: {
        "challenge-ack":
          "is answered with a challenge ACK; the answer to that opens the connection, one round trip later.",
        established: "opens the connection.",
      },
    },
    "close.unread": {
      about: "What counts as unread when close() decides between FIN and RST",
      values: {
        "any-left-in-queue": "every byte still in the receive queue, also one the program has had.",
        "not-yet-read": "bytes the program has not had.",
      },
    },
    tcp_rto_max_ms: {
      about: "The longest retransmission timeout",
      values: {
        missing: "is 120 s, a constant.",
        there: "is tcp_rto_max_ms, 120000 by default.",
      },
    },
    tcp_rto_min_us: {
      about: "The shortest retransmission timeout",
      values: {
        missing: "is 200 ms, unless the route says otherwise.",
        there: "is tcp_rto_min_us, 200000 by default, unless the route says otherwise.",
      },
    },
    "pingpong-threshold": {
      about: "How many answers in turn make a conversation, in which ACKs are delayed",
      values: {
        "1": "one.",
        "3": "three.",
        tcp_pingpong_thresh: "tcp_pingpong_thresh, 1 by default.",
      },
    },
    "sysctls.tcp_fin_timeout": {
      about: "tcp_fin_timeout",
      values: {
        machine: "is one number for the machine.",
        namespace: "belongs to the network namespace.",
      },
    },
    "sysctls.tcp_tw_reuse": {
      about: "tcp_tw_reuse",
      values: {
        machine: "is one number for the machine.",
        namespace: "belongs to the network namespace.",
      },
    },
    "time-wait.entry-size": {
      about: "The size of an entry in TIME-WAIT, x86-64",
      values: {
        "168": "168 bytes.",
        "264": "264 bytes.",
        "248": "248 bytes.",
      },
    },
    "orphan-count": {
      about: "The number of orphans that tcp_max_orphans limits",
      values: {
        "shared-counter": "is a shared counter that CPUs add to in batches.",
        "per-cpu": "is kept for each CPU and added up every now and then.",
      },
    },
  },
} as const;
