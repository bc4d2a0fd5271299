"""Seconds from exec to readiness of a node, on ledgers of different ages."""

import json
import os
import select
import signal
import socket
import tempfile
import time
from pathlib import Path

from fairfeed_demo import build, ledgers, processes
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.screen import Screen

from . import programs
from .figures import REPEATS, Sheet, middle
from .loaded import Loaded, Shape
from .one_node import WINDOW_SECONDS, WINDOWS_PER_DAY, cpu_seconds
from .verify import cpu_of_children

METERS = 20
_DAYS, _QUICK_DAYS = (23, 91, 365), (5, 15, 60)
_WINDOW_S = 0.015  # over before the first reading leaves: receipts set the pace
_PATIENCE_S = 600.0


def measure(options):
    tools = build.find_or_build(Screen())
    sheet = Sheet("scripts/bench start" + (" --quick" if options.quick else ""))
    days = _QUICK_DAYS if options.quick else _DAYS
    starts = [_of_age(tools, age) for age in days]
    for age, start in zip(days, starts):
        start.to_sheet(sheet, f"start/{age}_days", starts[0] if age != days[0] else None)
    oldest = starts[-1]
    sheet.less_is_better("start/of_verify", 100 * oldest.cpu_s / oldest.verify_s, "%",
                         "CPU of a start on the oldest ledger as a share of edge-node verify with "
                         "the node's keys: a start trusts its own snapshot")  # fmt: skip
    return sheet.report([
        f"A node alone with {METERS} meters lives {', '.join(map(str, days))} days of windows that "
        f"stand for {WINDOW_SECONDS // 3600} h each, one after the other as fast as receipts come, "
        "and writes its snapshots meanwhile. Each start is the median of "
        f"{REPEATS}, from exec to the READY=1 of sd_notify, without a broker. The files are in the "
        "page cache.",
        *programs.origin(),
    ])  # fmt: skip


class _Start:
    """Medians on one ledger."""

    def __init__(self, age, readings, size_mb, times, replayed, verify_s):
        real, cpu = zip(*times)
        self.age, self.readings, self.size_mb = age, readings, size_mb
        self.real_s, self.cpu_s = middle(real), middle(cpu)
        self.replayed, self.verify_s = replayed, verify_s

    def to_sheet(self, sheet, name, youngest):
        sheet.less_is_better(name, self.real_s, "s",
                             f"start after {self.age} days, on {self.readings} readings, "
                             f"{self.size_mb:.1f} MB, in real time", goal="< 1")  # fmt: skip
        limit = youngest and youngest.cpu_s
        words = youngest and (f"the start after {youngest.age} days: 1 is flat, "
                              f"{youngest.age / self.age:.2g} is linear in the age")  # fmt: skip
        sheet.less_is_better(f"{name}/cpu", self.cpu_s, "s", "CPU of that start", limit, words)
        sheet.less_is_better(f"{name}/replayed", self.replayed, "transactions",
                             "after the snapshot, which that start executed again")  # fmt: skip


def _of_age(tools, days):
    shape = Shape(1, METERS, days * WINDOWS_PER_DAY, _WINDOW_S, in_flight=METERS)
    with Loaded(tools, shape) as network:
        readings = network.play().readings
        network.stop_and_verify()
        node = network.trial.town.nodes[0]
        before = cpu_of_children()
        _, fault = ledgers.verify(tools, network.directory, node)
        if fault:
            raise DemoFault(fault)
        verify_s = cpu_of_children() - before
        programs.say(f"starting on {readings} readings ...")
        with tempfile.TemporaryDirectory() as place:
            config = network.directory.node_config(node)
            times = [start_s(tools, config, Path(place)) for _ in range(REPEATS)]
        size_mb = network.directory.ledger(node).stat().st_size / 1e6
        replayed = _replayed(network.directory.node_status(node))
        return _Start(days, readings, size_mb, times, replayed, verify_s)


def _replayed(status):
    """Transactions that the last start executed."""
    return json.loads(status.read_text())["storage"]["snapshot"]["replayed_transactions"]


def start_s(tools, config, place):
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
