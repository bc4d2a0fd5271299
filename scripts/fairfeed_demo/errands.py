"""Errands that go on side by side in one thread, each a generator.

An errand yields a Command, and is resumed with what the program printed; or it yields a function,
and is resumed with the function's value as soon as that is true.
"""

import time
from dataclasses import dataclass

from . import processes
from .faults import DemoFault

_PAUSE_S = 0.5


@dataclass(frozen=True)
class Command:
    words: list
    accepted: tuple = (0,)  # exit statuses that are no fault


def now_and_then(look):
    """The function, but asked at most twice a second; in between its value is None."""
    due = 0.0

    def ask():
        nonlocal due
        if time.monotonic() < due:
            return None
        due = time.monotonic() + _PAUSE_S
        return look()

    return ask


class Errands:
    """Lives in the main thread, as the programs that it starts demand (processes.py)."""

    def __init__(self):
        self._going = []

    def begin(self, name, steps):
        self._going.append(_Errand(name, steps))

    def go_on(self):
        """Lets each errand do all that it can do now. A fault of one ends them all."""
        for errand in self._going:
            errand.go_on()
        self._going = [errand for errand in self._going if not errand.is_over]

    def unfinished(self):
        """The names of those that are not over."""
        return [errand.name for errand in self._going]


class _Errand:
    def __init__(self, name, steps):
        self.name = name
        self.is_over = False
        self._steps = steps
        self._command = None  # the Command whose end is awaited
        self._awaited = None  # a function; None: nothing yet

    def go_on(self):
        while not self.is_over:
            answer = self._awaited() if self._awaited is not None else None
            if self._awaited is not None and not answer:
                return
            self._resume(self._output_of(answer) if self._command is not None else answer)

    def _resume(self, answer):
        try:
            wish = self._steps.send(answer)
        except StopIteration:
            self.is_over = True
            return
        is_command = isinstance(wish, Command)
        self._command = wish if is_command else None
        self._awaited = processes.Running(wish.words).result if is_command else wish

    def _output_of(self, ended):
        status, output, errors = ended
        if status not in self._command.accepted:
            words = " ".join(map(str, self._command.words[:3]))
            raise DemoFault(f"{words} ... ended with status {status}:\n{errors.strip()}")
        return output
