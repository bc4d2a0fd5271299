"""Writes docs/performance.md from the reports of runs: each figure beside its limit."""

import os

from fairfeed_demo import build
from fairfeed_demo.faults import DemoFault

from . import figures

PAGE = build.SOURCE / "docs" / "performance.md"
_INTRODUCTION = """\
# Performance

What a build of Fairfeed achieves, each figure beside the limit that the same run measured. This
page is written by a command; change the measurements, never the page:

    scripts/bench parts --json parts.json
    scripts/bench footprint --json footprint.json
    scripts/bench start --json start.json
    scripts/bench report parts.json footprint.json start.json

[scaling.md](scaling.md) goes from sizes and unit costs to a town and a country.

## How to read it

- **Limit** is what the machine allows for the same work, measured in the same run: a raw signature
  check, a raw fdatasync, or the same work on less. What it is stands below each table. Where a
  figure has no limit, none was measured.
- **Ratio** is the part of the limit that the figure reaches: 1 is at the limit, 0.5 is twice as
  slow. It is the value divided by the limit where more is better, and the limit divided by the
  value where less is better.
- **Goal** is a bound of the value, or of the ratio. *NOT met* is the work that remains.
- Compare ratios between machines, and values on one machine only. A busy machine spoils values in
  real time; the load average stands beside the machine.
- A figure that is not here has not been measured.
"""


def write(page, reports):
    text = "\n".join([_INTRODUCTION, *(line for report in reports for line in _section(report))])
    temporary = page.with_name(page.name + ".part")
    try:
        temporary.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        os.replace(temporary, page)
    except OSError as error:
        raise DemoFault(f"cannot write {page}: {error.strerror}") from error


def _section(report):
    measured = report["benchmarks"]
    met = [figure["met"] for figure in measured if figure["met"] is not None]
    commands = sorted({figure["command"] for figure in measured})
    lines = [f"## {_title(commands)}", "",
             f"`{'`, `'.join(commands)}` at commit `{report.get('commit') or 'unknown'}`, on "
             f"{report.get('machine', 'an unknown machine')}. "
             f"{_verdict(commands, met)}", ""]  # fmt: skip
    if report.get("notes"):
        lines += [" ".join(report["notes"]), ""]
    lines += ["| figure | what | value | limit | ratio | goal | |", "|---|---|---|---|---|---|---|"]
    lines += [_line(figure, _is_quick(commands)) for figure in measured]
    limits = {}
    for figure in measured:
        if figure.get("limit_is"):
            limits.setdefault(figure["limit_is"], []).append(f"`{figure['name']}`")
    if limits:
        lines += ["", "The limits:", ""]
        lines += [f"- {', '.join(names)}: {what}" for what, names in limits.items()]
    return [*lines, ""]


def _title(commands):
    """The names of the benchmarks: the words after scripts/bench."""
    names = {command.split()[1] for command in commands if len(command.split()) > 1}
    return ", ".join(sorted(names)) or "Other figures"


def _is_quick(commands):
    return any("--quick" in command.split() for command in commands)


def _verdict(commands, met):
    if _is_quick(commands):
        return "A quick run judges no goal."
    return f"Goals met: {sum(met)} of {len(met)}."


def _line(figure, is_quick):
    name, value, unit, limit, ratio, goal, verdict = figures.row(figure)
    met = f"**{verdict}**" if figure["met"] is False else verdict
    if is_quick:
        met = "-"
    what = figure.get("what") or ""
    return f"| `{name}` | {what} | {value} {unit} | {limit} | {ratio} | {goal} | {met} |"
