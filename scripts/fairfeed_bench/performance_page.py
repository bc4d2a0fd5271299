"""Writes docs/performance.md from the reports of runs: each figure beside its limit."""

import os

from fairfeed_demo import build
from fairfeed_demo.faults import DemoFault

from . import figures, growth_plot

PAGE = build.SOURCE / "docs" / "performance.md"
_INTRODUCTION = """\
# Performance

What a build of Fairfeed achieves, each figure beside the limit that the same run measured. This
page is written by a command; change the measurements, never the page:

    scripts/bench --dir figures
    scripts/bench report figures/*.json

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
    """Writes the page, and the plot of growth beside it if a report has its figures."""
    text = "\n".join([_INTRODUCTION, *(line for report in reports for line in _section(report))])
    _replace(page, text.rstrip("\n") + "\n")
    for report in filter(growth_plot.series, reports):
        _replace(page.parent / growth_plot.PLOT, growth_plot.draw(report))


def _replace(file, text):
    temporary = file.with_name(file.name + ".part")
    try:
        file.parent.mkdir(exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, file)
    except OSError as error:
        raise DemoFault(f"cannot write {file}: {error.strerror}") from error


def _section(report):
    measured = report["benchmarks"]
    met = [figure["met"] for figure in measured if figure["met"] is not None]
    commands = sorted({figure["command"] for figure in measured})
    lines = [f"## {_title(commands)}", "",
             f"`{'`, `'.join(commands)}` at commit `{report.get('commit') or 'unknown'}`, on "
             f"{report.get('machine', 'an unknown machine')}. "
             f"{_verdict(figures.is_quick(report), met)}", ""]  # fmt: skip
    if report.get("notes"):
        lines += [" ".join(report["notes"]), ""]
    lines += ["| figure | what | value | limit | ratio | goal | |", "|---|---|---|---|---|---|---|"]
    lines += [_line(figure, figures.is_quick(report)) for figure in measured]
    limits = figures.limits_of(report)
    if limits:
        lines += ["", "The limits:", ""]
        lines += [f"- {', '.join(f'`{name}`' for name in names)}: {what}"
                  for what, names in limits.items()]  # fmt: skip
    if growth_plot.series(report):
        lines += ["", "Each figure as a multiple of the one with the fewest meters or nodes:", "",
                  f"![Growth with meters and with nodes]({growth_plot.PLOT})"]  # fmt: skip
    return [*lines, ""]


def _title(commands):
    """The names of the benchmarks: the words after scripts/bench."""
    names = {command.split()[1] for command in commands if len(command.split()) > 1}
    return ", ".join(sorted(names)) or "Other figures"


def _verdict(is_quick, met):
    if is_quick:
        return "A quick run judges no goal."
    return f"Goals met: {sum(met)} of {len(met)}."


def _line(figure, is_quick):
    name, value, unit, limit, ratio, goal, verdict = figures.row(figure)
    met = f"**{verdict}**" if figure["met"] is False else verdict
    if is_quick:
        met = "-"
    what = figure.get("what") or ""
    return f"| `{name}` | {what} | {value} {unit} | {limit} | {ratio} | {goal} | {met} |"
