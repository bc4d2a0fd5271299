"""Figures beside their limits: one shape for every benchmark, for people and for programs.

A figure's ratio says how much of its limit it reaches: 1 is at the limit, less is below it. So it
is value / limit where more is better, and limit / value where less is better. A goal is text like
">= 20" (of the value), "ratio >= 0.85", or several of these joined by " and ".
"""

import json
import operator
import os
import platform
import re
import subprocess
from statistics import median

from fairfeed_demo import build
from fairfeed_demo.faults import UsageFault
from fairfeed_demo.tables import table

_KEYS = ("name", "value", "unit", "limit", "ratio", "goal", "command")
_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_CLAUSE = re.compile(r"(ratio )?(<=|>=|<|>) (\d+(?:\.\d+)?)")
REPEATS = 5  # a figure is the median of at least so many


class Sheet:
    """Collects the figures of one command."""

    def __init__(self, command):
        self._command = command
        self._commit = commit()  # of the beginning: the checkout may change meanwhile
        self._figures = []

    def more_is_better(self, name, value, unit, what, limit=None, limit_is=None, goal=None):
        ratio = value / limit if limit else None
        self._add(name, value, unit, what, limit, limit_is, ratio, goal)

    def less_is_better(self, name, value, unit, what, limit=None, limit_is=None, goal=None):
        ratio = limit / value if limit is not None and value else None
        self._add(name, value, unit, what, limit, limit_is, ratio, goal)

    def _add(self, name, value, unit, what, limit, limit_is, ratio, goal):
        figure = {"name": name, "value": _rounded(value), "unit": unit, "limit": _rounded(limit),
                  "ratio": _rounded(ratio), "goal": goal, "command": self._command,
                  "what": what, "limit_is": limit_is}  # fmt: skip
        figure["met"] = met(figure)
        self._figures.append(figure)

    def has_figures(self):
        return bool(self._figures)

    def report(self, notes):
        """`notes`: conditions of the run, sentences for a reader of the figures."""
        return {"benchmarks": self._figures, "machine": machine(), "commit": self._commit,
                "notes": notes}  # fmt: skip


def middle(values):
    if len(values) < REPEATS:
        raise ValueError(f"{len(values)} values are too few for a median")
    return median(values)


def _rounded(value):
    """Four significant digits: no figure here is more exact than that."""
    return None if value is None else float(f"{value:.4g}")


def met(figure):
    """Whether the figure meets its goal; None without a goal, or where its ratio is missing."""
    if figure["goal"] is None:
        return None
    results = []
    for clause in figure["goal"].split(" and "):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            raise UsageFault(f"{figure['name']}: '{clause}' is not a goal like '>= 20' or "
                             "'ratio >= 0.85'")  # fmt: skip
        measured = figure["ratio"] if match[1] else figure["value"]
        if measured is None:
            return None
        results.append(_COMPARE[match[2]](measured, float(match[3])))
    return all(results)


def machine():
    """The machine in words, without its name, and how busy it was."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB of memory, "
            f"{platform.system()} {platform.release().split('-')[0]}, load average "
            f"{os.getloadavg()[0]:.1f} at the end of the run")  # fmt: skip


def commit():
    """The commit of the checkout, with "+changes" if files differ from it; None outside of one."""
    ask = ["git", "-C", str(build.SOURCE)]
    try:
        head = subprocess.run([*ask, "rev-parse", "HEAD"], capture_output=True, text=True)
        changed = subprocess.run([*ask, "diff", "--quiet", "HEAD"], capture_output=True)
    except OSError:
        return None
    if head.returncode != 0:
        return None
    return head.stdout.strip() + ("+changes" if changed.returncode != 0 else "")


def shown(value):
    if value is None:
        return "-"
    if value != 0 and abs(value) < 100:
        return f"{value:.3g}"
    return f"{value:,.0f}"


def verdict(figure):
    return {None: "-", True: "met", False: "NOT met"}[figure["met"]]


def row(figure):
    limit = shown(figure["limit"])
    ratio = "-" if figure["ratio"] is None else f"{figure['ratio']:.2f}"
    goal = figure["goal"] or "-"
    return [figure["name"], shown(figure["value"]), figure["unit"], limit, ratio, goal,
            verdict(figure)]  # fmt: skip


def is_quick(report):
    return any("--quick" in figure["command"].split() for figure in report["benchmarks"])


def limits_of(report):
    """What each limit is -> the names of the figures beside it."""
    limits = {}
    for figure in report["benchmarks"]:
        if figure.get("limit_is"):
            limits.setdefault(figure["limit_is"], []).append(figure["name"])
    return limits


HEADING = ["figure", "value", "unit", "limit", "ratio", "goal", ""]


def summary(report):
    """The report for a person."""
    rows = [HEADING, *map(row, report["benchmarks"])]
    limits = limits_of(report)
    lines = [*table("lrlrrll", rows), ""]
    if limits:
        lines += ["Limits, measured in the same run:"]
        lines += [*(f"  {', '.join(names)}: {what}" for what, names in limits.items()), ""]
    lines += [*report["notes"], f"Machine: {report['machine']}"]
    missed = [f["name"] for f in report["benchmarks"] if f["met"] is False]
    if is_quick(report):
        return [*lines, "A quick run judges no goal."]
    if missed:
        return [*lines, "Goals NOT met: " + ", ".join(missed)]
    return [*lines, "Every goal is met."]


def read(file):
    """The report in a file that `--json` wrote; raises UsageFault with the remedy."""
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageFault(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageFault(f"{file}: is no JSON ({error}); write it with --json {file}") from error
    figures = report.get("benchmarks") if isinstance(report, dict) else None
    if not isinstance(figures, list) or not figures:
        raise UsageFault(f"{file}: has no 'benchmarks'; write it with scripts/bench NAME --json")
    for place, figure in enumerate(figures, start=1):
        missing = [key for key in _KEYS if not isinstance(figure, dict) or key not in figure]
        if missing:
            raise UsageFault(f"{file}: benchmark {place} has no '{missing[0]}'; measure it again")
        figure["met"] = met(figure)
    return report
