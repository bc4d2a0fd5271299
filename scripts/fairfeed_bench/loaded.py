"""A network of real processes that `meter-sim load` plays for a benchmark, and what that gave.

The network is the one of scripts/load. Its last step is that of scripts/load as well: everything
stops, and `edge-node verify` judges the ledgers. A figure of a network that lost or doubled a
reading is not given.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fairfeed_demo import ledgers
from fairfeed_demo import network as networks
from fairfeed_demo.directory import DemoDirectory
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.screen import Screen
from fairfeed_load.findings import Findings
from fairfeed_load.trial import Trial

from . import programs
from .figures import REPEATS, middle

_VERIFIED = 4  # ledgers; of more nodes the tips are compared
_BROKER_S = 20.0
_MOST_SLICES = 20


@dataclass(frozen=True)
class Shape:
    """What `Town` and `Trial` of scripts/load read from a command line."""

    nodes: int
    meters: int
    windows: int
    window_s: float
    rate: int = None
    in_flight: int = None

    @property
    def starts_in_s(self):
        """To provision, sign and connect. If it is not enough, meter-sim postpones everything.

        With a limit of what is in flight it waits for the end of the last window in any case.
        """
        if self.in_flight:
            return 0
        connections = self.meters * min(self.nodes, 4)
        readings = self.meters * self.windows
        return round(4 + self.nodes / 2 + connections / 250 + self.meters / 300 + readings / 5000)

    def words(self):
        return (f"{self.nodes} node{'s' * (self.nodes > 1)}, {self.meters} meters, "
                f"{self.windows} windows of {self.window_s:g} s")  # fmt: skip


def await_listening(ports, crew):
    deadline = time.monotonic() + _BROKER_S
    while not all(map(networks.is_listening, ports)):
        crew.check()
        if time.monotonic() > deadline:
            raise DemoFault(f"Mosquitto does not listen after {_BROKER_S:.0f} s")
        time.sleep(0.05)


class Outcome:
    """Of one run."""

    def __init__(self, shape, trial):
        self.shape = shape
        self.load = trial.load
        self._uses = trial.watch.uses

    @property
    def readings(self):
        return self.load["readings"]["final"]

    def cpu_us(self, prefix):
        """CPU of the processes whose names begin so, for a reading, from the first reading on."""
        used = sum(use.since_mark_s() for name, use in self._uses.items()
                   if name.startswith(prefix))  # fmt: skip
        return used / self.readings * 1e6

    def peak_mb(self, prefix):
        """The median of the processes whose names begin so."""
        return median(use.peak_mb for name, use in self._uses.items() if name.startswith(prefix))

    def duplicates_percent(self):
        return 100 * self.load["duplicates"] / self.load["publishes"]

    def rate(self, until):
        """Readings a second: the median of slices of the run, by its windows.

        `until`: "last_receipt_ms" or "last_final_ms".
        """
        ended, counts = 0, {}  # readings by the moment when they and all before had their answer
        for each in self.load["windows"]:
            ended = max(ended, each[until])
            counts[ended] = counts.get(ended, 0) + each["sent"]
        if len(counts) < REPEATS:
            raise DemoFault(f"{len(counts)} answers are too few for a rate: load more windows")
        moments = list(counts.items())
        slices = max(REPEATS, min(len(moments) // 2, _MOST_SLICES))
        edges = [round(i * len(moments) / slices) for i in range(slices + 1)]
        began, rates = self.load["windows"][0]["first_sent_ms"], []
        for low, high in zip(edges, edges[1:]):
            ended = moments[high - 1][0]
            rates.append(sum(count for _, count in moments[low:high]) / (ended - began) * 1000)
            began = ended
        return middle(rates)

    def seconds_to(self, until):
        """From a window's first reading to its last answer: the median of the windows."""
        return middle([(each[until] - each["first_sent_ms"]) / 1000
                       for each in self.load["windows"]])  # fmt: skip


class Loaded:
    """`with Loaded(tools, shape) as network: outcome = network.play()`."""

    def __init__(self, tools, shape):
        self._tools = tools
        self._shape = shape
        self._place = self.directory = self.trial = None

    def __enter__(self):
        self._place = tempfile.TemporaryDirectory(dir="/var/tmp")  # /tmp may be in memory
        return self

    def __exit__(self, *_):
        if self.trial is not None:
            self.trial.kill()
        self._place.cleanup()

    def play(self):
        """The outcome. The nodes and brokers still run."""
        shape = self._shape
        programs.say(f"{shape.words()} ...")
        self.directory = DemoDirectory(Path(self._place.name) / "network")
        self.directory.claim()
        self.trial = Trial(shape, self._tools, self.directory, Screen(sys.stderr))
        self.trial.run()
        return Outcome(shape, self.trial)

    def stop_and_verify(self):
        """Stops everything; raises DemoFault if anything is lost, doubled or unsound."""
        self.trial.stop()
        programs.say("verifying ...")
        nodes = self.trial.town.nodes
        answers = {node: ledgers.verify(self._tools, self.directory, node)
                   for node in nodes[: _VERIFIED if len(nodes) <= _VERIFIED else 1]}  # fmt: skip
        problems = Findings(self._shape, self.trial, self.directory,
                            answers).report["problems"]  # fmt: skip
        if problems:
            raise DemoFault("\n".join(["the run is not sound:", *problems]))


def run(tools, shape):
    """One network from provisioning to verified ledgers."""
    with Loaded(tools, shape) as network:
        outcome = network.play()
        network.stop_and_verify()
        return outcome
