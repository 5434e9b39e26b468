#!/usr/bin/env python3
"""Run one Last ACK experiment on this machine's Linux kernel and write down what happened.

    python3 lastack_lab.py close-four.json
    python3 lastack_lab.py close-four.json -o close-four.jsonl
    unshare -Urn python3 lastack_lab.py close-four.json        (without root)

FILE is an experiment as the site offers it: one JSON file, which also carries what the simulator
predicts. The plain canonical form will do. Every host of it becomes a network namespace of its own.
The hosts are joined by a relay inside this program: it reads each IP packet that one host sends,
stamps it, applies the faults of the experiment and hands it to the other host. The programs of the
experiment are real processes making real system calls.

Nothing outside these namespaces is touched. No name, file or process is left behind, and nothing is
sent to any real network: the namespaces have no way out. As root, the run goes before other work of
the machine while it lasts, so that other work does not show in its times.

Only the Python standard library is needed, Python 3.9 or newer. To read it, begin with `main` at the
end and `Run.execute` in part 7: they call all the rest. Then part 4, which makes the system calls, and
part 6, which carries the segments. Part 5 is the hardest: two sources that each see half of what a
socket does. Parts, in this order:

    1  the experiment file, checked (it is untrusted)
    2  the kernel's doors: namespaces, netlink, TUN
    3  segments: reading and building them
    4  programs: steps executed as system calls
    5  watching sockets: the tracepoint, sock_diag
    6  the relay
    7  a run, from set-up to trace
    8  comparison with another trace
    9  report and command line
"""

import argparse
import bisect
import contextlib
import ctypes
import errno
import faulthandler
import fcntl
import hashlib
import heapq
import ipaddress
import json
import mmap
import os
import platform
import queue
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

VERSION = "1.1.0"
EXPERIMENT_FORMAT = "lastack-experiment/1"
DOWNLOAD_FORMAT = "lastack-download/1"
TRACE_FORMAT = "lastack-trace/1"

EXIT_FAILED, EXIT_BAD_FILE, EXIT_CANNOT_RUN = 1, 2, 3


class BadExperiment(Exception):
    """The file is not an experiment this program will run. The message names the place."""


class CannotRun(Exception):
    """This machine lacks something. The message says what, and how to get it."""


class RunFailed(Exception):
    """The run itself went wrong, so its trace would not be evidence."""


# ---- 1. The experiment file -------------------------------------------------------------------
# A closed list: whatever is not named here is refused before anything is done.

STATES = (
    "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2",
    "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
)

SYSCTLS = {"net.core.somaxconn"} | {
    "net.ipv4." + name
    for name in (
        "ip_autobind_reuse ip_local_port_range tcp_abort_on_overflow tcp_challenge_ack_limit "
        "tcp_congestion_control tcp_early_retrans tcp_ecn tcp_fin_timeout tcp_invalid_ratelimit "
        "tcp_keepalive_intvl tcp_keepalive_probes tcp_keepalive_time tcp_max_orphans "
        "tcp_max_syn_backlog tcp_max_tw_buckets tcp_migrate_req tcp_no_metrics_save "
        "tcp_orphan_retries tcp_retries1 tcp_retries2 tcp_rfc1337 tcp_rto_max_ms tcp_rto_min_us "
        "tcp_sack tcp_stdurg tcp_syn_linear_timeouts tcp_syn_retries tcp_synack_retries "
        "tcp_syncookies tcp_timestamps tcp_tw_recycle tcp_tw_reuse tcp_tw_reuse_delay "
        "tcp_window_scaling"
    ).split()
}
OF_THE_MACHINE = {"net.ipv4.tcp_max_orphans"}  # no namespace has these: only the simulator can set them for one host

# name: (level, number, kind). The numbers are Linux's, so that an old Python need not know them.
SOCKET_OPTIONS = {
    "SO_REUSEADDR": (1, 2, "flag"),
    "SO_REUSEPORT": (1, 15, "flag"),
    "SO_KEEPALIVE": (1, 9, "flag"),
    "SO_LINGER": (1, 13, "linger"),
    "SO_SNDBUF": (1, 7, "number"),
    "SO_RCVBUF": (1, 8, "number"),
    "SO_RCVTIMEO": (1, 20, "time"),
    "SO_SNDTIMEO": (1, 21, "time"),
    "TCP_NODELAY": (6, 1, "flag"),
    "TCP_CORK": (6, 3, "flag"),
    "TCP_QUICKACK": (6, 12, "flag"),
    "TCP_LINGER2": (6, 8, "number"),
    "TCP_KEEPIDLE": (6, 4, "number"),
    "TCP_KEEPINTVL": (6, 5, "number"),
    "TCP_KEEPCNT": (6, 6, "number"),
    "TCP_USER_TIMEOUT": (6, 18, "number"),
    "TCP_SYNCNT": (6, 7, "number"),
    "TCP_DEFER_ACCEPT": (6, 9, "number"),
    "IP_BIND_ADDRESS_NO_PORT": (0, 24, "flag"),
    "IP_LOCAL_PORT_RANGE": (0, 51, "range"),
}
SO_ERROR = (1, 4)

MAX_TIME = 1_800_000_000  # microseconds: 30 minutes
MAX_HOSTS, MAX_PROGRAMS, MAX_THREADS, MAX_SOCKETS = 8, 64, 4096, 200_000
MAX_BYTES = 1 << 30
MAX_STEPS_WITHOUT_WAITING = 1_000_000
MAX_FILE = 8 << 20
MAX_NUMBER = 1 << 53  # beyond it, the simulator's numbers are not exact
MAX_EVENTS = 2_000_000  # of a trace: events, sockets at its probes, lines of its captures
MAX_MEMORY = 1 << 30  # bytes of all programs together, beyond what they start with and the stacks of their threads
MAX_COMPUTING = 60  # seconds of processor time of a program
STACK = 256 * 1024  # bytes, of a thread


def fail(path, message):
    raise BadExperiment("%s: %s" % (path or "(top)", message))


def whole(low, high):
    def check(value, path):
        if type(value) is not int or not low <= value <= high:
            fail(path, "must be a whole number from %d to %d" % (low, high))

    return check


def text(limit):
    def check(value, path):
        if not isinstance(value, str) or len(value) > limit:
            fail(path, "must be text of at most %d characters" % limit)

    return check


def matching(pattern, what):
    compiled = re.compile(pattern)

    def check(value, path):
        if not isinstance(value, str) or not compiled.fullmatch(value):
            fail(path, "must be %s" % what)

    return check


def one_of(*values):
    def check(value, path):
        if not any(value == allowed and type(value) is type(allowed) for allowed in values):
            fail(path, "must be one of %s" % ", ".join(map(str, values)))

    return check


def maybe(inner):
    return lambda value, path: None if value is None else inner(value, path)


def either(first, second):
    """`second` where `value` is an object, `first` otherwise."""
    return lambda value, path: (second if isinstance(value, dict) else first)(value, path)


def listed(inner, most, least=0):
    def check(value, path):
        if not isinstance(value, list) or not least <= len(value) <= most:
            fail(path, "must be a list of %d to %d items" % (least, most))
        for index, item in enumerate(value):
            inner(item, "%s[%d]" % (path, index))

    return check


def keyed(key, inner, most):
    def check(value, path):
        if not isinstance(value, dict) or len(value) > most:
            fail(path, "must be an object of at most %d keys" % most)
        for name, item in value.items():
            key(name, "%s (key %r)" % (path, name[:80]))
            inner(item, "%s.%s" % (path, name))

    return check


class Optional:
    """In a shape: a key that may be missing."""

    def __init__(self, inner):
        self.inner = inner


def shape(**fields):
    """An object with exactly these keys, the optional ones apart."""

    def check(value, path):
        if not isinstance(value, dict):
            fail(path, "must be an object")
        for name in value:
            if name not in fields:
                fail(path, "unknown key %r" % name[:80])
        for name, inner in fields.items():
            optional = isinstance(inner, Optional)
            if name in value:
                (inner.inner if optional else inner)(value[name], "%s.%s" % (path, name) if path else name)
            elif not optional:
                fail(path, "key %r is missing" % name)

    return check


def chosen(key, shapes):
    """An object whose `key` says which of `shapes` it has."""

    def check(value, path):
        if not isinstance(value, dict):
            fail(path, "must be an object")
        kind = value.get(key)
        if not isinstance(kind, str) or kind not in shapes:
            fail("%s.%s" % (path, key), "must be one of %s" % ", ".join(sorted(shapes)))
        shapes[kind](value, path)

    return check


def is_address(value, path):
    try:
        address = ipaddress.IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        fail(path, "must be an IPv4 address")
    if address.is_multicast or address.is_unspecified or address == ipaddress.IPv4Address("255.255.255.255"):
        fail(path, "must be an address of one host")


anything = lambda value, path: None  # noqa: E731 - a check that is made elsewhere
is_bool = one_of(True, False)
name_ = matching(r"[A-Za-z][A-Za-z0-9_-]{0,63}", "a name (a letter, then letters, digits, - and _)")
time_ = whole(0, MAX_TIME)
port_ = whole(0, 65535)
flag_ = one_of("SYN", "FIN", "RST", "PSH", "ACK")
state_ = one_of(*STATES)
number_ = whole(-MAX_NUMBER, MAX_NUMBER)
operand_ = either(number_, shape(variable=name_))
endpoint_ = shape(address=text(15), port=port_)
match_ = shape(has=listed(flag_, 5), lacks=listed(flag_, 5), data=maybe(is_bool), port=maybe(port_))
errno_or_number = lambda value, path: (  # noqa: E731
    matching(r"E[A-Z0-9]{1,30}|error", "an errno's name")(value, path)
    if isinstance(value, str)
    else number_(value, path)
)
condition_ = shape(variable=name_, comparison=one_of("==", "!=", "<", "<=", ">", ">="), value=errno_or_number)


def relative(*bases):
    return shape(base=one_of(*bases), plus=whole(-(1 << 32), 1 << 32))


def is_option_value(value, path):
    if isinstance(value, dict):
        if "on" in value:
            shape(on=is_bool, seconds=whole(0, 1800))(value, path)
        else:
            shape(first=port_, last=port_)(value, path)
    else:
        number_(value, path)


ON_ERROR = one_of("stop", "continue", "break", "exit")


def call_shape(op, **fields):
    return shape(op=one_of(op), **{"as": maybe(name_)}, on_error=ON_ERROR, **fields)


def steps_(value, path):
    if path.count(".body") + path.count(".then") + path.count(".otherwise") > 16:
        fail(path, "steps are nested too deeply")
    listed(chosen("op", STEPS), 10_000)(value, path)


STEPS = {
    "socket": call_shape("socket"),
    "bind": call_shape("bind", fd=name_, to=endpoint_, port=Optional(name_)),
    "listen": call_shape("listen", fd=name_, backlog=whole(0, 1 << 20)),
    "accept": call_shape("accept", fd=name_),
    "connect": call_shape("connect", fd=name_, to=endpoint_),
    "send": call_shape("send", fd=name_, bytes=whole(0, MAX_BYTES)),
    "recv": call_shape("recv", fd=name_, bytes=whole(0, MAX_BYTES), all=is_bool),
    "shutdown": call_shape("shutdown", fd=name_, how=one_of("read", "write", "both")),
    "close": call_shape("close", fd=name_),
    "setsockopt": call_shape("setsockopt", fd=name_, option=one_of(*SOCKET_OPTIONS), value=is_option_value),
    "getsockopt": call_shape("getsockopt", fd=name_, option=one_of("SO_ERROR", *SOCKET_OPTIONS)),
    "nonblock": call_shape("nonblock", fd=name_, on=is_bool),
    "poll": call_shape("poll", fd=name_, events=listed(one_of("in", "out", "rdhup"), 3), timeout=maybe(time_)),
    "at": shape(op=one_of("at"), time=time_),
    "sleep": shape(op=one_of("sleep"), time=time_),
    "pause": shape(op=one_of("pause")),
    "set": shape(op=one_of("set"), variable=name_, value=operand_),
    "add": shape(op=one_of("add"), variable=name_, value=operand_),
    "loop": shape(op=one_of("loop"), times=maybe(whole(0, 1 << 32)), body=steps_),
    "while": shape(op=one_of("while"), test=condition_, body=steps_),
    "if": shape(op=one_of("if"), test=condition_, then=steps_, otherwise=steps_),
    "break": shape(op=one_of("break")),
    "spawn": shape(op=one_of("spawn"), routine=name_, name=name_, times=whole(1, MAX_THREADS)),
    "exit": shape(op=one_of("exit")),
    "kill": shape(op=one_of("kill"), program=name_),
    "put": shape(op=one_of("put"), queue=name_, value=operand_),
    "get": shape(op=one_of("get"), queue=name_, **{"as": name_}, timeout=maybe(time_), on_error=ON_ERROR),
}

EXPERIMENT = shape(
    format=one_of(EXPERIMENT_FORMAT),
    id=matching(r"[a-z][a-z0-9-]{0,79}", "an id (small letters, digits and -)"),
    title=text(200),
    summary=text(2000),
    **{"class": one_of("quick", "normal", "long")},
    level=one_of("segments", "closing", "states", "totals"),
    until=whole(1, MAX_TIME),
    hosts=listed(
        shape(
            name=matching(r"[A-Za-z][A-Za-z0-9_-]{0,31}", "a host's name"),
            addresses=listed(is_address, 16, 1),
            sysctl=keyed(one_of(*sorted(SYSCTLS)), matching(r"[A-Za-z0-9 \t,_-]{0,200}", "a sysctl's value"), 100),
            kernel=Optional(matching(r"[0-9]+\.[0-9]+(\.[0-9]+)?", "a version of Linux")),
            uptime=Optional(whole(0, 1 << 53)),
            nat=Optional(listed(name_, MAX_HOSTS)),
        ),
        MAX_HOSTS,
        1,
    ),
    link=shape(kind=one_of("relay", "direct"), delay=time_),
    programs=listed(
        shape(
            name=name_,
            host=name_,
            start=time_,
            nofile=whole(8, 1 << 20),
            routines=keyed(name_, steps_, 256),
        ),
        MAX_PROGRAMS,
    ),
    events=listed(
        chosen(
            "do",
            {
                "sysctl": shape(
                    at=time_,
                    do=anything,
                    host=name_,
                    name=one_of(*sorted(SYSCTLS)),
                    value=matching(r"[A-Za-z0-9 \t,_-]{0,200}", "a sysctl's value"),
                ),
                "kill": shape(at=time_, do=anything, program=name_),
                "ss_kill": shape(
                    at=time_,
                    do=anything,
                    host=name_,
                    state=maybe(state_),
                    local_port=maybe(port_),
                    peer_port=maybe(port_),
                ),
                "link": shape(at=time_, do=anything, host=name_, up=is_bool),
                "inject": shape(
                    at=time_,
                    do=anything,
                    to=name_,
                    connection=whole(1, MAX_SOCKETS),
                    flags=listed(flag_, 5),
                    seq=relative("rcv_nxt", "zero"),
                    ack=maybe(relative("snd_nxt", "zero")),
                    tsval=maybe(relative("last")),
                    bytes=whole(0, 1448),
                ),
                "thread": shape(at=time_, do=anything, program=name_, fd=maybe(whole(3, 1 << 20)), steps=steps_),
            },
        ),
        1000,
    ),
    faults=listed(
        shape(
            name=name_,
            **{"from": name_},
            match=match_,
            nth=maybe(whole(1, 1 << 32)),
            after=time_,
            before=maybe(time_),
            act=chosen(
                "do",
                {
                    "drop": shape(do=anything),
                    "delay": shape(do=anything, by=time_),
                    "duplicate": shape(do=anything, after=time_),
                    "hold": shape(do=anything, release=time_),
                },
            ),
        ),
        1000,
    ),
    probes=listed(shape(name=name_, at=time_, capture=is_bool), 1000),
    expect=listed(
        chosen(
            "expect",
            {
                "sockets": shape(
                    expect=anything,
                    probe=name_,
                    host=name_,
                    state=state_,
                    count=whole(0, MAX_SOCKETS),
                    timer=maybe(one_of("on", "keepalive", "timewait", "persist", "none")),
                    recvq=maybe(whole(0, MAX_BYTES)),
                    held=maybe(is_bool),
                ),
                "path": shape(expect=anything, sock=name_, states=listed(state_, 100)),
                "spends": shape(expect=anything, sock=name_, state=state_, at_least=time_, at_most=time_),
                "segments": shape(expect=anything, **{"from": name_}, match=match_, count=whole(0, 1 << 32)),
                "call": shape(
                    expect=anything,
                    program=name_,
                    thread=maybe(name_),
                    op=name_,
                    nth=whole(1, 1 << 32),
                    returns=errno_or_number,
                    at_least=maybe(time_),
                    at_most=maybe(time_),
                ),
                "counter": shape(expect=anything, host=name_, name=name_, value=number_),
            },
        ),
        10_000,
    ),
    varies=maybe(text(2000)),
)


def all_steps(steps, path, in_loop=False):
    """Every step with its path, nested ones too, and whether a loop surrounds it."""
    for index, step in enumerate(steps):
        here = "%s[%d]" % (path, index)
        yield step, here, in_loop
        for key in ("body", "then", "otherwise"):
            if key in step:
                yield from all_steps(step[key], "%s.%s" % (here, key), in_loop or key == "body")


def check_experiment(experiment):
    """Raise BadExperiment unless this is an experiment in canonical form that stays within all bounds."""
    EXPERIMENT(experiment, "")
    hosts = {host["name"]: host for host in experiment["hosts"]}
    programs = {program["name"]: program for program in experiment["programs"]}
    for what, items in (("hosts", hosts), ("programs", programs)):
        if len(items) != len(experiment[what]):
            fail(what, "two have the same name")
    owned = [address for host in experiment["hosts"] for address in host["addresses"]]
    routed = [address for address in owned if not address.startswith("127.")]
    if len(set(routed)) != len(routed):
        fail("hosts", "two hosts have the same address")

    def loads_nothing(name, value, path):
        # Linux takes this value for the name of a module and loads it, for the whole machine.
        if name == "net.ipv4.tcp_congestion_control" and value != "reno":
            fail(path, "must be reno")

    for index, host in enumerate(experiment["hosts"]):
        for name, value in host["sysctl"].items():
            loads_nothing(name, value, "hosts[%d].sysctl.%s" % (index, name))

    def known(names, value, path, what):
        if value not in names:
            fail(path, "no %s is called %r" % (what, value))

    for index, program in enumerate(experiment["programs"]):
        path = "programs[%d]" % index
        known(hosts, program["host"], path + ".host", "host")
        if "main" not in program["routines"]:
            fail(path + ".routines", "there is no routine 'main'")
        places = [("%s.routines.%s" % (path, name), steps) for name, steps in program["routines"].items()]
        for number, event in enumerate(experiment["events"]):
            if event["do"] == "thread" and event["program"] == program["name"]:
                places.append(("events[%d].steps" % number, event["steps"]))
                if event["at"] < program["start"]:
                    fail("events[%d].at" % number, "is before the start of %s" % program["name"])
        for place, steps in places:
            for step, here, in_loop in all_steps(steps, place):
                op = step["op"]
                if op == "spawn":
                    known(program["routines"], step["routine"], here + ".routine", "routine")
                if op == "kill":
                    known(programs, step["program"], here + ".program", "program")
                    if programs[step["program"]]["host"] != program["host"]:
                        fail(here + ".program", "a program can kill only programs on its own host")
                if op == "break" and not in_loop:
                    fail(here, "'break' stands outside a loop")
                if op in ("bind", "connect"):
                    address = step["to"]["address"]
                    if not (address in owned or address.startswith("127.") or (op == "bind" and address == "0.0.0.0")):
                        fail(here + ".to.address", "%r is not an address of this experiment" % address)
                    if address != "0.0.0.0":
                        is_address(address, here + ".to.address")
                if op == "setsockopt":
                    kind, value = SOCKET_OPTIONS[step["option"]][2], step["value"]
                    wanted = {"linger": "on", "range": "first"}.get(kind)
                    if isinstance(value, dict) != (wanted is not None) or (wanted and wanted not in value):
                        fail(here + ".value", "%s takes another kind of value" % step["option"])
                    limit = MAX_TIME if kind == "time" else 1 if kind == "flag" else (1 << 31) - 1
                    if not wanted and not (0 if kind in ("flag", "time") else -1) <= value <= limit:
                        fail(here + ".value", "is out of range for %s" % step["option"])
    for index, event in enumerate(experiment["events"]):
        path = "events[%d]" % index
        if "host" in event:
            known(hosts, event["host"], path + ".host", "host")
        if event["do"] == "sysctl":
            loads_nothing(event["name"], event["value"], path + ".value")
        if event["do"] == "inject":
            known(hosts, event["to"], path + ".to", "host")
        if event["do"] in ("kill", "thread"):
            known(programs, event["program"], path + ".program", "program")
    for index, fault in enumerate(experiment["faults"]):
        known(hosts, fault["from"], "faults[%d].from" % index, "host")
    if experiment["link"]["kind"] == "direct":
        if experiment["faults"]:
            fail("faults", "a direct link has no faults")
        if any(event["do"] in ("inject", "link") for event in experiment["events"]):
            fail("events", "a direct link cannot inject and cannot go down")
    for index, probe in enumerate(experiment["probes"]):
        if probe["at"] > experiment["until"]:
            fail("probes[%d].at" % index, "is after the end of the run")


