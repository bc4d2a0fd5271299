"""Finds one program of a build, and builds it first if necessary."""

import os
import re
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
    """Sentences for the reader of figures: how the programs were compiled, and from what."""
    given = os.environ.get(build.BIN_DIR_VARIABLE)
    place = Path(given).absolute().parent if given else build.BUILD
    flags = _flags(place / "CMakeCache.txt")
    sentences = [f"Compiled with {flags}." if flags else "How it was compiled is not known."]
    if given:
        sentences.append("The programs were built before (FAIRFEED_BIN_DIR), so their commit may "
                         "be another one than the commit here.")  # fmt: skip
    return sentences


def _flags(cache):
    """The compiler's flags of a build by its CMakeCache.txt; None if it has none."""
    try:
        entries = dict(re.findall(r"^(\w+):\w+=(.*)$", cache.read_text(), re.MULTILINE))
    except OSError:
        return None
    kind = entries.get("CMAKE_BUILD_TYPE", "").upper()
    flags = (entries.get("CMAKE_CXX_FLAGS", ""), entries.get(f"CMAKE_CXX_FLAGS_{kind}", ""))
    return " ".join(" ".join(flags).split()) or None
