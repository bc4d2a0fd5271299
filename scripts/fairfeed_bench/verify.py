"""`edge-node verify` on ledgers of a year of 20 meters and of a day of 10 000, beside raw speed."""

import json
import os
import resource
import tempfile
import time
from pathlib import Path

from fairfeed_demo import build, processes
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.screen import Screen

from . import parts, programs
from .figures import REPEATS, Sheet, middle
from .one_node import WINDOWS_PER_DAY

# Name, windows, meters of each cluster, clusters (of at most 900 meters).
_LEDGERS = (("year", 365 * WINDOWS_PER_DAY, 20, 1), ("day", WINDOWS_PER_DAY, 834, 12))
_QUICK_LEDGERS = (("year", 20 * WINDOWS_PER_DAY, 20, 1), ("day", WINDOWS_PER_DAY, 84, 12))


def measure(options):
    tools = build.find_or_build(Screen())
    maker = programs.one("ledger_bench")
    sheet = Sheet("scripts/bench verify" + (" --quick" if options.quick else ""))
    found = parts.medians(parts.run(programs.one("parts_bench"), 0.1, "^verify/"))
    raw_us = parts.us(found, "verify")
    for name, windows, meters, clusters in _QUICK_LEDGERS if options.quick else _LEDGERS:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
            what = f"{windows} windows of {meters * clusters} meters in {clusters} clusters"
            programs.say(f"making a ledger of {what} ...")
            _require(processes.run([str(maker), "make", place, *map(str, (windows, meters,
                                                                          clusters))]))  # fmt: skip
            _figures(sheet, tools, Path(place), name, what, raw_us)
    sheet.less_is_better("verify/raw", raw_us, "us", "one ES256 verification, a P-256 key at hand; "
                         "CPU, all cores busy")  # fmt: skip
    return sheet.report([
        f"Medians of {REPEATS} runs of edge-node verify as a whole process, without a node's keys. "
        "Signatures are those that a ledger cannot do without: of the transactions, the "
        "endorsements and one certificate a block. Everything else that verify does (parsing, executing every "
        "block, app hashes, invariants) is above the limit. The ledgers are those of ledger_bench: "
        "a chain of four or more nodes, in windows of four hours.",
        *programs.origin(),
    ])  # fmt: skip


def _require(done):
    code, output, errors = done
    if code != 0:
        raise DemoFault(errors.strip() or output[-300:])
    return output


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def signatures(tools, genesis, ledger, counts):
    """The signatures that a ledger cannot do without: each transaction has one."""
    shown = json.loads(_require(processes.run([
        str(tools.edge_node), "show", "blocks", "--genesis", str(genesis), "--ledger", str(ledger),
        "--json"])))  # fmt: skip
    votes = sum(block["signers"] or 0 if isinstance(block["signers"], int | None)
                else len(block["signers"]) for block in shown["blocks"])  # fmt: skip
    return counts["transactions"] + counts["endorsements"] + votes


def _figures(sheet, tools, place, name, what, raw_us):
    genesis, ledger = place / "genesis.cbor", place / "data" / "ledger.db"
    command = [str(tools.edge_node), "verify", "--genesis", str(genesis), "--ledger", str(ledger),
               "--json"]  # fmt: skip
    took, used = [], []
    programs.say(f"verifying {what} ...")
    for _ in range(REPEATS):
        began, before = time.monotonic(), cpu_of_children()
        answer = json.loads(_require(processes.run(command)))
        took.append(time.monotonic() - began)
        used.append(cpu_of_children() - before)
    count = signatures(tools, genesis, ledger, answer["counts"])
    cores = os.cpu_count()
    sheet.more_is_better(f"verify/{name}", count / middle(took), "signatures/s",
                         f"edge-node verify on {answer['counts']['readings']} readings, {what}: "
                         f"{count} signatures in {middle(took):.2f} s", cores * 1e6 / raw_us,
                         f"raw verification on {cores} cores", "ratio >= 0.9")  # fmt: skip
    sheet.less_is_better(f"verify/{name}/cpu", middle(used) / count * 1e6, "us",
                         "CPU of that for a signature", raw_us, "one raw verification")  # fmt: skip
