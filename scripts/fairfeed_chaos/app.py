"""scripts/chaos from its arguments to its exit status."""

from fairfeed_demo import build, command, ledgers
from fairfeed_demo.directory import DemoDirectory
from fairfeed_demo.screen import Screen

from . import options
from .findings import Findings, summary
from .lab import Lab
from .strikes import KINDS
from .trial import Trial


def main(arguments):
    return command.run("chaos", lambda: _run(options.parse(arguments, KINDS)))


def _run(chosen):
    screen = Screen()
    directory = DemoDirectory(chosen.dir)
    directory.claim()
    programs = build.find_or_build(screen)
    lab = Lab(chosen, programs, directory)
    trial = Trial(chosen, lab, screen)
    try:
        lab.start()
        screen.line(f"{len(lab.nodes)} brokers, {len(lab.nodes)} edge nodes and "
                    f"{len(lab.network.meters)} meters started; logs in {directory.logs}")
        trial.run()
    finally:
        lab.roster.kill_all()
    screen.line("verifying every ledger ...")
    records = ledgers.read_all(programs, directory, lab.network, lab.snapshot())
    meters = ledgers.read_meters(programs, directory)
    report = Findings(chosen, lab, trial, records, meters).report
    if chosen.json is not None:
        command.write_json(chosen.json, report)
    for line in ("", *summary(report)):
        screen.line(line)
    return command.OK if report["ok"] else command.FAILED
