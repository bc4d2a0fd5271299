"""One run: provision, start, load, drain, stop."""

import json
import math
import time

from fairfeed_demo import network as networks
from fairfeed_demo import processes, status
from fairfeed_demo.faults import DemoFault, UsageFault
from fairfeed_demo.processes import Crew

from .town import Town
from .watch import Watch

_POLL_S = 0.25
_METERS = "meter-sim"
_BROKER_S = 20.0
_DRAIN_S = 120.0


def _result_of(config):
    return config.with_suffix(".json")


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
        self._start("edge-node-", self._node_command)
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

    def _node_command(self, node):
        return [self._programs.edge_node, "run", "--config", self._directory.node_config(node)]

    def _await_brokers(self):
        deadline = time.monotonic() + _BROKER_S
        while not all(map(networks.is_listening, self.town.ports)):
            self._crew.check()
            if time.monotonic() > deadline:
                raise DemoFault(f"a Mosquitto does not listen; see {self._directory.logs}")
            time.sleep(0.05)

    def _play(self):
        config = self._directory.meter_config
        self.watch.add(_METERS, self._crew.start(_METERS, self._load_command(config)))
        begun = None
        while _METERS not in self._crew.names_ended():
            tail = self._crew.log_tail(_METERS).rpartition("\n")[2]
            if begun is None and "readings sent" in tail:
                begun = time.monotonic()
                self.watch.mark()  # nothing was sent before: see Town.starts_in_s
            self.watch.look()
            if tail:
                self._screen.progress(tail, key=tail[:7])
            time.sleep(_POLL_S)
        self._screen.end_progress()
        self.seconds = time.monotonic() - begun if begun else 0.0
        self.unwell += [name for name in self._crew.names_ended() if name != _METERS]
        self.load = self._result(config)

    def _load_command(self, config):
        chosen = self._chosen
        duration_s = max(1, math.ceil(chosen.windows * chosen.window_s))
        command = [self._programs.meter_sim, "load", "--config", config, "--duration", duration_s,
                   "--json", _result_of(config)]  # fmt: skip
        if chosen.in_flight:
            command += ["--in-flight", chosen.in_flight]
        return command + (["--rate", chosen.rate] if chosen.rate else ["--burst"])

    def _result(self, config):
        if not _result_of(config).is_file():
            raise DemoFault(f"{_METERS} ended without a result:\n{self._crew.log_tail(_METERS)}")
        return json.loads(_result_of(config).read_text())

    def _drain(self):
        deadline = time.monotonic() + _DRAIN_S
        while time.monotonic() < deadline and not self.one_tip:
            snapshot = self.snapshot()
            self.one_tip = snapshot.one_tip() and snapshot.nothing_waits()
            self.watch.look()
            self._screen.progress(f"draining at height {snapshot.height()}", key="drain")
            time.sleep(_POLL_S)
        self._screen.end_progress()

    def stop_node(self, node):
        """Stops one node; raises DemoFault if it did not end well."""
        if self._crew.stop(f"edge-node-{node}", 30.0):
            raise DemoFault(f"edge-node {node} did not end well; see {self._directory.logs}")

    def start_node(self, node):
        """Returns the id of its process."""
        name = f"edge-node-{node}"
        self.watch.add(name, self._crew.start(name, self._node_command(node)))
        return self.watch.pid(name)

    def check(self):
        """Raises DemoFault if a node or broker has ended; the meters may."""
        ended = [name for name in self._crew.names_ended() if not name.startswith("meter-sim")]
        if ended:
            raise DemoFault(f"{ended[0]} has ended; its last lines:\n"
                            f"{self._crew.log_tail(ended[0])}")  # fmt: skip

    def snapshot(self):
        return status.read(self._directory, self.town)

    def stop(self):
        self.watch.look()
        for prefix in ("meter-sim", "edge-node-", "mosquitto-"):
            unwell = self._crew.stop(prefix, 30.0)
            self.unwell += [name for name in unwell if not name.startswith("meter-sim")]

    def kill(self):
        self._crew.kill()
