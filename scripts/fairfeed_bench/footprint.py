"""What a node takes of a small machine: memory, idle CPU, writes to its disk, files."""

import tempfile
import time
from pathlib import Path

from fairfeed_demo import build
from fairfeed_demo.screen import Screen

from . import programs
from .figures import REPEATS, Sheet, middle
from .one_node import BROKER, NODE, WINDOW_SECONDS, WINDOWS_PER_DAY, OneNode, cpu_seconds

METERS, QUICK_METERS = 1000, 300
_WINDOWS, _QUICK_WINDOWS = WINDOWS_PER_DAY, 3
_WINDOW_S = 12
_IDLE_S, _QUICK_IDLE_S = 60.0, 20.0
_SETTLE_DOWN_S = 9.0  # a node that is at rest gives memory back after some seconds
# The projected life of a card: its size times the erase cycles of its cells, divided by what the
# card writes for itself. They are assumptions about cheap cards, and no measurement.
CARD_BYTES, CARD_CYCLES, CARD_AMPLIFICATION = 32_000_000_000, 1000, 4


def measure(options):
    command = "scripts/bench footprint" + (" --quick" if options.quick else "")
    meters = options.meters or (QUICK_METERS if options.quick else METERS)
    if options.meters:
        command += f" --meters {meters}"
    tools = build.find_or_build(Screen())
    windows = _QUICK_WINDOWS if options.quick else _WINDOWS
    idle_s = _QUICK_IDLE_S if options.quick else _IDLE_S
    sheet = Sheet(command)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:  # /tmp may be in memory
        network = OneNode(tools, place, meters, WINDOW_SECONDS // _WINDOW_S, windows,
                          starts_in_s=8 + meters // 40)  # fmt: skip
        try:
            _run(sheet, network, idle_s)
        finally:
            network.kill()
    _binaries(sheet, tools)
    return sheet.report([
        f"One run: a node, its broker and {meters} meters over mutual TLS on one machine, "
        f"{windows} windows of {_WINDOW_S} s that stand for {WINDOW_SECONDS // 3600} h each. All "
        "meters report at once at a window's end, so that many readings share one write; "
        "meters that report apart cost more bytes a reading.",
        f"Idle CPU is the median of {REPEATS} parts of {idle_s / REPEATS:.0f} s, after the last "
        "window, all meters connected.",
        f"The life of a card is projected, not measured: {CARD_BYTES // 10**9} GB, "
        f"{CARD_CYCLES} erase cycles, and {CARD_AMPLIFICATION} bytes written inside the card for "
        "one byte that it is sent.",
        *programs.origin(),
    ])  # fmt: skip


def _run(sheet, network, idle_s):
    programs.say(f"starting a node with {network.meters} meters ...")
    network.start()
    network.await_connections()
    before = {name: _Usage(network.id_of(name)) for name in (NODE, BROKER)}
    programs.say(f"{network.windows} windows of {_WINDOW_S} s ...")
    network.await_settled(network.windows)
    time.sleep(_SETTLE_DOWN_S)
    after = {name: _Usage(network.id_of(name)) for name in (NODE, BROKER)}
    readings = network.meters * network.windows
    _memory(sheet, network, after)
    _cpu(sheet, before[NODE], after[NODE], readings)
    _idle(sheet, network.id_of(NODE), idle_s)
    sheet.less_is_better("footprint/duplicates", 100 * network.duplicates() / readings, "%",
                         "readings that arrived again, of all readings", goal="< 1")  # fmt: skip
    _disk(sheet, network, before, after)
    network.stop()
    _ledger(sheet, network)


class _Usage:
    """What a process has used up to now, from /proc."""

    def __init__(self, process):
        folder = Path("/proc") / str(process)
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        io = dict(line.split(":", 1) for line in (folder / "io").read_text().splitlines())
        self.memory = int(status["VmRSS"].split()[0]) * 1024
        self.most_memory = int(status["VmHWM"].split()[0]) * 1024
        self.anonymous = int(status["RssAnon"].split()[0]) * 1024
        self.written = int(io["write_bytes"]) - int(io["cancelled_write_bytes"])
        self.cpu_s = cpu_seconds(process)


def _memory(sheet, network, after):
    node, broker = after[NODE], after[BROKER]
    what = f"resident memory with {network.meters} meters after {network.windows} windows"
    sheet.less_is_better("footprint/rss", node.memory / 1e6, "MB", f"edge-node: {what}",
                         goal="<= 40")  # fmt: skip
    sheet.less_is_better("footprint/rss/anonymous", node.anonymous / 1e6, "MB",
                         "edge-node: the heap and stacks in that memory")  # fmt: skip
    sheet.less_is_better("footprint/rss/peak", node.most_memory / 1e6, "MB",
                         "edge-node: the most memory that it ever had")  # fmt: skip
    sheet.less_is_better("footprint/rss/broker", broker.memory / 1e6, "MB", f"Mosquitto: {what}")


def _cpu(sheet, before, after, readings):
    sheet.less_is_better("footprint/cpu", (after.cpu_s - before.cpu_s) / readings * 1e6, "us",
                         "CPU time of edge-node a reading, over all windows, with receipts, "
                         "settlements, blocks and shares")  # fmt: skip


def _idle(sheet, process, seconds):
    programs.say(f"idle for {seconds:.0f} s ...")
    shares = []
    for _ in range(REPEATS):
        used, began = cpu_seconds(process), time.monotonic()
        time.sleep(seconds / REPEATS)
        shares.append(100 * (cpu_seconds(process) - used) / (time.monotonic() - began))
    sheet.less_is_better("footprint/idle", middle(shares), "% of a core",
                         "CPU of edge-node between windows", goal="<= 0.5")  # fmt: skip


def _disk(sheet, network, before, after):
    written = {name: after[name].written - before[name].written for name in before}
    days = network.windows / WINDOWS_PER_DAY
    per_meter_day = sum(written.values()) / network.meters / days
    sheet.less_is_better("footprint/written", per_meter_day / 1000, "kB per meter and day",
                         "bytes that edge-node and Mosquitto sent to the disk, "
                         f"{WINDOWS_PER_DAY} readings a day")  # fmt: skip
    card = CARD_BYTES * CARD_CYCLES / CARD_AMPLIFICATION
    sheet.more_is_better("footprint/card", card / (per_meter_day * network.meters) / 365, "years",
                         f"projected life of a card under the writes of {network.meters} "
                         "meters")  # fmt: skip


def _ledger(sheet, network):
    programs.say("verifying the ledger ...")
    answer, _ = network.verify(network.ledger, with_keys=True)
    readings = answer["counts"]["readings"]
    # Block 0 holds the keys of all meters, once for ever: a ledger of a day shall not count it.
    grown = network.ledger.stat().st_size - network.genesis.stat().st_size
    sheet.less_is_better("footprint/ledger", grown / readings, "bytes a reading",
                         f"the ledger file without block 0 divided by its {readings} readings: "
                         "reading, line, closing state, indexes and block",
                         goal="<= 450")  # fmt: skip


def _binaries(sheet, tools):
    for program in (tools.edge_node, tools.gateway, tools.meter_sim):
        sheet.less_is_better(f"footprint/binary/{program.name}", program.stat().st_size / 1e6,
                             "MB", f"size of the program {program.name}")  # fmt: skip
