"""The command line of scripts/chaos."""

import argparse
from pathlib import Path

from fairfeed_demo.faults import UsageFault

MIN_NODES, MAX_NODES = 4, 16
MAX_MINUTES = 7 * 24 * 60
MAX_SEED = 2**63 - 1

DESCRIPTION = """\
Runs a laboratory network of real brokers, nodes and meters on this machine, strikes it with one
fault after the other, and waits after each until every cluster settles again and all nodes have one
tip. At the end it lets everything arrive, verifies every ledger from genesis, and looks for every
reading that a meter ever sent."""

EXAMPLES = """\
examples:
  scripts/chaos --minutes 1                     one minute of faults, five nodes
  scripts/chaos --minutes 60 --nodes 7 --seed 9 --json chaos.json
  scripts/chaos --minutes 5 --only blackout,node_kill

exit status: 0 nothing lost, no fork, recovered within the limits (10 s after a single fault, 60 s
after one of all or of a quorum) and nothing ended by itself; 1 not so, and it says which; 2 wrong
usage."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageFault(f"{message}; see scripts/chaos --help")


def _number(kind, low, high):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {low} to {high}")
        return value

    return parse


def _kinds(known):
    def parse(text):
        chosen = text.split(",")
        unknown = [kind for kind in chosen if kind not in known]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"there is no fault '{unknown[0]}'; there are {', '.join(known)}"
            )
        return chosen

    return parse


def parse(arguments, kinds):
    """The options in the arguments. --help raises SystemExit(0); a fault raises UsageFault."""
    parser = _Parser(
        prog="scripts/chaos", description=DESCRIPTION, epilog=EXAMPLES, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("--minutes", metavar="N", type=_number(float, 0.1, MAX_MINUTES), required=True,
        help="how long faults are injected; starting and draining come on top")
    add("--nodes", metavar="K", type=_number(int, MIN_NODES, MAX_NODES), default=5,
        help="edge nodes, one cluster each: 4 to 16 (default 5)")
    add("--seed", metavar="S", type=_number(int, 0, MAX_SEED), default=1,
        help="of the order, the victims and the lengths of the faults (default 1)")
    add("--only", metavar="KINDS", type=_kinds(kinds), 
        help=f"of these faults, comma between: {', '.join(kinds)} (default all; those that take "
             "long only from 3 minutes on)")
    add("--dir", metavar="DIR", type=Path, default=Path(".fairfeed-chaos"),
        help="where everything is written; what an earlier run wrote there is removed "
             "(default .fairfeed-chaos)")
    add("--json", metavar="FILE", type=Path, help="write all figures there as JSON")
    options = parser.parse_args(arguments)
    if options.json is not None and not options.json.resolve().parent.is_dir():
        raise UsageFault(f"--json: there is no directory {options.json.parent}")
    return options
