"""scripts/bench from its arguments to its exit status."""

import argparse
import json
import sys
from pathlib import Path

from fairfeed_demo import command
from fairfeed_demo.faults import UsageFault

from . import (
    benchmarks, figures, footprint, performance_page, reliability, scale, shares, whole,
)  # fmt: skip

DESCRIPTION = "Measures a build of Fairfeed on this machine."
RELIABILITY = """\
Runs the simulator (real nodes in virtual time, from seeds), chaos (real processes that are killed,
cut off and starved) and the mutants (wrong variants of the rules, each of which a test must kill),
and says what that gave: seeds per second, faults by kind, recovery times, readings lost, forks,
mutants killed. Builds build/release first, unless FAIRFEED_BIN_DIR names programs that are built."""
SHARES = """\
Lives a year of 17 recorded homes in five clusters, two fortnights of it, and the year without one
home a cluster, with the contract's own code: what every share basis, resolution and rule leaves of
the surplus, and what it curtails for nothing. Compares yesterday and the forecast on other clusters
and on each quarter of the year as well. Draws docs/img/shares.svg. Builds share_bench first, unless
FAIRFEED_BIN_DIR names programs that are built. Recordings stand beside the checkout."""
ALL = """\
Measures everything that stands beside a limit: parts, ingest, network, burst, verify, sync, start,
footprint, growth and peers. With --dir, `scripts/bench report DIR/*.json` makes the page of it."""
SCALE = """\
Computes messages, bytes, signatures and storage of a cluster, a town and a country, from the sizes
in tests/vectors and the constants of docs/protocol.md. Nothing is run; docs/scaling.md holds the
tables that this prints."""
REPORT = """\
Writes docs/performance.md from the files that --json wrote, each figure beside its limit."""
EXAMPLES = """\
examples:
  scripts/bench reliability                    about ten minutes, after the build
  scripts/bench reliability --quick            two minutes
  scripts/bench reliability --seconds 3600 --minutes 60 --seed 7 > report.json
  scripts/bench shares                         some minutes, after the build
  scripts/bench shares --quick                 eight weeks for the year, and no plot
  scripts/bench shares --json shares.json      every margin as well
  scripts/bench                                all figures beside their limits: a quarter of an hour
  scripts/bench --quick --json all.json        the same in some minutes; it judges no goal
  scripts/bench ingest --json ingest.json      half a minute; readings a second of one node
  scripts/bench footprint --meters 300
  scripts/bench --dir figures && scripts/bench report figures/*.json
                                               docs/performance.md from one run
  scripts/bench scale                          a cluster, a town and a country, on paper

Of reliability a terminal shows tables; a file or a program is given one JSON object, and so is a
terminal with --json. Progress goes to standard error. Times are of a machine that is not busy.

exit status: 0 nothing lost, no fork, every seed sound, every recovery in time, every mutant killed,
the goals met (a quick run judges no goal); 1 not so, and it says which; 2 wrong usage."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageFault(f"{message}; see scripts/bench --help")


def _positive(text):
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return value


def _count(text):
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1_000_000):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 on")
    return int(text)


def _parse(arguments):
    look = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = _Parser(prog="scripts/bench", description=DESCRIPTION, epilog=EXAMPLES, **look)
    parts_of = parser.add_subparsers(dest="part", required=True, metavar="PART")
    part = parts_of.add_parser("reliability", help="seeds, faults, recovery times, mutants",
                            description=RELIABILITY, epilog=EXAMPLES, **look)  # fmt: skip
    part.add_argument("--seconds", type=_positive, metavar="N",
                      help="of simulation (default 120; with --quick 15)")  # fmt: skip
    part.add_argument("--minutes", type=_positive, metavar="N",
                      help="of chaos (default 5; with --quick 0.5)")  # fmt: skip
    part.add_argument("--seed", type=int, default=1, metavar="S",
                      help="the simulator's first, and of chaos (default 1)")  # fmt: skip
    part.add_argument("--nodes", type=int, default=4, metavar="K",
                      help="of a simulated network (default 4)")  # fmt: skip
    part.add_argument("--quick", action="store_true", help="a short look at everything")
    part.add_argument("--json", action="store_true", help="print JSON on a terminal as well")
    part.add_argument("--dir", type=Path, default=Path(".fairfeed-chaos"), metavar="DIR",
                      help="where chaos writes (default .fairfeed-chaos)")  # fmt: skip
    part.set_defaults(measure=_reliability)
    part = parts_of.add_parser("shares", help="which share basis serves best, on recorded homes",
                            description=SHARES, epilog=EXAMPLES, **look)  # fmt: skip
    part.add_argument("--quick", action="store_true", help="eight weeks, one margin, no plot")
    part.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    part.set_defaults(measure=_shares)
    for name, benchmark in benchmarks.BENCHMARKS.items():
        part = _measuring(parts_of, name, benchmark.line, benchmark.text, look)
        part.set_defaults(measure=_figures, module=benchmark.module)
        if name == "footprint":
            part.add_argument("--meters", type=_count, metavar="N",
                              help=f"of the node's cluster (default {footprint.METERS}; with "
                                   f"--quick {footprint.QUICK_METERS})")  # fmt: skip
    part = _measuring(parts_of, "all", "all figures beside their limits, the default", ALL, look)
    part.add_argument("--dir", type=Path, metavar="DIR",
                      help="write the figures of each benchmark there, as NAME.json")  # fmt: skip
    part.set_defaults(measure=_all)
    part = parts_of.add_parser("scale", help="what a town and a country would need, computed",
                               description=SCALE, epilog=EXAMPLES, **look)  # fmt: skip
    part.add_argument("--json", type=Path, metavar="FILE", help="write sizes and tables there")
    part.set_defaults(measure=_scale)
    part = parts_of.add_parser("report", help="docs/performance.md from files of --json",
                               description=REPORT, epilog=EXAMPLES, **look)  # fmt: skip
    part.add_argument("files", type=Path, nargs="+", metavar="FILE", help="written by --json")
    part.add_argument("--out", type=Path, metavar="PAGE", default=performance_page.PAGE,
                      help="another page to write")  # fmt: skip
    part.set_defaults(measure=_report)
    return parser.parse_args(arguments)


def _measuring(parts_of, name, line, text, look):
    part = parts_of.add_parser(name, help=line, description=text, epilog=EXAMPLES, **look)
    part.add_argument("--quick", action="store_true", help="a shorter run that judges no goal")
    part.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    return part


def main(arguments):
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["all", *arguments]
    return command.run("bench", lambda: _run(_parse(arguments)))


def _run(options):
    return options.measure(options)


def _shares(options):
    report = shares.measure(options)
    print("\n".join(shares.summary(report)), flush=True)
    return command.OK if report["ok"] else command.FAILED


def _reliability(options):
    # Standard output is the report's alone.
    report = reliability.measure(options)
    if options.json or not sys.stdout.isatty():
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(reliability.summary(report)))
    sys.stdout.flush()
    return command.OK if report["ok"] else command.FAILED


def _figures(options):
    _check_writable(options.json)
    report = options.module.measure(options)
    print("\n".join(figures.summary(report)), flush=True)
    if options.json:
        command.write_json(options.json, report)
    missed = any(figure["met"] is False for figure in report["benchmarks"])
    return command.FAILED if missed and not options.quick else command.OK


def _all(options):
    _check_writable(options.json)
    if options.dir:
        options.dir.mkdir(parents=True, exist_ok=True)
    report, faults = whole.measure(options)
    if options.json:
        command.write_json(options.json, report)
    missed = [figure["name"] for figure in report["benchmarks"] if figure["met"] is False]
    for fault in faults:
        print(f"bench: {fault}", file=sys.stderr, flush=True)
    if missed and not options.quick:
        print("Goals NOT met: " + ", ".join(missed), flush=True)
    return command.FAILED if faults or (missed and not options.quick) else command.OK


def _check_writable(file):
    """Before minutes of measuring."""
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise UsageFault(f"--json: {file} is not a file in a directory that exists")


def _scale(options):
    _check_writable(options.json)
    if options.json:
        command.write_json(options.json, scale.report())
    print("\n".join(scale.page_lines()), flush=True)
    return command.OK


def _report(options):
    performance_page.write(options.out, [figures.read(file) for file in options.files])
    print(f"Written: {options.out}", flush=True)
    return command.OK
