"""scripts/bench from its arguments to its exit status."""

import argparse
import json
import sys
from pathlib import Path

from fairfeed_demo import command
from fairfeed_demo.faults import UsageFault

from . import reliability, shares

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
EXAMPLES = """\
examples:
  scripts/bench reliability                    about ten minutes, after the build
  scripts/bench reliability --quick            two minutes
  scripts/bench reliability --seconds 3600 --minutes 60 --seed 7 > report.json
  scripts/bench shares                         some minutes, after the build
  scripts/bench shares --quick                 eight weeks for the year, and no plot
  scripts/bench shares --json shares.json      every margin as well

Of reliability a terminal shows tables; a file or a program is given one JSON object, and so is a
terminal with --json. Progress goes to standard error.

exit status: 0 nothing lost, no fork, every seed sound, every recovery in time, every mutant killed,
the goals of shares met; 1 not so, and it says which; 2 wrong usage."""


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


def _parse(arguments):
    look = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = _Parser(prog="scripts/bench", description=DESCRIPTION, epilog=EXAMPLES, **look)
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    part = parts.add_parser("reliability", help="seeds, faults, recovery times, mutants",
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
    part = parts.add_parser("shares", help="which share basis serves best, on recorded homes",
                            description=SHARES, epilog=EXAMPLES, **look)  # fmt: skip
    part.add_argument("--quick", action="store_true", help="eight weeks, one margin, no plot")
    part.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    part.set_defaults(measure=_shares)
    return parser.parse_args(arguments)


def main(arguments):
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
