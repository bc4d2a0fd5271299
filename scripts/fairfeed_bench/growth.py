"""What grows with the meters of a cluster, and with the nodes of a network."""

import tempfile
from pathlib import Path

from fairfeed_demo import build
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.screen import Screen

from . import programs
from .figures import REPEATS, Sheet, middle
from .ingest import full_speed
from .loaded import Loaded, Shape
from .start import start_s

METERS, _QUICK_METERS = (9, 90, 900), (9, 90)
NODES, _QUICK_NODES = (4, 7, 16, 31), (4, 7)
_READINGS, _MOST_WINDOWS, _LEAST_WINDOWS = 9000, 200, 10
_METERS_A_NODE, _NODE_READINGS = 4, 640
_BURST_S, _BURST_A_NODE_S = 1.0, 0.3  # between two bursts; more nodes need longer
# Of each: the name in figures, the unit, whether more is better, and what it is.
INGEST = ("ingest", "readings/s", True, "receipted, at full speed")
RATE = ("final", "readings/s", True, "final, at full speed")
BLOCK = ("block", "ms", False, "block time")
MEMORY = ("rss", "MB", False, "peak resident memory of edge-node")
START = ("start", "ms", False, "CPU of a start on that ledger")
QUANTITIES = (INGEST, RATE, BLOCK, MEMORY, START)


def measure(options):
    tools = build.find_or_build(Screen())
    sheet = Sheet("scripts/bench growth" + (" --quick" if options.quick else ""))
    notes = []
    meters = _QUICK_METERS if options.quick else METERS
    _series(sheet, notes, "meters", meters, lambda count: _of_meters(tools, count, options.quick))
    nodes = _QUICK_NODES if options.quick else NODES
    _series(sheet, notes, "nodes", nodes, lambda count: _of_nodes(tools, count))
    return sheet.report([
        "Meters: one node with one cluster. Nodes: each with its broker and a cluster of "
        f"{_METERS_A_NODE} meters, whose committee is four nodes, all on this one machine; so more "
        "nodes share the same cores, and a rate that halves when the nodes double is flat for each "
        "core. The memory is that of the median node after full speed. Block time is from the last "
        "receipt of a window until all its meters have heard that it is final, the median of "
        f"{REPEATS} bursts with nothing else to do. The limit of each figure is the one of "
        "the fewest meters or nodes, so a ratio of 1 is flat. Every run ended with edge-node "
        "verify, nothing lost and nothing doubled.",
        *notes,
        *programs.origin(),
    ])  # fmt: skip


def _series(sheet, notes, of, counts, measured):
    first = None
    for count in counts:
        try:
            values = measured(count)
        except DemoFault as fault:
            reason = str(fault).splitlines()
            programs.say(f"{count} {of} are not carried: {reason}")
            notes.append(f"This machine does not carry {count} {of}: {' '.join(reason[:2])}.")
            return
        _figures(sheet, f"growth/{of}/{count}", f"with {count} {of}", values,
                 first and (f"the same with {counts[0]} {of}", first))  # fmt: skip
        first = first or values


def _figures(sheet, name, where, values, beside):
    for (key, unit, more, what), value in zip(QUANTITIES, values):
        add = sheet.more_is_better if more else sheet.less_is_better
        limit = beside and beside[1][[each[0] for each in QUANTITIES].index(key)]
        add(f"{name}/{key}", value, unit, f"{where}: {what}", limit or None, beside and beside[0])


def _of_meters(tools, count, quick):
    readings = _READINGS // 10 if quick else _READINGS
    windows = min(_MOST_WINDOWS, max(_LEAST_WINDOWS, readings // count))
    return _values(tools, full_speed(1, count, windows), Shape(1, count, REPEATS, _BURST_S))


def _of_nodes(tools, count):
    meters = count * _METERS_A_NODE
    pause_s = max(_BURST_S, round(_BURST_A_NODE_S * count))
    windows = max(_LEAST_WINDOWS, _NODE_READINGS // meters)
    return _values(tools, full_speed(count, meters, windows),
                   Shape(count, count, REPEATS, pause_s))  # fmt: skip


def _values(tools, fast, bursts):
    with Loaded(tools, fast) as network:
        run = network.play()
        network.stop_and_verify()
        rates = run.rate("last_receipt_ms"), run.rate("last_final_ms")
        memory = run.peak_mb("edge-node")
        config = network.directory.node_config(network.trial.town.nodes[0])
        with tempfile.TemporaryDirectory() as place:
            starts = [start_s(tools, config, Path(place))[1] for _ in range(REPEATS)]
    with Loaded(tools, bursts) as network:
        run = network.play()
        network.stop_and_verify()
        block = middle([each["last_final_ms"] - each["last_receipt_ms"]
                        for each in run.load["windows"]])  # fmt: skip
    return *rates, block, memory, middle(starts) * 1000
