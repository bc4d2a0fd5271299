"""The recording that --homes names: a file of that format, or made of files of real meters."""

import codecs
import json
from pathlib import Path

from . import processes
from .faults import DemoFault, UsageFault

_HEADING = "interval_start_local"


def file_of(word):
    """The file of FILE or NAME=FILE, as `meter-sim import` understands it."""
    _, equals, file = word.partition("=")
    return Path(file) if equals and not Path(word).exists() else Path(word)


def _is_recording(file):
    with open(file, "rb") as source:
        start = source.read(200)
    text = start.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
    return text.lstrip("\ufeff\r\n \t\"").startswith(_HEADING)


def _import(programs, options, file):
    command = [str(programs.meter_sim), "import", *options.homes, "--out", str(file)]
    for name in ("zone", "map", "gaps"):
        value = getattr(options, name)
        if value is not None:
            command += [f"--{name}", str(value)]
    code, output, errors = processes.run(command)
    if code != 0:
        fault = UsageFault if code == 2 else DemoFault
        raise fault(f"--homes: {errors.strip() or 'meter-sim cannot read these files'}")
    return output.rstrip().splitlines()


def _read(gateway, file):
    code, output, errors = processes.run([str(gateway), "recording", str(file), "--json"])
    if code != 0:
        fault = UsageFault if code == 2 else DemoFault
        raise fault(f"--homes: {errors.strip() or 'gateway cannot read this recording'}")
    return json.loads(output)


class Recorded:
    """`file`: where the recording is now. `content`: what `gateway recording` says of it."""

    def __init__(self, programs, options, scratch, screen):
        self.is_imported = len(options.homes) > 1 or not _is_recording(file_of(options.homes[0]))
        if self.is_imported:
            self._made = self.file = Path(scratch) / "homes.csv"
            for line in _import(programs, options, self.file):
                screen.line(line.replace(f"{self.file}:", "recorded homes:"))
        else:
            self.file = Path(options.homes[0])
        self.content = _read(programs.gateway, self.file)

    def keep_in(self, directory):
        """Puts an imported recording beside the network that plays it."""
        if self.is_imported:
            # Provisioning needs an empty directory, and ignores names that begin with a dot.
            self.file = directory / ".homes.csv"
            self.file.write_bytes(self._made.read_bytes())
