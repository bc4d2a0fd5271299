"""Four nodes on one machine, each cluster with a committee of four: rate and finality."""

from fairfeed_demo import build
from fairfeed_demo.screen import Screen

from . import loaded, programs
from .figures import Sheet
from .ingest import full_speed
from .limits import measured
from .loaded import Shape

_NODES = 4
_METERS, _QUICK_METERS = 200, 40
_WINDOWS, _QUICK_WINDOWS = 40, 10
_GRID_S = 14_400  # of a window; the speed of a network is a whole number
_UNLOADED_S = 0.5
_SYNCS = 4  # one after the other, before a reading is final
_PERCENT = {"half load": 50, "full load": 100}


def measure(options):
    tools = build.find_or_build(Screen())
    sheet = Sheet("scripts/bench network" + (" --quick" if options.quick else ""))
    limits = measured(tools, options.quick)
    meters = _QUICK_METERS if options.quick else _METERS
    windows = _QUICK_WINDOWS if options.quick else _WINDOWS
    most = loaded.run(tools, full_speed(_NODES, meters, windows))
    _rate(sheet, limits, most)
    idle = loaded.run(tools, Shape(_NODES, _NODES, windows, _UNLOADED_S))
    _finality(sheet, "unloaded", idle, limits, "< 60")
    for load, percent in _PERCENT.items():
        window_s = meters / (most.rate("last_final_ms") * percent / 100)
        run = loaded.run(tools, Shape(_NODES, meters, windows, _whole_speed(window_s)))
        _finality(sheet, load, run, limits, None)
    limits.to_sheet(sheet)
    return sheet.report([
        f"{_NODES} nodes with their brokers and {meters} meters in {_NODES} clusters on one "
        "machine; every cluster has all nodes as its committee, so every node verifies, stores and "
        f"receipts every reading. {windows} windows each. Unloaded: one meter in each cluster "
        f"reports every {_UNLOADED_S} s. Half and full load: all meters report at once at each "
        "window's end, and the windows are as long as half and all of the measured rate allow. "
        "Finality is from the publish of a reading to the second share of its window, which waits "
        "for every meter of the cluster; its percentiles are of all readings of a run.",
        *programs.origin(),
    ])  # fmt: skip


def _whole_speed(window_s):
    return _GRID_S / round(_GRID_S / window_s)


def _rate(sheet, limits, run):
    node, broker, meters = (run.cpu_us(name) for name in ("edge-node", "mosquitto", "meter-sim"))
    limit, words = limits.rate(_NODES, meters), limits.words(_NODES)
    sheet.more_is_better("network", run.rate("last_final_ms"), "readings/s",
                         "final on four nodes: the median of slices of the run", limit, words,
                         "ratio >= 0.8")  # fmt: skip
    sheet.more_is_better("network/receipted", run.rate("last_receipt_ms"), "readings/s",
                         "receipted by enough of four nodes", limit, words)  # fmt: skip
    for name, value in (("nodes", node), ("brokers", broker), ("generator", meters)):
        sheet.less_is_better(f"network/{name}", value, "us", f"CPU of the {name} for a reading, "
                             "all processes together")  # fmt: skip
    sheet.less_is_better("network/duplicates", run.duplicates_percent(), "%",
                         "publishes that were repetitions at the most load")  # fmt: skip


def _finality(sheet, load, run, limits, goal):
    times = run.load["publish_to_final_ms"]
    words = load.replace(" ", "_")
    shape = run.shape
    offered = shape.meters / shape.window_s
    limit = (shape.meters / limits.rate(_NODES, run.cpu_us("meter-sim")) * 1000
             + _SYNCS * limits.sync / 1000)  # fmt: skip
    for rank in ("p50", "p99"):
        sheet.less_is_better(f"network/final/{words}/{rank}", times[rank], "ms",
                             f"from publish to final, {rank}, {load}: {offered:.0f} readings/s "
                             f"in bursts of {shape.meters}", limit,
                             f"the CPU that the parts need for one burst, and {_SYNCS} raw "
                             "fdatasync: the reading, two votes, the block",
                             goal if rank == "p99" else None)  # fmt: skip
