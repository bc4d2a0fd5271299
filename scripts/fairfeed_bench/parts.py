"""What the parts of a node cost in one process, each beside the limit that the same run measured.

parts_bench (Google Benchmark) measures; this module reads its medians and divides. Figures of
computing are CPU time, so that other work on the machine disturbs them little; figures that wait
for the disk are real time.
"""

import json
import math
import os
import subprocess
import tempfile
from pathlib import Path

from fairfeed_demo.faults import DemoFault

from . import programs
from .figures import REPEATS, Sheet

_RULES = ("paper", "waterfill", "generation")
_FEW, _MANY = 1000, 1_000_000  # prosumers
_SMALL, _LARGE = 1000, 100_000  # meters in the state
_CLUSTERS = (9, 90, 900)  # meters of a cluster
PER_INSERT = 256
_NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
# What n log n costs, as a ratio of the rates for few and for many.
_N_LOG_N = math.log(_FEW) / math.log(_MANY)
_LOG_N = math.log(_SMALL) / math.log(_LARGE)


def measure(options):
    command = "scripts/bench parts" + (" --quick" if options.quick else "")
    found = medians(run(programs.one("parts_bench"), 0.02 if options.quick else 0.5))
    sheet = Sheet(command)
    _settle(sheet, found)
    _reading(sheet, found)
    _state(sheet, found)
    _disk(sheet, found)
    return sheet.report([
        f"Each figure is the median of {REPEATS} repetitions. Computing is CPU time of one core; "
        "what waits for the disk is real time.",
        *(["A quick run measures each figure for a shorter time."] if options.quick else []),
        *programs.origin(),
    ])  # fmt: skip


def run(program, seconds, only="."):
    """The report of Google Benchmark. `seconds`: of a repetition; `only`: a pattern of names."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "parts.json"
        # Progress goes to standard error, and standard output is the report's alone.
        command = [str(program), f"--benchmark_out={out}", "--benchmark_out_format=json",
                   "--benchmark_format=json", f"--benchmark_repetitions={REPEATS}",
                   f"--benchmark_filter={only}", f"--benchmark_min_time={seconds}"]  # fmt: skip
        programs.say(f"{program.name} ...")
        environment = os.environ | {"TMPDIR": os.environ.get("TMPDIR", "/var/tmp")}
        done = subprocess.run(command, stdout=subprocess.DEVNULL, env=environment)
        if done.returncode != 0:
            raise DemoFault(f"{program.name} ended with {done.returncode}")
        try:
            return json.loads(out.read_text())
        except (OSError, ValueError) as error:
            raise DemoFault(f"{program.name} wrote no report: {error}") from error


def medians(report):
    found = {b["run_name"].split("/threads:")[0]: b for b in report.get("benchmarks", [])
               if b.get("aggregate_name") == "median"}  # fmt: skip
    if not found:
        raise DemoFault("parts_bench reports no medians; is it of this checkout?")
    return found


def _of(found, name):
    if name not in found:
        raise DemoFault(f"parts_bench does not measure {name}; build the one of this checkout")
    return found[name]


def us(found, name, clock="cpu_time"):
    one = _of(found, name)
    return one[clock] * _NS[one["time_unit"]] / 1000


def _rate(found, name):
    return _of(found, name)["items_per_second"]


def _settle(sheet, found):
    for rule in _RULES:
        few = _rate(found, f"settle/{rule}/{_FEW}") / 1e6
        many = _rate(found, f"settle/{rule}/{_MANY}") / 1e6
        for count in (4, _FEW):
            sheet.more_is_better(f"settle/{rule}/{count}",
                                 _rate(found, f"settle/{rule}/{count}") / 1e6, "M prosumers/s",
                                 f"the contract with rule {rule} on {count:,} prosumers")
        goal = f"ratio >= {_N_LOG_N:.2g}"
        sheet.more_is_better(f"settle/{rule}/{_MANY}", many, "M prosumers/s",
                             f"the contract with rule {rule} on {_MANY:,} prosumers", few,
                             f"the rate on {_FEW:,}: 1 is linear, {_N_LOG_N:.2g} is n log n",
                             f">= 20 and {goal}" if rule == "paper" else goal)  # fmt: skip


def _reading(sheet, found):
    verify, sign = us(found, "verify"), us(found, "sign")
    sheet.less_is_better("verify", verify, "us",
                         "one ES256 verification, a P-256 key at hand, all cores busy")  # fmt: skip
    sheet.less_is_better("sign", sign, "us", "one ES256 signature, all cores busy")
    for count in _CLUSTERS:
        cost = 1e6 / _rate(found, f"window_through_a_node/{count}")
        sheet.less_is_better(
            f"reading/{count}", cost, "us",
            f"a reading's way through a pure node, from the message to the settled block and the "
            f"share, in a cluster of {count} meters", verify + 2 * sign,
            "one verification (the reading) and two signatures (receipt and share)",
            "ratio >= 0.85")  # fmt: skip
    few, many = (1e6 / _rate(found, f"window_through_a_node/{c}") for c in _CLUSTERS[1:])
    sheet.less_is_better("reading/growth", many, "us",
                         f"a reading's way in a cluster of {_CLUSTERS[2]} meters", few,
                         f"the same with {_CLUSTERS[1]} meters: 1 is flat", "ratio >= 0.9")


def _state(sheet, found):
    small, large = (us(found, f"change_one_meter/{n}") for n in (_SMALL, _LARGE))
    sheet.less_is_better("change_one_meter", large, "us",
                         f"a copy of the public state of {_LARGE:,} meters in which one changes, "
                         "with the app hash", small,
                         f"the same with {_SMALL:,} meters: 1 is flat, {_LOG_N:.2g} is log n",
                         f"ratio >= {_LOG_N:.2g}")  # fmt: skip


def _disk(sheet, found):
    sync = us(found, "fdatasync_4_kib", "real_time")
    insert = us(found, "insert_256_rows", "real_time")
    sheet.less_is_better("fdatasync", sync, "us", "4 KiB appended to a file and made durable")
    sheet.less_is_better("insert_rows", insert, "us",
                         f"a transaction of {PER_INSERT} rows of 600 bytes in SQLite, durable",
                         sync, "one fdatasync of 4 KiB")  # fmt: skip
    sheet.more_is_better("insert_rows/rate", PER_INSERT * 1e6 / insert, "rows/s",
                         "insert_rows as rows a second")  # fmt: skip