def unique_keys(pairs):
    """For json.loads: two equal keys could mean one thing to one reader and another to the next."""
    found = {}
    for key, value in pairs:
        if key in found:
            raise BadExperiment("(top): the key %r stands twice in one object" % key[:80])
        found[key] = value
    return found


def short_number(digits):
    """For json.loads: no number of an experiment is long, and reading a very long one takes for ever."""
    if len(digits) > 20:
        raise BadExperiment("(top): a number has %d digits" % len(digits))
    return int(digits)


version_ = matching(r"\d{1,3}\.\d{1,4}(\.\d{1,4})?", "a version")
DOWNLOAD = shape(
    format=one_of(DOWNLOAD_FORMAT),
    hash=matching(r"[0-9a-f]{64}", "a SHA-256 in hex"),
    experiment=anything,
    prediction=maybe(
        shape(
            header=chosen("format", {TRACE_FORMAT: anything}),
            events=listed(lambda value, path: value if isinstance(value, dict) else fail(path, "must be an object"), 1_000_000),
        )
    ),
    dated=listed(
        shape(
            about=text(500),
            changes=listed(
                shape(**{"from": maybe(version_)}, backports=listed(version_, 50), what=text(1000)),
                50,
                1,
            ),
        ),
        200,
    ),
)


def read_experiment(path):
    """Return (experiment, SHA-256 of its canonical form, prediction, dated facts). Raises BadExperiment.

    The prediction is a trace or None. A dated fact is {about, changes: [{from, backports, what}]}, oldest change
    first. Only a download carries them."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise BadExperiment("cannot read %s: %s" % (path, error.strerror)) from None
    if len(data) > MAX_FILE:
        raise BadExperiment("%s is larger than %d bytes" % (path, MAX_FILE))
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=unique_keys, parse_int=short_number)
    except (ValueError, RecursionError) as error:
        raise BadExperiment("%s is not JSON: %s" % (path, error)) from None
    if not isinstance(found, dict) or found.get("format") != DOWNLOAD_FORMAT:
        check_experiment(found)
        return found, hashlib.sha256(data).hexdigest(), None, []
    DOWNLOAD(found, "")
    experiment = found["experiment"]
    check_experiment(experiment)
    # Byte for byte as src/experiment/schema.ts writes it, so that the hash is that of the canonical file.
    written = json.dumps(experiment, indent=1, ensure_ascii=False) + "\n"
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
    same = digest == found["hash"]  # otherwise the experiment was changed, and the prediction is not its own
    return experiment, digest, found["prediction"] if same else None, found["dated"]


# ---- 2. The kernel's doors --------------------------------------------------------------------

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_NAME, PR_SET_TIMERSLACK = 1, 15, 29

libc = ctypes.CDLL(None, use_errno=True)


def libc_call(function, *arguments):
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def unshare(flags):
    libc_call(libc.unshare, flags)


def setns(fd):
    """Move this process into a network namespace. os.setns exists only since Python 3.12."""
    libc_call(libc.setns, fd, CLONE_NEWNET)


def mount(source, target, kind, flags):
    libc_call(libc.mount, source.encode(), target.encode(), kind.encode() if kind else None, flags, None)


RELAY, PROGRAMS, TOOLS = 3, 2, 1  # who goes first, as priorities of real-time scheduling
# Microseconds a thread may compute without waiting: then its program counts as ordinary work, then it is ended.
URGENT, MOST_URGENT = 500_000, 2_000_000


def hurry(priority):
    """Let this process, and threads and processes it starts, run before all other work of the machine, so that
    other work does not show in the times: real-time scheduling. Where that is not allowed, a nice value; where
    that is not allowed either, nothing. Returns which one it was. Must lead a session (see autogroup)."""
    libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority))
        return "real-time"
    except OSError:
        pass
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        # Where the kernel shares the machine out by sessions (sched_autogroup), only this counts between them.
        write_file("/proc/self/autogroup", "-20")
        return "nice"
    except OSError:
        return "none"


def limit(which, soft, hard):
    """setrlimit, but never above what this process was given."""
    given = resource.getrlimit(which)[1]
    if given != resource.RLIM_INFINITY:
        soft, hard = min(soft, given), given if hard == resource.RLIM_INFINITY else min(hard, given)
    resource.setrlimit(which, (soft, hard))


def hurry_with_bounds(priority):
    """The same for a program of an experiment, which must not be able to take a processor for itself. A thread that
    computes for half a second without a wait makes the kernel send SIGXCPU, which `hurry_no_more` waits for. One that
    does so for two seconds is killed, and its program with it; so is a program that computes for a minute in all."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXCPU})
    limit(resource.RLIMIT_RTTIME, URGENT, MOST_URGENT)
    limit(resource.RLIMIT_CPU, MAX_COMPUTING, MAX_COMPUTING)
    hurry(priority)


def hurry_no_more():
    """Runs in a thread of its own. Python runs a handler of a signal in the main thread only, and that may sleep
    while another computes; so all threads block SIGXCPU, and this one waits for it. It makes all others ordinary
    work, again and again: one of them may just be starting another. It does so without a file: each would let the
    one that computes go on for a turn, and there are not many until the kernel ends it."""
    while True:
        signal.sigwait({signal.SIGXCPU})
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                # The native_id of a main thread may be that of before a fork (Python 3.11).
                number = os.getpid() if thread is threading.main_thread() else thread.native_id
                with contextlib.suppress(ProcessLookupError):  # it has ended
                    os.sched_setscheduler(number, os.SCHED_OTHER, os.sched_param(0))


def write_file(path, value):
    with open(path, "w") as file:
        file.write(value)


def read_file(path):
    with open(path) as file:
        return file.read().strip()


def sysctl_path(name):
    return "/proc/sys/" + name.replace(".", "/")


def write_sysctl(name, value):
    """Set a sysctl of the present namespace, which is one of our own."""
    try:
        write_file(sysctl_path(name), value)
    except OSError as error:
        remedy = ""
        if error.errno in (errno.EROFS, errno.EACCES):
            remedy = ". In a container add --security-opt systempaths=unconfined --security-opt apparmor=unconfined"
        raise CannotRun("cannot set %s = %s (%s)%s" % (name, value, error.strerror, remedy)) from None


def become_root_of_own_namespaces():
    """Without root: a user namespace in which we are root, and a network namespace it owns."""
    uid, gid = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    write_file("/proc/self/setgroups", "deny")
    write_file("/proc/self/uid_map", "0 %d 1" % uid)
    write_file("/proc/self/gid_map", "0 %d 1" % gid)


def enter_own_namespaces():
    """Leave the machine's network for an empty namespace. Returns True if this is the machine's root."""
    real_root = False
    try:
        unshare(CLONE_NEWNET)
        # Root inside `unshare -Ur` also gets here, but may not open the machine's tracing files.
        real_root = os.geteuid() == 0 and read_file("/proc/self/uid_map").split() == ["0", "0", "4294967295"]
    except OSError:
        try:
            become_root_of_own_namespaces()
        except OSError as error:
            raise CannotRun(
                "cannot make a network namespace (%s). Run it as root, as `unshare -Urn python3 lastack_lab.py FILE`, "
                "or allow user namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_"
                "unprivileged_userns; in a container --cap-add SYS_ADMIN --cap-add NET_ADMIN)" % error.strerror
            ) from None
    return real_root


NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP, NLM_F_CREATE_EXCL = 1, 4, 0x300, 0x600
NLMSG_ERROR, NLMSG_DONE = 2, 3
NETLINK_ROUTE, NETLINK_SOCK_DIAG = 0, 4


@contextlib.contextmanager
def needs(option):
    """What fails in here needs a kernel that was built with this option."""
    try:
        yield
    except OSError as error:
        raise CannotRun("%s. This kernel seems to lack %s, built in or as a module" % (error.strerror, option)) from None


class Netlink:
    """A netlink socket. It stays in the namespace it was made in, wherever its owner goes."""

    def __init__(self, family):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.number = 0

    def request(self, kind, flags, body):
        """Send one request; return the bodies of the answers. Raises OSError if the kernel refuses."""
        self.number += 1
        self.socket.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, self.number, 0) + body)
        answers = []
        while True:
            data = self.socket.recv(1 << 18)
            position = 0
            while position < len(data):
                length, kind_, flags_, number, _ = struct.unpack_from("=IHHII", data, position)
                payload = data[position + 16 : position + length]
                position += (length + 3) & ~3
                if number != self.number:
                    continue
                if kind_ == NLMSG_DONE:
                    return answers
                if kind_ == NLMSG_ERROR:
                    code = -struct.unpack_from("=i", payload)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return answers
                answers.append(payload)
                if not flags & (NLM_F_DUMP | NLM_F_ACK):
                    return answers


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def interface_message(index=0, flags=0, change=0):
    return struct.pack("=BxHiII", 0, 0, index, flags, change)


def link_up(route, index):
    route.request(16, NLM_F_ACK, interface_message(index, 1, 1))  # RTM_NEWLINK with IFF_UP


def add_address(route, index, address):
    packed = socket.inet_aton(address)
    body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, index) + attribute(2, packed) + attribute(1, packed)
    route.request(20, NLM_F_ACK | NLM_F_CREATE_EXCL, body)  # RTM_NEWADDR: IFA_LOCAL, IFA_ADDRESS


def add_route(route, index, source, target=None):
    """To one address, or without `target` to everything: straight out of the interface."""
    body = struct.pack("=BBBBBBBBI", socket.AF_INET, 32 if target else 0, 0, 0, 254, 4, 253, 1, 0)
    if target:
        body += attribute(1, socket.inet_aton(target))
    body += attribute(4, struct.pack("=I", index)) + attribute(7, socket.inet_aton(source))
    route.request(24, NLM_F_ACK | NLM_F_CREATE_EXCL, body)  # RTM_NEWROUTE: RTA_DST, RTA_OIF, RTA_PREFSRC


def add_veth_pair(route, name, peer_name, peer_namespace):
    peer = interface_message() + attribute(3, peer_name.encode() + b"\0") + attribute(28, struct.pack("=I", peer_namespace))
    info = attribute(1, b"veth") + attribute(2, attribute(1, peer))
    body = interface_message() + attribute(3, name.encode() + b"\0") + attribute(18, info)
    with needs("CONFIG_VETH"):
        route.request(16, NLM_F_ACK | NLM_F_CREATE_EXCL, body)


TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def open_tun(name):
    """A TUN device in the present namespace: what the kernel sends to `name` is read here. It dies with the fd."""
    try:
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            remedy = "Run it as root, or let every user open it (chmod 0666 /dev/net/tun; most distributions do)"
        else:
            remedy = "Load the tun module (modprobe tun); in a container add --device /dev/net/tun"
        raise CannotRun("cannot open /dev/net/tun (%s). %s" % (error.strerror, remedy)) from None
    try:
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH14x", name.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        raise CannotRun("cannot make a TUN device (%s): CAP_NET_ADMIN is missing" % error.strerror) from None
    return fd


ETH_P_ALL, SO_TIMESTAMPNS, PACKET_HOST, PACKET_OUTGOING = 3, 35, 0, 4


def open_tap(interface):
    """A socket that sees what passes an interface of the present namespace, going out and coming in."""
    with needs("CONFIG_PACKET"):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, 0)
    tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    tap.bind((interface, ETH_P_ALL))
    return tap


def read_tap(tap):
    """What passed since the last time: (nanoseconds of CLOCK_MONOTONIC, kind, packet)."""
    offset = time.time_ns() - time.monotonic_ns()
    while True:
        try:
            packet, control, _, address = tap.recvmsg(1 << 17, 64)
        except BlockingIOError:
            return
        seconds, nanoseconds = struct.unpack_from("=qq", control[0][2]) if control else (0, time.time_ns())
        yield seconds * 1_000_000_000 + nanoseconds - offset, address[2], packet


class Host:
    """One network namespace, held open by a file descriptor: no name, so nothing to clean up."""

    def __init__(self, spec, direct):
        self.name = spec["name"]
        self.addresses = spec["addresses"]
        self.routed = [address for address in self.addresses if not address.startswith("127.")]
        unshare(CLONE_NEWNET)
        self.namespace = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        if os.path.exists("/proc/sys/net/ipv6"):
            write_sysctl("net.ipv6.conf.all.disable_ipv6", "1")
            write_sysctl("net.ipv6.conf.default.disable_ipv6", "1")
        for which in ("all", "default"):
            write_sysctl("net.ipv4.conf.%s.rp_filter" % which, "0")
        self.missing = []
        for name, value in spec["sysctl"].items():
            self.set_sysctl(name, value)
        self.sysctl = {
            name: " ".join(read_file(sysctl_path(name)).split())
            for name in spec["sysctl"]
            if name not in self.missing
        }
        self.route = Netlink(NETLINK_ROUTE)
        link_up(self.route, 1)
        self.tun = None
        if not direct and self.routed:
            self.tun = open_tun("eth0")
            index = socket.if_nametoindex("eth0")
            link_up(self.route, index)
            for address in self.routed:
                add_address(self.route, index, address)
            add_route(self.route, index, self.routed[0])
        self.loopback = open_tap("lo")
        with needs("CONFIG_INET_DIAG"):
            self.diag = Netlink(NETLINK_SOCK_DIAG)
            diag_dump(self.diag)
        self.counter_files = [open("/proc/self/net/" + name) for name in ("netstat", "snmp")]
        self.counters_at_start = {}
        self.up = True

    def set_sysctl(self, name, value):
        """Must be called inside the namespace. A sysctl this kernel does not have is remembered, not set."""
        if os.path.exists(sysctl_path(name)):
            write_sysctl(name, value)
        else:
            self.missing.append(name)

    def counters(self):
        """Counters of TCP by the names nstat prints, TcpExt without its prefix."""
        found = {}
        for file in self.counter_files:
            file.seek(0)
            lines = file.read().splitlines()
            for names, values in zip(lines[::2], lines[1::2]):
                group, *names = names.replace(":", "").split()
                if group in ("Tcp", "TcpExt"):
                    prefix = "Tcp" if group == "Tcp" else ""
                    for name, value in zip(names, values.split()[1:]):
                        found[prefix + name] = int(value)
        return found

    def counters_since_start(self):
        now = self.counters()
        start = self.counters_at_start
        return {name: now[name] - start.get(name, 0) for name in sorted(now) if now[name] != start.get(name, 0)}


def make_hosts(experiment):
    """The namespaces of all hosts, joined as the experiment says. This process ends up in an empty one."""
    direct = experiment["link"]["kind"] == "direct"
    if not direct and os.path.exists(sysctl_path("net.ipv4.tcp_child_ehash_entries")):
        # A namespace made from here gets a socket table of its own of this size, and looking through a
        # small table 100 times a second is cheap. The rules of TCP do not depend on it.
        write_sysctl("net.ipv4.tcp_child_ehash_entries", "4096")
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    hosts = []
    for spec in experiment["hosts"]:
        setns(home)
        hosts.append(Host(spec, direct))
    if direct:
        for i, one in enumerate(hosts):
            for j, other in enumerate(hosts[i + 1 :], i + 1):
                names = ("eth%d" % (j - 1), "eth%d" % i)
                add_veth_pair(one.route, names[0], names[1], other.namespace)
                for host, peer, name in ((one, other, names[0]), (other, one, names[1])):
                    setns(host.namespace)
                    index = socket.if_nametoindex(name)
                    link_up(host.route, index)
                    if name == "eth0":
                        for address in host.routed:
                            add_address(host.route, index, address)
                for host, peer, name in ((one, other, names[0]), (other, one, names[1])):
                    setns(host.namespace)
                    for address in peer.routed:
                        add_route(host.route, socket.if_nametoindex(name), host.routed[0], address)
    setns(home)
    return hosts


# ---- 3. Segments ------------------------------------------------------------------------------

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
FLAG_BITS = {"FIN": FIN, "SYN": SYN, "RST": RST, "PSH": PSH, "ACK": ACK}


def flag_text(bits):
    """Flags in tcpdump's order and letters: "S.", "P.", "F.", "R"."""
    letters = "".join(letter for bit, letter in ((FIN, "F"), (SYN, "S"), (RST, "R"), (PSH, "P")) if bits & bit)
    return letters + ("." if bits & ACK else "") or "none"


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Segment:
    """A TCP segment read from an IPv4 packet. `number` is its place in the trace, set later."""

    __slots__ = (
        "packet", "src", "dst", "sport", "dport", "seq", "ack", "flags", "window", "length",
        "mss", "ws", "sack", "tsval", "tsecr", "sent", "injected",
    )

    def __init__(self, packet):
        header = (packet[0] & 15) * 4
        total = struct.unpack_from("!H", packet, 2)[0]
        self.packet = packet
        self.src, self.dst = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
        self.sport, self.dport, self.seq, self.ack, offset, self.flags, self.window = struct.unpack_from(
            "!HHIIBBH", packet, header
        )
        data = header + (offset >> 4) * 4
        self.flags &= 0x1F
        self.length = total - data
        self.mss = self.ws = self.tsval = self.tsecr = None
        self.sack = self.injected = False
        self.sent = None
        position = header + 20
        while position < data:
            kind = packet[position]
            if kind == 0:
                break
            if kind == 1:
                position += 1
                continue
            if kind == 2:
                self.mss = struct.unpack_from("!H", packet, position + 2)[0]
            elif kind == 3:
                self.ws = packet[position + 2]
            elif kind == 4:
                self.sack = True
            elif kind == 8:
                self.tsval, self.tsecr = struct.unpack_from("!II", packet, position + 2)
            position += max(packet[position + 1], 2)

    @property
    def local(self):
        return "%s:%d" % (self.src, self.sport)

    @property
    def remote(self):
        return "%s:%d" % (self.dst, self.dport)

    @property
    def end(self):
        """The sequence number after this segment. SYN and FIN take one each."""
        return (self.seq + self.length + bool(self.flags & SYN) + bool(self.flags & FIN)) & 0xFFFFFFFF


def is_tcp(packet):
    return len(packet) >= 40 and packet[0] >> 4 == 4 and packet[9] == 6


def build_packet(src, sport, dst, dport, seq, ack, flags, window, timestamps, payload):
    """An IPv4 packet with one TCP segment and good checksums. `timestamps`: (TSval, TSecr) or None."""
    options = struct.pack("!BBBBII", 1, 1, 8, 10, *timestamps) if timestamps else b""
    source, target = socket.inet_aton(src), socket.inet_aton(dst)
    length = 20 + len(options) + len(payload)
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (20 + len(options)) << 2, flags, window, 0, 0)
    tcp += options + payload
    pseudo = source + target + struct.pack("!HH", 6, length)
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0x4000, 64, 6, 0, source, target)
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


def before(a, b):
    """Sequence number a lies before b, modulo 2^32."""
    return ((a - b) & 0xFFFFFFFF) >> 31 == 1


class Side:
    """What the relay has seen of one end of a connection."""

    def __init__(self):
        self.isn = None  # its initial sequence number
        self.snd_nxt = 0  # the highest number it has used
        self.rcv_nxt = None  # the next number it expects
        self.waiting = []  # (from, to) of segments that arrived ahead of a gap
        self.window = 0
        self.ws = None
        self.tsval_sent = 0
        self.tsval_got = None

    def sent(self, segment):
        if segment.flags & SYN and segment.seq != self.isn:
            self.isn, self.snd_nxt = segment.seq, segment.end
            self.ws = segment.ws
        elif before(self.snd_nxt, segment.end):
            self.snd_nxt = segment.end
        self.window = segment.window
        if segment.tsval is not None:
            self.tsval_sent = segment.tsval

    def got(self, segment):
        if segment.flags & RST:
            return
        if segment.flags & SYN:
            self.rcv_nxt, self.waiting = segment.end, []
        elif self.rcv_nxt is None:
            return
        elif before(self.rcv_nxt, segment.end):
            self.waiting.append((segment.seq, segment.end))
            for start, end in sorted(self.waiting, key=lambda gap: (gap[0] - self.rcv_nxt + (1 << 31)) & 0xFFFFFFFF):
                if not before(self.rcv_nxt, start) and before(self.rcv_nxt, end):
                    self.rcv_nxt = end
            self.waiting = [gap for gap in self.waiting if before(self.rcv_nxt, gap[1])]
        if segment.tsval is not None and not before(self.rcv_nxt, segment.seq):
            if self.tsval_got is None or segment.flags & SYN or not before(segment.tsval, self.tsval_got):
                self.tsval_got = segment.tsval


class Connection:
    """A pair of endpoints from its first SYN on. `number` counts connections from 1."""

    def __init__(self, number):
        self.number = number
        self.sides = {}

    def side(self, endpoint):
        return self.sides.setdefault(endpoint, Side())


# ---- 4. Programs ------------------------------------------------------------------------------
# A program of the experiment is a process; each of its threads is a thread. It logs every call
# before and after, one line each, to a file that the main process reads.

PATTERN = bytes(i % 251 for i in range(251 * 4200))  # byte i of a direction of a connection is i mod 251


def pattern(offset, count):
    """`count` bytes of the pattern from `offset` on, as parts of one buffer: nothing large is built."""
    parts = []
    while count > 0:
        parts.append(memoryview(PATTERN)[offset % 251 :][:count])
        offset, count = offset + len(parts[-1]), count - len(parts[-1])
    return parts


