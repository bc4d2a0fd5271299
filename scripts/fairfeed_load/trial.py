"""One run: provision, start, load, drain, stop."""

import json
import time

from fairfeed_demo import network as networks
from fairfeed_demo import processes, status
from fairfeed_demo.faults import DemoFault, UsageFault
from fairfeed_demo.processes import Crew

from .town import Town
from .watch import Watch

_POLL_S = 0.25
_BROKER_S = 20.0
_DRAIN_S = 120.0


class Trial:
    def __init__(self, chosen, programs, directory, screen):
        self._chosen = chosen
        self._programs = programs
        self._directory = directory
        self._screen = screen
        self._crew = Crew(directory.logs)
        self.town = Town(chosen)
        self.watch = Watch()
        self.load = {}  # the JSON of meter-sim load
        self.unwell = []
        self.one_tip = False
        self.seconds = 0.0

    def run(self):
        self._provision()
        self._start("mosquitto-", lambda node: [
            self._programs.mosquitto, "-c", self._directory.node(node) / "mosquitto.conf"
        ])  # fmt: skip
        self._await_brokers()
        self._start("edge-node-", lambda node: [
            self._programs.edge_node, "run", "--config", self._directory.node_config(node)
        ])  # fmt: skip
        self._play()
        self._drain()

    def _provision(self):
        self._screen.line(f"provisioning {len(self.town.nodes)} nodes, {len(self.town.clusters)} "
                          f"clusters, {self._chosen.meters} meters ...")  # fmt: skip
        directory = self._directory
        file = directory.path / ".network.yaml"
        file.write_text(self.town.to_yaml(), encoding="utf-8")
        code, _, errors = processes.run(
            [str(self._programs.gateway), "provision", str(file), "--out", str(directory.path)]
        )
        if code != 0:
            fault = UsageFault if code == 2 else DemoFault
            raise fault(f"gateway provision: {errors.strip()}")
        directory.logs.mkdir()

    def _start(self, prefix, command_of):
        for node in self.town.nodes:
            self.watch.add(prefix + node, self._crew.start(prefix + node, command_of(node)))

    def _await_brokers(self):
        deadline = time.monotonic() + _BROKER_S
        while not all(map(networks.is_listening, self.town.ports)):
            self._crew.check()
            if time.monotonic() > deadline:
                raise DemoFault(f"a Mosquitto does not listen; see {self._directory.logs}")
            time.sleep(0.05)

    def _play(self):
        chosen, result = self._chosen, self._directory.path / "load.json"
        command = [self._programs.meter_sim, "load", "--config", self._directory.meter_config,
                   "--duration", chosen.windows * chosen.window_s, "--json", result]  # fmt: skip
        command += ["--rate", chosen.rate] if chosen.rate else ["--burst"]
        self.watch.add("meter-sim", self._crew.start("meter-sim", command))
        begun = None
        while "meter-sim" not in self._crew.names_ended():
            tail = self._crew.log_tail("meter-sim").rpartition("\n")[2]
            if begun is None and "readings sent" in tail:
                begun = time.monotonic()
                self.watch.mark()
            self.watch.look()
            if tail:
                self._screen.progress(tail, key=tail[:7])
            time.sleep(_POLL_S)
        self._screen.end_progress()
        self.seconds = time.monotonic() - begun if begun else 0.0
        others = [name for name in self._crew.names_ended() if name != "meter-sim"]
        if others:
            self.unwell += others
        if not result.is_file():
            raise DemoFault("meter-sim load ended without a result:\n"
                            + self._crew.log_tail("meter-sim"))  # fmt: skip
        self.load = json.loads(result.read_text())

    def _drain(self):
        deadline = time.monotonic() + _DRAIN_S
        while time.monotonic() < deadline and not self.one_tip:
            snapshot = self.snapshot()
            self.one_tip = snapshot.one_tip() and snapshot.nothing_waits()
            self.watch.look()
            self._screen.progress(f"draining at height {snapshot.height()}", key="drain")
            time.sleep(_POLL_S)
        self._screen.end_progress()

    def snapshot(self):
        return status.read(self._directory, self.town)

    def stop(self):
        self.watch.look()
        for prefix in ("meter-sim", "edge-node-", "mosquitto-"):
            self.unwell += [n for n in self._crew.stop(prefix, 30.0) if n != "meter-sim"]

    def kill(self):
        self._crew.kill()
