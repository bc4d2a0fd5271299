"""A network of one node with its broker and its meters, on loopback, for measurements."""

import json
import os
import resource
import time
from pathlib import Path

from fairfeed_demo import network as networks
from fairfeed_demo import processes
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.processes import Crew

NODE, BROKER, METERS = "edge-node", "mosquitto", "meter-sim"
WINDOW_SECONDS = 14_400
WINDOWS_PER_DAY = 86_400 // WINDOW_SECONDS
_BROKER_S = 10.0
_POLL_S = 0.05
_STALLED_S = 60.0
_END_S = 60.0  # a busy machine may need more than the demo allows
_CONNECT_S = 0.1  # more than a TLS handshake takes on a busy machine
# Nodes wait so long for a missing meter: longer than any pause of a busy machine.
_GRACE_MS = 600_000


def cpu_seconds(process):
    """CPU time of a process: to the nanosecond of threads that live, in ticks of all that were."""
    root = Path(f"/proc/{process}")
    living = sum(map(_ran_ns, root.glob("task/*/schedstat"))) / 1e9
    fields = (root / "stat").read_text().rpartition(")")[2].split()  # the name may hold spaces
    return max(living, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))


def _ran_ns(schedstat):
    """Of a thread; 0 if it has ended since it was listed."""
    try:
        return int(schedstat.read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _cpu_of_children():
    """CPU time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class OneNode:
    def __init__(self, tools, place, meters, speed, windows, starts_in_s):
        """`place`: an empty directory. `windows`: after so many nothing is measured any more."""
        self._tools = tools
        self._place = Path(place)
        self.meters = meters
        self.windows = windows
        self._starts_in_s = starts_in_s
        self._speed = speed
        self._root = self._place / "network"
        self._crew = Crew(self._place)
        self._ids = {}

    @property
    def genesis(self):
        return self._root / "genesis.cbor"

    @property
    def directory(self):
        return self._root / "nodes" / "n1"

    @property
    def config(self):
        return self.directory / "edge-node.yaml"

    @property
    def ledger(self):
        return self.directory / "ledger.db"

    def start(self):
        port = networks.free_ports(1)[0]
        description = self._place / "network.yaml"
        description.write_text(self._yaml(port), encoding="utf-8")
        code, _, errors = processes.run([str(self._tools.gateway), "provision", str(description),
                                         "--out", str(self._root)])  # fmt: skip
        if code != 0:
            raise DemoFault(f"gateway provision failed:\n{errors.strip()}")
        self._run(BROKER, [self._tools.mosquitto, "-c", self.directory / "mosquitto.conf"])
        self._await(lambda: networks.is_listening(port), "Mosquitto to listen", _BROKER_S)
        self._run(NODE, [self._tools.edge_node, "run", "--config", self.config])
        meters = self._root / "meters" / "meter-sim.yaml"
        self._run(METERS, [self._tools.meter_sim, "run", "--config", meters])

    def _run(self, name, command):
        self._ids[name] = self._crew.start(name, command)

    def id_of(self, name):
        return self._ids[name]

    def settled(self):
        """The number of windows that the node has settled."""
        return sum(self._status("node-n1").get("windows_settled", {}).values())

    def duplicates(self):
        return self._status("node-n1").get("readings", {}).get("duplicate", 0)

    def await_connections(self):
        def connected():
            links = self._status("meter-sim").get("connections", {"up": 0, "wanted": 1})
            return links["up"] == links["wanted"]

        self._await(connected, "all meters to connect", _STALLED_S + _CONNECT_S * self.meters)

    def await_settled(self, windows):
        """Waits until so many windows are settled; raises DemoFault when nothing moves."""
        seen, moved_at = self.settled(), time.monotonic()
        while seen < windows:
            time.sleep(_POLL_S)
            self._crew.check()
            now = self.settled()
            if now != seen:
                seen, moved_at = now, time.monotonic()
            elif time.monotonic() - moved_at > self._starts_in_s + _STALLED_S:
                raise DemoFault(f"no window was settled for {_STALLED_S:.0f} s; {seen} of "
                                f"{windows} are: see {self._place}")  # fmt: skip

    def verify(self, ledger, with_keys):
        """The answer of `edge-node verify`, and the seconds of CPU that it took."""
        keys = ["--config", str(self.config)] if with_keys else []
        before = _cpu_of_children()
        code, output, errors = processes.run([str(self._tools.edge_node), "verify", "--genesis",
                                              str(self.genesis), "--ledger", str(ledger), *keys,
                                              "--json"])  # fmt: skip
        took = _cpu_of_children() - before
        if code != 0:
            raise DemoFault(f"edge-node verify: {errors.strip() or output[:300]}")
        return json.loads(output), took

    def stop(self):
        """Stops meters first, the broker last."""
        for name in (METERS, NODE, BROKER):
            if self._crew.stop(name, grace_s=_END_S):
                raise DemoFault(f"{name} did not end well within {_END_S:.0f} s; its last lines:\n"
                                f"{self._crew.log_tail(name)}")  # fmt: skip

    def kill(self):
        self._crew.kill()

    def _status(self, name):
        try:
            return json.loads((self._root / "run" / f"{name}.json").read_text())
        except (OSError, ValueError):
            return {}

    def _await(self, condition, what, patience_s):
        until = time.monotonic() + patience_s
        while not condition():
            self._crew.check()
            if time.monotonic() > until:
                raise DemoFault(f"waited {patience_s:.0f} s for {what}: see {self._place}")
            time.sleep(_POLL_S)

    def _yaml(self, port):
        width = len(str(self.meters))
        meters = "".join(
            f"  - {{id: m-{number:0{width}}, cluster: ash, capacity_w: {1000 * (number % 6)}}}\n"
            for number in range(1, self.meters + 1)
        )
        return (
            "network:\n  name: bench\n  grid_epoch: 2016-08-08T00:00\n"
            f"  starts_in_s: {self._starts_in_s}\n  speed: {self._speed}\n"
            f"  window_seconds: {WINDOW_SECONDS}\n  window_limit: {self.windows}\n"
            f"  preset: lab\n  timers: {{grace_ms: {_GRACE_MS}}}\n"
            f"nodes:\n  - {{id: n1, location: {{east_m: 0, north_m: 0}}, "
            f"address: {networks.HOST}, port: {port}}}\n"
            "clusters:\n  - {id: ash, parent: n1}\n"
            f"meters:\n{meters}"
            f"tariff:\n  import_micro_per_kwh: {networks.IMPORT_MICRO_PER_KWH}\n"
            f"  export_micro_per_kwh: {networks.EXPORT_MICRO_PER_KWH}\n"
            "meter_source:\n  seed: 1\n"
        )