class StopThread(Exception):
    pass


class BreakLoop(Exception):
    pass


class Totals:
    """Numbers shared by all programs: counters, so that bounds hold for the experiment as a whole, and lateness."""

    def __init__(self, programs):
        self.memory = mmap.mmap(-1, max(programs, 1) * 32)
        self.programs = programs
        self.lock = threading.Lock()  # between the threads of one program; each program writes its own numbers only

    def add(self, program, which, amount):
        """Add to one of this program's counters (0 threads, 1 sockets, 2 bytes); return the sum over programs."""
        position = program * 32 + which * 8
        with self.lock:
            mine = struct.unpack_from("=q", self.memory, position)[0] + amount
            struct.pack_into("=q", self.memory, position, mine)
        return sum(struct.unpack_from("=q", self.memory, index * 32 + which * 8)[0] for index in range(self.programs))

    def was_late(self, program, us):
        """A step of this program came `us` microseconds after its time."""
        with self.lock:
            if us > struct.unpack_from("=q", self.memory, program * 32 + 24)[0]:
                struct.pack_into("=q", self.memory, program * 32 + 24, us)

    def latest(self):
        """By how many microseconds the latest step of any program was late."""
        return max((struct.unpack_from("=q", self.memory, i * 32 + 24)[0] for i in range(self.programs)), default=0)


class Program:
    """Runs in the child process: interprets the steps of one program."""

    def __init__(self, index, spec, log, totals):
        self.index = index
        self.spec = spec
        self.log_fd = log
        self.totals = totals
        self.sockets = {}  # descriptor: socket object
        self.sent = {}  # descriptor: bytes sent so far
        self.received = {}
        self.queues = {}
        self.names = []  # of all threads so far
        self.lock = threading.Lock()
        self.finished = threading.Event()  # no thread is left
        self.alive = 0
        self.start = 0
        self.pids = {}
        self.idents = {}  # Python's number of a thread: its name
        # The last number of statm counts pages a process may write to. A thread needs about as much again as its stack.
        used = int(read_file("/proc/self/statm").split()[5]) * resource.getpagesize()
        self.room = used + MAX_MEMORY // totals.programs + 2 * STACK * (len(spec["outside"]) + 2)
        self.make_room()

    def make_room(self):
        """Memory for all threads there have been."""
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit(resource.RLIMIT_DATA, self.room + 2 * STACK * len(self.names), hard)

    def log(self, *fields, at=None):
        line = json.dumps([time.monotonic_ns() if at is None else at, threading.get_native_id(), *fields])
        os.write(self.log_fd, line.encode() + b"\n")

    def abandon(self, message):
        """The experiment itself is at fault: say so; the main process ends the run."""
        try:
            hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
            resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))  # there may be no memory left to say it
            self.log("error", message)
        finally:
            os._exit(1)

    def now(self):
        return (time.monotonic_ns() - self.start) // 1000

    def run(self):
        self.log("process", self.index, "start")
        self.enter("main")
        for event in self.spec["outside"]:
            threading.Thread(target=self.outside, args=(event,), daemon=True).start()
        self.live(self.spec["routines"]["main"], "main", {}, self.spec["start"])
        self.finished.wait()
        self.log("process", self.index, "exit")
        os._exit(0)

    def enter(self, name):
        if self.totals.add(self.index, 0, 1) > MAX_THREADS:
            self.abandon("more than %d threads" % MAX_THREADS)
        with self.lock:
            self.alive += 1
            self.names.append(name)
            self.make_room()

    def outside(self, event):
        """A thread that the experiment starts at its moment; the program knows nothing of it."""
        Thread(self, None, {}, event["at"]).wait_until(event["at"])
        with self.lock:
            if self.alive == 0:  # the process is about to end
                return
        name = self.unique("outside")
        self.enter(name)
        self.live(event["steps"], name, {} if event["fd"] is None else {"fd": event["fd"]}, event["at"])

    def live(self, steps, name, variables, mark):
        """A thread from its start to its end."""
        self.idents[threading.get_ident()] = name
        self.log("thread", self.index, name, "start", None)
        why = None
        try:
            Thread(self, name, variables, mark).steps(steps)
        except BreakLoop:
            pass
        except StopThread as stop:
            why = str(stop)
        except MemoryError:
            self.abandon("the programs need more than %d MiB of memory" % (MAX_MEMORY >> 20))
        except BaseException as error:  # a fault of this program, not of the experiment
            self.abandon("%s: %s" % (type(error).__name__, error))
        self.idents.pop(threading.get_ident(), None)
        self.log("thread", self.index, name, "end", why)
        with self.lock:
            self.alive -= 1
            if self.alive == 0:
                self.finished.set()

    def unique(self, wanted):
        """A second thread called `worker` is worker-2 in the trace."""
        taken = sum(name == wanted or name.startswith(wanted + "-") for name in self.names)
        return wanted if taken == 0 else "%s-%d" % (wanted, taken + 1)

    def spawn(self, routine, name, variables, mark):
        self.enter(name)
        try:
            steps = self.spec["routines"][routine]
            threading.Thread(target=self.live, args=(steps, name, dict(variables), mark), daemon=True).start()
        except RuntimeError:
            self.abandon("this machine refuses another thread")

    def queue(self, name):
        with self.lock:
            return self.queues.setdefault(name, queue.Queue())

    def exit(self):
        self.log("process", self.index, "exit")
        os._exit(0)

    def dump_threads(self, control, page):
        """Runs in a thread of its own: whenever a byte comes through `control`, log where all others stand.
        Not by a signal: that would interrupt their calls."""
        mine = threading.get_ident()
        while os.read(control, 1):
            os.ftruncate(page, 0)
            os.lseek(page, 0, os.SEEK_SET)
            faulthandler.dump_traceback(page, all_threads=True)
            self.log("threads", self.index, thread_dump(os.pread(page, 1 << 20, 0).decode(), self.idents, mine))

    def kill(self, name):
        self.log("killed", self.pids[name][0])
        os.kill(self.pids[name][1], signal.SIGKILL)


DUMPED_THREADS, DUMPED_FRAMES = 20, 2


def thread_dump(dump, names, leave_out):
    """faulthandler's text without folders, with the experiment's names of its threads. Only the innermost
    frames are kept: what lies under them is this file's interpreter."""
    threads = []
    for block in re.split(r"\n\n", dump.replace(os.path.dirname(os.path.abspath(__file__)) + os.sep, "")):
        head, *frames = block.strip().splitlines() or [""]
        found = re.match(r"(?:Current thread|Thread) 0x([0-9a-f]+)", head)
        ident = int(found.group(1), 16) if found else None
        if ident in names and ident != leave_out:
            inner = [re.sub(r'File "[^"]*/', 'File "', frame) for frame in frames[:DUMPED_FRAMES]]
            threads.append("\n".join(["Thread %s (most recent call first):" % names[ident], *inner]))
    more = len(threads) - DUMPED_THREADS
    return "\n".join(sorted(threads)[:DUMPED_THREADS] + (["... and %d more threads" % more] if more > 0 else []))


COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
HOW = {"read": socket.SHUT_RD, "write": socket.SHUT_WR, "both": socket.SHUT_RDWR}
POLL_BITS = {"in": select.POLLIN, "out": select.POLLOUT, "rdhup": 0x2000}
CALL_ARGUMENTS = ("backlog", "bytes", "all", "how", "option", "value", "on", "events", "timeout")
LARGEST_RECV = 32 << 20  # bytes, the largest tcp_rmem of Linux: more does not wait in a socket
WAITED = 2000  # microseconds: a call that took this long had to wait


def endpoint_text(pair):
    return "%s:%d" % (pair[0], pair[1])


class Thread:
    """One thread of a program. Its mark is the moment from which `sleep` counts, see docs/experiments.md."""

    def __init__(self, program, name, variables, mark):
        self.program = program
        self.name = name
        self.variables = variables
        self.mark = mark
        self.quiet_steps = 0
        self.calls = 0
        self.waited = False

    # -- control

    def steps(self, steps):
        for step in steps:
            self.quiet_steps += 1
            if self.quiet_steps > MAX_STEPS_WITHOUT_WAITING:
                self.program.abandon(
                    "thread %s took %d steps without waiting" % (self.name, MAX_STEPS_WITHOUT_WAITING)
                )
            op = step["op"]
            control = getattr(self, "step_" + op, None)
            if control:
                control(step)
            else:
                self.call(step)

    def wait_until(self, moment):
        left = moment - self.program.now()
        if left <= 0:
            return
        self.quiet_steps = 0
        while left > 0:
            time.sleep(left / 1e6)
            left = moment - self.program.now()
        self.program.totals.was_late(self.program.index, -left)

    def value(self, operand):
        if not isinstance(operand, dict):
            return operand
        if operand["variable"] not in self.variables:
            self.program.abandon("variable %s was never set" % operand["variable"])
        return self.variables[operand["variable"]]

    def holds(self, test):
        left, right = self.value({"variable": test["variable"]}), test["value"]
        if right == "error":
            return isinstance(left, str) == (test["comparison"] == "==")
        if isinstance(left, str) != isinstance(right, str) and test["comparison"] not in ("==", "!="):
            return False
        return COMPARE[test["comparison"]](left, right)

    def step_at(self, step):
        self.wait_until(step["time"])
        self.mark = step["time"]

    def step_sleep(self, step):
        self.mark += step["time"]
        self.wait_until(self.mark)

    def step_pause(self, step):
        while True:
            time.sleep(3600)

    def step_set(self, step):
        self.variables[step["variable"]] = self.value(step["value"])

    def step_add(self, step):
        left, right = self.value({"variable": step["variable"]}), self.value(step["value"])
        if isinstance(left, str) or isinstance(right, str):
            self.program.abandon("cannot add to an errno")
        if abs(left + right) > MAX_NUMBER:
            self.program.abandon("variable %s is beyond 2^53" % step["variable"])
        self.variables[step["variable"]] = left + right

    def step_loop(self, step):
        left = step["times"]
        try:
            while left is None or left > 0:
                self.quiet_steps += 1
                self.steps(step["body"] or [{"op": "set", "variable": "_", "value": 0}])
                left = None if left is None else left - 1
        except BreakLoop:
            pass

    def step_while(self, step):
        try:
            while self.holds(step["test"]):
                self.steps(step["body"] or [{"op": "set", "variable": "_", "value": 0}])
        except BreakLoop:
            pass

    def step_if(self, step):
        self.steps(step["then"] if self.holds(step["test"]) else step["otherwise"])

    def step_break(self, step):
        raise BreakLoop

    def step_spawn(self, step):
        for number in range(step["times"]):
            name = self.program.unique(step["name"]) if step["times"] == 1 else "%s-%d" % (step["name"], number + 1)
            self.program.spawn(step["routine"], name, self.variables, self.mark)

    def step_exit(self, step):
        self.program.exit()

    def step_kill(self, step):
        self.program.kill(step["program"])

    def step_put(self, step):
        self.program.queue(step["queue"]).put(self.value(step["value"]))

    def step_get(self, step):
        waiting = self.program.queue(step["queue"])
        try:
            self.variables[step["as"]] = waiting.get_nowait()
            return
        except queue.Empty:
            pass
        if step["timeout"] != 0:
            self.quiet_steps = 0
        try:
            self.variables[step["as"]] = waiting.get(
                timeout=None if step["timeout"] is None else step["timeout"] / 1e6
            )
            self.mark = self.program.now()
        except queue.Empty:
            self.mark = self.program.now()
            self.variables[step["as"]] = "ETIMEDOUT"
            self.failed("ETIMEDOUT", step)

    def failed(self, name, step):
        action = step["on_error"]
        if action == "stop":
            raise StopThread(name)
        if action == "break":
            raise BreakLoop
        if action == "exit":
            self.program.exit()

    # -- system calls

    def call(self, step):
        """Execute one call step; loop for `recv` with `all`."""
        if step["op"] == "recv" and step["all"]:
            total = 0
            while total < step["bytes"]:
                got = self.one_call(dict(step, bytes=step["bytes"] - total))
                if isinstance(got, str):
                    self.result(step, got)
                    return
                total += got
                if got == 0:
                    break
            self.result(step, total)
        else:
            self.result(step, self.one_call(step))

    def result(self, step, value):
        if step["as"] is not None:
            self.variables[step["as"]] = value
        if isinstance(value, str) and step["op"] != "getsockopt":
            self.failed(value, step)

    def one_call(self, step):
        """Make the call, log it before and after, move the mark. Returns a number, or an errno's name."""
        program, op = self.program, step["op"]
        fd = self.variables.get(step["fd"], -1) if "fd" in step else None
        if isinstance(fd, str):
            fd = -1
        sock = program.sockets.get(fd)
        args = {key: step[key] for key in CALL_ARGUMENTS if key in step}
        if "to" in step:
            args["to"] = endpoint_text((step["to"]["address"], step["to"]["port"]))
        self.calls += 1
        number = self.calls
        began = time.monotonic_ns()
        program.log("call", program.index, self.name, number, op, fd, self.inode(sock), args, at=began)
        self.waited = False
        try:
            if fd is not None and sock is None:
                raise OSError(errno.EBADF, "")
            value, failure = getattr(self, "call_" + op)(step, sock), None
        except OSError as error:
            value, failure = -1, errno.errorcode.get(error.errno, "E%d" % (error.errno or 0))
        ended = time.monotonic_ns()
        extra = self.names_of(op, sock, value) if failure is None else None
        if isinstance(value, str):  # SO_ERROR: the call worked, what it returned is an errno's name
            value, failure = 0, value
        program.log("return", program.index, self.name, number, op, value, failure, extra, at=ended)
        if op in ("accept", "connect", "recv", "send", "poll", "close"):
            blocking_failure = failure in ("ECONNREFUSED", "ETIMEDOUT", "ECONNRESET", "EHOSTUNREACH")
            if op == "connect" and sock is not None and sock.gettimeout() is None:
                self.waited = failure is None or blocking_failure
            long = ended - began >= WAITED * 1000
            if self.waited or long:
                self.mark = (ended - program.start) // 1000
            if long or (self.waited and failure != "EAGAIN" and step.get("timeout") != 0):
                self.quiet_steps = 0
        return failure if failure is not None else value

    @staticmethod
    def inode(sock):
        try:
            return os.fstat(sock.fileno()).st_ino if sock is not None else None
        except OSError:
            return None

    def names_of(self, op, sock, value):
        """Inode and endpoints of the socket a call gave a name to."""
        if op == "accept":
            sock = self.program.sockets.get(value)
        elif op not in ("bind", "listen", "connect"):
            return None
        try:
            local = endpoint_text(sock.getsockname())
        except (OSError, AttributeError):
            return None
        try:
            remote = endpoint_text(sock.getpeername())
        except OSError:
            remote = "0.0.0.0:0"
        return [self.inode(sock), local, remote]

    def keep(self, sock):
        if self.program.totals.add(self.program.index, 1, 1) > MAX_SOCKETS:
            self.program.abandon("more than %d sockets" % MAX_SOCKETS)
        fd = sock.fileno()
        self.program.sockets[fd] = sock
        self.program.sent[fd] = self.program.received[fd] = 0
        return fd

    @staticmethod
    def ready(sock):
        poller = select.poll()
        poller.register(sock.fileno(), select.POLLIN)
        return bool(poller.poll(0))

    def call_socket(self, step, _):
        return self.keep(socket.socket(socket.AF_INET, socket.SOCK_STREAM))

    def call_bind(self, step, sock):
        port = self.value({"variable": step["port"]}) if "port" in step else step["to"]["port"]
        if not isinstance(port, int) or not 0 <= port <= 65535:
            raise OSError(errno.EINVAL, "")
        sock.bind((step["to"]["address"], port))
        return 0

    def call_listen(self, step, sock):
        sock.listen(step["backlog"])
        return 0

    def call_accept(self, step, sock):
        self.waited = not self.ready(sock)
        return self.keep(sock.accept()[0])

    def call_connect(self, step, sock):
        sock.connect((step["to"]["address"], step["to"]["port"]))
        return 0

    def call_send(self, step, sock):
        program, fd = self.program, sock.fileno()
        if program.totals.add(program.index, 2, step["bytes"]) > MAX_BYTES:
            program.abandon("more than %d bytes sent" % MAX_BYTES)
        # One system call, of at most 1,024 parts: for the kernel the same as a send() of them all.
        count = sock.sendmsg(pattern(program.sent[fd], step["bytes"]), [], socket.MSG_NOSIGNAL)
        program.sent[fd] += count
        return count

    def call_recv(self, step, sock):
        program, fd = self.program, sock.fileno()
        self.waited = not self.ready(sock)
        data = sock.recv(min(step["bytes"], LARGEST_RECV))
        if data != b"".join(pattern(program.received[fd], len(data))):
            program.abandon("descriptor %d received bytes that were not sent" % fd)
        program.received[fd] += len(data)
        return len(data)

    def call_shutdown(self, step, sock):
        sock.shutdown(HOW[step["how"]])
        return 0

    def call_close(self, step, sock):
        # Forgotten first: the moment close() returns, another thread may get the same number.
        del self.program.sockets[sock.fileno()]
        sock.close()
        return 0

    def call_setsockopt(self, step, sock):
        level, number, kind = SOCKET_OPTIONS[step["option"]]
        value = step["value"]
        if kind == "linger":
            value = struct.pack("ii", value["on"], value["seconds"])
        elif kind == "time":
            value = struct.pack("ll", value // 1_000_000, value % 1_000_000)
        elif kind == "range":
            value = value["last"] << 16 | value["first"]
            value = struct.pack("I", value)
        sock.setsockopt(level, number, value)
        return 0

    def call_getsockopt(self, step, sock):
        if step["option"] == "SO_ERROR":
            found = sock.getsockopt(*SO_ERROR)
            return errno.errorcode.get(found, "E%d" % found) if found else 0
        level, number, kind = SOCKET_OPTIONS[step["option"]]
        if kind == "linger":
            on, seconds = struct.unpack("ii", sock.getsockopt(level, number, 8))
            return seconds if on else -1
        if kind == "time":
            seconds, micros = struct.unpack("ll", sock.getsockopt(level, number, struct.calcsize("ll")))
            return seconds * 1_000_000 + micros
        return sock.getsockopt(level, number)

    def call_nonblock(self, step, sock):
        sock.setblocking(not step["on"])
        return 0

    def call_poll(self, step, sock):
        poller = select.poll()
        poller.register(sock.fileno(), sum(POLL_BITS[event] for event in set(step["events"])))
        if poller.poll(0):
            return 1
        self.waited = True
        return 1 if poller.poll(None if step["timeout"] is None else step["timeout"] / 1000) else 0


def program_process(index, spec, host, log, control, life, totals, parent):
    """Becomes the program: never returns. `control` brings the common start; `life` ends with the process."""
    try:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        libc.prctl(PR_SET_NAME, spec["name"].encode()[:15], 0, 0, 0)
        os.setsid()
        hurry_with_bounds(PROGRAMS)
        setns(host.namespace)
        # Descriptors 0 to 2 as in any process, ours above the limit, so that the first socket is 3.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        room = spec["nofile"] + 8
        if hard != resource.RLIM_INFINITY and hard < room:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (room, room))
                hard = room
            except (ValueError, OSError):
                raise RunFailed("nofile %d is above this machine's hard limit %d" % (spec["nofile"], hard)) from None
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, room), hard))
        page = os.memfd_create("lastack-threads")
        log, control, life, page = (
            fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, spec["nofile"]) for fd in (log, control, life, page)
        )
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.closerange(3, spec["nofile"])
        resource.setrlimit(resource.RLIMIT_NOFILE, (spec["nofile"], spec["nofile"]))
        threading.stack_size(STACK)
        sys.setswitchinterval(0.0005)
        program = Program(index, spec, log, totals)
        threading.Thread(target=hurry_no_more, daemon=True).start()
        os.write(life, b"1")  # ready
        start = json.loads(os.read(control, 65536))
        program.start = start["start"]
        program.pids = start["pids"]
        if start["dumps"]:
            threading.Thread(target=program.dump_threads, args=(control, page), daemon=True).start()
        left = spec["start"] - program.now()
        while left > 0:
            time.sleep(left / 1e6)
            left = spec["start"] - program.now()
        totals.was_late(index, -left)
        program.run()
    except BaseException as error:
        try:
            line = json.dumps([time.monotonic_ns(), 0, "error", "program %s: %s" % (spec["name"], error)])
            os.write(log, line.encode() + b"\n")
        finally:
            os._exit(1)


# ---- 5. Watching sockets ----------------------------------------------------------------------

KERNEL_STATES = {
    1: "ESTABLISHED", 2: "SYN-SENT", 3: "SYN-RECEIVED", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT",
    7: "CLOSED", 8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN-RECEIVED",
}
SS_TIMERS = {1: "on", 2: "keepalive", 3: "timewait", 4: "persist"}  # idiag_timer, as `ss -o` names it
TRACE_TIMERS = {"on": "retransmit", "keepalive": "keepalive", "timewait": "timewait", "persist": "persist"}
ANY_ENDPOINT = "0.0.0.0:0"

SOCK_DIAG_BY_FAMILY, SOCK_DESTROY = 20, 21
ALL_STATES = 0xFFF


