"""scripts/load from its arguments to its exit status."""

from fairfeed_demo import build, command, ledgers
from fairfeed_demo.directory import DemoDirectory
from fairfeed_demo.screen import Screen

from . import options
from .findings import Findings
from .trial import Trial


def main(arguments):
    return command.run("load", lambda: _run(options.parse(arguments)))


def _run(chosen):
    screen = Screen()
    programs = build.find_or_build(screen)
    directory = DemoDirectory(chosen.dir)
    directory.claim()
    directory.empty()
    trial = Trial(chosen, programs, directory, screen)
    try:
        trial.run()
        trial.stop()
    finally:
        trial.kill()
    screen.line("verifying every ledger ...")
    answers = {node: ledgers.verify(programs, directory, node) for node in trial.town.nodes}
    findings = Findings(chosen, trial, directory, answers)
    if chosen.json is not None:
        command.write_json(chosen.json, findings.report)
    for line in ("", *findings.summary()):
        screen.line(line)
    return command.OK if findings.report["ok"] else command.FAILED
