"""The common frame of all commands in this folder: signals, complaints, exit statuses."""

import json
import os
import signal
import sys

from .faults import DemoFault, Interrupted, UsageFault

OK, FAILED, USAGE = 0, 1, 2


def run(name, work):
    """Runs work() -> exit status. Faults become lines on standard error, with the name first."""
    _watch_signals()
    try:
        return work()
    except UsageFault as fault:
        return _complain(name, fault, USAGE)
    except DemoFault as fault:
        return _complain(name, fault, FAILED)
    except Interrupted as interrupted:
        return _complain(name, "interrupted; everything it started is stopped",
                         128 + interrupted.signal_number)  # fmt: skip


def write_json(path, report):
    """Writes the file whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(json.dumps(report, indent=2) + "\n")
        os.replace(temporary, path)
    except OSError as error:
        raise DemoFault(f"--json: cannot write {path}: {error.strerror}") from error


def _complain(name, what, exit_status):
    for line in str(what).splitlines():
        print(f"{name}: {line}", file=sys.stderr)
    return exit_status


def _watch_signals():
    def interrupt(number, _frame):
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
