"""Finds one program of a build, and builds it first if necessary."""

import os
import subprocess
import sys
from pathlib import Path

from fairfeed_demo import build
from fairfeed_demo.faults import DemoFault


def say(line):
    print(f"bench: {line}", file=sys.stderr, flush=True)


def one(name):
    """The path of the program. Builds only this program, unless FAIRFEED_BIN_DIR is set."""
    given = os.environ.get(build.BIN_DIR_VARIABLE)
    if not given:
        say(f"building {name} ...")
        for command in (
            [str(build.SOURCE / "scripts" / "install_packages")],
            ["cmake", "-S", str(build.SOURCE), "--preset", "release"],
            ["cmake", "--build", str(build.BUILD), "--target", name],
        ):
            done = subprocess.run(command, cwd=build.SOURCE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)  # fmt: skip
            if done.returncode != 0:
                tail = "\n".join(done.stdout.splitlines()[-20:])
                raise DemoFault(f"{tail}\n{command[0]} failed")
    program = (Path(given).absolute() if given else build.BUILD / "bin") / name
    if not os.access(program, os.X_OK):
        raise DemoFault(f"there is no program {program}; build it first")
    return program


def origin():
    """A sentence for the reader of figures, where the programs may be of another commit."""
    given = os.environ.get(build.BIN_DIR_VARIABLE)
    return ["The programs were built before (FAIRFEED_BIN_DIR), so their commit may be another "
            "one than the commit here."] if given else []  # fmt: skip
