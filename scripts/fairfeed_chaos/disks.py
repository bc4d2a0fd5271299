"""A small disk under one node, which a fault can fill, and copies of data directories: older ones,
and those of a second machine."""

import ctypes
import errno
import os
import shutil
import sqlite3

from fairfeed_demo.faults import DemoFault

_CLONE_NEWNS = 0x00020000
_MS_REC, _MS_PRIVATE = 0x4000, 1 << 18
_LIBC = ctypes.CDLL(None, use_errno=True)
_SIZE = "64m"
_FILLER = "filler"
# The files that a node writes; not its keys and its configuration.
_DATA = ("ledger.db", "ledger.db-wal", "inbox.db", "inbox.db-wal", "inbox.mark", "safety.slot")


class SmallDisk:
    """A tmpfs in place of a node's directory, in a mount namespace of this process and its
    children; the tmpfs ends with them. `missing` says why this machine has none."""

    def __init__(self):
        self.missing = None
        self.path = None

    def put_under(self, path):
        beside = path.with_name(path.name + ".small")
        if not self._own_namespace():
            return
        path.rename(beside)
        path.mkdir()
        if not self._mount(path):
            path.rmdir()
            beside.rename(path)
            return
        shutil.copytree(beside, path, dirs_exist_ok=True)
        self.path = path

    def _own_namespace(self):
        if _LIBC.unshare(_CLONE_NEWNS) != 0:
            return self._cannot("a mount namespace")
        if _LIBC.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
            return self._cannot("private mounts")
        return True

    def _mount(self, path):
        options = f"size={_SIZE},mode=0755".encode()
        if _LIBC.mount(b"tmpfs", os.fsencode(path), b"tmpfs", 0, options) != 0:
            return self._cannot("mounting a tmpfs")
        return True

    def _cannot(self, what):
        self.missing = f"{what} is refused here: {os.strerror(ctypes.get_errno())}"
        return False

    def fill(self):
        try:
            with open(self.path / _FILLER, "ab", buffering=0) as filler:
                while True:
                    filler.write(bytes(65536))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise DemoFault(f"cannot fill {self.path}: {error}") from error

    def free(self):
        (self.path / _FILLER).unlink()


def copy_data(source, target):
    """Copies all files that a stopped node has written; replaces those of `target`."""
    target.mkdir(exist_ok=True)
    for name in _DATA:
        (target / name).unlink(missing_ok=True)
        if (source / name).exists():
            shutil.copy2(source / name, target / name)
    # Belongs to the replaced files.
    for name in ("ledger.db-shm", "inbox.db-shm"):
        (target / name).unlink(missing_ok=True)


def restore_backup(backup, target):
    """Leaves a new disk that holds only a ledger, as docs/operations.md describes."""
    for name in (*_DATA, "ledger.db-shm", "inbox.db-shm"):
        (target / name).unlink(missing_ok=True)
    shutil.copy2(backup, target / "ledger.db")


def remove_safety_record(data):
    """As a person does once the other machine with the same keys is off."""
    (data / "safety.slot").unlink(missing_ok=True)


def rot(ledger, dice):
    """Changes a committed block in a running node's ledger."""
    database = sqlite3.connect(ledger, timeout=5, isolation_level=None)
    try:
        tip = database.execute("SELECT max(height) FROM blocks").fetchone()[0]
        height = dice.randint(1, max(1, tip))
        database.execute(
            "UPDATE blocks SET body = zeroblob(length(body)) WHERE height = ?", (height,)
        )
    except sqlite3.Error as error:
        raise DemoFault(f"cannot spoil {ledger}: {error}") from error
    finally:
        database.close()


def copy_machine(source, target):
    """Makes the files of a second machine with the same keys."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
