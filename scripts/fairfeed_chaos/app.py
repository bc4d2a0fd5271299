"""Chaos from its arguments to its exit status."""

import json
import os
import signal
import sys

from fairfeed_demo import build, ledgers
from fairfeed_demo.directory import DemoDirectory
from fairfeed_demo.faults import DemoFault, Interrupted, UsageFault
from fairfeed_demo.screen import Screen

from . import options
from .findings import Findings, summary
from .grid import Grid
from .strikes import KINDS
from .trial import Trial

_OK, _FAILED, _USAGE = 0, 1, 2


def main(arguments):
    _watch_signals()
    try:
        return _run(options.parse(arguments, KINDS))
    except UsageFault as fault:
        return _complain(fault, _USAGE)
    except DemoFault as fault:
        return _complain(fault, _FAILED)
    except Interrupted as interrupted:
        return _complain("interrupted; everything it started is stopped",
                         128 + interrupted.signal_number)  # fmt: skip


def _complain(what, exit_status):
    for line in str(what).splitlines():
        print(f"chaos: {line}", file=sys.stderr)
    return exit_status


def _watch_signals():
    def interrupt(number, _frame):
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def _run(chosen):
    screen = Screen()
    directory = DemoDirectory(chosen.dir)
    directory.claim()
    programs = build.find_or_build(screen)
    grid = Grid(chosen, programs, directory)
    trial = Trial(chosen, grid, screen)
    try:
        grid.start()
        screen.line(f"{len(grid.nodes)} brokers, {len(grid.nodes)} edge nodes and "
                    f"{len(grid.network.meters)} meters started; logs in {directory.logs}")
        trial.run()
    finally:
        grid.roster.kill_all()
    screen.line("verifying every ledger ...")
    records = ledgers.read_all(programs, directory, grid.network, grid.snapshot())
    meters = ledgers.read_meters(programs, directory)
    report = Findings(chosen, grid, trial, records, meters).report
    if chosen.json is not None:
        _write_json(chosen.json, report)
    for line in ("", *summary(report)):
        screen.line(line)
    return _OK if report["ok"] else _FAILED


def _write_json(path, report):
    """Whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(json.dumps(report, indent=2) + "\n")
        os.replace(temporary, path)
    except OSError as error:
        raise DemoFault(f"--json: cannot write {path}: {error.strerror}") from error
