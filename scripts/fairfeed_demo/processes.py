"""Child processes that cannot outlive the demo, however it ends."""

import ctypes
import os
import signal
import subprocess
import tempfile
import time

from .faults import DemoFault

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_GRACE_S = 5.0
_POLL_S = 0.05


def _die_with_parent(parent, number):
    """Runs in the child before its program: the kernel will send `number` when the demo has ended.

    The kernel acts when the starting thread ends, so only the main thread may start children.
    """

    def prepare():
        _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def start(command, log, death_signal=signal.SIGKILL, environment=None):
    """Starts a program in a session of its own; its output goes to the open file `log`."""
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
            preexec_fn=_die_with_parent(os.getpid(), death_signal),
        )
    except OSError as error:
        raise DemoFault(f"cannot start {command[0]}: {error.strerror}") from error


def run(command):
    """Runs a short program to its end: (exit status, standard output, standard error)."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            preexec_fn=_die_with_parent(os.getpid(), signal.SIGKILL),
        )
    except OSError as error:
        raise DemoFault(f"cannot start {command[0]}: {error.strerror}") from error
    return done.returncode, done.stdout, done.stderr


class Running:
    """A short program on its way to its end, which the demo looks at now and then."""

    def __init__(self, command):
        self._output, self._errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._errors,
                preexec_fn=_die_with_parent(os.getpid(), signal.SIGKILL),
            )
        except OSError as error:
            raise DemoFault(f"cannot start {command[0]}: {error.strerror}") from error

    def result(self):
        """(exit status, standard output, standard error), or None while the program runs."""
        if self._process.poll() is None:
            return None
        return self._process.returncode, _whole_text(self._output), _whole_text(self._errors)


def _whole_text(file):
    with file:
        file.seek(0)
        return file.read().decode(errors="replace")


def run_in_view(command):
    """Runs a program on the demo's own streams, which the person sees; returns the exit status."""
    try:
        process = subprocess.Popen(
            command, preexec_fn=_die_with_parent(os.getpid(), signal.SIGTERM)
        )
    except OSError as error:
        raise DemoFault(f"cannot start {command[0]}: {error.strerror}") from error
    return process.wait()


class Crew:
    """All programs of the demo in the order of their start, each with a log of its own."""

    def __init__(self, logs):
        self._logs = logs
        self._members = []

    def start(self, name, command):
        """Returns the id of the process."""
        path = self._logs / f"{name}.log"
        with open(path, "wb") as log:
            process = start([str(part) for part in command], log)
        self._members.append((name, process, path))
        return process.pid

    def check(self):
        """Raises DemoFault if a program has ended by itself."""
        for name, process, path in self._members:
            if process.poll() is not None:
                raise DemoFault(_ended_text(name, process.returncode, path))

    def names_ended(self):
        return [name for name, process, _ in self._members if process.poll() is not None]

    def log_tail(self, name):
        return "\n".join(_tail(self._logs / f"{name}.log"))

    def stop(self, prefix="", grace_s=_GRACE_S):
        """Sends SIGTERM to programs whose name begins with `prefix`, later SIGKILL.

        Returns the names of those that did not end well.
        """
        chosen = [member for member in self._members if member[0].startswith(prefix)]
        for _, process, _ in chosen:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + grace_s
        while time.monotonic() < deadline and any(p.poll() is None for _, p, _ in chosen):
            time.sleep(_POLL_S)
        unwell = []
        for name, process, _ in chosen:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.returncode not in (0, -signal.SIGTERM):
                unwell.append(name)
        self._members = [member for member in self._members if member not in chosen]
        return unwell

    def kill(self):
        for _, process, _ in self._members:
            process.kill()
        for _, process, _ in self._members:
            process.wait()
        self._members = []


def _tail(path, lines=5):
    try:
        return path.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return []


def _ended_text(name, status, path):
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    tail = "".join(f"\n  {line}" for line in _tail(path))
    return f"{name} {how} ({path}):{tail}"
