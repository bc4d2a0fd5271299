"""Durable, verified and receipted readings a second of one node with its own broker over TLS."""

from fairfeed_demo import build
from fairfeed_demo.screen import Screen

from . import loaded, programs
from .figures import Sheet
from .limits import measured
from .loaded import Shape

METERS, QUICK_METERS = 900, 90
WINDOWS, QUICK_WINDOWS = 20, 10
WINDOW_S = 0.015  # over before the first reading leaves: receipts set the pace
IN_FLIGHT = 1000
_TURNS = 8  # of what is in flight, at least


def measure(options):
    tools = build.find_or_build(Screen())
    sheet = Sheet("scripts/bench ingest" + (" --quick" if options.quick else ""))
    limits = measured(tools, options.quick)
    shape = full_speed(1, QUICK_METERS if options.quick else METERS,
                       QUICK_WINDOWS if options.quick else WINDOWS)  # fmt: skip
    _figures(sheet, limits, loaded.run(tools, shape))
    limits.to_sheet(sheet)
    return sheet.report([
        f"{shape.words().capitalize()}, all over before the first reading leaves. Each meter has "
        "its own keys, certificate and connection over mutual TLS. The readings are signed before. "
        f"At most {shape.in_flight} of them wait for their receipts, which set the pace. The rate is the "
        "median of slices of the run. CPU is that of whole processes from the first reading on, "
        "with settlements, blocks and shares. Afterwards edge-node verify found the ledger sound, "
        "nothing lost and nothing doubled.",
        *programs.origin(),
    ])  # fmt: skip


def full_speed(nodes, meters, windows):
    """A run in which receipts set the pace, long enough to see it."""
    in_flight = min(IN_FLIGHT, max(1, meters * windows // _TURNS))
    return Shape(nodes, meters, windows, WINDOW_S, in_flight=in_flight)


def _figures(sheet, limits, run):
    node, broker, meters = (run.cpu_us(name) for name in ("edge-node", "mosquitto", "meter-sim"))
    sheet.more_is_better("ingest", run.rate("last_receipt_ms"), "readings/s",
                         "received, verified, durable and receipted by a node, with its broker and "
                         "the meters on the same machine", limits.rate(1, meters), limits.words(1),
                         ">= 10000 and ratio >= 0.85")  # fmt: skip
    apart = limits.cores * 1e6
    sheet.more_is_better("ingest/apart", apart / (node + broker), "readings/s",
                         "what node and broker would take if the meters were elsewhere: all cores "
                         "divided by their CPU for a reading", limits.rate(1, 0),
                         "the same with the CPU of the parts")  # fmt: skip
    sheet.less_is_better("ingest/node", node, "us", "CPU of edge-node for a reading",
                         limits.verify + limits.insert + limits.sign,
                         "verify, SQLite row, sign the receipt")  # fmt: skip
    sheet.less_is_better("ingest/broker", broker, "us", "CPU of Mosquitto for a reading, its "
                         "receipt and its share", limits.publish + limits.answer,
                         "a reading and a receipt in and out")  # fmt: skip
    sheet.less_is_better("ingest/generator", meters, "us", "CPU of meter-sim for a reading")
    times = run.load["publish_to_receipt_ms"]
    for rank in ("p50", "p99", "p999"):
        sheet.less_is_better(f"ingest/receipt/{rank}", times[rank], "ms",
                             f"from publish to receipt at that rate, {rank}")  # fmt: skip
    sheet.less_is_better("ingest/duplicates", run.duplicates_percent(), "%",
                         "readings that were sent again")  # fmt: skip
