"""The command line of scripts/load."""

import argparse
from pathlib import Path

from fairfeed_demo.faults import UsageFault
from fairfeed_demo.options import whole_number

WINDOW_SECONDS = 14_400
MAX_METERS = 100_000
MAX_OF_CLUSTER = 10_000

DESCRIPTION = """\
Provisions a network, starts its brokers and nodes, lets all meters report with `meter-sim load`,
waits until every reading is final, stops everything, and verifies every ledger. Each meter has its
own identity, key, certificate and connections over mutual TLS. Shows the CPU and the memory of each
process, and the bytes on the wire and on the disk. `meter-sim` spreads its connections over so many
processes as the hard limit of file descriptors demands."""

EXAMPLES = """\
examples:
  scripts/load --nodes 1 --meters 900                 two windows, all meters at once at their end
  scripts/load --nodes 4 --meters 600 --windows 3     a committee of four: four connections a meter
  scripts/load --nodes 1 --meters 900 --window-s 5 --rate 300
                                                      300 readings a second
  scripts/load --nodes 1 --meters 900 --window-s 1 --windows 10 --in-flight 1000
                                                      as fast as the receipts come
  scripts/load --nodes 12 --meters 10000 --windows 1 --window-s 120 --json town.json

A window is four hours of grid time, so its real seconds divide 14400. A run starts when the meters
have signed and connected, for which it gives a second for a hundred connections and for two hundred
readings. If that is not enough, all readings leave so much later, and the result says so.

exit status: 0 nothing was lost or doubled, energy and money are conserved, all ledgers are equal;
1 not so, and it says which; 2 wrong usage."""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageFault(f"{message}; see scripts/load --help")


def parse(arguments):
    parser = _Parser(prog="scripts/load", description=DESCRIPTION, epilog=EXAMPLES,
                     formatter_class=argparse.RawDescriptionHelpFormatter,
                     allow_abbrev=False)  # fmt: skip
    add = parser.add_argument
    add("--nodes", metavar="N", type=whole_number(1, 31), default=1,
        help="edge nodes; from four on each cluster has a committee of four (default 1)")
    add("--meters", metavar="M", type=whole_number(1, MAX_METERS), default=900,
        help="meters, dealt over the nodes' clusters, at most 10000 each (default 900)")
    add("--windows", metavar="W", type=whole_number(1, 1000), default=2,
        help="settlement windows to report (default 2)")
    add("--window-s", metavar="S", type=whole_number(1, WINDOW_SECONDS), default=30,
        help="real seconds of a window (default 30)")
    add("--rate", metavar="R", type=whole_number(1, 1_000_000),
        help="readings a second after each window's end (default: all at once)")
    add("--in-flight", metavar="N", type=whole_number(1, 1_000_000),
        help="send all windows when the last has ended, at most N readings waiting for receipts")
    add("--dir", metavar="DIR", type=Path, default=Path(".fairfeed-load"),
        help="where everything is written; what an earlier run wrote there is removed "
             "(default .fairfeed-load)")
    add("--json", metavar="FILE", type=Path, help="write all figures there as JSON")
    chosen = parser.parse_args(arguments)
    if WINDOW_SECONDS % chosen.window_s:
        raise UsageFault(f"--window-s: {chosen.window_s} does not divide {WINDOW_SECONDS}; take "
                         "1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 40, 60, 120, 300 or 900")
    if chosen.meters > MAX_OF_CLUSTER * chosen.nodes:
        raise UsageFault(f"--meters: a node has one cluster, of at most {MAX_OF_CLUSTER} meters, so "
                         f"{chosen.meters} meters need {-(-chosen.meters // MAX_OF_CLUSTER)} nodes")
    if chosen.rate and chosen.in_flight:
        raise UsageFault("--in-flight: the receipts set the pace, so --rate cannot")
    if chosen.rate and chosen.meters > chosen.rate * chosen.window_s:
        raise UsageFault(f"--rate: {chosen.meters} meters at {chosen.rate} readings a second need "
                         f"more than a window of {chosen.window_s} s: raise --rate or --window-s")
    chosen.starts_in_s = None  # the town computes it
    return chosen