class Row:
    """A socket as sock_diag lists it (struct inet_diag_msg). `expires` in microseconds."""

    __slots__ = ("state", "timer", "retries", "expires", "recvq", "sendq", "inode", "id", "local", "remote")

    def __init__(self, data):
        _, state, timer, self.retries = struct.unpack_from("=BBBB", data)
        self.state = KERNEL_STATES.get(state, "CLOSED")
        self.timer = SS_TIMERS.get(timer)
        self.id = data[4:52]
        sport, dport = struct.unpack_from("!HH", data, 4)
        self.local = "%s:%d" % (socket.inet_ntoa(data[8:12]), sport)
        self.remote = "%s:%d" % (socket.inet_ntoa(data[24:28]), dport)
        expires, self.recvq, self.sendq, _, self.inode = struct.unpack_from("=IIIII", data, 52)
        self.expires = (expires if expires < 1 << 31 else 0) * 1000

    @property
    def mini(self):
        return self.timer == "timewait"

    @property
    def key(self):
        return (self.local, self.remote)


def diag_dump(diag):
    """All TCP sockets of a namespace."""
    body = struct.pack("=BBBxI", socket.AF_INET, 6, 0, ALL_STATES) + bytes(48)
    return [Row(data) for data in diag.request(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, body)]


def packed_endpoint(text_):
    address, port = text_.rsplit(":", 1)
    return socket.inet_aton(address), int(port)


def diag_lookup(diag, local, remote):
    """The one socket with these endpoints, or None."""
    (source, sport), (target, dport) = packed_endpoint(local), packed_endpoint(remote)
    which = struct.pack("!HH", sport, dport) + source + bytes(12) + target + bytes(12) + bytes(4) + b"\xff" * 8
    try:
        answers = diag.request(SOCK_DIAG_BY_FAMILY, 0, struct.pack("=BBBxI", socket.AF_INET, 6, 0, ALL_STATES) + which)
    except OSError:
        return None
    row = Row(answers[0]) if answers else None
    return row if row and row.key == (local, remote) else None  # the kernel may offer the listener instead


def diag_destroy(diag, row):
    """What `ss -K` does to one socket. Returns an errno's name or None."""
    try:
        diag.request(SOCK_DESTROY, NLM_F_ACK, struct.pack("=BBBxI", socket.AF_INET, 6, 0, ALL_STATES) + row.id)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    return None


