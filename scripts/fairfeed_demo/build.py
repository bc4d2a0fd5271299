"""Finds the three programs, and builds them first if necessary."""

import os
import re
import select
import shutil
import signal
from pathlib import Path

from . import processes
from .faults import DemoFault

SOURCE = Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build" / "release"
PROGRAMS = ("edge-node", "gateway", "meter-sim")
BIN_DIR_VARIABLE = "FAIRFEED_BIN_DIR"


class Programs:
    """Paths of all programs that the demo starts."""

    def __init__(self, directory):
        self.edge_node, self.gateway, self.meter_sim = (directory / name for name in PROGRAMS)
        for program in (self.edge_node, self.gateway, self.meter_sim):
            if not os.access(program, os.X_OK):
                raise DemoFault(f"there is no program {program}; build it first, or unset "
                                "FAIRFEED_BIN_DIR if it names another place")
        # Debian keeps daemons outside of a user's PATH.
        path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
        found = shutil.which("mosquitto", path=path)
        if found is None:
            raise DemoFault("there is no program mosquitto; install the package of that name")
        self.mosquitto = Path(found)


def find_or_build(screen):
    """The programs in FAIRFEED_BIN_DIR if set; otherwise installs packages and builds a release."""
    given = os.environ.get(BIN_DIR_VARIABLE)
    if given:
        return Programs(Path(given).absolute())
    _install_packages()
    _build(screen)
    return Programs(BUILD / "bin")


def _install_packages():
    if processes.run_in_view([str(SOURCE / "scripts" / "install_packages")]) != 0:
        raise DemoFault("the Debian packages listed in scripts/packages.txt are needed")


def _build(screen):
    log = BUILD / "demo-build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        configure = processes.start(
            ["cmake", "-S", str(SOURCE), "--preset", "release"], out, signal.SIGTERM
        )
        status = _wait(configure)
    if status == 0:
        status = _compile(screen, log)
    if status != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise DemoFault(f"{tail}\nbuilding failed; all of it is in {log}")


def _wait(process):
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        raise


def _compile(screen, log):
    """Runs ninja without cmake: when the demo dies, ninja ends and stops its compilers."""
    reader, writer = os.pipe()
    try:
        ninja = processes.start(
            ["ninja", "-C", str(BUILD), *PROGRAMS], writer, signal.SIGTERM
        )
    finally:
        os.close(writer)
    with open(reader, "rb", buffering=0) as lines, open(log, "ab") as out:
        try:
            _follow(lines, out, screen)
            return ninja.wait()
        except BaseException:
            ninja.terminate()
            raise


def _follow(lines, out, screen):
    rest = b""
    while True:
        select.select([lines], [], [])
        piece = lines.read(65536)
        if not piece:
            break
        out.write(piece)
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            step = re.match(rb"\[(\d+)/(\d+)\] (?!Re-)", line)  # not ninja's own housekeeping
            if step:
                done, total = int(step[1]), int(step[2])
                screen.progress(f"building: {done} of {total}", key=("build", done * 4 // total))
    screen.end_progress()
