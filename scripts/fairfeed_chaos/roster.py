"""Processes that chaos starts, kills and starts again under one name."""

import contextlib
import signal
import time

from fairfeed_demo import processes
from fairfeed_demo.faults import DemoFault

_GRACE_S = 5.0
_AGAIN_S = 1.0  # a service manager's pause
_MOST_ENDS = 20


class Roster:
    """Only the main thread may start processes: the kernel ends them with the starting thread."""

    def __init__(self, logs):
        self._logs = logs
        self._commands = {}
        self._running = {}
        self._again_at = {}
        self._excused = set()
        self.ended = []  # programs that ended without a fault: {name, status, log}

    def start(self, name, command=None):
        if command is not None:
            self._commands[name] = [str(part) for part in command]
        with open(self._logs / f"{name}.log", "ab") as log:
            self._running[name] = processes.start(self._commands[name], log)

    def kill(self, name):
        process = self._running.pop(name, None)
        self._again_at.pop(name, None)
        if process is not None:
            process.kill()
            process.wait()

    @contextlib.contextmanager
    def excused(self, *names):
        """During this context the named programs may end, because a fault gives them a reason."""
        self._excused |= set(names)
        try:
            yield
            self.look_after()
        finally:
            self._excused -= set(names)

    def pause(self, name):
        self._signal(name, signal.SIGSTOP)

    def resume(self, name):
        self._signal(name, signal.SIGCONT)

    def _signal(self, name, number):
        if name in self._running:  # absent if it has just ended by itself
            self._running[name].send_signal(number)

    def look_after(self):
        """Notes programs that ended by themselves, and starts them again a little later."""
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            del self._running[name]
            log = self._logs / f"{name}.log"
            if name not in self._excused:
                self.ended.append({"name": name, "status": process.returncode, "log": str(log)})
            self._again_at[name] = time.monotonic() + _AGAIN_S
            if len(self.ended) > _MOST_ENDS:
                raise DemoFault(f"{name} keeps ending; see {log}")
        for name, at in list(self._again_at.items()):
            if time.monotonic() >= at:
                del self._again_at[name]
                self.start(name)

    def stop(self, prefix):
        """Sends SIGTERM, later SIGKILL. Returns the names of programs that did not end well."""
        chosen = {n: p for n, p in self._running.items() if n.startswith(prefix)}
        for process in chosen.values():
            process.terminate()
        deadline = time.monotonic() + _GRACE_S
        unwell = []
        for name, process in chosen.items():
            del self._running[name]
            while process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.returncode not in (0, -signal.SIGTERM):
                unwell.append(name)
        return unwell

    def kill_all(self):
        for process in self._running.values():
            process.kill()
        for process in self._running.values():
            process.wait()
        self._running = {}