class Tracepoint:
    """Every change of a TCP state, with the kernel's own time: the tracepoint sock:inet_sock_set_state.

    The tracepoint sees all sockets of the machine, so an instance of the ring buffer of our own is
    used, and whoever reads it keeps only the sockets of this run. Needs the machine's root.
    """

    FOLDER = "/sys/kernel/tracing"

    def __init__(self):
        if not os.path.exists(self.FOLDER + "/instances"):
            unshare(CLONE_NEWNS)
            mount("none", "/", None, MS_REC | MS_PRIVATE)  # so that the next line is seen by nobody else
            mount("nodev", self.FOLDER, "tracefs", 0)
        for name in os.listdir(self.FOLDER + "/instances"):  # left by a run that was killed
            if re.fullmatch(r"lastack-\d+", name) and not os.path.exists("/proc/" + name[8:]):
                self.remove(name)
        self.name = "lastack-%d" % os.getpid()
        self.path = "%s/instances/%s" % (self.FOLDER, self.name)
        os.mkdir(self.path)
        self.janitor = self.start_janitor()
        event = self.path + "/events/sock/inet_sock_set_state"
        layout = read_file(event + "/format")
        self.id = int(re.search(r"^ID: (\d+)", layout, re.M).group(1))
        self.fields = {
            name: int(offset) for name, offset in re.findall(r"field:[^;]*?\b(\w+)(?:\[\d+\])?;\s*offset:(\d+);", layout)
        }
        page = read_file(self.path + "/events/header_page") if os.path.exists(
            self.path + "/events/header_page"
        ) else read_file(self.FOLDER + "/events/header_page")
        self.data_offset = int(re.search(r"char data;\s*offset:(\d+)", page).group(1))
        write_file(self.path + "/trace_clock", "mono")  # CLOCK_MONOTONIC, as everywhere in this program
        write_file(self.path + "/buffer_size_kb", "4096")
        if os.path.exists(self.path + "/buffer_percent"):
            write_file(self.path + "/buffer_percent", "0")  # wake a reader at the first event
        self.files = []
        for cpu in sorted(os.listdir(self.path + "/per_cpu")):
            name = "%s/per_cpu/%s/trace_pipe_raw" % (self.path, cpu)
            self.files.append(os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        write_file(event + "/enable", "1")

    def start_janitor(self):
        """A process that removes the instance when this one is gone, however it went."""
        reading, writing = os.pipe()
        if os.fork() == 0:
            try:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                os.setsid()
                os.close(writing)
                os.closerange(3, reading)
                os.closerange(reading + 1, 1024)
                os.read(reading, 1)
                for _ in range(50):
                    if self.remove(self.name):
                        break
                    time.sleep(0.1)
            finally:
                os._exit(0)
        os.close(reading)
        os.set_inheritable(writing, False)
        return writing

    def remove(self, name):
        try:
            os.rmdir("%s/instances/%s" % (self.FOLDER, name))
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def close(self):
        try:
            write_file(self.path + "/events/sock/inet_sock_set_state/enable", "0")
        except OSError:
            pass
        for fd in self.files:
            os.close(fd)
        self.remove(self.name)
        os.close(self.janitor)

    def read(self):
        """New events, oldest first: (nanoseconds, thread, sk, old state, new state, local, remote)."""
        found = []
        for fd in self.files:
            while True:
                try:
                    page = os.read(fd, 1 << 16)
                except BlockingIOError:
                    break
                if not page:
                    break
                self.parse(page, found)
        found.sort(key=lambda event: event[0])
        return found

    def parse(self, page, found):
        """One page of the ring buffer, as Documentation/trace/ring-buffer-map and linux/ring_buffer.h have it."""
        stamp, commit = struct.unpack_from("=QQ" if self.data_offset == 16 else "=QI", page)
        position, end = self.data_offset, self.data_offset + (commit & 0xFFFFF)
        while position < end:
            head = struct.unpack_from("=I", page, position)[0]
            kind, delta = head & 31, head >> 5
            position += 4
            if kind == 29:  # padding
                if delta == 0:
                    break
                stamp += delta
                position += struct.unpack_from("=I", page, position)[0]
            elif kind == 30:  # more of the time delta
                stamp += delta + (struct.unpack_from("=I", page, position)[0] << 27)
                position += 4
            elif kind == 31:  # absolute time
                stamp = (stamp >> 59 << 59) | delta | struct.unpack_from("=I", page, position)[0] << 27
                position += 4
            else:
                stamp += delta
                length = kind * 4 if kind else struct.unpack_from("=I", page, position)[0]
                self.event(page, position if kind else position + 4, stamp, found)
                position += length

    def event(self, page, at, stamp, found):
        field = self.fields
        if struct.unpack_from("=H", page, at)[0] != self.id:
            return
        family, protocol = struct.unpack_from("=HH", page, at + field["family"])
        if family != socket.AF_INET or protocol != 6:
            return
        thread = struct.unpack_from("=i", page, at + field["common_pid"])[0]
        sk = struct.unpack_from("=Q" if self.data_offset == 16 else "=I", page, at + field["skaddr"])[0]
        old, new = struct.unpack_from("=ii", page, at + field["oldstate"])
        sport, dport = struct.unpack_from("=HH", page, at + field["sport"])
        saddr, daddr = page[at + field["saddr"] :][:4], page[at + field["daddr"] :][:4]
        local = "%s:%d" % (socket.inet_ntoa(saddr), sport)
        remote = "%s:%d" % (socket.inet_ntoa(daddr), dport)
        found.append((stamp, thread, sk, KERNEL_STATES.get(old, "CLOSED"), KERNEL_STATES.get(new, "CLOSED"), local, remote))


class Sock:
    """A socket of the run, from the moment it has a port until it is gone. It gets its name at the end."""

    def __init__(self, host, local, remote, born):
        self.host = host
        self.local = local
        self.remote = remote
        self.born = born
        self.state = "CLOSED"
        self.moved = born
        self.mini = False
        self.gone = None
        self.inode = 0
        self.due = None
        self.timer = None
        self.missed = 0
        self.sk = None
        self.before = None  # who had its ends when it connected
        self.name = None


class Watch:
    """Puts together what the tracepoint, sock_diag, the programs' log and the wire say about sockets.

    With the tracepoint, the states of full sockets come from it alone, with exact times. What it does
    not show comes from sock_diag: a SYN that waits in a listener's queue, mini-sockets (a socket that
    becomes one goes to CLOSE in the tracepoint), and timers. Without it, all comes from sock_diag.
    """

    def __init__(self, recorder, hosts, tracepoint, catch_up):
        self.recorder = recorder
        self.hosts = hosts
        self.tracepoint = tracepoint
        self.catch_up = catch_up  # called without arguments: takes in what was logged and traced up to now
        self.by_key = {}  # (host, local, remote): the latest Sock
        self.by_inode = {}
        self.alive = {host.name: set() for host in hosts}
        self.address_host = {address: host for host in hosts for address in host.routed}
        self.host_by_name = {host.name: host for host in hosts}
        self.sks = {}  # address of a struct sock: its record
        self.threads = {os.getpid(): None}  # our threads: the host they run on
        self.calls = {}  # thread: (op, inode) of the call it is in

    # -- changes

    def make(self, host, local, remote, t, inode=0):
        sock = Sock(host, local, remote, t)
        old = self.by_key.get((host, local, remote))
        # Several sockets may be bound or listen on one address and port, so there the inode tells.
        shared = old and remote.endswith(":0") and old.inode and inode and old.inode != inode
        if old and old.gone is None and not shared:
            self.end(old, t)
        self.by_key[(host, local, remote)] = sock
        self.alive[host].add(sock)
        self.recorder.add(t, "sock", host, sock=sock, local=local, remote=remote)
        self.know_inode(sock, inode)
        return sock

    def know_inode(self, sock, inode):
        if inode and sock.inode != inode:
            sock.inode = inode
            self.by_inode[inode] = sock

    def connect_to(self, sock, local, remote, t):
        """A bound socket got a peer."""
        if (sock.local, sock.remote) == (local, remote):
            return
        self.by_key.pop((sock.host, sock.local, sock.remote), None)
        sock.local, sock.remote = local, remote
        sock.before = self.by_key.get((sock.host, local, remote))
        self.by_key[(sock.host, local, remote)] = sock
        self.recorder.add(t, "sock", sock.host, sock=sock, local=local, remote=remote)

    def move(self, sock, state, t):
        if sock.state != state:
            self.recorder.add(t, "state", sock.host, sock=sock, **{"from": sock.state, "to": state})
            sock.state, sock.moved = state, t

    def become_mini(self, sock, substate, t):
        if sock.state == substate and t - sock.moved < 1_000_000:
            t = sock.moved  # one step of the kernel, which the tracepoint shows as two
        self.move(sock, substate, t)
        if not sock.mini:
            sock.mini = True
            self.recorder.add(t, "mini", sock.host, sock=sock, substate=substate)

    def end(self, sock, t):
        if sock.gone is None:
            self.move(sock, "CLOSED", t)
            sock.gone = t
            self.alive[sock.host].discard(sock)
            key = (sock.host, sock.local, sock.remote)
            if sock.before and sock.before.gone is None and self.by_key.get(key) is sock:
                self.by_key[key] = sock.before  # it could not connect: a TIME-WAIT still has these ends
            if sock.sk is not None and self.sks.get(sock.sk, {}).get("sock") is sock:
                del self.sks[sock.sk]

    # -- sources

    def log_line(self, t, thread, kind, fields):
        """A line of the programs' log: (thread, index, name, act, why), (call, …), (return, …)."""
        if kind == "call":
            self.calls[thread] = (fields[3], fields[5])
        elif kind == "return":
            self.calls.pop(thread, None)
            op, failure, names = fields[3], fields[5], fields[6]
            if failure is None and names:
                inode, local, remote = names
                host = self.threads.get(thread)
                sock = self.by_inode.get(inode)
                if op == "bind" and sock is None and not local.endswith(":0"):
                    self.make(host, local, remote, t, inode)
                elif op == "listen":
                    sock = sock or self.make(host, local, remote, t, inode)
                    if sock.state == "CLOSED":
                        self.move(sock, "LISTEN", t)
                elif op in ("accept", "connect"):
                    sock = sock or self.by_key.get((host, local, remote))
                    if sock and not sock.mini:  # not the TIME-WAIT that had these ends before
                        self.know_inode(sock, inode)

    def host_of(self, thread, local):
        host = self.address_host.get(local.rsplit(":", 1)[0])
        return host.name if host else self.threads.get(thread)

    def on_change(self, t, thread, sk, old, new, local, remote):
        birth = (old, new) in (("CLOSED", "LISTEN"), ("CLOSED", "SYN-SENT"), ("LISTEN", "SYN-RECEIVED"))
        record = self.sks.get(sk)
        if birth:
            self.sks.pop(sk, None)
            if thread not in self.threads and new != "SYN-RECEIVED":
                return  # another run's, or nothing to do with us
            op, inode = self.calls.get(thread, (None, None))
            if op != {"LISTEN": "listen", "SYN-SENT": "connect"}.get(new):
                inode = None  # for a SYN-RECEIVED the thread is whoever happened to be running
            # What arrives from the network is dealt with in whatever thread happens to run, ours too.
            doubt = new == "SYN-RECEIVED"
            record = self.sks[sk] = {"sock": None, "inode": inode, "pending": [], "doubt": doubt}
        if record is None:
            return
        sock = record["sock"]
        if sock is None and record["inode"]:
            sock = self.by_inode.get(record["inode"])
            if sock is not None and sock.gone is not None:
                sock = None
        complete = not local.endswith(":0") and (not remote.endswith(":0") or new == "LISTEN") and not (
            birth and new == "SYN-RECEIVED"
        )
        if birth and new == "SYN-SENT" and sock is None:
            complete = False  # not bound: tcp_v4_connect() picks the port next, what stands here is of an earlier attempt
        if sock is None and complete:
            host = self.host_of(thread, local)
            if record["doubt"] and (host is None or not diag_lookup(self.host_by_name[host].diag, local, remote)):
                del self.sks[sk]
                return
            sock = self.by_key.get((host, local, remote))
            if record["doubt"] and sock is not None and sock.gone is None and not sock.mini and sock.sk not in (None, sk):
                del self.sks[sk]  # another run uses the same addresses and ports just now
                return
            if sock is not None and (sock.gone is not None or sock.mini or sock.sk not in (None, sk)):
                sock = None
            if sock is None:
                if new == "CLOSED":
                    self.sks.pop(sk, None)
                    return  # a connect() that never got anywhere
                sock = self.make(host, local, remote, record["pending"][0][0] if record["pending"] else t)
        if sock is None:
            record["pending"].append((t, new))
            if new == "CLOSED":
                self.sks.pop(sk, None)
            return
        if record["sock"] is None:
            record["sock"] = sock
            sock.sk = sk
            self.know_inode(sock, record["inode"])
            for moment, state in record["pending"]:
                if sock.state == "CLOSED":  # otherwise the wire or sock_diag told us already
                    self.move(sock, state, moment)
        if complete and sock.remote != remote:
            self.connect_to(sock, local, remote, t)
        if new != "CLOSED":
            self.move(sock, new, t)
            return
        self.sks.pop(sk, None)
        sock.sk = None
        if old in ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING"):
            row = diag_lookup(self.host_by_name[sock.host].diag, sock.local, sock.remote)
            if row and row.mini:
                self.become_mini(sock, row.state, t)
                self.see_timer(sock, row, time.monotonic_ns())
                return
        self.end(sock, t)

    def see_timer(self, sock, row, t):
        """Record a timer that appeared, changed its kind or was started again."""
        if row.timer and row.timer == sock.timer and row.expires == 0:
            return  # over, and the wheel has not come round to it yet
        due = t + row.expires * 1000 if row.timer else None
        if row.timer and (row.timer != sock.timer or abs(due - sock.due) > 40_000_000):
            at = self.recorder.micros(due)
            self.recorder.add(t, "timer", sock.host, sock=sock, timer=TRACE_TIMERS[row.timer], act="seen", due=at)
            sock.due = due
        sock.timer = row.timer

    def see_row(self, host, row, t, asked):
        """Take in what sock_diag says about one socket; returns its Sock. `asked`: when the question was put; more
        has been taken in since then. Of a socket that changed meanwhile the row shows the past."""
        sock = self.by_inode.get(row.inode) if row.inode else None
        latest = sock or self.by_key.get((host, row.local, row.remote))
        if latest is not None and max(latest.moved, latest.gone or 0) >= asked:
            return latest
        if sock is not None and sock.gone is not None:
            sock = None
        if sock is None:
            sock = self.by_key.get((host, row.local, row.remote))
            closing = row.state in ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING") and not row.mini
            if self.tracepoint and closing and sock is not None and sock.mini and sock.gone is None:
                return sock  # read just before it became one; of a new connection the tracepoint would have told
            if sock is not None:
                opening = row.state in ("SYN-SENT", "SYN-RECEIVED")
                another = (
                    sock.gone is not None
                    or (sock.mini and not row.mini)
                    or (sock.inode and row.inode and sock.inode != row.inode)
                    or (opening and sock.state not in ("CLOSED", "SYN-SENT", "SYN-RECEIVED"))
                )
                if another:
                    sock = None
        if sock is None:
            sock = self.make(host, row.local, row.remote, t, row.inode)
            record = next((r for r in self.sks.values() if r["inode"] == row.inode and r["sock"] is None), None) if row.inode else None
            if record and record["pending"]:
                self.recorder.move_back(sock, record["pending"][0][0])
                for moment, state in record["pending"]:
                    self.move(sock, state, moment)
        self.know_inode(sock, row.inode)
        if row.state != "LISTEN" and sock.remote != row.remote:
            self.connect_to(sock, row.local, row.remote, t)
        if row.mini:
            if not self.tracepoint or sock.sk is None:
                self.become_mini(sock, row.state, t)
        elif not self.tracepoint or sock.state == "CLOSED" or row.state == "SYN-RECEIVED":
            self.move(sock, row.state, t)
        if row.state != "LISTEN":
            self.see_timer(sock, row, t)
        return sock

    def look(self, host, local, remote, t):
        """Ask sock_diag about one socket now."""
        asked = time.monotonic_ns()
        row = diag_lookup(self.host_by_name[host].diag, local, remote)
        self.catch_up()
        if row:
            return self.see_row(host, row, t, asked)
        sock = self.by_key.get((host, local, remote))
        if sock and sock.gone is None and (not self.tracepoint or sock.mini or sock.sk is None):
            self.end(sock, t)
        return None

    def poll(self, host):
        """Ask sock_diag about all sockets of a host; returns the rows with their Socks."""
        began = time.monotonic_ns()
        rows = diag_dump(host.diag)
        t = time.monotonic_ns()
        self.catch_up()
        seen = [(row, self.see_row(host.name, row, t, began)) for row in rows]
        present = {sock for _, sock in seen}
        for sock in [s for s in self.alive[host.name] if s not in present and s.born < began]:
            if sock.state == "CLOSED" and sock.inode:
                continue  # bound, not yet connected: sock_diag does not list it
            sock.missed += 1
            # A listing is not one moment: only what the tracepoint does not cover is believed at once.
            if not self.tracepoint or sock.mini or sock.sk is None or sock.missed > 2:
                self.end(sock, t)
        for sock in present:
            sock.missed = 0
        return seen

    def at(self, host, local, remote):
        return self.by_key.get((host, local, remote))


# ---- 6. The relay -----------------------------------------------------------------------------


SNAP, LINKTYPE_RAW = 128, 101


def write_pcap(file, packets):
    """A capture file of IP packets without a link header. `packets`: (nanoseconds of CLOCK_MONOTONIC, length, bytes)."""
    offset = time.time_ns() - time.monotonic_ns()
    file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAP, LINKTYPE_RAW))
    for t, length, packet in packets:
        seconds, nanoseconds = divmod(t + offset, 1_000_000_000)
        file.write(struct.pack("=IIII", seconds, nanoseconds // 1000, len(packet), length) + packet)
    file.flush()
    file.seek(0)


class Recorder:
    """Collects events in any order; sorts and names them at the end."""

    def __init__(self):
        self.start = 0  # the common start, nanoseconds of CLOCK_MONOTONIC
        self.events = []  # [nanoseconds, order, kind, host, fields]
        self.kept = 0  # events, and what is listed in them

    def micros(self, t):
        return (t - self.start) // 1000

    def keep(self, count):
        self.kept += count
        if self.kept > MAX_EVENTS:
            raise RunFailed("more than %d events, sockets at probes and lines of captures" % MAX_EVENTS)

    def add(self, t, kind, host, **fields):
        self.keep(1 + len(fields.get("sockets", ())))
        event = [t, len(self.events), kind, host, fields]
        self.events.append(event)
        return event

    def move_back(self, sock, t):
        """The socket, and with it its first state, is older than was thought."""
        sock.born = t
        for event in self.events[::-1]:
            first = event[2] == "sock" or (event[2] == "state" and event[4]["from"] == "CLOSED")
            if first and event[4]["sock"] is sock:
                event[0] = min(event[0], t)
                if event[2] == "sock":
                    return


def fits(match, segment):
    """Does a segment satisfy a SegmentMatch?"""
    return (
        all(segment.flags & FLAG_BITS[flag] for flag in match["has"])
        and not any(segment.flags & FLAG_BITS[flag] for flag in match["lacks"])
        and match["data"] in (None, segment.length > 0)
        and match["port"] in (None, segment.sport, segment.dport)
    )


class Relay:
    """Carries packets between the hosts' TUN devices, with delay and faults, and records each."""

    def __init__(self, experiment, hosts, watch, recorder, schedule):
        self.experiment = experiment
        self.watch = watch
        self.recorder = recorder
        self.schedule = schedule  # (nanoseconds, function, *arguments)
        self.host_of = {address: host for host in hosts for address in host.routed}
        self.counts = [0] * len(experiment["faults"])
        self.connections = []
        self.latest = {}  # the two endpoints, sorted: the latest Connection between them
        self.last_arrival = {}  # (host, local, remote): nanoseconds
        self.looped = {host.name: [] for host in hosts}  # segments on their way from a host to itself
        self.late = 0  # nanoseconds by which the latest delivery was late
        captures = any(probe["capture"] for probe in experiment["probes"])
        self.passed = {host.name: [] for host in hosts} if captures else None  # (nanoseconds, packet) for tcpdump

    def keep(self, host, t, packet):
        """What tcpdump on this host's interface would see: packets as they leave and as they arrive."""
        if self.passed is not None:
            self.passed[host.name].append((t, len(packet), packet[:SNAP]))

    def connection_of(self, segment):
        key = tuple(sorted((segment.local, segment.remote)))
        known = self.latest.get(key)
        if segment.flags & SYN and not segment.flags & ACK:
            side = known and known.side(segment.local)
            if known is None or (side.isn is not None and side.isn != segment.seq):
                known = Connection(len(self.connections) + 1)
                self.connections.append(known)
                self.latest[key] = known
        elif known is None:
            known = self.latest[key] = Connection(0)
        return known

    def record_send(self, t, host, segment, sock, connection):
        side = connection.side(segment.local)
        peer = connection.side(segment.remote)
        scale = side.ws if side.ws is not None and peer.ws is not None and not segment.flags & SYN else 0
        segment.sent = self.recorder.add(
            t,
            "send",
            host,
            sock=sock,
            **({"injected": True} if segment.injected else {}),
            src=segment.local,
            dst=segment.remote,
            flags=flag_text(segment.flags),
            seq=segment.seq,
            ack=segment.ack,
            win=segment.window << scale,
            len=segment.length,
            mss=segment.mss,
            ws=segment.ws,
            sack=segment.sack,
            tsval=segment.tsval,
            tsecr=segment.tsecr,
        )

    def sender(self, host, segment, t):
        """The socket that sent this, or None for an answer that comes from no socket."""
        sock = self.watch.at(host.name, segment.local, segment.remote)
        if segment.flags & SYN or sock is None or (segment.flags & RST and sock.gone is None):
            sock = self.watch.look(host.name, segment.local, segment.remote, t) or self.watch.at(
                host.name, segment.local, segment.remote
            )
        elif not self.watch.tracepoint:
            self.watch.look(host.name, segment.local, segment.remote, t)
        # A SYN+ACK that the kernel knows no request for is a SYN cookie: nothing is kept of it.
        if sock is None and segment.flags & SYN and not segment.flags & ACK:
            sock = self.watch.make(host.name, segment.local, segment.remote, t)
            self.watch.move(sock, "SYN-SENT", t)
        if sock is None or sock.gone is None:
            return sock
        # The socket is gone. Was this segment its own last word?
        arrival = self.last_arrival.get((host.name, segment.local, segment.remote), 0)
        own_reset = segment.flags & RST and segment.flags & ACK and segment.seq != 0
        return sock if own_reset or sock.gone >= arrival or not segment.flags & RST else None

    def from_host(self, host, packet, t):
        """A host sent a packet."""
        if not is_tcp(packet):
            return
        segment = Segment(packet)
        self.keep(host, t, packet)
        connection = self.connection_of(segment)
        connection.side(segment.local).sent(segment)
        sock = self.sender(host, segment, t)
        self.record_send(t, host.name, segment, sock, connection)
        target = self.host_of.get(segment.dst)
        if target is None or not host.up or not target.up:
            act, name = {"do": "drop"}, "link"
        else:
            act, name = self.fault(host, segment, t)
        delay = self.experiment["link"]["delay"] * 1000
        if act is None:
            self.carry(t + delay, target, segment, connection)
        elif act["do"] == "drop":
            self.recorder.add(t, "lost", (target or host).name, seg=segment, fault=name)
        elif act["do"] == "delay":
            self.carry(t + delay + act["by"] * 1000, target, segment, connection)
        elif act["do"] == "duplicate":
            self.carry(t + delay, target, segment, connection)
            self.carry(t + delay + act["after"] * 1000, target, segment, connection)
        elif act["do"] == "hold":
            release = self.recorder.start + act["release"] * 1000
            self.carry(release + delay, target, segment, connection)

    def carry(self, due, target, segment, connection):
        self.schedule(due, self.deliver, due, target, segment, connection)

    def on_loopback(self, host, packet, t, outgoing):
        """A host talks to itself: recorded, but out of reach of faults. Seen twice, going out and coming in."""
        if not is_tcp(packet):
            return
        if outgoing:
            segment = Segment(packet)
            self.keep(host, t, packet)
            key = (host.name, *sorted((segment.local, segment.remote)))
            connection = self.latest.setdefault(key, Connection(0))
            connection.side(segment.local).sent(segment)
            sock = self.sender(host, segment, t)
            if sock and sock.born > t:
                self.recorder.move_back(sock, t - 1)
            self.record_send(t, host.name, segment, sock, connection)
            self.looped[host.name].append(segment)
            return
        segment = next((one for one in self.looped[host.name] if one.packet == packet), None)
        if segment:
            self.looped[host.name].remove(segment)
            self.last_arrival[(host.name, segment.remote, segment.local)] = t
            self.recorder.add(t, "arrive", host.name, seg=segment)
            self.watch.look(host.name, segment.remote, segment.local, time.monotonic_ns())

    def fault(self, host, segment, t):
        """Count the segment for every fault; the first that applies wins."""
        chosen_, now = (None, None), self.recorder.micros(t)
        for index, fault in enumerate(self.experiment["faults"]):
            if fault["from"] != host.name or now < fault["after"] or not fits(fault["match"], segment):
                continue
            if fault["before"] is not None and now >= fault["before"]:
                continue
            if fault["act"]["do"] == "hold" and now >= fault["act"]["release"]:
                continue  # what it held is on its way; from now on everything passes
            self.counts[index] += 1
            if chosen_[0] is None and fault["nth"] in (None, self.counts[index]):
                chosen_ = (fault["act"], fault["name"])
        return chosen_

    def deliver(self, now, due, host, segment, connection):
        """Hand a segment to a host. The kernel has dealt with it when write() returns, unless a program
        is inside the socket at that moment."""
        if not host.up:
            self.recorder.add(now, "lost", host.name, seg=segment, fault="link")
            return
        self.watch.catch_up()
        connection.side(segment.remote).got(segment)
        t = time.monotonic_ns()
        self.late = max(self.late, t - due)
        self.keep(host, t, segment.packet)
        self.last_arrival[(host.name, segment.remote, segment.local)] = t
        self.recorder.add(t, "arrive", host.name, seg=segment)
        try:
            os.write(host.tun, segment.packet)
        except OSError as error:
            raise RunFailed("%s did not take a packet: %s" % (host.name, error.strerror)) from None
        self.watch.catch_up()
        sock = self.watch.at(host.name, segment.remote, segment.local)
        if not self.watch.tracepoint or segment.flags & SYN or (sock and sock.gone is None and (sock.mini or sock.sk is None)):
            self.watch.look(host.name, segment.remote, segment.local, time.monotonic_ns())

    def inject(self, now, event):
        """Make up a segment as if the peer of `to` had sent it."""
        number = event["connection"]
        connection = self.connections[number - 1] if number <= len(self.connections) else None
        target = next((host for host in self.host_of.values() if host.name == event["to"]), None)
        local = next((end for end in connection.sides if self.host_of.get(end.rsplit(":", 1)[0]) is target), None) if connection else None
        if local is None:
            raise RunFailed("inject at %d us: %s has no connection %d yet" % (event["at"], event["to"], number))
        remote = next(end for end in connection.sides if end != local)
        side, peer = connection.side(local), connection.side(remote)
        base = {"rcv_nxt": side.rcv_nxt or 0, "snd_nxt": side.snd_nxt, "zero": 0}
        seq = (base[event["seq"]["base"]] + event["seq"]["plus"]) & 0xFFFFFFFF
        ack = (base[event["ack"]["base"]] + event["ack"]["plus"]) & 0xFFFFFFFF if event["ack"] else 0
        stamps = None
        if event["tsval"]:
            stamps = (((side.tsval_got or 0) + event["tsval"]["plus"]) & 0xFFFFFFFF, side.tsval_sent)
        flags = sum(FLAG_BITS[flag] for flag in set(event["flags"]))
        offset = (seq - (peer.isn or 0) - 1) & 0xFFFFFFFF  # the payload continues the peer's stream
        (src, sport), (dst, dport) = remote.rsplit(":", 1), local.rsplit(":", 1)
        packet = build_packet(
            src, int(sport), dst, int(dport), seq, ack, flags, peer.window, stamps, b"".join(pattern(offset, event["bytes"]))
        )
        segment = Segment(packet)
        segment.injected = True
        sender = self.host_of.get(src)
        self.record_send(now, (sender or target).name, segment, None, connection)
        # Not `deliver`: what the relay has seen of the connection must not count a made-up segment.
        self.last_arrival[(target.name, local, remote)] = time.monotonic_ns()
        self.keep(target, time.monotonic_ns(), packet)
        self.watch.catch_up()
        self.recorder.add(time.monotonic_ns(), "arrive", target.name, seg=segment)
        os.write(target.tun, packet)
        self.watch.catch_up()
        self.watch.look(target.name, local, remote, time.monotonic_ns())


# ---- 7. A run ---------------------------------------------------------------------------------

TOOL_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
TCPDUMP_LINES = 20  # of a capture's text; the last ones are kept
LATE_STEP, LATE_RELAY = 15_000, 5_000  # microseconds; beyond this, the machine shows in the times
SETTLE = 30_000_000  # nanoseconds from "all is ready" to the common start

# Keys of each kind of event after t, k and host, in the order of src/engine/trace.ts.
EVENT_KEYS = {
    "process": "program act",
    "thread": "program thread act why",
    "call": "program thread call op fd sock args",
    "return": "program thread call op value errno",
    "sock": "sock local remote",
    "state": "sock from to",
    "mini": "sock substate",
    "send": "sock seg injected src dst flags seq ack win len mss ws sack tsval tsecr",
    "arrive": "seg",
    "lost": "seg fault",
    "timer": "sock timer act due",
    "event": "what",
    "probe": "probe sockets counters",
    "capture": "probe tool text",
}


class Toolbox:
    """A process of its own that starts tools, so that the relay need not wait: on a busy machine it takes long
    until a new process gets its turn."""

    def __init__(self, hosts):
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        os.set_blocking(self.answers, False)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.setsid()
                hurry(TOOLS)
                os.close(self.requests)
                with open(requests) as lines:
                    for line in lines:
                        self.work(json.loads(line), hosts, answers)
            finally:
                os._exit(0)
        os.close(requests)
        os.close(answers)
        self.rest = b""

    @staticmethod
    def work(commands, hosts, answers):
        """Run all commands at once: [number, host's place, arguments, file for its input or None] each."""
        running = []
        for number, place, command, source in commands:
            setns(hosts[place].namespace)
            output = tempfile.TemporaryFile(prefix="lastack-")
            with open(source or os.devnull, "rb") as given:
                process = subprocess.Popen(
                    command,
                    stdin=given,
                    stdout=output,
                    stderr=subprocess.DEVNULL,
                    env={"LC_ALL": "C", "PATH": TOOL_PATH, "COLUMNS": "200", "TZ": "UTC"},
                )
            running.append((number, process, output))
        for number, process, output in running:
            status = process.wait()
            done = time.monotonic_ns()
            output.seek(0)
            text_ = output.read().decode(errors="replace")
            output.close()
            os.write(answers, json.dumps([number, status, done, text_]).encode() + b"\n")

    def ask(self, commands):
        os.write(self.requests, json.dumps(commands).encode() + b"\n")

    def take(self):
        """Answers that have come: (number, exit status, nanoseconds when it was done, text)."""
        try:
            while True:
                data = os.read(self.answers, 1 << 16)
                if not data:
                    raise RunFailed("the process that starts the tools is gone")
                self.rest += data
        except BlockingIOError:
            pass
        *lines, self.rest = self.rest.split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except OSError:
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Run:
    """One run of an experiment. `execute` returns (header, events)."""

    def __init__(self, experiment, digest, progress, tracepoint=True):
        self.experiment = experiment
        self.digest = digest
        self.progress = progress  # called with a line of text now and then
        self.want_tracepoint = tracepoint
        self.recorder = Recorder()
        self.heap = []
        self.order = 0
        self.pids = {}  # program: process id
        self.lives = {}  # read end of a pipe the program holds: program
        self.dead = set()  # programs that ended or were killed
        self.tracepoint = None
        self.log_position = 0
        self.ahead = []  # lines of the log that are newer than what the tracepoint was asked for
        self.seen_events = self.last_event = 0
        self.warnings = []
        self.toolbox = None
        self.captures = {}  # running tools, by number: (event, input or None)
        self.asked = 0
        self.dumps = {}  # host: the capture that takes in the thread dumps of its programs
        self.wants_captures = any(probe["capture"] for probe in experiment["probes"])
        self.late = 0  # nanoseconds by which the latest event or probe was late

    def schedule(self, t, function, *arguments):
        self.order += 1
        heapq.heappush(self.heap, (t, self.order, function, arguments))

    def execute(self):
        real_root = enter_own_namespaces()
        try:
            if self.want_tracepoint and real_root:
                try:
                    self.tracepoint = Tracepoint()
                except (OSError, AttributeError, ValueError) as error:
                    self.warnings.append("no tracepoint (%s): states are polled" % error)
            self.hosts = make_hosts(self.experiment)
            self.home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            for host in self.hosts:
                for name in host.missing:
                    self.warnings.append("%s: this kernel has no %s" % (host.name, name))
            self.host = {host.name: host for host in self.hosts}
            self.watch = Watch(self.recorder, self.hosts, self.tracepoint, self.catch_up)
            self.relay = Relay(self.experiment, self.hosts, self.watch, self.recorder, self.schedule)
            self.tools = tool_versions() if self.wants_captures else None
            self.toolbox = Toolbox(self.hosts) if self.wants_captures else None
            self.start_programs()
            self.priority = hurry(RELAY)
            self.loop()
            header = self.header()
            late = header["late_us"]
            if late["steps"] > LATE_STEP or late["relay"] > LATE_RELAY:
                shown = (late["steps"] / 1000, late["relay"] / 1000)
                self.warnings.append("this machine was busy: a step came %.0f ms late, the relay %.0f ms" % shown)
            return header, self.trace()
        finally:
            self.clean_up()

    def clean_up(self):
        for pid in self.pids.values():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for pid in self.pids.values():
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass
        self.pids = {}
        if self.toolbox:
            self.toolbox.close()
            self.toolbox = None
        if self.tracepoint:
            self.tracepoint.close()
            self.tracepoint = None

    # -- programs

    def start_programs(self):
        programs = self.experiment["programs"]
        # In memory: a write to a disk may have to wait for it. Appending keeps the lines of all programs whole.
        self.log = os.memfd_create("lastack-log")
        fcntl.fcntl(self.log, fcntl.F_SETFL, os.O_APPEND)
        self.totals = totals = Totals(len(programs))
        self.controls, parent = {}, os.getpid()
        for index, spec in enumerate(programs):
            events = self.experiment["events"]
            outside = [event for event in events if event["do"] == "thread" and event["program"] == spec["name"]]
            control_read, control_write = os.pipe()
            life_read, life_write = os.pipe()
            pid = os.fork()
            if pid == 0:
                program_process(
                    index, dict(spec, outside=outside), self.host[spec["host"]], self.log, control_read, life_write, totals, parent
                )
            os.close(control_read)
            os.close(life_write)
            self.pids[spec["name"]] = pid
            self.lives[life_read] = spec["name"]
            self.controls[spec["name"]] = control_write
        for fd in self.lives:
            if os.read(fd, 1) != b"1":
                self.catch_up()
                raise RunFailed("a program could not be started")
            os.set_blocking(fd, False)
        self.recorder.start = time.monotonic_ns() + SETTLE
        indices = {spec["name"]: (index, self.pids[spec["name"]]) for index, spec in enumerate(programs)}
        message = json.dumps({"start": self.recorder.start, "pids": indices, "dumps": self.wants_captures}).encode()
        for fd in self.controls.values():
            os.write(fd, message)

    def read_log(self):
        """What the programs wrote since the last time, line by line."""
        while True:
            data = os.pread(self.log, 1 << 20, self.log_position)
            data = data[: data.rfind(b"\n") + 1]
            if not data:
                return
            self.log_position += len(data)
            yield from map(json.loads, data.splitlines())

    def catch_up(self):
        """Take in what the programs and the tracepoint said up to now, in the order in which it happened.

        Which socket a change belongs to is known from the call its thread is in. So no change may be looked at
        before the line that announces its call, and none after the line that ends it."""
        known = time.monotonic_ns()  # the tracepoint has all up to here, and what it has after that is read too
        changes = self.tracepoint.read() if self.tracepoint else []
        lines = sorted([*self.ahead, *self.read_log()], key=lambda line: line[0])
        if changes:
            known = max(known, changes[-1][0])
        happened = bisect.bisect_right([line[0] for line in lines], known)
        self.ahead = lines[happened:]
        for _, take_in, rest in heapq.merge(
            ((change[0], self.watch.on_change, change) for change in changes),
            ((line[0], self.log_line, line) for line in lines[:happened]),
            key=lambda item: item[0],
        ):
            take_in(*rest)

    def log_line(self, t, thread, kind, *fields):
        if kind == "error":
            raise RunFailed(fields[0])
        spec = self.experiment["programs"][fields[0]]
        host, program = spec["host"], spec["name"]
        if kind == "process":
            self.recorder.add(t, "process", host, program=program, act=fields[1])
            if fields[1] == "exit":
                self.dead.add(program)
        elif kind == "killed":
            self.killed(t, program)
        elif kind == "threads":
            dump = self.dumps[host][4]
            dump["text"] = "\n".join(filter(None, [dump["text"], "Program " + program, fields[1]]))
        elif kind == "thread":
            self.watch.threads[thread] = host
            self.recorder.add(t, "thread", host, program=program, thread=fields[1], act=fields[2], why=fields[3])
        elif kind == "call":
            _, name, number, op, fd, inode, args = fields
            self.recorder.add(
                t, "call", host, program=program, thread=name, call=(program, name, number), op=op, fd=fd, inode=inode, args=args
            )
            self.watch.log_line(t, thread, kind, fields)
        elif kind == "return":
            _, name, number, op, value, failure, _ = fields
            self.recorder.add(
                t, "return", host, program=program, thread=name, call=(program, name, number), op=op, value=value, errno=failure
            )
            self.watch.log_line(t, thread, kind, fields)

    # -- the loop

    def loop(self):
        experiment, start = self.experiment, self.recorder.start
        self.end = start + experiment["until"] * 1000
        for host in self.hosts:
            host.counters_at_start = host.counters()
            self.schedule(start, self.poll_host, host)
        for event in experiment["events"]:
            self.schedule(start + event["at"] * 1000, self.outside, event)
        for probe in experiment["probes"]:
            self.schedule(start + probe["at"] * 1000, self.probe, probe)
        tuns = {host.tun: host for host in self.hosts if host.tun is not None}
        taps = {host.loopback: host for host in self.hosts}
        others = [*(self.tracepoint.files if self.tracepoint else []), *([self.toolbox.answers] if self.toolbox else [])]
        shown = start
        while True:
            now = time.monotonic_ns()
            if now >= self.end:
                break
            if now - shown > 5_000_000_000:
                shown = now
                self.show_progress(now)
            wait = min(self.heap[0][0] if self.heap else self.end, self.end) - now
            timeout = max(wait, 0) / 1e9
            readable, _, _ = select.select([*tuns, *taps, *others, *self.lives], [], [], timeout)
            self.catch_up()
            packets, looped = [], []
            for fd in readable:
                if fd in tuns:
                    while True:
                        try:
                            packets.append((time.monotonic_ns(), tuns[fd], os.read(fd, 65536)))
                        except BlockingIOError:
                            break
                elif fd in taps:
                    for t, kind, packet in read_tap(fd):
                        if kind in (PACKET_HOST, PACKET_OUTGOING):
                            looped.append((t, taps[fd], packet, kind == PACKET_OUTGOING))
                elif fd in self.lives:
                    self.ended(fd)
            if packets or looped:
                # What a program or the tracepoint said before the packet left is known before it is judged.
                self.catch_up()
                for t, host, packet in sorted(packets, key=lambda item: item[0]):
                    self.relay.from_host(host, packet, t)
                for t, host, packet, outgoing in looped:
                    self.relay.on_loopback(host, packet, t, outgoing)
            if self.captures:
                self.finish_captures()
            while self.heap and self.heap[0][0] <= time.monotonic_ns():
                due, _, function, arguments = heapq.heappop(self.heap)
                now = time.monotonic_ns()
                if function != self.poll_host:
                    self.late = max(self.late, now - due)
                function(now, *arguments)
            if self.nothing_left() and not select.select([*tuns, *taps], [], [], 0)[0]:
                break
        self.catch_up()
        self.probe(time.monotonic_ns(), {"name": "end", "capture": False})
        self.finish_captures(wait=True)

    def nothing_left(self):
        """No program, no socket, nothing planned: nothing can happen until the end."""
        return (
            not self.lives
            and not any(self.watch.alive.values())
            and all(function == self.poll_host for _, _, function, _ in self.heap)
        )

    def ended(self, fd):
        """A program's process is gone. It is reaped only at the end: until then no other process of the
        machine can get its number, whoever is told to kill it."""
        try:
            if os.read(fd, 1):
                return
        except BlockingIOError:
            return
        program = self.lives.pop(fd)
        os.close(fd)
        self.catch_up()
        if program not in self.dead:
            raise RunFailed(
                "program %s died without a word: somebody ended it, or the kernel because it computed for %d s, or for %d s "
                "without waiting" % (program, MAX_COMPUTING, MOST_URGENT // 1_000_000)
            )

    def poll_host(self, now, host):
        """Look at all sockets of a host: every 10 ms while things happen, every 25 ms in quiet times, less
        often when it would be costly."""
        self.catch_up()
        began = time.monotonic_ns()
        self.watch.poll(host)
        cost = time.monotonic_ns() - began
        if len(self.recorder.events) != self.seen_events:
            self.seen_events, self.last_event = len(self.recorder.events), now
        pause = 10_000_000 if now - self.last_event < 500_000_000 else 25_000_000
        self.schedule(max(now + pause, began + 20 * cost), self.poll_host, host)

    def killed(self, t, program):
        if program not in self.dead:
            self.dead.add(program)
            host = next(spec["host"] for spec in self.experiment["programs"] if spec["name"] == program)
            self.recorder.add(t, "process", host, program=program, act="killed")

    # -- what the experiment does from outside

    def outside(self, now, event):
        kind = event["do"]
        t = time.monotonic_ns()
        if kind == "sysctl":
            setns(self.host[event["host"]].namespace)
            self.recorder.add(t, "event", event["host"], what="sysctl %s=%s" % (event["name"], event["value"]))
            self.host[event["host"]].set_sysctl(event["name"], event["value"])
            setns(self.home)
        elif kind == "kill":
            spec = next(program for program in self.experiment["programs"] if program["name"] == event["program"])
            self.recorder.add(t, "event", spec["host"], what="kill %s" % event["program"])
            self.killed(t, event["program"])
            os.kill(self.pids[event["program"]], signal.SIGKILL)
        elif kind == "ss_kill":
            host = self.host[event["host"]]
            self.recorder.add(t, "event", host.name, what="ss -K" + ss_filter(event))
            for row in diag_dump(host.diag):
                hidden = ("LISTEN", "CLOSED", "TIME-WAIT", "SYN-RECEIVED")  # without a state, ss does not list these
                if row.state in hidden if event["state"] is None else row.state != event["state"]:
                    continue
                ports = [int(end.rsplit(":", 1)[1]) for end in row.key]
                if event["local_port"] in (None, ports[0]) and event["peer_port"] in (None, ports[1]):
                    refused = diag_destroy(host.diag, row)
                    if refused == "EOPNOTSUPP":
                        raise CannotRun("this kernel cannot do `ss -K` (CONFIG_INET_DIAG_DESTROY is missing)")
        elif kind == "link":
            host = self.host[event["host"]]
            host.up = event["up"]
            self.recorder.add(t, "event", host.name, what="link %s" % ("up" if event["up"] else "down"))
        elif kind == "inject":
            self.catch_up()
            self.relay.inject(t, event)

    # -- probes

    def holders(self):
        """Inode of a socket: the program and descriptor that hold it."""
        found = {}
        for program, pid in sorted(self.pids.items()):
            try:
                for fd in sorted(map(int, os.listdir("/proc/%d/fd" % pid))):
                    link = os.readlink("/proc/%d/fd/%d" % (pid, fd))
                    if link.startswith("socket:["):
                        found.setdefault(int(link[8:-1]), {"program": program, "fd": fd})
            except OSError:
                continue  # it ended meanwhile
        return found

    def probe(self, now, probe):
        self.catch_up()
        holders = self.holders()
        for host in self.hosts:
            t = time.monotonic_ns()
            rows = [
                {
                    "sock": sock,
                    "state": row.state,
                    "local": row.local,
                    "remote": row.remote,
                    "recvq": row.recvq,
                    "sendq": row.sendq,
                    "timer": row.timer and {"name": row.timer, "left": row.expires, "retries": row.retries},
                    "holder": holders.get(row.inode),
                    "mini": row.mini,
                }
                for row, sock in self.watch.poll(host)
            ]
            self.recorder.add(
                t, "probe", host.name, probe=probe["name"], sockets=rows, counters=host.counters_since_start()
            )
        if probe["capture"]:
            commands = [command for host in self.hosts for command in self.start_captures(host, probe["name"])]
            self.toolbox.ask(commands)

    def start_captures(self, host, probe):
        """Returns the commands of the tools an engineer on this host would use, for the toolbox. Tools that are
        not installed are left out."""
        programs = {program["name"]: program["host"] for program in self.experiment["programs"]}
        here = [name for name in sorted(self.pids) if programs[name] == host.name and name not in self.dead]
        commands = {"ss -tanop": ["ss", "-tanop"], "netstat -tanop": ["netstat", "-tanop"]}
        if here:
            pids = ",".join(str(self.pids[name]) for name in here)
            commands["lsof -nP -i"] = ["lsof", "-nP", "-w", "-a", "-i", "-p", pids]
        if self.relay.passed[host.name]:
            commands["tcpdump -nn"] = ["tcpdump", "-nn", "-r", "-"]
        setns(host.namespace)
        t, sockstat = time.monotonic_ns(), read_file("/proc/self/net/sockstat")
        setns(self.home)
        self.recorder.add(t, "capture", host.name, probe=probe, tool="/proc/net/sockstat", text=sockstat)
        if here:
            self.dumps[host.name] = self.recorder.add(t, "capture", host.name, probe=probe, tool="threads", text=None)
            for name in here:
                try:
                    os.write(self.controls[name], b"t")
                except BrokenPipeError:
                    pass  # it ended a moment ago
        for tool, command in commands.items():
            path = shutil.which(command[0], path=TOOL_PATH)
            if not path:
                continue
            source = None
            if tool == "tcpdump -nn":
                source = os.fdopen(os.memfd_create("lastack-pcap"), "wb")
                write_pcap(source, self.relay.passed[host.name])
            event = self.recorder.add(t, "capture", host.name, probe=probe, tool=tool, text=None)
            self.asked += 1
            self.captures[self.asked] = (event, source)
            given = source and "/proc/%d/fd/%d" % (os.getpid(), source.fileno())
            yield self.asked, self.hosts.index(host), [path, *command[1:]], given

    def finish_captures(self, wait=False):
        """Take in the text of tools that are done. A tool looks for some time: if a socket of its host
        changed meanwhile, its text shows no one moment and is not kept."""
        give_up = time.monotonic() + (10 if wait else 0)
        while self.captures:
            for number, status, done, text_ in self.toolbox.take():
                event, source = self.captures.pop(number)
                if source:
                    source.close()
                self.keep_capture(event, status, done, [line.rstrip() for line in text_.splitlines()])
            left = give_up - time.monotonic()
            if left <= 0:
                return
            select.select([self.toolbox.answers], [], [], left)

    def keep_capture(self, event, status, done, lines):
        t, fields = event[0], event[4]
        self.recorder.keep(len(lines))
        if fields["tool"] == "tcpdump -nn":  # it reads a file that was complete before it began
            if status == 0:
                if len(lines) > TCPDUMP_LINES:
                    fields["tool"] += " | tail -n %d" % TCPDUMP_LINES
                fields["text"] = "\n".join(lines[-TCPDUMP_LINES:])
            return
        self.catch_up()
        if any(e[2] in ("state", "sock") and e[3] == event[3] and t <= e[0] <= done for e in self.recorder.events):
            took = "%s at probe %s took %d ms and a socket of %s changed meanwhile: its text is not kept"
            self.warnings.append(took % (fields["tool"], fields["probe"], (done - t) // 1_000_000, event[3]))
        else:
            fields["text"] = "\n".join(lines)

    # -- the result

    def show_progress(self, now):
        socks = [sock for socks in self.watch.alive.values() for sock in socks if sock.timer == "timewait" and sock.due]
        line = "%.0f of %.0f s" % ((now - self.recorder.start) / 1e9, self.experiment["until"] / 1e6)
        if socks:
            last = max(socks, key=lambda sock: sock.due)
            line += ". %s on %s: %.0f s left" % (last.state, last.host, max(0, last.due - now) / 1e9)
        self.progress(line)

    def header(self):
        return {
            "format": TRACE_FORMAT,
            "experiment": self.experiment["id"],
            "hash": self.digest,
            "world": "linux",
            "kernel": platform.release(),
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "tool": "lastack_lab " + VERSION,
            "hz": ticks_per_second(),
            "watch": "tracepoint" if self.tracepoint else "poll",
            "machine": "%s, %d CPU%s" % (platform.machine(), os.cpu_count() or 1, "s" if os.cpu_count() != 1 else ""),
            "priority": self.priority,
            "hosts": [
                {"name": host.name, "addresses": host.addresses, "sysctl": host.sysctl} for host in self.hosts
            ],
            "level": self.experiment["level"],
            "until": self.experiment["until"],
            **({"tools": self.tools} if self.tools else {}),
            "late_us": self.lateness(),
        }

    def lateness(self):
        """How much later than its time the latest step of a program, and the latest act of the relay, came."""
        return {"steps": self.totals.latest(), "relay": max(self.late, self.relay.late) // 1000}

    def trace(self):
        """The events in order of time, with sockets, segments and calls numbered by first appearance."""
        events = sorted(event for event in self.recorder.events if event[0] <= self.end or event[2] == "probe")
        events = [event for event in events if event[2] != "capture" or event[4]["text"] is not None]
        born, counts, segments, calls, out = {}, {}, {}, {}, []
        for t, _, kind, host, fields in events:
            sock = fields.get("sock")
            if kind == "sock" and sock.name is None:
                counts[host] = counts.get(host, 0) + 1
                sock.name = "%s%d" % (host, counts[host])
                born.setdefault(sock.inode, []).append((t, sock))
        for t, _, kind, host, fields in events:
            event = dict(fields, t=min(self.recorder.micros(t), self.experiment["until"]), k=kind, host=host)
            if kind in ("call", "return"):
                event["call"] = calls.setdefault(fields["call"], len(calls) + 1)
            if kind == "call":
                socks = [sock for moment, sock in born.get(fields["inode"], []) if moment <= t] if fields["inode"] else []
                event["sock"] = socks[-1].name if socks else None
            elif kind == "send":
                event["seg"] = segments[id(fields)] = len(segments) + 1
            elif kind in ("arrive", "lost"):
                event["seg"] = segments[id(fields["seg"].sent[4])]
            elif kind == "probe":
                rows = [dict(row, sock=row["sock"].name) for row in fields["sockets"] if row["sock"].name]
                event["sockets"] = sorted(rows, key=lambda row: int(re.search(r"\d+$", row["sock"]).group()))
            if isinstance(event.get("sock"), Sock):
                event["sock"] = event["sock"].name
            out.append({key: event[key] for key in ("t", "k", "host", *EVENT_KEYS[kind].split()) if key in event})
        return out


def ss_filter(event):
    words = ""
    if event["state"] is not None:
        words += " state " + event["state"].lower()
    if event["local_port"] is not None:
        words += " sport = :%d" % event["local_port"]
    if event["peer_port"] is not None:
        words += " dport = :%d" % event["peer_port"]
    return words


VERSIONS = {
    "ss": (["ss", "-V"], r"ss utility, *(.+)"),
    "netstat": (["netstat", "--version"], r"(net-tools .+)"),
    "lsof": (["lsof", "-v"], r"revision: *(.+)"),
    "tcpdump": (["tcpdump", "--version"], r"tcpdump version *(.+)"),
}


def tool_versions():
    """What the installed tools call themselves. The thread dumps are Python's."""
    found = {"python": platform.python_version()}
    for tool, (command, pattern) in VERSIONS.items():
        path = shutil.which(command[0], path=TOOL_PATH)
        if path:
            done = subprocess.run(
                [path, *command[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
            named = re.search(pattern, done.stdout.decode(errors="replace"))
            found[tool] = named.group(1).strip() if named else "unknown"
    return found


def ticks_per_second():
    """HZ: the resolution of the coarse clock is one tick."""
    try:
        return round(1 / time.clock_getres(6))  # CLOCK_MONOTONIC_COARSE
    except OSError:
        return None


# ---- 8. Comparison with another trace ---------------------------------------------------------

# >>> comparison
# The normal form of a trace is what is left when everything that may differ between two correct runs is
# taken away: addresses, ports, initial sequence numbers, timestamps and descriptor numbers are renamed by
# first appearance; windows are zero or not; order is kept per socket and per thread, never across hosts.
# A segment belongs to the last socket of its host that had its addresses and ports, even if that socket is
# gone: whether a reset came from a socket or from none cannot be seen on a wire.
#
# The project's site has the same functions in TypeScript (normal.ts, levels.ts, compare.ts, expect.ts). The files under
# tests/compare/ hold both to the same results.

# How far a kernel's times (microseconds) may lie from the engine's exact ones. A timer of the kernel's wheel
# set for T fires between T and 1.125 T plus two ticks: the wheel rounds up to a slot, and a slot is at most an
# eighth of the time to it. It is never early, but a round trip or a call measured here may be some ms and a
# tick shorter than the engine's. LATE is what scheduling may add. POLL is the longest time between two looks
# at the sockets. SEEN is the shortest state a recording must contain.
EARLY, EARLY_TICKS = 5_000, 1
STRETCH_TIMES, STRETCH_OVER = 9, 8
LATE, LATE_TICKS = 25_000, 2
POLL = 100_000
SEEN = 100_000
DEFAULT_HZ = 250

# Counters that tell how connections ended. Others count what the model leaves out, or, as DelayedACKs does, what
# a millisecond decides.
COMPARED_COUNTERS = (
    "ListenDrops", "ListenOverflows", "PAWSActive", "PAWSEstab", "PAWSTimewait",
    "TCPAbortFailed", "TCPAbortOnClose", "TCPAbortOnData", "TCPAbortOnLinger", "TCPAbortOnMemory",
    "TCPAbortOnTimeout", "TCPChallengeACK", "TCPLossProbes", "TCPSYNChallenge", "TCPTimeWaitOverflow",
    "TCPTimeouts", "TW", "TWKilled", "TWRecycled", "TcpActiveOpens", "TcpAttemptFails", "TcpEstabResets",
    "TcpOutRsts", "TcpPassiveOpens", "TcpRetransSegs",
)

AS_RECORDED = "This kernel did what our recording shows."
# One sentence for each kind of difference.
DIFFERENCES = {
    "agreement": "Engine and kernel agree.",
    "experiment": "These are not runs of the same experiment: engine {engine}, kernel {kernel}.",
    "socket-missing": "{place}: the engine has this socket ({engine}), the kernel does not.",
    "socket-extra": "{place}: the kernel has this socket ({kernel}), the engine does not.",
    "endpoints": "{place}: {engine} in the engine, {kernel} on the kernel.",
    "segment-missing": "{place}: the engine sends {engine}; the kernel sends nothing more.",
    "segment-extra": "{place}: the kernel sends {kernel}; the engine sends nothing more.",
    "segment": "{place}: the engine sends {engine}; the kernel sends {kernel}.",
    "state-extra": "{place}: the kernel goes to {kernel}; the engine never does so at this point (it goes to {engine}).",
    "state-unseen": "{place}: the engine is in {engine}; the kernel never shows it.",
    "thread-missing": "{place}: this thread calls {engine} in the engine and does nothing on the kernel.",
    "thread-extra": "{place}: this thread calls {kernel} on the kernel and does nothing in the engine.",
    "call-missing": "{place}: the engine's program calls {engine}; the kernel's makes no more calls.",
    "call-extra": "{place}: the kernel's program calls {kernel}; the engine's makes no more calls.",
    "call": "{place}: {engine} in the engine, {kernel} on the kernel.",
    "call-count": "{place}: {engine} in the engine, {kernel} on the kernel.",
    "time": "{place}: at {engine} in the engine, at {kernel} on the kernel; {earliest} to {latest} would agree.",
    "probe-missing": "{place}: the kernel's run has no such probe; the engine shows {engine}.",
    "probe-extra": "{place}: the engine's run has no such probe; the kernel shows {kernel}.",
    "probe-socket": "{place}: {engine} in the engine, {kernel} on the kernel.",
    "probe-count": "{place}: {engine} in the engine, {kernel} on the kernel.",
    "counter": "{place}: {engine} in the engine, {kernel} on the kernel.",
}


def read_trace(path):
    """A trace file as {"header": ..., "events": [...]}."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file if line.strip()]
    except (OSError, ValueError) as problem:
        raise BadExperiment(f"{path} cannot be read as a trace: {problem}") from None
    if not lines or lines[0].get("format") != TRACE_FORMAT:
        raise BadExperiment(f"{path} is not a trace: its first line must be a header with format {TRACE_FORMAT}")
    return {"header": lines[0], "events": lines[1:]}


def distance_u32(a, b):
    """Signed distance from b to a, both 32-bit."""
    return ((a - b + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


class Numbers:
    """
    Numbers of one direction, relative to its initial sequence numbers. A direction has one per connection
    that used its ports; a number counts from the one whose sent bytes lie nearest.
    """

    def __init__(self):
        self.isns = []  # [isn, edge of what was sent]

    def syn(self, seq):
        if all(isn != seq for isn, _ in self.isns):
            self.isns.append([seq, seq])

    def nearest(self, value):
        best, least = None, None
        for index in reversed(range(len(self.isns))):
            isn, edge = self.isns[index]
            off = distance_u32(value, isn)
            gap = -off if off < 0 else max(0, off - distance_u32(edge, isn))
            if least is None or gap < least:
                best, least = index, gap
        return best, least

    def sent(self, seq, length):
        """Widens what was sent. A segment without bytes, SYN or FIN may carry any number."""
        index, _ = self.nearest(seq)
        if length == 0 or index is None:
            return
        end = (seq + length) & 0xFFFFFFFF
        if distance_u32(end, self.isns[index][1]) > 0:
            self.isns[index][1] = end

    def text(self, value):
        """ "27" in the first connection, "2:27" in the second; "=0" is a literal zero, as resets carry."""
        index, gap = self.nearest(value)
        if value == 0 and gap != 0:
            return "=0"
        if index is None:
            self.syn(value)
            return "0"
        offset = str(distance_u32(value, self.isns[index][0]))
        return offset if index == 0 else f"{index + 1}:{offset}"


class Stream:
    """Segments that one socket, or a host without a socket, sent."""

    def __init__(self):
        self.segments = []
        self.last_tsval = None
        self.first = []  # (seq, end, time) of what was sent for the first time
        self.closing = None  # index of the first segment after the first FIN or RST


class NormalSocket(Stream):
    def __init__(self, name, host, at):
        super().__init__()
        self.name, self.host, self.at = name, host, at
        self.local = self.remote = "?:0"
        self.states = []


def state_text(entry):
    """How a state is written in the normal form. TIME-WAIT is always a mini-socket."""
    return f"{entry['state']} mini" if entry["mini"] and entry["state"] != "TIME-WAIT" else entry["state"]


class Normalizer:
    """Reads the events of a trace one by one; `form()` gives the normal form."""

    def __init__(self, header):
        self.header = header
        self.owner = {address: host["name"] for host in header["hosts"] for address in host["addresses"]}
        self.addresses = {host["name"]: host["addresses"] for host in header["hosts"]}
        self.sockets, self.by_tuple, self.numbers, self.wire = {}, {}, {}, {}
        self.hosts = {name: Stream() for name in self.addresses}
        self.threads, self.open, self.probes, self.ports, self.count = {}, {}, [], {}, {}

    def socket(self, name, host, at):
        if name not in self.sockets:
            self.count[host] = self.count.get(host, 0) + 1
            self.sockets[name] = NormalSocket(f"{host}{self.count[host]}", host, at)
        return self.sockets[name]

    def direction(self, src, dst):
        return self.numbers.setdefault((src, dst), Numbers())

    def thread(self, event):
        return self.threads.setdefault(f"{event['program']}/{event['thread']}", {"calls": [], "fds": {}, "count": 0})

    def name_fd(self, thread, fd):
        thread["count"] += 1
        thread["fds"][fd] = f"fd{thread['count']}"
        return thread["fds"][fd]

    def event(self, event):
        handler = getattr(self, f"on_{event['k']}", None)
        if handler:
            handler(event)

    def on_sock(self, event):
        found = self.socket(event["sock"], event["host"], event["t"])
        found.local, found.remote = event["local"], event["remote"]
        if not event["remote"].endswith(":0"):
            self.by_tuple[event["host"], event["local"], event["remote"]] = found

    def on_state(self, event):
        found = self.socket(event["sock"], event["host"], event["t"])
        states = found.states
        if not states and event["from"] != "CLOSED":
            states.append({"state": event["from"], "mini": False, "at": found.at})
        if not states or states[-1]["state"] != event["to"]:
            states.append({"state": event["to"], "mini": event["to"] == "TIME-WAIT", "at": event["t"]})

    def on_mini(self, event):
        # A full FIN-WAIT-2 always goes before its mini-socket, be it for no time. TIME-WAIT has no full socket.
        states, state = self.socket(event["sock"], event["host"], event["t"]).states, event["substate"]
        if not states or states[-1]["state"] != state:
            states.append({"state": state, "mini": state == "TIME-WAIT", "at": event["t"]})
        if not states[-1]["mini"]:
            states.append({"state": state, "mini": True, "at": event["t"]})

    def on_send(self, event):
        injected = event.get("injected", False)
        src, dst, flags = event["src"], event["dst"], event["flags"]
        host = self.owner.get(src.rpartition(":")[0], event["host"]) if injected else event["host"]
        found = self.by_tuple.get((host, src, dst))
        if not injected and event["sock"] is not None:
            named = self.socket(event["sock"], host, event["t"])
            if not named.states or named.states[-1]["state"] != "LISTEN":
                found = self.by_tuple[host, src, dst] = named
        stream = found or self.hosts.get(host)
        if stream is None:
            return
        length = event["len"] + ("S" in flags) + ("F" in flags)
        closes = "F" in flags or "R" in flags
        direction = self.direction(src, dst)
        if "S" in flags and not injected:
            direction.syn(event["seq"])

        again = None
        if not injected and length > 0:
            if stream.first and distance_u32(event["seq"], stream.first[-1][1]) < 0:
                for seq, end, at in stream.first:
                    if distance_u32(event["seq"], seq) >= 0 and distance_u32(event["seq"], end) < 0:
                        again = event["t"] - at
                        break
            if again is None:
                stream.first.append((event["seq"], (event["seq"] + length) & 0xFFFFFFFF, event["t"]))
        words = f"{flags} seq {direction.text(event['seq'])}"
        if "." in flags:
            words += f" ack {self.direction(dst, src).text(event['ack'])}"
        words += f" len {event['len']}"
        if event["win"] == 0:
            words += " win 0"
        if "S" in flags:
            given = (event["mss"] is not None, event["ws"] is not None, event["sack"])
            words += " options " + ("+".join(n for n, there in zip(("mss", "ws", "sack"), given) if there) or "none")
        if event["tsval"] is not None:
            last = stream.last_tsval
            order = "first" if last is None else "older" if distance_u32(event["tsval"], last) < 0 else "newer"
            words += f" ts {order}" if found else " ts"
            if not injected:
                stream.last_tsval = event["tsval"]
        if injected:
            words += " injected"
        if again is not None:
            words += " again"
        if not injected:
            direction.sent(event["seq"], length)
            if closes and stream.closing is None:
                stream.closing = len(stream.segments)
        stream.segments.append({"at": event["t"], "text": words, "seg": event["seg"], "again": again})
        self.wire[event["seg"]] = {"src": src, "dst": dst, "closes": closes, "arrived": 0, "lost": False}

    def on_arrive(self, event):
        segment = self.wire.get(event["seg"])
        if not segment:
            return
        segment["arrived"] += 1
        found = self.by_tuple.get((event["host"], segment["dst"], segment["src"]))
        if segment["closes"] and found and found.closing is None:
            found.closing = len(found.segments)

    def on_lost(self, event):
        if event["seg"] in self.wire:
            self.wire[event["seg"]]["lost"] = True

    def on_call(self, event):
        thread = self.thread(event)
        fd = event["fd"]
        name = "" if fd is None else " " + (thread["fds"].get(fd) or self.name_fd(thread, fd))
        call = {"at": event["t"], "call": event["op"] + name, "result": None, "returned": None}
        thread["calls"].append(call)
        self.open[event["call"]] = (call, event["args"].get("all") is True)

    def on_return(self, event):
        if event["call"] not in self.open:
            return
        call, everything = self.open.pop(event["call"])
        thread = self.thread(event)
        call["returned"] = event["t"]
        if event["errno"] is not None:
            call["result"] = event["errno"]
        elif event["op"] in ("socket", "accept"):
            call["result"] = self.name_fd(thread, event["value"])
        else:
            call["result"] = str(event["value"])
        # recv until all has arrived: how the bytes were cut into calls is the network's doing.
        calls = thread["calls"]
        if everything and event["value"] > 0:
            if len(calls) > 1 and calls[-2]["call"] == f"{call['call']} all":
                calls[-2]["result"] = str(int(calls[-2]["result"]) + event["value"])
                calls[-2]["returned"] = event["t"]
                calls.pop()
            else:
                call["call"] += " all"

    def on_probe(self, event):
        rows = []
        for row in event["sockets"]:
            timer = f"{row['timer']['name']}/{row['timer']['retries']}" if row["timer"] else "none"
            holder = row["holder"]["program"] if row["holder"] else "nobody"
            words = f"{state_text(row)} recvq {row['recvq']} sendq {row['sendq']} timer {timer} holder {holder}"
            name = self.socket(row["sock"], event["host"], event["t"]).name
            rows.append({"sock": name, "state": row["state"], "text": words})
        rows.sort(key=lambda row: int(row["sock"][len(event["host"]):]))
        self.probes.append({
            "host": event["host"], "probe": event["probe"], "at": event["t"], "rows": rows,
            "counters": event["counters"],
        })

    def endpoint(self, endpoint, own):
        address, _, port = endpoint.rpartition(":")
        host = own if address == "0.0.0.0" else self.owner.get(address, address)
        known = self.ports.setdefault(host, {})
        number = "0" if port == "0" else f"p{known.setdefault(port, len(known) + 1)}"
        if address == "0.0.0.0":
            return f"*:{number}"
        index = self.addresses[host].index(address) if host in self.addresses else 0
        return f"{host}/{index + 1}:{number}" if index > 0 else f"{host}:{number}"

    def segments_of(self, stream):
        out = []
        for segment in stream.segments:
            known = self.wire[segment["seg"]]
            if known["arrived"] > 1:
                fate = "duplicated"
            elif known["arrived"] == 1:
                fate = "arrived"
            else:
                fate = "lost" if known["lost"] else "pending"
            out.append({"at": segment["at"], "text": segment["text"], "fate": fate, "again": segment["again"]})
        return out

    def form(self):
        until = self.header["until"]
        order = {host["name"]: index for index, host in enumerate(self.header["hosts"])}
        every = sorted(self.sockets.values(), key=lambda found: order.get(found.host, 0))
        # Local ports get their numbers before any remote one can.
        local = [self.endpoint(found.local, found.host) for found in every]
        sockets = []
        for found, own in zip(every, local):
            ends = [entry["at"] for entry in found.states[1:]] + [until]
            sockets.append({
                "name": found.name,
                "at": found.at,
                "endpoints": f"{own} {self.endpoint(found.remote, '*')}",
                "states": [dict(entry, lasts=end - entry["at"]) for entry, end in zip(found.states, ends)],
                "segments": self.segments_of(found),
                "closing": len(found.segments) if found.closing is None else found.closing,
            })
        return {
            "until": until,
            "sockets": sockets,
            "hosts": [{"name": name, "segments": self.segments_of(stream)} for name, stream in self.hosts.items()],
            "threads": [{"name": name, "calls": self.threads[name]["calls"]} for name in sorted(self.threads)],
            "probes": self.probes,
        }


def normal_form(trace):
    """The normal form of a trace. Events after the header's `until` are left out."""
    normalizer = Normalizer(trace["header"])
    for event in trace["events"]:
        if event["t"] > trace["header"]["until"]:
            break
        normalizer.event(event)
    return normalizer.form()


def seconds_text(us):
    """Microseconds as seconds with three decimals, "2.062 s"."""
    ms = (abs(us) + 500) // 1000
    return f"{'-' if us < 0 else ''}{ms // 1000}.{ms % 1000:03d} s"


def segment_text(segment):
    return f"{segment['text']}, {segment['fate']}"


def call_text(call):
    return f"{call['call']} = {'blocked' if call['result'] is None else call['result']}"


def counted(words):
    return ", ".join(f"{word} x{words.count(word)}" for word in sorted(set(words)))


def state_counts(probe):
    """Sockets at a probe, "LISTEN x1, TIME-WAIT x100"."""
    return counted([row["state"] for row in probe["rows"]])


def call_counts(form):
    """Results of every call of every program: "client connect" to "0 x100, EADDRNOTAVAIL x1"."""
    results = {}
    for thread in form["threads"]:
        for call in thread["calls"]:
            key = f"{thread['name'].partition('/')[0]} {call['call'].split(' ')[0]}"
            result = "blocked" if call["result"] is None else call["result"]
            results.setdefault(key, []).append(re.sub(r"^fd\d+$", "fd", result))
    return {key: counted(results[key]) for key in sorted(results)}


def trace_streams(form, level):
    """What a level compares, as named lists of (time or None, text)."""
    out = {}
    if level == "totals":
        out.update((name, [(None, words)]) for name, words in call_counts(form).items())
        for probe in form["probes"]:
            out[f"{probe['host']} at {probe['probe']}"] = [(probe["at"], state_counts(probe))]
        return out
    for found in form["sockets"]:
        if level != "states":
            start = found["closing"] if level == "closing" else 0
            out[f"{found['name']} endpoints"] = [(found["at"], found["endpoints"])]
            out[f"{found['name']} segments"] = [(s["at"], segment_text(s)) for s in found["segments"][start:]]
        out[f"{found['name']} states"] = [(entry["at"], state_text(entry)) for entry in found["states"]]
    if level != "states":
        for host in form["hosts"]:
            out[f"{host['name']} segments"] = [(s["at"], segment_text(s)) for s in host["segments"]]
    for thread in form["threads"]:
        out[f"{thread['name']} calls"] = [(call["at"], call_text(call)) for call in thread["calls"]]
    for probe in form["probes"]:
        rows = [(probe["at"], f"{row['sock']} {row['text']}") for row in probe["rows"]]
        out[f"{probe['host']} at {probe['probe']}"] = rows
    return out


def counter_lines(form):
    """The compared counters of each host at its last probe: "A counters" to "TCPTimeouts 1, TcpRetransSegs 1"."""
    return {
        f"{probe['host']} counters": ", ".join(
            f"{name} {probe['counters'][name]}" for name in COMPARED_COUNTERS if probe["counters"].get(name, 0) != 0
        )
        for probe in form["probes"]
    }


def shape_of(form, level):
    """The normal form of a level as text without times: the same text is the same behaviour."""
    lines = []
    for name, stream in trace_streams(form, level).items():
        lines += [name] + [f"  {words}" for _, words in stream]
    for name, words in counter_lines(form).items():
        lines += [name, f"  {words}"]
    return "\n".join(lines)


def is_brief(entry):
    return entry["lasts"] < SEEN


class Comparison:
    """Collects the differences of two normal forms. (engine, kernel) pairs of times are tuples."""

    def __init__(self, header, level):
        tick = 1_000_000 // (header["hz"] or DEFAULT_HZ)
        self.until, self.level = header["until"], level
        self.early, self.late = EARLY + EARLY_TICKS * tick, LATE + LATE_TICKS * tick
        self.polled = header["watch"] == "poll"
        self.differences, self.moments = [], []

    def differ(self, code, stream, index, at, engine, kernel, allowed=None):
        self.differences.append({
            "code": code, "stream": stream, "index": index, "at": at, "engine": engine, "kernel": kernel,
            "allowed": allowed,
        })

    def latest(self, at, after, stretch):
        """Latest time at which the kernel may do what the engine did at `at`."""
        engine, kernel = after or (0, 0)
        passed = at - engine
        return kernel + (passed * STRETCH_TIMES // STRETCH_OVER if stretch and after else passed) + self.late

    def beyond_end(self, at, after):
        """Nothing need be there: the kernel's run may have been cut before it came to it."""
        return self.latest(at, after, True) >= self.until

    def at_end(self, kernel_time):
        return kernel_time > self.until - self.early

    def moment(self, pair, after, stretch, slack, stream, index):
        self.moments.append((pair, after, stretch, slack, stream, index))

    def all_sockets(self, engine, kernel):
        known = {found["name"]: found for found in kernel["sockets"]}
        for ours in engine["sockets"]:
            theirs = known.pop(ours["name"], None)
            if theirs:
                self.one_socket(ours, theirs)
            elif not self.beyond_end(ours["at"], None) and not (
                self.polled and all(entry["state"] == "CLOSED" or is_brief(entry) for entry in ours["states"])
            ):
                path = " ".join(map(state_text, ours["states"]))
                self.differ("socket-missing", ours["name"], None, ours["at"], path, None)
        for extra in known.values():
            if not self.at_end(extra["at"]):
                path = " ".join(map(state_text, extra["states"]))
                self.differ("socket-extra", extra["name"], None, extra["at"], None, path)
        if self.level == "states":
            return
        theirs = {host["name"]: host["segments"] for host in kernel["hosts"]}
        for host in engine["hosts"]:
            self.segments(f"{host['name']} segments", host["segments"], theirs.get(host["name"], []), None)

    def one_socket(self, engine, kernel):
        name = engine["name"]
        if self.level != "states":
            if engine["endpoints"] != kernel["endpoints"]:
                self.differ("endpoints", f"{name} endpoints", None, engine["at"], engine["endpoints"], kernel["endpoints"])
            start = (engine["closing"], kernel["closing"]) if self.level == "closing" else (0, 0)
            after = None
            if start[0] > 0 and start[1] > 0:
                after = engine["segments"][start[0] - 1]["at"], kernel["segments"][start[1] - 1]["at"]
            ours, theirs = engine["segments"][start[0]:], kernel["segments"][start[1]:]
            self.segments(f"{name} segments", ours, theirs, after)
        self.states(f"{name} states", engine["states"], kernel["states"])

    def segments(self, stream, engine, kernel, after):
        for index in range(max(len(engine), len(kernel))):
            ours = engine[index] if index < len(engine) else None
            theirs = kernel[index] if index < len(kernel) else None
            if theirs is None:
                if not self.beyond_end(ours["at"], after):
                    self.differ("segment-missing", stream, index, ours["at"], segment_text(ours), None)
                return
            if ours is None:
                if not self.at_end(theirs["at"]):
                    self.differ("segment-extra", stream, index, theirs["at"], None, segment_text(theirs))
                return
            # What became of a segment sent as the run was cut depends on the cut.
            cut = max(ours["at"], theirs["at"]) > self.until - SEEN
            if ours["text"] != theirs["text"] or (ours["fate"] != theirs["fate"] and not cut):
                self.differ("segment", stream, index, ours["at"], segment_text(ours), segment_text(theirs))
                return
            pair = ours["at"], theirs["at"]
            self.moment(pair, after, True, 0, stream, index)
            after = pair

    def states(self, stream, engine, kernel):
        """The kernel's states must be the engine's, in order; only short ones may be missing. Who polls sees no end of those."""
        after, position = None, 0
        for entry in kernel:
            label = state_text(entry)
            found = next((i for i in range(position, len(engine)) if state_text(engine[i]) == label), None)
            if found is None:
                if not self.at_end(entry["at"]):
                    instead = state_text(engine[position]) if position < len(engine) else None
                    self.differ("state-extra", stream, position, entry["at"], instead, label)
                return
            self.unseen(stream, engine, position, found, after)
            mini = entry["mini"] or (found > 0 and engine[found - 1]["mini"])
            pair = engine[found]["at"], entry["at"]
            self.moment(pair, after, True, POLL if self.polled or mini else 0, stream, found)
            after, position = pair, found + 1
        self.unseen(stream, engine, position, len(engine), after)

    def unseen(self, stream, engine, start, stop, after):
        for index in range(start, stop):
            entry = engine[index]
            missed = is_brief(entry) or (self.polled and index > start and entry["state"] == "CLOSED")
            if not missed and not self.beyond_end(entry["at"], after):
                words = f"{state_text(entry)} {seconds_text(entry['lasts'])}"
                self.differ("state-unseen", stream, index, entry["at"], words, None)

    def all_threads(self, engine, kernel):
        known = {thread["name"]: thread["calls"] for thread in kernel["threads"]}
        for thread in engine["threads"]:
            calls = thread["calls"]
            if thread["name"] in known:
                self.calls(f"{thread['name']} calls", calls, known.pop(thread["name"]))
            elif calls and not self.beyond_end(calls[0]["at"], None):
                self.differ("thread-missing", thread["name"], None, calls[0]["at"], call_text(calls[0]), None)
        for name, calls in known.items():
            if calls and not self.at_end(calls[0]["at"]):
                self.differ("thread-extra", name, None, calls[0]["at"], None, call_text(calls[0]))

    def calls(self, stream, engine, kernel):
        after = None
        for index in range(max(len(engine), len(kernel))):
            if index >= len(engine):
                if not self.at_end(kernel[index]["at"]):
                    self.differ("call-extra", stream, index, kernel[index]["at"], None, call_text(kernel[index]))
                return
            ours = engine[index]
            if index >= len(kernel):
                if not self.beyond_end(ours["at"], after):
                    self.differ("call-missing", stream, index, ours["at"], call_text(ours), None)
                return
            theirs = kernel[index]
            begin = ours["at"], theirs["at"]
            if ours["returned"] is not None and theirs["returned"] is None:
                cut = self.beyond_end(ours["returned"], begin)
            elif ours["returned"] is None and theirs["returned"] is not None:
                cut = self.at_end(theirs["returned"])
            else:
                cut = False
            same = ours["call"] == theirs["call"] and ours["result"] == theirs["result"]
            if not same and not cut:
                self.differ("call", stream, index, ours["at"], call_text(ours), call_text(theirs))
                return
            self.moment(begin, after, False, 0, stream, index)
            if ours["returned"] is None or theirs["returned"] is None:
                return
            after = ours["returned"], theirs["returned"]
            self.moment(after, begin, True, 0, stream, index)

    def counts(self, engine, kernel):
        ours, theirs = call_counts(engine), call_counts(kernel)
        for name in sorted(set(ours) | set(theirs)):
            if ours.get(name) != theirs.get(name):
                self.differ("call-count", name, None, 0, ours.get(name), theirs.get(name))

    def probes(self, engine, kernel):
        def name_of(probe):
            return f"{probe['host']} at {probe['probe']}"

        known = {name_of(probe): probe for probe in kernel["probes"]}
        last = {}
        for ours in engine["probes"]:
            name = name_of(ours)
            theirs = known.pop(name, None)
            if theirs:
                last[ours["host"]] = (ours, theirs)
            if not theirs:
                if not self.beyond_end(ours["at"], None):
                    self.differ("probe-missing", name, None, ours["at"], state_counts(ours), None)
            elif self.level == "totals":
                if state_counts(ours) != state_counts(theirs):
                    self.differ("probe-count", name, None, ours["at"], state_counts(ours), state_counts(theirs))
            else:
                self.rows(name, ours, theirs)
        for extra in known.values():
            if not self.at_end(extra["at"]):
                self.differ("probe-extra", name_of(extra), None, extra["at"], None, state_counts(extra))

        # Counters only grow: the last probe that both have tells all.
        for host, (ours, theirs) in last.items():
            for name in COMPARED_COUNTERS:
                a, b = ours["counters"].get(name, 0), theirs["counters"].get(name, 0)
                if a != b:
                    self.differ("counter", f"{host} {name}", None, ours["at"], str(a), str(b))

    def rows(self, name, engine, kernel):
        ours = {row["sock"]: row["text"] for row in engine["rows"]}
        theirs = {row["sock"]: row["text"] for row in kernel["rows"]}
        for sock in sorted(set(ours) | set(theirs)):
            if ours.get(sock) != theirs.get(sock):
                self.differ("probe-socket", f"{name} {sock}", None, engine["at"], ours.get(sock), theirs.get(sock))

    def times(self):
        """
        Checks all times, in the engine's order. A moment may be as late as its own timer makes it, or as late
        as something that happened before it already was: it may be its consequence. It may be early only
        against what it follows, not against the clock: a program that waits for an absolute time makes up for
        a late timer. What follows from a time that is wrong is not told again.
        """
        late_before = ahead = 0
        for moment in sorted(self.moments, key=lambda m: (m[0][0], m[0][1] - m[0][0])):
            (engine, kernel), after, stretch, slack, stream, index = moment
            engine_after, kernel_after = after or (0, 0)
            lowest = min(kernel_after + engine - engine_after, engine) - self.early
            highest = max(self.latest(engine, after, stretch), engine + late_before + self.late) + slack
            if not lowest - ahead <= kernel <= highest:
                allowed = [seconds_text(lowest), seconds_text(highest)]
                self.differ("time", stream, index, engine, seconds_text(engine), seconds_text(kernel), allowed)
                ahead = max(ahead, engine - kernel)
            late_before = max(late_before, kernel - engine - slack)


def compare(engine, kernel, level):
    """
    Differences between a run of the engine and a recording of a kernel at a level of detail ("segments",
    "closing", "states" or "totals"), in order of time. An empty list is agreement. At most one difference in
    content is given for each stream, the first; what follows it would follow from it.
    """
    names = [f"{trace['header']['experiment']} {trace['header']['hash']}" for trace in (engine, kernel)]
    if names[0] != names[1]:
        return [{
            "code": "experiment", "stream": "header", "index": None, "at": 0, "engine": names[0],
            "kernel": names[1], "allowed": None,
        }]
    ours, theirs = normal_form(engine), normal_form(kernel)
    comparison = Comparison(kernel["header"], level)
    if level == "totals":
        comparison.counts(ours, theirs)
    else:
        comparison.all_sockets(ours, theirs)
        comparison.all_threads(ours, theirs)
    comparison.probes(ours, theirs)
    comparison.times()
    return sorted(comparison.differences, key=lambda difference: difference["at"])


def place_of(difference):
    """Where a difference lies, "A1 segments[3]"."""
    index = difference["index"]
    return difference["stream"] if index is None else f"{difference['stream']}[{index}]"


def difference_text(difference):
    """A difference as a sentence."""
    earliest, latest = difference["allowed"] or ("-", "-")
    return DIFFERENCES[difference["code"]].format(
        place=place_of(difference), engine=difference["engine"] or "-", kernel=difference["kernel"] or "-",
        earliest=earliest, latest=latest,
    )


def side_by_side(engine, kernel, level, difference):
    """
    The stream of a difference, the engine's lines on the left, the kernel's on the right, three lines before
    and after it. The difference is marked with `>`.
    """
    columns = []
    for trace in (engine, kernel):
        every = trace_streams(normal_form(trace), level)
        stream = every.get(difference["stream"]) or every.get(f"{difference['stream']} states") or []
        columns.append([w if at is None else f"{seconds_text(at):>10}  {w}" for at, w in stream])
    here = difference["index"] or 0
    rows = []
    for index in range(max(0, here - 3), here + 4):
        cells = [column[index] if index < len(column) else "" for column in columns]
        if any(cells):
            rows.append([">" if index == difference["index"] else " "] + cells)
    rows = rows or [[">", difference["engine"] or "", difference["kernel"] or ""]]
    rows.insert(0, [" ", "engine", "kernel"])
    width = max(len(row[1]) for row in rows)
    return "\n".join(f"{mark} {a:<{width}}  {b}".rstrip() for mark, a, b in rows)


# ---- Expectations ----

FLAG_LETTERS = {"SYN": "S", "FIN": "F", "RST": "R", "PSH": "P", "ACK": "."}


def matches_segment(event, match):
    """True if the segment is one the match means."""
    ports = [int(event[end].rpartition(":")[2]) for end in ("src", "dst")]
    return (
        all(FLAG_LETTERS[flag] in event["flags"] for flag in match["has"])
        and not any(FLAG_LETTERS[flag] in event["flags"] for flag in match["lacks"])
        and match["data"] in (None, event["len"] > 0)
        and (match["port"] is None or match["port"] in ports)
    )


def match_text(match):
    words = "+".join(match["has"] + (["data"] if match["data"] is True else [])) or "any"
    return words if match["port"] is None else f"{words} port {match['port']}"


def path_of(form, sock):
    """States of a socket, a full socket and its mini-socket in the same state taken together."""
    path = []
    for entry in next((found["states"] for found in form["sockets"] if found["name"] == sock), []):
        if path and path[-1]["state"] == entry["state"]:
            path[-1]["lasts"] += entry["lasts"]
        else:
            path.append(dict(entry))
    return path


def passes(path, states, polled):
    """
    True if the states are passed in order with nothing of 100 ms or more between them. Where states were
    polled, listed ones may have been missed, but not the last.
    """
    def find(state, start):
        return states.index(state, start) if state in states[start:] else -1

    for start, first in enumerate(path):
        if not (first["state"] in states if polled else states[:1] == [first["state"]]):
            continue
        position = find(first["state"], 0)
        for entry in path[start:]:
            at = find(entry["state"], position) if polled or states[position] == entry["state"] else -1
            if at >= 0:
                position = at + 1
            elif not is_brief(entry):
                break
            if position == len(states):
                return True
    return False


def check_expectation(trace, form, want):
    """(holds, code, values): whether it holds, which sentence says so, and the values for that sentence."""
    header = trace["header"]
    events = [event for event in trace["events"] if event["t"] <= header["until"]]
    polled = header["watch"] == "poll"
    # What a kernel's clock may fall short of an exact bound; none in the engine.
    early = 0
    if header["world"] != "engine":
        early = EARLY + EARLY_TICKS * 1_000_000 // (header["hz"] or DEFAULT_HZ)
    kind = want["expect"]
    if kind == "sockets":
        values = {key: want[key] for key in ("probe", "host", "state", "count")}
        asked = [f"{key} {json.dumps(want[key])}" for key in ("timer", "recvq", "held") if want[key] is not None]
        values["like"] = f" ({', '.join(asked)})".replace('"', "") if asked else ""
        for event in events:
            if event["k"] == "probe" and event["probe"] == want["probe"] and event["host"] == want["host"]:
                values["found"] = sum(
                    row["state"] == want["state"]
                    and want["timer"] in (None, row["timer"]["name"] if row["timer"] else "none")
                    and want["recvq"] in (None, row["recvq"])
                    and want["held"] in (None, row["holder"] is not None)
                    for row in event["sockets"]
                )
                return values["found"] == want["count"], kind, values
        return False, "no-probe", {"probe": want["probe"], "host": want["host"]}
    if kind in ("path", "spends"):
        path = path_of(form, want["sock"])
        if not path:
            return False, "no-socket", {"sock": want["sock"]}
        if kind == "path":
            values = {"sock": want["sock"], "states": ", ".join(want["states"])}
            values["found"] = ", ".join(entry["state"] for entry in path)
            return passes(path, want["states"], polled), kind, values
        found = sum(entry["lasts"] for entry in path if entry["state"] == want["state"])
        slack = POLL if polled else 0
        holds = want["at_least"] - early - slack <= found <= want["at_most"] + slack
        bounds = {key: seconds_text(want[key]) for key in ("at_least", "at_most")}
        return holds, kind, dict(bounds, sock=want["sock"], state=want["state"], found=seconds_text(found))
    if kind == "segments":
        found = sum(
            event["k"] == "send" and event["host"] == want["from"] and not event.get("injected")
            and matches_segment(event, want["match"])
            for event in events
        )
        values = {"host": want["from"], "match": match_text(want["match"]), "count": want["count"], "found": found}
        return found == want["count"], kind, values
    if kind == "call":
        return check_call(events, header["until"], early, want)
    values = {"host": want["host"], "name": want["name"]}
    probes = [event for event in events if event["k"] == "probe" and event["host"] == want["host"]]
    if not probes:
        return False, "no-counter", values
    found = probes[-1]["counters"].get(want["name"], 0)
    return found == want["value"], kind, dict(values, value=want["value"], found=found)


def check_call(events, until, early, want):
    values = {key: want[key] for key in ("program", "op", "nth")}
    calls = [
        event for event in events
        if event["k"] == "call" and event["program"] == want["program"] and event["op"] == want["op"]
        and want["thread"] in (None, event["thread"])
    ]
    if len(calls) < want["nth"]:
        return False, "no-call", values
    call = calls[want["nth"] - 1]
    result = next((event for event in events if event["k"] == "return" and event["call"] == call["call"]), None)
    took = (result["t"] if result else until) - call["t"]
    if result is None:
        found = "blocked"
    else:
        found = result["value"] if result["errno"] is None else result["errno"]
    values.update(returns=want["returns"], found=found, took=seconds_text(took))
    if result is None or want["returns"] not in (result["errno"], result["value"]):
        return False, "call", values
    if want["at_least"] is None and want["at_most"] is None:
        return True, "call", values
    holds = took >= (want["at_least"] or 0) - early and (want["at_most"] is None or took <= want["at_most"])
    values["at_least"] = seconds_text(want["at_least"] or 0)
    values["at_most"] = "-" if want["at_most"] is None else seconds_text(want["at_most"])
    return holds, "call-time", values


def check_expectations(expectations, trace):
    """Checks every expectation on a trace, in their order: {expectation, holds, code, values} each."""
    form = normal_form(trace)
    checks = []
    for want in expectations:
        holds, code, values = check_expectation(trace, form, want)
        checks.append({"expectation": want, "holds": holds, "code": code, "values": values})
    return checks


EXPECTATIONS = {
    "sockets": "Sockets of host {host} in {state}{like} at {probe}: {found}; expected {count}.",
    "path": "{sock} goes through {found}; expected {states}.",
    "spends": "{sock} is in {state} for {found}; expected {at_least} to {at_most}.",
    "segments": "Segments of host {host} that match {match}: {found}; expected {count}.",
    "call": "Call {nth} of {op} in {program} gives {found} after {took}; expected {returns}.",
    "call-time": "Call {nth} of {op} in {program} gives {found} after {took}; expected {at_least} to {at_most}.",
    "counter": "Host {host} counts {name} {found}; expected {value}.",
    "no-probe": "Host {host} has no probe {probe} in this run.",
    "no-socket": "There is no socket {sock} in this run.",
    "no-call": "{program} never makes call {nth} of {op}.",
    "no-counter": "Host {host} has no probe to read {name} from.",
}


def expectation_lines(expectations, trace):
    """(all hold, lines for a person): every expectation with what was found."""
    checks = check_expectations(expectations, trace)
    lines = [
        f"{'holds' if check['holds'] else 'FAILS'}  {EXPECTATIONS[check['code']].format(**check['values'])}"
        for check in checks
    ]
    return all(check["holds"] for check in checks), lines


def comparison_lines(engine, kernel):
    """(they agree, lines for a person): every difference, and the first one side by side. In the engine's place
    may stand a recording; then times are left out, because both have a kernel's late timers."""
    level = kernel["header"]["level"]
    recorded = engine["header"]["world"] == "linux"
    found = [difference for difference in compare(engine, kernel, level) if not (recorded and difference["code"] == "time")]
    if not found:
        return True, [AS_RECORDED if recorded else DIFFERENCES["agreement"]]
    lines = [difference_text(difference) for difference in found]
    return False, lines + [""] + side_by_side(engine, kernel, level, found[0]).split("\n")
# <<< comparison


# ---- 9. Report and command line ---------------------------------------------------------------


def duration(us):
    return "%.1f ms" % (us / 1000) if us < 1_000_000 else "%.2f s" % (us / 1e6)


def folded(label, parts):
    """Lines of at most 80 columns. A state and its time stay together."""
    joined = label + ", ".join(part.replace(" ", "\xa0") for part in parts)
    for line in textwrap.wrap(
        joined, 79, initial_indent="  ", subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False
    ):
        yield line.replace("\xa0", " ")


def report(header, events):
    """What each socket went through, and the calls that failed, as lines of text."""
    yield "%s on Linux %s, %s" % (header["experiment"], header["kernel"], header["machine"])
    endpoints, paths, last = {}, {}, {}
    for event in events:
        if event["k"] == "sock":
            endpoints[event["sock"]] = "%s > %s" % (event["local"], event["remote"])
        elif event["k"] == "state":
            path = paths.setdefault(event["sock"], [])
            if event["from"] != "CLOSED":
                path.append("%s %s" % (event["from"], duration(event["t"] - last.get(event["sock"], event["t"]))))
            if event["to"] == "CLOSED":
                path.append("gone")
            last[event["sock"]] = event["t"]
            last[event["sock"], "state"] = event["to"]
    shown = list(endpoints.items())
    for name, ends in shown[:40]:
        path = paths.get(name, [])
        state = last.get((name, "state"), "CLOSED")
        if state != "CLOSED":
            path = [*path, "%s to the end of the run" % state]
        yield from folded("%s  %s:  " % (name, ends), path or ["never connected"])
    if len(shown) > 40:
        yield "  ... and %d more sockets" % (len(shown) - 40)
    sends = [event for event in events if event["k"] == "send"]
    lost = sum(event["k"] == "lost" for event in events)
    yield "  %d segments, %d lost" % (len(sends), lost)
    failures = {}
    for event in events:
        if event["k"] == "return" and event["errno"]:
            key = "%s %s() = %s" % (event["program"], event["op"], event["errno"])
            failures.setdefault(key, []).append(event["t"])
    for key, times in failures.items():
        yield "  %s at %s%s" % (key, duration(times[0]), ", %d times" % len(times) if len(times) > 1 else "")


def version_of(release):
    """A kernel's release as numbers: "6.1.0-18-amd64" is (6, 1, 0)."""
    found = re.match(r"\d+(\.\d+)*", release)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def change_at(changes, kernel):
    """Place of the last change that this kernel has. A stable release may have taken it over from a newer one."""
    def has(change):
        backports = [version_of(release) for release in change["backports"]]
        return (
            change["from"] is None
            or kernel >= version_of(change["from"])
            or any(release[:2] == kernel[:2] and release <= kernel for release in backports)
        )

    return max((index for index, change in enumerate(changes) if has(change)), default=0)


def dated_lines(dated, kernel, predicted):
    """What changed between the kernel here and the one that the prediction stands for."""
    for fact in dated:
        changes = fact["changes"]
        here, there = (change_at(changes, version_of(release)) for release in (kernel, predicted))
        if here != there:
            boundary = changes[max(here, there)]["from"]
            if here < there:
                yield "Your %s is older than %s. %s:" % (kernel, boundary, fact["about"])
                yield "    here: " + changes[here]["what"]
                yield "    since %s: %s" % (boundary, changes[there]["what"])
            else:
                yield "Your %s has a change of %s, which %s has not. %s:" % (kernel, boundary, predicted, fact["about"])
                yield "    here: " + changes[here]["what"]
                yield "    before: " + changes[there]["what"]


def prediction_lines(prediction, until):
    """What this run should show, said before it starts."""
    header = prediction["header"]
    if header["world"] == "linux":
        yield "The simulator cannot run this experiment. Our recording on Linux %s shows:" % header["kernel"]
    else:
        yield "The simulator (as Linux %s) predicts:" % header["kernel"]
    yield from list(report(header, prediction["events"]))[1:]
    yield "Now the same on this kernel, %s. It takes %s." % (platform.release(), duration(until))


def verdict_lines(prediction, dated, trace, varies=None):
    """Where this kernel and the prediction differ, and what is known about why. `varies`: why runs differ anyway."""
    agree, lines = comparison_lines(prediction, trace)
    yield from lines
    if not agree:
        yield ""
        if varies:
            yield "This experiment does not always end alike; the prediction is one of its outcomes."
            yield varies
            return
        explained = list(dated_lines(dated, trace["header"]["kernel"], prediction["header"]["kernel"]))
        differences = compare(prediction, trace, trace["header"]["level"])
        if explained:
            yield from explained
        elif all(difference["code"] == "time" for difference in differences):
            yield "Only times differ, not what happened. A busy machine does that: run it again with less beside it."
        else:
            yield "No change between the two kernels that we know of explains this. We would like to see it."


def plain(line):
    """A line for a terminal. An experiment's text is untrusted, so control characters are not passed on."""
    return "".join(char if char.isprintable() else "?" for char in line)


# Above so many bytes, these kinds of events are left out of a trace at level `totals`.
LEFT_OUT = (
    (60_000, {"arrive", "timer"}),
    (150_000, {"send", "lost", "mini"}),
    (150_000, {"sock", "state", "thread"}),
)


def trace_text(header, events):
    """The trace file. Of a large run at level `totals`, only what that level compares is kept."""

    def text_of(items):
        return "".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n" for item in items)

    result = text_of((header, *events))
    for large, kinds in LEFT_OUT:
        if header["level"] == "totals" and len(result) > large:
            events = [event for event in events if event["k"] not in kinds]
            result = text_of((header, *events))
    return result


def check_output(path):
    """Raise CannotRun if no file can be made there: said before a run of a minute, not after it."""
    folder = os.path.dirname(os.path.abspath(path))
    if path != "-" and (os.path.isdir(path) or not os.access(folder, os.W_OK | os.X_OK)):
        raise CannotRun("cannot write %s: %s" % (path, "it is a folder" if os.path.isdir(path) else "no file can be made there"))


def write_trace(path, header, events):
    """All or nothing: the file appears when it is complete."""
    data = trace_text(header, events).encode()
    if path == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=".lastack-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def can_run():
    """Raise CannotRun if this machine lacks something that every experiment needs."""
    if sys.platform != "linux":
        raise CannotRun("this is not Linux; use a Linux virtual machine, WSL2 or a container")
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:  # a child tries it, because namespaces are entered for good
        reason = ""
        try:
            enter_own_namespaces()
            diag_dump(Host({"name": "A", "addresses": ["10.0.0.1"], "sysctl": {}}, False).diag)
        except CannotRun as problem:
            reason = str(problem)
        except OSError as problem:
            reason = "cannot set up a network namespace: %s" % problem
        os.write(writing, reason.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        reason = pipe.read()
    os.waitpid(pid, 0)
    if reason:
        raise CannotRun(reason)


def check_kernel(experiment):
    """Raise CannotRun if the experiment asks for a kernel that this machine does not run, for a NAT, or for a limit
    of the whole machine."""
    mine = platform.release()
    for host in experiment["hosts"]:
        wanted = host.get("kernel")
        if wanted and not re.match(re.escape(wanted) + r"(?![0-9])", mine):
            raise CannotRun(
                "host %s of this experiment runs Linux %s and this machine runs %s; only the simulator shows it, "
                "from source, not recorded" % (host["name"], wanted, mine)
            )
        if host.get("nat"):
            raise CannotRun(
                "host %s of this experiment is a NAT, which this program does not set up; only the simulator shows it, "
                "from source, not recorded" % host["name"]
            )
    settings = [(host["name"], name) for host in experiment["hosts"] for name in host["sysctl"]]
    settings += [(event["host"], event["name"]) for event in experiment["events"] if event["do"] == "sysctl"]
    for host, name in settings:
        if name in OF_THE_MACHINE:
            raise CannotRun(
                "host %s of this experiment sets %s, a limit of the whole machine, which this program does not touch; only "
                "the simulator shows it, from source, not recorded" % (host, name.rpartition(".")[2])
            )


def judge(options, experiment, engine, trace):
    """What --check and --compare say, printed; the exit status."""
    verdicts = []
    if options.check:
        verdicts.append(expectation_lines(experiment["expect"], trace))
    if engine:
        verdicts.append(comparison_lines(engine, trace))
    for _, lines in verdicts:
        for line in lines:
            print(plain(line), file=sys.stderr if options.output == "-" else sys.stdout)
    return 0 if all(good for good, _ in verdicts) else 1


# What reading a trace that was made up can end in.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="lastack_lab.py", description="Run one Last ACK experiment on this machine's Linux kernel."
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="an experiment: a download of the site, or canonical JSON")
    parser.add_argument("-o", "--output", metavar="TRACE", help="write the trace there (JSON lines; - for standard output)")
    parser.add_argument("--quiet", action="store_true", help="no progress and no report")
    parser.add_argument("--check", action="store_true", help="check the experiment's expectations; exit 1 if one fails")
    parser.add_argument("--compare", metavar="ENGINE", help="compare with this trace of the engine; exit 1 if they differ")
    parser.add_argument("--poll", action="store_true", help="do not use the tracepoint, even as root")
    parser.add_argument("--can-run", action="store_true", help="say whether this machine can run experiments")
    parser.add_argument("--version", action="version", version="lastack_lab " + VERSION)
    options = parser.parse_args(arguments)

    def stop(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    try:
        if options.can_run:
            try:
                can_run()
            except CannotRun as reason:
                print(reason)
                return EXIT_CANNOT_RUN
            print("yes")
            return 0
        if not options.file:
            parser.error("FILE is missing")
        experiment, digest, prediction, dated = read_experiment(options.file)
        engine = read_trace(options.compare) if options.compare else None
        if sys.platform != "linux":
            can_run()
        check_kernel(experiment)
        if options.output:
            check_output(options.output)
        out = sys.stderr if options.output == "-" else sys.stdout
        tell = (lambda line: None) if options.quiet else (lambda line: print(plain(line), file=out, flush=True))
        say = (lambda line: None) if options.quiet else (lambda line: print(plain(line), file=sys.stderr, flush=True))
        if prediction:
            try:
                for line in prediction_lines(prediction, experiment["until"]):
                    tell(line)
            except UNREADABLE:
                raise BadExperiment("prediction: this is not a trace the simulator wrote") from None
        run = Run(experiment, digest, say, tracepoint=not options.poll)
        header, events = run.execute()
        for warning in run.warnings:
            say(warning)
        if options.output:
            write_trace(options.output, header, events)
        for line in report(header, events):
            tell(line)
        if prediction and not options.quiet:
            try:
                for line in verdict_lines(prediction, dated, {"header": header, "events": events}, experiment["varies"]):
                    tell(line)
            except UNREADABLE:
                tell("The prediction in this file cannot be compared: it is not a trace the simulator wrote.")
        return judge(options, experiment, engine, {"header": header, "events": events})
    except BadExperiment as problem:
        print("lastack_lab: bad experiment: %s" % problem, file=sys.stderr)
        return EXIT_BAD_FILE
    except (CannotRun, OSError) as reason:
        print("lastack_lab: cannot run here: %s" % reason, file=sys.stderr)
        return EXIT_CANNOT_RUN
    except RunFailed as problem:
        print("lastack_lab: the run failed, nothing was written: %s" % problem, file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("lastack_lab: interrupted, nothing was written", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
