"""Seconds from exec to readiness of a node, on a ledger at two ages."""

import os
import select
import signal
import socket
import tempfile
import time
from pathlib import Path

from fairfeed_demo import build, processes
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.screen import Screen

from . import programs
from .figures import REPEATS, Sheet, middle
from .one_node import WINDOW_SECONDS, WINDOWS_PER_DAY, OneNode, cpu_seconds

METERS = 20
_WINDOWS, _QUICK_WINDOWS = 365 * WINDOWS_PER_DAY, 60 * WINDOWS_PER_DAY
_WINDOW_S = 0.1
_PATIENCE_S = 600.0
_YOUNG = 4  # the younger ledger has a quarter of the age


def measure(options):
    command = "scripts/bench start" + (" --quick" if options.quick else "")
    tools = build.find_or_build(Screen())
    windows = _QUICK_WINDOWS if options.quick else _WINDOWS
    sheet = Sheet(command)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:  # /tmp may be in memory
        young = _grown(tools, Path(place) / "young", windows // _YOUNG)
        old = _grown(tools, Path(place) / "old", windows)
        _times(sheet, tools, young, old)
    return sheet.report([
        f"A node alone with {METERS} meters lives {windows} windows that stand for "
        f"{WINDOW_SECONDS // 3600} h each, {windows // WINDOWS_PER_DAY} days in all, in windows "
        f"of {_WINDOW_S} s; another one lives a quarter of them. Each start is the median of "
        f"{REPEATS}, from exec to the READY=1 of sd_notify, without a broker. The files are in "
        "the page cache.",
        *programs.origin(),
    ])  # fmt: skip


def _grown(tools, place, windows):
    """A network that has lived so many windows and is stopped."""
    programs.say(f"making a ledger of {windows} windows ...")
    place.mkdir()
    network = OneNode(tools, place, METERS, round(WINDOW_SECONDS / _WINDOW_S), windows,
                      starts_in_s=5)  # fmt: skip
    try:
        network.start()
        network.await_settled(windows)
        network.stop()
    finally:
        network.kill()
    return network


def _times(sheet, tools, young, old):
    few, _, young_cpu, _ = _of(tools, young)
    readings, took_s, cpu_s, verify_s = _of(tools, old)
    size = old.ledger.stat().st_size / 1e6
    sheet.less_is_better("start", took_s, "s", f"start on a ledger of {readings} readings, "
                         f"{size:.1f} MB, in real time", goal="< 1")  # fmt: skip
    sheet.less_is_better("start/cpu", cpu_s, "s", "CPU time of that start")
    sheet.less_is_better("start/age", cpu_s, "s",
                         "CPU time of that start, beside one on a younger ledger", young_cpu,
                         f"start on {few} readings: 1 is flat, {few / readings:.2g} is linear in "
                         "the age", "ratio >= 0.9")  # fmt: skip
    sheet.less_is_better("start/rate", cpu_s / readings * 1e6, "us",
                         "CPU time of a start divided by the readings of the ledger")  # fmt: skip
    sheet.less_is_better("start/verify", verify_s, "s", "edge-node verify with the node's keys: "
                         "everything recomputed from genesis, with every signature; CPU "
                         "time")  # fmt: skip
    sheet.less_is_better("start/of_verify", 100 * cpu_s / verify_s, "%",
                         "CPU time of a start as a share of that full verification: a start "
                         "trusts its own snapshot and the signatures of its ledger")  # fmt: skip


def _of(tools, network):
    """Readings on the ledger; medians of a start, of its CPU time, of `verify`, in seconds."""
    answers = [network.verify(network.ledger, with_keys=True) for _ in range(REPEATS)]
    readings = answers[0][0]["counts"]["readings"]
    programs.say(f"starting on {readings} readings ...")
    with tempfile.TemporaryDirectory() as place:
        starts = [_start_s(tools, network.config, Path(place)) for _ in range(REPEATS)]
    real, cpu = zip(*starts)
    return readings, middle(real), middle(cpu), middle([took for _, took in answers])


def _start_s(tools, config, place):
    """Seconds from exec to readiness of one start, real and CPU; the node is stopped again."""
    door = place / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, \
            open(place / "start.log", "wb") as log:  # fmt: skip
        listener.bind(str(door))
        environment = os.environ | {"NOTIFY_SOCKET": str(door)}
        began = time.monotonic()
        node = processes.start([str(tools.edge_node), "run", "--config", str(config)], log,
                               environment=environment)  # fmt: skip
        try:
            _await_ready(listener, node, place / "start.log", began + _PATIENCE_S)
            return time.monotonic() - began, cpu_seconds(node.pid)
        finally:
            node.send_signal(signal.SIGTERM)
            node.wait()
            door.unlink()


def _await_ready(listener, node, log, deadline):
    while time.monotonic() < deadline:
        if select.select([listener], [], [], 0.2)[0]:
            if "READY=1" in listener.recv(4096).decode(errors="replace").splitlines():
                return
        elif node.poll() is not None:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
            raise DemoFault(f"edge-node ended with {node.returncode} instead of starting:\n{tail}")
    raise DemoFault(f"edge-node was not ready after {_PATIENCE_S:.0f} s")
