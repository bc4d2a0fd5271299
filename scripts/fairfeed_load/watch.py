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
        for name, pid in self._pids.items():
            try:
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            use = self.uses[name]
            use.cpu_s = max(use.cpu_s, (int(stat[11]) + int(stat[12])) * _TICK_S)
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    use.peak_mb = max(use.peak_mb, int(line.split()[1]) / 1024)

    def mark(self):
        self.look()
        for use in self.uses.values():
            use.begun_s = use.cpu_s
