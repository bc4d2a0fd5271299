"""A node without its ledger fetches it from the others: time and readings a second."""

import os
import sqlite3
import time

from fairfeed_demo import build
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.screen import Screen

from . import parts, programs
from .figures import REPEATS, Sheet, middle
from .ingest import full_speed
from .loaded import Loaded
from .one_node import cpu_seconds

_NODES = 4
_METERS, _WINDOWS = 200, 100
_QUICK_METERS, _QUICK_WINDOWS = 40, 25
_POLL_S = 0.01
_PATIENCE_S = 300.0
# docs/operations.md, "diverged": the blocks come from the peers. The safety record stays, so that
# the node may sign when it has caught up.
_LOST = ("ledger.db", "ledger.db-wal", "ledger.db-shm", "inbox.db", "inbox.db-wal", "inbox.db-shm",
         "inbox.mark", "snapshot", "snapshot.next")  # fmt: skip


def measure(options):
    tools = build.find_or_build(Screen())
    sheet = Sheet("scripts/bench sync" + (" --quick" if options.quick else ""))
    found = parts.medians(parts.run(programs.one("parts_bench"), 0.1, "^verify/"))
    raw_us = parts.us(found, "verify")
    meters = _QUICK_METERS if options.quick else _METERS
    windows = _QUICK_WINDOWS if options.quick else _WINDOWS
    with Loaded(tools, full_speed(_NODES, meters, windows)) as network:
        readings = network.play().readings
        node = network.trial.town.nodes[-1]
        size_mb = network.directory.ledger(node).stat().st_size / 1e6
        times = [_again(network, node) for _ in range(REPEATS)]
        network.stop_and_verify()
    _figures(sheet, readings, size_mb, times, raw_us)
    return sheet.report([
        f"{_NODES} nodes have a ledger of {readings} readings. One of them is stopped, loses "
        "ledger, inbox and snapshot, and is started again; the time is from exec until its ledger "
        f"has the others' height, the median of {REPEATS}. It fetches every block from the other "
        "three, which with their brokers run on the same machine, and checks it as edge-node "
        "verify does. Afterwards edge-node verify found all ledgers sound and equal.",
        *programs.origin(),
    ])  # fmt: skip


def _figures(sheet, readings, size_mb, times, raw_us):
    real, cpu = (middle(each) for each in zip(*times))
    cores = os.cpu_count()
    words = f"raw verification of the readings' signatures on {cores} cores"
    sheet.less_is_better("sync", real, "s", f"until a node has fetched {readings} readings, "
                         f"{size_mb:.1f} MB, from three others", readings * raw_us / cores / 1e6,
                         words)  # fmt: skip
    sheet.more_is_better("sync/rate", readings / real, "readings/s", "the same as a rate",
                         cores * 1e6 / raw_us, words)  # fmt: skip
    sheet.less_is_better("sync/cpu", cpu / readings * 1e6, "us",
                         "CPU of the node for a reading, its start included", raw_us,
                         "one raw verification")  # fmt: skip


def _again(network, node):
    """Seconds until the node has the others' ledger, real and of its CPU."""
    trial, folder = network.trial, network.directory.node(node)
    height = _height(network.directory.ledger(node))
    trial.stop_node(node)
    for name in _LOST:
        (folder / name).unlink(missing_ok=True)
    programs.say(f"fetching {height} blocks ...")
    began = time.monotonic()
    process = trial.start_node(node)
    while _height(network.directory.ledger(node)) < height:
        trial.check()
        if time.monotonic() - began > _PATIENCE_S:
            raise DemoFault(f"the node has not caught up after {_PATIENCE_S:.0f} s")
        time.sleep(_POLL_S)
    return time.monotonic() - began, cpu_seconds(process)


def _height(ledger):
    """The newest block's; -1 while there is none."""
    try:
        database = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error:
        return -1
    try:
        found = database.execute("SELECT max(height) FROM blocks").fetchone()[0]
        return -1 if found is None else found
    except sqlite3.Error:
        return -1
    finally:
        database.close()
