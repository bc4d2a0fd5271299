"""All meters at once: how long until everything is receipted, and until everything is final."""

from fairfeed_demo import build
from fairfeed_demo.screen import Screen

from . import loaded, programs
from .figures import REPEATS, Sheet
from .limits import measured
from .loaded import Shape

# A cluster has at most 900 meters.
_CASES = ((1, 900, 2.0, "< 1"), (4, 1000, 4.0, "< 2"))
_QUICK_CASES = ((1, 90, 1.0, "< 1"), (4, 100, 1.0, "< 2"))


def measure(options):
    tools = build.find_or_build(Screen())
    sheet = Sheet("scripts/bench burst" + (" --quick" if options.quick else ""))
    limits = measured(tools, options.quick)
    for nodes, meters, window_s, goal in _QUICK_CASES if options.quick else _CASES:
        shape = Shape(nodes, meters, REPEATS, window_s)
        _figures(sheet, limits, loaded.run(tools, shape), goal)
    return sheet.report([
        f"Each time is the median of {REPEATS} bursts, from the first publish to the last answer "
        "at the meters. All meters of a burst publish at once, to each node of their committee: "
        "with four nodes that is a committee of four. Nothing was lost or doubled, as edge-node "
        "verify found afterwards.",
        *programs.origin(),
    ])  # fmt: skip


def _figures(sheet, limits, run, final_goal):
    shape = run.shape
    name = f"burst/{shape.nodes}"
    meters = run.cpu_us("meter-sim")
    allowed = shape.meters / limits.rate(shape.nodes, meters)
    where = f"{shape.meters // shape.nodes} meters at each of {shape.nodes} node" + (
        "s" * (shape.nodes > 1)
    )
    sheet.less_is_better(f"{name}/receipted", run.seconds_to("last_receipt_ms"), "s",
                         f"{where}, until all are receipted", allowed,
                         limits.words(shape.nodes), "< 0.5")  # fmt: skip
    sheet.less_is_better(f"{name}/final", run.seconds_to("last_final_ms"), "s",
                         f"{where}, until all are final", allowed, limits.words(shape.nodes),
                         final_goal)  # fmt: skip
    sheet.less_is_better(f"{name}/duplicates", run.duplicates_percent(), "%",
                         f"{where}: publishes that were repetitions", goal="< 1")  # fmt: skip
