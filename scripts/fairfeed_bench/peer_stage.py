"""A stage on which programs do a part of a node's work: the signed readings of a network that has
run, a broker over mutual TLS, and a database in which the program stores what it has verified."""

import json
import sqlite3
import subprocess
import threading
import time

from fairfeed_demo import network as networks
from fairfeed_demo import processes
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.processes import Crew
from fairfeed_load.town import NETWORK

from . import raw_mqtt
from .figures import REPEATS, middle
from .loaded import await_listening
from .one_node import cpu_seconds

_POLL_S = 0.01
_READY_S = 60.0
_STALLED_S = 30.0
_QUIET_S = 0.5
# Who may connect and what may be said is left to the certificates: a peer has no list of meters.
_LEFT_OUT = ("acl_file", "use_identity_as_username", "use_username_as_clientid", "allow_",
             "listener", "check_retain")  # fmt: skip


class Stage:
    """`network` is a Loaded that has stopped; everything is written into `place`."""

    def __init__(self, tools, network, place):
        self._tools, self._network, self.place = tools, network, place
        self.crew = Crew(place)
        root = network.directory
        self.node = network.trial.town.nodes[0]
        keys = root.node(self.node) / "keys"
        self.files = [str(keys / name) for name in ("ca.crt", "tls.crt", "tls.key")]
        self.readings = _readings(root.meter_config.parent)
        self.network_id = self._network_id()
        self.keys = place / "keys.json"
        self.keys.write_text(json.dumps(_public_keys(root.meter_config.parent)))
        self.database = place / "peer.db"
        self.port = networks.free_ports(1)[0]

    def _network_id(self):
        root = self._network.directory
        code, output, errors = processes.run([
            str(self._tools.edge_node), "show", "nodes", "--json", "--genesis", str(root.genesis),
            "--ledger", str(root.ledger(self.node))])  # fmt: skip
        if code != 0:
            raise DemoFault(f"edge-node show nodes: {errors.strip()}")
        return json.loads(output)["network"]

    def start_broker(self):
        own = self._network.directory.node(self.node) / "mosquitto.conf"
        lines = [line for line in own.read_text().splitlines() if not line.startswith(_LEFT_OUT)]
        lines.insert(2, f"listener {self.port} {networks.HOST}\nallow_anonymous true\n"
                        "allow_zero_length_clientid true")  # fmt: skip
        file = self.place / "mosquitto.conf"
        file.write_text("\n".join(lines) + "\n")
        self.crew.start("mosquitto", [self._tools.mosquitto, "-c", file])
        await_listening([self.port], self.crew)

    def fresh_database(self):
        for name in ("peer.db", "peer.db-wal", "peer.db-shm"):
            (self.place / name).unlink(missing_ok=True)
        database = sqlite3.connect(self.database)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE reading (id INTEGER PRIMARY KEY, meter TEXT NOT NULL, "
                         "envelope BLOB NOT NULL)")  # fmt: skip
        database.close()

    def drive(self, name, process):
        """Readings a second until they are in the database, and microseconds of CPU for each."""
        line = raw_mqtt.Line(networks.HOST, self.port, "generator", raw_mqtt.Keys(*self.files))
        try:
            packets = [raw_mqtt.publish_packet(f"ff1/{NETWORK}/{meter}/reading/-", envelope,
                                               raw_mqtt.number_of(place))
                       for place, (meter, envelope) in enumerate(self.readings)]  # fmt: skip
            before = self._await_ready(name, line, packets[0])
            used = cpu_seconds(process)
            sender = threading.Thread(target=raw_mqtt.send_all, args=(line, packets), daemon=True)
            began = time.monotonic()
            sender.start()
            rate = middle(self._rates(name, before, began))
            sender.join()
            return rate, (cpu_seconds(process) - used) / len(packets) * 1e6
        finally:
            line.close()

    def _await_ready(self, name, line, packet):
        """Sends one reading until the program stores it; returns how many it has stored."""
        deadline = time.monotonic() + _READY_S
        while self._stored() == 0:
            self.crew.check()
            if time.monotonic() > deadline:
                raise DemoFault(f"{name} stored nothing within {_READY_S:.0f} s; its last lines:\n"
                                f"{self.crew.log_tail(name)}")  # fmt: skip
            raw_mqtt.send_all(line, [packet])
            time.sleep(_QUIET_S)
        time.sleep(_QUIET_S)
        return self._stored()

    def _rates(self, name, before, began):
        """Of each part of the readings, as many parts as a median needs."""
        count = len(self.readings)
        edges = [before + count * (i + 1) // REPEATS for i in range(REPEATS)]
        rates, low, seen, moved_at = [], before, before, began
        while len(rates) < REPEATS:
            now, stored = time.monotonic(), self._stored()
            if stored != seen:
                seen, moved_at = stored, now
            elif now - moved_at > _STALLED_S:
                raise DemoFault(f"{name} stored only {stored - before} of {count} readings; its "
                                f"last lines:\n{self.crew.log_tail(name)}")  # fmt: skip
            if stored >= edges[len(rates)]:
                rates.append((stored - low) / (now - began))
                low, began = stored, now
                while len(rates) < REPEATS and stored >= edges[len(rates)]:
                    rates.append(rates[-1])  # a look that came late saw two parts end
            self.crew.check()
            time.sleep(_POLL_S)
        return rates

    def _stored(self):
        database = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return database.execute("SELECT max(id) FROM reading").fetchone()[0] or 0
        finally:
            database.close()


def _readings(meters):
    """(meter, envelope) of every reading that the meters have sent, window by window."""
    found = []
    for outbox in sorted(meters.glob("outbox*.db")):
        database = sqlite3.connect(f"file:{outbox}?mode=ro", uri=True)
        found += database.execute("SELECT window, meter, envelope FROM reading").fetchall()
        database.close()
    return [(meter, envelope) for _, meter, envelope in sorted(found)]


def _public_keys(meters):
    keys = {}
    for private in meters.glob("*/signing.key"):
        done = subprocess.run(["openssl", "pkey", "-in", private, "-pubout"], capture_output=True,
                              text=True)  # fmt: skip
        if done.returncode != 0:
            raise DemoFault(f"openssl cannot read {private}: {done.stderr.strip()}")
        keys[private.parent.name] = done.stdout
    return keys
