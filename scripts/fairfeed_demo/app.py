"""The demo from its arguments to its exit status."""

import json
import os
import signal
import sys

from . import build, ledgers, options, status, summary
from . import network as networks
from .conductor import Conductor
from .directory import DemoDirectory
from .faults import DemoFault, Interrupted, UsageFault
from .figures import Figures
from .screen import Screen
from .tables import counted

_OK, _FAILED, _USAGE = 0, 1, 2


def main(arguments):
    _watch_signals()
    try:
        return _run(options.parse(arguments))
    except UsageFault as fault:
        return _complain(fault, _USAGE)
    except DemoFault as fault:
        return _complain(fault, _FAILED)
    except Interrupted as interrupted:
        return _complain("interrupted; everything it started is stopped",
                         128 + interrupted.signal_number)


def _complain(what, exit_status):
    for line in str(what).splitlines():
        print(f"demo: {line}", file=sys.stderr)
    return exit_status


def _watch_signals():
    def interrupt(number, _frame):
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def _run(chosen):
    screen = Screen()
    programs = build.find_or_build(screen)
    recording = None
    if chosen.homes is not None:
        recording = networks.read_recording(programs.gateway, chosen.homes)
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
    """A second Ctrl-C while stopping means: at once."""
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
        _write_json(chosen.json, figures.report)
    report = figures.report
    network = conductor.network
    _say(screen, [
        "", *summary.headline(report, network), "",
        *([] if chosen.keep else [*summary.settlement(report), ""]),
        *summary.trust(report, conductor.provisioned), "",
        *summary.verdict(report), "",
        *summary.next_commands(report, programs, directory, network),
    ])  # fmt: skip
    return _OK if report["ok"] else _FAILED


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
    return Figures(chosen, network, conductor.provisioned, records, meters)


def _say(screen, lines):
    for line in lines:
        screen.line(line)


def _write_json(path, report):
    """Whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(json.dumps(report, indent=2) + "\n")
        os.replace(temporary, path)
    except OSError as error:
        raise DemoFault(f"--json: cannot write {path}: {error.strerror}") from error
