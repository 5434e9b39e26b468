"""Small canonical experiments for the tests, written the way scripts/build-experiments.ts writes them."""

BASELINE = {
    "net.ipv4.ip_local_port_range": "32768 60999",
    "net.ipv4.tcp_congestion_control": "reno",
    "net.ipv4.tcp_fin_timeout": "60",
    "net.ipv4.tcp_no_metrics_save": "1",
    "net.ipv4.tcp_timestamps": "1",
    "net.ipv4.tcp_tw_reuse": "2",
}
ANY = {"has": [], "lacks": [], "data": None, "port": None}


def call(op, **fields):
    return {"op": op, "as": None, "on_error": "stop", **fields}


def socket_(name):
    return {"op": "socket", "as": name, "on_error": "stop"}


def endpoint(address, port):
    return {"address": address, "port": port}


def sleep(ms):
    return {"op": "sleep", "time": ms * 1000}


def at(ms):
    return {"op": "at", "time": ms * 1000}


def recv(fd, count=1024, **more):
    return call("recv", fd=fd, bytes=count, all=False, **more)


def send(fd, count, **more):
    return call("send", fd=fd, bytes=count, **more)


def close(fd):
    return call("close", fd=fd)


PAUSE = {"op": "pause"}


def listening(port=7000, backlog=16):
    return [
        socket_("listener"),
        call("setsockopt", fd="listener", option="SO_REUSEADDR", value=1),
        call("bind", fd="listener", to=endpoint("0.0.0.0", port)),
        call("listen", fd="listener", backlog=backlog),
    ]


def accept(**more):
    return call("accept", fd="listener", **{"as": "conn", **more})


def connecting(port=7000):
    return [socket_("conn"), call("connect", fd="conn", to=endpoint("10.0.0.2", port))]


def program(name, host, steps, start=0, nofile=1024, **routines):
    return {
        "name": name,
        "host": host,
        "start": start * 1000,
        "nofile": nofile,
        "routines": {"main": steps, **routines},
    }


def fault(source, act, has=(), lacks=(), data=None, nth=1, after=0, before=None, name="fault-1"):
    match = {"has": list(has), "lacks": list(lacks), "data": data, "port": None}
    return {"name": name, "from": source, "match": match, "nth": nth, "after": after, "before": before, "act": act}


def experiment(programs, until_ms=2000, **more):
    """A small experiment on hosts A and B. `sysctl`: per host, on top of the baseline."""
    sysctl = more.pop("sysctl", {})
    delay = more.pop("delay", 50)
    return {
        "format": "lastack-experiment/1",
        "id": "test",
        "title": "A test",
        "summary": "A test of the lab.",
        "class": "quick",
        "level": "segments",
        "until": until_ms * 1000,
        "hosts": [
            {"name": name, "addresses": [address], "sysctl": {**BASELINE, **sysctl.get(name, {})}}
            for name, address in (("A", "10.0.0.1"), ("B", "10.0.0.2"))
        ],
        "link": {"kind": more.pop("link", "relay"), "delay": delay},
        "programs": programs,
        "events": more.pop("events", []),
        "faults": more.pop("faults", []),
        "probes": more.pop("probes", []),
        "expect": more.pop("expect", []),
        "varies": None,
        **more,
    }


def small_close(server_waits_ms=100):
    """A connects, sends, closes first."""
    return [
        program("server", "B", [*listening(), accept(), recv("conn"), recv("conn"), sleep(server_waits_ms), close("conn"), PAUSE]),
        program("client", "A", [*connecting(), sleep(50), send("conn", 26), sleep(50), close("conn")], start=150),
    ]
