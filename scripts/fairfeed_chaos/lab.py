"""The network under chaos: provisioned like the demo's, but every connection from one machine to
another goes through a link that can be cut."""

import argparse
import json
import re
import time

from fairfeed_demo import network as networks
from fairfeed_demo import processes, status
from fairfeed_demo.faults import DemoFault

from .disks import SmallDisk
from .links import Links
from .roster import Roster

WINDOW_MS = networks.REAL_SECONDS_PER_WINDOW * 1000
METERS = "meter-sim"
_POLL_S = 0.1
_BROKER_S = 10.0
_LAB_GRACE_MS = 1500  # as in the lab preset; the demo's is longer
# The keys are in the order of `gateway provision`.
_PEER = re.compile(r'(node: "([^"]+)", host: "[^"]+", port: )\d+')


def broker_of(node):
    return f"mosquitto-{node}"


def process_of(node):
    return f"edge-node-{node}"


def now_ms():
    return time.time_ns() // 1_000_000


class Lab:
    def __init__(self, options, programs, directory):
        self._programs = programs
        self._directory = directory
        plan = argparse.Namespace(nodes=options.nodes, seed=options.seed, homes=None, windows=0,
                                  keep=True, rule="paper", grace_ms=_LAB_GRACE_MS)  # fmt: skip
        self.network = networks.plan(plan)
        self.links = None
        self.roster = Roster(directory.logs)
        self.small_disk = SmallDisk()  # under the last node
        self.starts_at_ms = 0

    @property
    def nodes(self):
        return self.network.nodes

    def start(self):
        self._directory.empty()
        self._directory.logs.mkdir()
        self._provision()
        self.small_disk.put_under(self.directory_of(self.nodes[-1]))
        self.links = Links(dict(zip(self.network.nodes, self.network.ports)))
        for node in self.nodes:
            self._reroute(self._directory.node_config(node), node)
        self._reroute(self._directory.meter_config, Links.METERS)
        self._start_processes()

    def _provision(self):
        directory = self._directory
        # Provisioning needs an empty directory, and ignores names that begin with a dot.
        early_logs, early_file = directory.path / ".log", directory.path / ".network.yaml"
        directory.logs.rename(early_logs)
        early_file.write_text(networks.to_yaml(self.network))
        command = [self._programs.gateway, "provision", early_file, "--out", directory.path]
        code, output, errors = processes.run([str(part) for part in (*command, "--json")])
        early_logs.rename(directory.logs)
        if code != 0:
            raise DemoFault(f"gateway provision failed:\n{errors.strip()}")
        self.starts_at_ms = json.loads(output)["starts_at"]

    def _reroute(self, config, client):
        """Nodes and meters dial other machines' brokers through links."""
        text = config.read_text()
        config.write_text(
            _PEER.sub(lambda m: f"{m[1]}{self.links.ports[(client, m[2])]}", text)
        )

    def _start_processes(self):
        programs, directory = self._programs, self._directory
        for node in self.nodes:
            config = directory.node(node) / "mosquitto.conf"
            self.roster.start(broker_of(node), [programs.mosquitto, "-c", config])
        deadline = time.monotonic() + _BROKER_S
        while not all(map(networks.is_listening, self.network.ports)):
            if time.monotonic() > deadline:
                raise DemoFault(f"a Mosquitto cannot start; see {directory.logs}")
            time.sleep(0.02)
        for node in self.nodes:
            command = [programs.edge_node, "run", "--config", directory.node_config(node)]
            self.roster.start(process_of(node), command)
        self.roster.start(METERS, [programs.meter_sim, "run", "--config", directory.meter_config])

    def directory_of(self, node):
        return self._directory.node(node)

    def mended(self, node):
        """The number of blocks that this node has mended since its start."""
        return self._status(node).get("storage", {}).get("blocks_mended", 0)

    def has_stopped(self, node):
        """Whether the node signs nothing until a person helps (R23, R24)."""
        return self._status(node).get("signing", {}).get("state") == "stopped"

    def _status(self, node):
        try:
            return json.loads(self._directory.node_status(node).read_text())
        except (OSError, ValueError):
            return {}

    def ledger_of(self, node):
        return self._directory.ledger(node)

    def back_up(self, node, file):
        """Backs up the ledger of a running node."""
        command = [self._programs.edge_node, "backup", "--data", self.directory_of(node),
                   "--to", file]  # fmt: skip
        code, _, errors = processes.run([str(part) for part in command])
        if code != 0:
            raise DemoFault(f"edge-node backup failed:\n{errors.strip()}")

    def aside(self, name):
        """A path beside the nodes' own directories."""
        return self._directory.path / name

    def start_clone(self, node, directory):
        """Starts a node a second time, from a copy of its directory; returns its roster name."""
        name = f"clone-of-{node}"
        config = directory / "edge-node.yaml"
        # The second machine needs a status file of its own.
        config.write_text(config.read_text().replace(f"/node-{node}.json", f"/{name}.json"))
        self.roster.start(name, [self._programs.edge_node, "run", "--config", config])
        return name

    def snapshot(self):
        return status.read(self._directory, self.network)

    def everybody(self):
        return [*map(broker_of, self.nodes), *map(process_of, self.nodes), METERS]

    def pass_time(self, seconds):
        """Waits, and restarts programs that end by themselves."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.roster.look_after()
            time.sleep(min(_POLL_S, left))

    def window_after(self, at_ms):
        """The first window that ends after this moment."""
        return max(0, (at_ms - self.starts_at_ms) // WINDOW_MS)

    def await_life(self, since_ms, patience_s):
        """Waits until all clusters have settled a window that ended after `since_ms`, on all nodes,
        and the nodes have one tip. False: not within the given time."""
        wanted = self.window_after(since_ms) + 1
        clusters = self.network.clusters_with_meters()
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            snapshot = self.snapshot()
            if snapshot.settled_everywhere(clusters) >= wanted and snapshot.one_tip():
                return True
            self.pass_time(_POLL_S)
        return False

    def missing(self, since_ms):
        """One phrase for each thing that is still missing."""
        wanted = self.window_after(since_ms) + 1
        return self.snapshot().laggards(self.network.clusters_with_meters(), wanted)

    def drain(self, patience_s):
        """Stops the meters when everything they measured is settled, then the other programs.
        Returns the programs that did not end well, and whether the network became quiet."""
        quiet = self._await(self._is_quiet, patience_s)
        unwell = self.roster.stop(METERS)
        quiet = self._await(lambda: self._is_level(self.snapshot()), patience_s) and quiet
        unwell += self.roster.stop("edge-node-") + self.roster.stop("mosquitto-")
        return unwell, quiet

    def _await(self, condition, patience_s):
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if condition():
                return True
            self.pass_time(0.05)
        return False

    def _is_quiet(self):
        """In the last third of the next window a settlement is over; no message is under way."""
        passed_ms = now_ms() - self.starts_at_ms
        if not 0.6 < passed_ms % WINDOW_MS / WINDOW_MS < 0.9:
            return False
        snapshot = self.snapshot()
        settled = snapshot.settled_everywhere(self.network.clusters_with_meters())
        return settled == passed_ms // WINDOW_MS and self._is_level(snapshot)

    @staticmethod
    def _is_level(snapshot):
        return snapshot.one_tip() and snapshot.nothing_waits()
