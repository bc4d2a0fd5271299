"""CPU time and memory of processes, from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Use:
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    begun_s: float = 0.0  # CPU when mark() was called

    def since_mark_s(self):
        return self.cpu_s - self.begun_s


def _children_of(pid):
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir()
                for child in (task / "children").read_text().split()]  # fmt: skip
    except OSError:
        return []


def _use_of(pid):
    """Seconds of CPU and megabytes at the peak; zeros of a process that has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0, 0.0
    peak_mb = sum(int(line.split()[1]) / 1024 for line in status.splitlines()
                  if line.startswith("VmHWM:"))  # fmt: skip
    return (int(stat[11]) + int(stat[12])) * _TICK_S, peak_mb


class Watch:
    """Remembers what each process has used, also when it has ended."""

    def __init__(self):
        self._pids = {}
        self.uses = {}

    def add(self, name, pid):
        self._pids[name] = pid
        self.uses[name] = Use()

    def pid(self, name):
        return self._pids[name]

    def look(self):
        """A process counts with its children: `meter-sim` may spread its connections over some."""
        for name, pid in self._pids.items():
            use = self.uses[name]
            each = [_use_of(process) for process in (pid, *_children_of(pid))]
            use.cpu_s = max(use.cpu_s, sum(cpu_s for cpu_s, _ in each))
            use.peak_mb = max(use.peak_mb, sum(peak_mb for _, peak_mb in each))

    def mark(self):
        self.look()
        for use in self.uses.values():
            use.begun_s = use.cpu_s
