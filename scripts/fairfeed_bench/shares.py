"""The back-test of share bases, resolutions and rules on recorded homes."""

import json
import subprocess

from fairfeed_demo import build
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.tables import table

from . import programs, share_plot

HOMES = build.SOURCE.parent / "shared" / "data" / "homes"
PLOT = build.SOURCE / "docs" / "img" / "shares.svg"
_FILES = ("homes_hourly_year.csv", "homes_hourly_14d_2017-01-09.csv",
          "homes_hourly_14d_2016-08-08.csv", "homes_meta.csv")  # fmt: skip
# The goal on the year by waterfill: percent of the surplus left, of generation curtailed needlessly
_LEFT, _NEEDLESS = 15.0, 2.3


def measure(options):
    """The program's report, and the missed parts of the goal. A quick run judges nothing."""
    _require(HOMES)
    program = programs.one("share_bench")
    command = [str(program), str(HOMES), *(["--quick"] if options.quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise DemoFault(f"share_bench ended with {done.returncode}")
    report = json.loads(done.stdout)
    report["quick"] = options.quick
    report["problems"] = [] if options.quick else _problems(report)
    report["ok"] = not report["problems"]
    if not options.quick:
        PLOT.write_text(share_plot.draw(_waterfill(report["scenes"][0])))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return report


def _require(folder):
    missing = [str(folder / name) for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise DemoFault("the recordings are not there: " + ", ".join(missing))


def _waterfill(scene):
    return [run for run in scene["runs"] if run["rule"] == "waterfill"]


def _usual(scene):
    """The runs with the default margin: one for every basis, resolution and rule."""
    runs = {}
    for run in scene["runs"]:
        key = run["basis"], run["resolution"], run["rule"]
        if key not in runs or run["margin"] == _usual_margin(run):
            runs[key] = run
    return runs


def _usual_margin(run):
    return 2.6 if run["basis"] == "expected" else 1.0


def _problems(report):
    problems = []
    for scene in report["scenes"][:3]:  # the summer fortnight is shown, not judged
        runs = _usual(scene)
        ours = runs["expected", "quarter", "waterfill"]
        yesterday = runs["same_window_yesterday", "quarter", "waterfill"]
        for what in ("left_percent", "needless_percent"):
            if ours[what] > yesterday[what]:
                problems.append(f"{scene['scene']}: expected has {ours[what]} {what}, "
                                f"yesterday {yesterday[what]}")  # fmt: skip
        if scene["scene"] != "year":
            continue
        for what, goal in (("left_percent", _LEFT), ("needless_percent", _NEEDLESS)):
            if ours[what] > goal:
                problems.append(f"year: expected has {ours[what]} {what}, the goal is {goal}")
    return problems


def summary(report):
    """The report for a person."""
    lines = []
    for scene in report["scenes"]:
        lines += [f"{scene['scene']}: {scene['homes']} homes, clusters: {scene['clusters']}, "
                  f"{scene['days']} days, {scene['surplus_kwh']} kWh of surplus"]  # fmt: skip
        rows = [["basis", "resolution", "rule", "left %", "needless %", "per kW", "of generation"]]
        for (basis, resolution, rule), run in _usual(scene).items():
            rows.append([basis, resolution, rule, f"{run['left_percent']:.1f}",
                         f"{run['needless_percent']:.2f}", f"{run['jain_per_kw_within']:.2f}",
                         f"{run['jain_of_generation_within']:.2f}"])  # fmt: skip
        lines += [*table("lllrrrr", rows), ""]
    lines.append("left: of the surplus, still generated; needless: of generation, curtailed where "
                 "load would have taken it; the last two: Jain's index of what was curtailed, "
                 "within clusters")  # fmt: skip
    if report["quick"]:
        return [*lines, "A quick run draws nothing and judges nothing."]
    lines += [f"Drawn: {PLOT.relative_to(build.SOURCE)}"]
    if report["ok"]:
        return [*lines, "The goals are met."]
    return [*lines, "NOT as it should be:", *(f"  {problem}" for problem in report["problems"])]
