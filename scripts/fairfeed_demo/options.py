"""The command line of scripts/demo."""

import argparse
import os
from pathlib import Path

from .faults import UsageFault
from .office import LEAST_WINDOWS
from .recorded import file_of

MAX_NODES = 16
MAX_WINDOWS = 10_000
MAX_SEED = 2**63 - 1
RULES = ("paper", "waterfill", "generation")
GAPS = ("refuse", "zero", "interpolate", "last-week")
BASES = ("previous_window", "same_window_yesterday", "expected")
RESOLUTIONS = ("window", "quarter")

DESCRIPTION = """\
Provisions a laboratory network, runs it on this machine for a number of settlement windows, stops
it, verifies every ledger and shows what was settled. A window is four hours of grid time and takes
three real seconds."""

EXAMPLES = """\
examples:
  scripts/demo                                  five nodes, a seeded neighbourhood, two days
  scripts/demo --nodes 1 --windows 6            one node: everything rests on it, and it says so
  scripts/demo --homes homes.csv --windows 42   a week of recorded homes, load and PV
  scripts/demo --homes ash=p1.csv ash=solar.json oak=fluvius.csv --zone Europe/Brussels
                                                files of real meters; docs/imports.md
  scripts/demo --rule waterfill --json out.json curtail until the surplus is gone; figures as JSON
  scripts/demo --rule waterfill --basis expected --resolution quarter --windows 18
                                                three days; a forecast plans each quarter hour
  scripts/demo --no-gateway                     without the utility's office and what it does
  scripts/demo --gateway --homes homes.csv      recorded homes, one of which gets a new meter
  scripts/demo --keep                           leave it running after the summary, until Ctrl-C

exit status: 0 every reading became final on every node, all nodes have the same tip and app hash,
and every invariant held; 1 not so, and it says which; 2 wrong usage."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageFault(f"{message}; see scripts/demo --help")


def whole_number(low, high):
    def parse(text):
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {low} to {high}")
        return int(text)

    return parse


def _parser():
    parser = _Parser(
        prog="scripts/demo",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--homes", metavar="FILE", nargs="+",
        help="recorded homes, dealt round robin over the clusters: a recording, or files of real "
             "meters as `meter-sim import` takes them (NAME=FILE says whose); window 0 is the "
             "first row (without: a seeded model of load and sun)")
    add("--zone", metavar="ZONE",
        help="with files of meters: the zone of times without an offset, as Europe/Brussels")
    add("--map", metavar="FILE.yaml", type=Path,
        help="with files of meters: the mapping of tables that no format fits")
    add("--gaps", choices=GAPS,
        help="with files of meters: what fills gaps (default refuse)")
    add("--windows", metavar="N", type=whole_number(1, MAX_WINDOWS), default=12,
        help="settlement windows to run (default 12)")
    add("--nodes", metavar="N", type=whole_number(1, MAX_NODES), default=5,
        help="edge nodes, one cluster each: 1 to 16 (default 5)")
    add("--rule", choices=RULES, default="paper",
        help="how a surplus is shared: paper (default), waterfill or generation")
    add("--basis", choices=BASES, default=BASES[0],
        help="the source of a share: previous_window (default), same_window_yesterday or "
             "expected, a forecast from past days")
    add("--resolution", choices=RESOLUTIONS, default=RESOLUTIONS[0],
        help="for how long a share holds: window (default) or quarter, a quarter hour")
    add("--seed", metavar="S", type=whole_number(0, MAX_SEED), default=1,
        help="of the model and of the capacities (default 1)")
    add("--gateway", action=argparse.BooleanOptionalAction,
        help="with the utility's office, which follows the chain: an inspected roof is certified, "
             "the week's tariff signed, a home disconnected, an opened meter replaced (default for "
             f"modelled homes and {LEAST_WINDOWS} windows or more)")
    add("--dir", metavar="DIR", type=Path, default=Path(".fairfeed-demo"),
        help="where everything is written; what an earlier demo wrote there is removed "
             "(default .fairfeed-demo)")
    add("--keep", action="store_true", help="after the summary leave it running until Ctrl-C")
    add("--json", metavar="FILE", type=Path, help="write all figures there as JSON")
    return parser


def _check_files(options):
    if options.homes is not None:
        for file in map(file_of, options.homes):
            if not file.is_file():
                raise UsageFault(f"--homes: {file} is not a file")
            if not os.access(file, os.R_OK):
                raise UsageFault(f"--homes: {file} cannot be read")
    elif (options.zone, options.map, options.gaps) != (None, None, None):
        raise UsageFault("--zone, --map and --gaps go with --homes")
    if options.gateway and options.windows < LEAST_WINDOWS:
        raise UsageFault(f"--gateway: the office's work takes {LEAST_WINDOWS} windows or more")
    if options.json is not None:
        if options.json.is_dir():
            raise UsageFault(f"--json: {options.json} is a directory")
        # A file inside --dir is permitted: the directory will exist by then.
        parent = options.json.resolve().parent
        if not parent.is_dir() and options.dir.resolve() not in (parent, *parent.parents):
            raise UsageFault(f"--json: there is no directory {options.json.parent}")


def parse(arguments):
    """The options in the arguments. --help raises SystemExit(0); a fault raises UsageFault."""
    options = _parser().parse_args(arguments)
    _check_files(options)
    if options.gateway is None:
        options.gateway = options.homes is None and options.windows >= LEAST_WINDOWS
    return options
