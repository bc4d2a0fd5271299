"""The demo's own directory: recognised by its marker, used by one demo at a time."""

import fcntl
import os
import shutil

from .faults import DemoFault, UsageFault

MARKER = ".fairfeed-demo"
MARKER_TEXT = (
    "Made by scripts/demo of Fairfeed. The next demo with this --dir removes everything here.\n"
)


class DemoDirectory:
    """Claims a directory. The directory must be new or carry the demo's marker."""

    def __init__(self, path):
        self.path = path.absolute()
        self._lock = None

    def claim(self):
        if self.path.exists() or self.path.is_symlink():
            self._check_ours()
        else:
            self._make()
        self._lock_marker()

    def _check_ours(self):
        if not self.path.is_dir():
            raise UsageFault(f"--dir: {self.path} is not a directory")
        if not (self.path / MARKER).is_file():
            raise UsageFault(
                f"--dir: {self.path} was not made by the demo (no {MARKER} in it); "
                "name another directory or remove it"
            )

    def _make(self):
        try:
            self.path.mkdir(parents=True, mode=0o755)
            (self.path / MARKER).write_text(MARKER_TEXT)
        except OSError as error:
            raise UsageFault(f"--dir: cannot make {self.path}: {error.strerror}") from error

    def _lock_marker(self):
        """Locks the marker until this process ends, however it ends."""
        try:
            self._lock = os.open(self.path / MARKER, os.O_RDWR | os.O_CLOEXEC)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageFault(f"--dir: another demo is at work in {self.path}; end it, "
                             "or name another --dir") from error
        except OSError as error:
            raise UsageFault(f"--dir: cannot use {self.path}: {error.strerror}") from error

    def empty(self):
        """Removes all files of earlier demos; the marker stays."""
        try:
            for entry in self.path.iterdir():
                if entry.name == MARKER:
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
        except OSError as error:
            raise DemoFault(f"cannot empty {self.path}: {error}") from error

    @property
    def genesis(self):
        return self.path / "genesis.cbor"

    @property
    def logs(self):
        return self.path / "log"

    @property
    def gateway_config(self):
        return self.path / "dgmd" / "gateway.yaml"

    @property
    def gateway_status(self):
        return self.path / "run" / "gateway.json"

    @property
    def meter_config(self):
        return self.path / "meters" / "meter-sim.yaml"

    @property
    def meter_status(self):
        return self.path / "run" / "meter-sim.json"

    @property
    def replacement(self):
        """Of the meter that takes the place of an opened one."""
        return self.path / "replacement"

    @property
    def replacement_config(self):
        return self.replacement / "meter-sim.yaml"

    @property
    def replacement_status(self):
        return self.path / "run" / "meter-sim-replacement.json"

    def meter_configs(self):
        """Of each process of meters."""
        every = (self.meter_config, self.replacement_config)
        return [config for config in every if config == self.meter_config or config.exists()]

    def meter_statuses(self):
        """As meter_configs()."""
        return [self.meter_status, self.replacement_status][: len(self.meter_configs())]

    def node(self, node):
        return self.path / "nodes" / node

    def node_config(self, node):
        return self.node(node) / "edge-node.yaml"

    def node_status(self, node):
        return self.path / "run" / f"node-{node}.json"

    def ledger(self, node):
        return self.node(node) / "ledger.db"
