"""One run: faults one at a time until the time is over."""

import random
import time
from dataclasses import dataclass

from .lab import WINDOW_MS, now_ms
from .strikes import BLACKOUT_LIMIT_MS, KINDS, deck, kinds_for

_FIRST_S = 60.0
_DRAIN_S = 60.0


@dataclass(frozen=True)
class Struck:
    kind: str
    victim: str
    began_ms: int
    over_ms: int  # the fault has restored everything
    alive: bool  # the network went on in time


class Trial:
    def __init__(self, options, lab, screen):
        self._options = options
        self._lab = lab
        self._screen = screen
        self._dice = random.Random(options.seed)
        self.struck = []
        self.problems = []
        self.impossible = {}  # kind -> why the trial left it out

    def run(self):
        if not self._lab.await_life(self._lab.starts_at_ms, _FIRST_S):
            self._report("the network never began to settle", self._lab.starts_at_ms)
            return
        possible, self.impossible = kinds_for(self._options, self._lab)
        if not possible:
            self.problems.append("none of these faults can be injected on this machine")
            return
        kinds = deck(possible, self._dice)
        until = time.monotonic() + self._options.minutes * 60
        while time.monotonic() < until and (not self.struck or self.struck[-1].alive):
            # A random moment of a window, not always the one at which the last recovery ended.
            self._lab.pass_time(self._dice.uniform(0, WINDOW_MS / 1000))
            self._strike(next(kinds))
        unwell, quiet = self._lab.drain(_DRAIN_S)
        self.problems += [f"{name} did not end well: see its log" for name in unwell]
        if not quiet:
            self._report("not everything arrived in the end", now_ms())

    def _strike(self, kind):
        began_ms = now_ms()
        victim = KINDS[kind].strike(self._lab, self._dice)
        over_ms = now_ms()
        alive = self._lab.await_life(over_ms, BLACKOUT_LIMIT_MS * 1.5 / 1000)
        self.struck.append(Struck(kind, victim, began_ms, over_ms, alive))
        length_s, then_s = (over_ms - began_ms) / 1000, (now_ms() - over_ms) / 1000
        self._screen.line(
            f"{len(self.struck):3}  {kind:<21} {victim:<28} for {length_s:4.1f} s, "
            + (f"live within {then_s:.1f} s" if alive else "NOT LIVE AGAIN")
        )
        if not alive:
            self._report(f"after {kind} of {victim} the network did not go on", over_ms)

    def _report(self, what, since_ms):
        self.problems.append(what)
        for phrase in self._lab.missing(since_ms):
            self.problems.append(f"  {phrase}")
