"""scripts/demo from its arguments to its exit status."""

import tempfile

from . import build, command, ledgers, office_page, options, status, summary
from .conductor import Conductor
from .directory import DemoDirectory
from .faults import Interrupted
from .figures import Figures
from .recorded import Recorded
from .screen import Screen
from .tables import counted


def main(arguments):
    return command.run("demo", lambda: _run(options.parse(arguments)))


def _run(chosen):
    screen = Screen()
    programs = build.find_or_build(screen)
    with tempfile.TemporaryDirectory() as scratch:
        recording = None
        if chosen.homes is not None:
            recording = Recorded(programs, chosen, scratch, screen)
        return _run_with(chosen, screen, programs, recording)


def _run_with(chosen, screen, programs, recording):
    directory = DemoDirectory(chosen.dir)
    directory.claim()
    conductor = Conductor(chosen, programs, directory, screen, recording)
    try:
        return _play(chosen, programs, directory, conductor, screen)
    except BaseException:
        screen.end_progress()
        _stop_whatever_comes(conductor)
        raise


def _stop_whatever_comes(conductor):
    """Stops the programs; a second Ctrl-C ends them at once."""
    try:
        conductor.stop()
    except Interrupted:
        conductor.kill()


def _play(chosen, programs, directory, conductor, screen):
    conductor.start()
    _say_where(directory, conductor, screen)
    conductor.await_start()
    conductor.run_windows()
    if chosen.keep:
        _say(screen, _early_page(_figures(chosen, programs, directory, conductor)))
        conductor.keep_running()
    conductor.stop()
    screen.line("verifying every ledger ...")
    figures = _figures(chosen, programs, directory, conductor)
    figures.judge(conductor.unwell)
    if chosen.json is not None:
        command.write_json(chosen.json, figures.report)
    report = figures.report
    network = conductor.network
    _say(screen, [
        "", *summary.headline(report, network), "",
        *([] if chosen.keep else [*summary.settlement(report), ""]),
        *summary.trust(report, conductor.provisioned), "",
        *office_page.story(report, conductor.office),
        *office_page.calls_afterwards(conductor.office),
        *summary.verdict(report), "",
        *summary.next_commands(report, programs, directory, network),
        *office_page.commands(conductor.office),
    ])  # fmt: skip
    return command.OK if report["ok"] else command.FAILED


def _early_page(figures):
    return ["", *summary.settlement(figures.report), ""]


def _say_where(directory, conductor, screen):
    network = conductor.network
    nodes, meters = len(network.nodes), len(network.meters)
    screen.line(
        f"{counted(nodes, 'broker')}, {counted(nodes, 'edge node')} and "
        f"{counted(meters, 'meter')} started; logs in {directory.logs}"
    )


def _figures(chosen, programs, directory, conductor):
    network = conductor.network
    snapshot = status.read(directory, network)
    records = ledgers.read_all(programs, directory, network, snapshot)
    meters = ledgers.read_meters(programs, directory)
    return Figures(chosen, network, conductor.provisioned, records, meters, conductor.office)


def _say(screen, lines):
    for line in lines:
        screen.line(line)
