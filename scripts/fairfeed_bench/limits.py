"""What the parts of a reading's way cost on this machine: the limits of whole processes.

CPU time of one core in microseconds, each the median of five: a P-256 verification and signature
(on all cores at once, because in a whole process other cores are busy too),
a row made durable in a batch, and Mosquitto's CPU for a message in and out over mutual TLS.
"""

import os
import tempfile
import time
from pathlib import Path

from fairfeed_demo import network as networks
from fairfeed_demo import processes
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.processes import Crew
from fairfeed_load.town import NETWORK, Town

from . import parts, programs, raw_mqtt
from .figures import REPEATS, middle
from .loaded import Shape, await_listening
from .one_node import cpu_seconds

READING_BYTES, RECEIPT_BYTES = 438, 131  # docs/scaling.md has the sizes
_MESSAGES, _QUICK_MESSAGES = 10_000, 3000
_PARTS = "^((verify|sign)/threads:.*|insert_256_rows|fdatasync_4_kib)$"


_measured = {}


def measured(tools, quick):
    """The limits, measured once in a run."""
    if quick not in _measured:
        _measured[quick] = Limits(tools, quick)
    return _measured[quick]


class Limits:
    """Microseconds of CPU: `verify`, `sign`, `insert`, `publish` (QoS 1), `answer` (QoS 0).

    `sync` is the real time of a raw fdatasync, and `carried` the messages a second that the raw
    broker carried in and out.
    """

    def __init__(self, tools, quick):
        medians = parts.medians(parts.run(programs.one("parts_bench"), 0.02 if quick else 0.1,
                                         _PARTS))
        self.verify, self.sign = parts.us(medians, "verify"), parts.us(medians, "sign")
        self.insert = parts.us(medians, "insert_256_rows") / parts.PER_INSERT
        self.insert_real = parts.us(medians, "insert_256_rows", "real_time") / parts.PER_INSERT
        self.sync = parts.us(medians, "fdatasync_4_kib", "real_time")
        count = _QUICK_MESSAGES if quick else _MESSAGES
        self.publish, self.answer, self.carried = _broker(tools, count)
        self.cores = os.cpu_count()

    def reading(self):
        """A reading at one node: carried, verified, stored, its receipt signed and carried."""
        return self.publish + self.verify + self.insert + self.sign + self.answer

    def rate(self, nodes, others_us):
        """Readings a second on all cores, if other programs take `others_us` for each."""
        return self.cores * 1e6 / (nodes * self.reading() + others_us)

    def words(self, nodes):
        """What `rate` stands for."""
        return (f"{self.cores} cores, each reading at {nodes} node{'s' * (nodes > 1)}: Mosquitto "
                f"{self.publish:.1f} + verify {self.verify:.1f} + SQLite row {self.insert:.1f} + "
                f"sign the receipt {self.sign:.1f} + Mosquitto {self.answer:.1f} us of CPU, "
                "and the generator's own CPU")  # fmt: skip

    def to_sheet(self, sheet):
        add = sheet.less_is_better
        add("limit/verify", self.verify, "us",
            "one ES256 verification, a P-256 key at hand, all cores busy; CPU")
        add("limit/sign", self.sign, "us", "one ES256 signature, all cores busy; CPU")
        add("limit/insert", self.insert, "us",
            f"a row of 600 bytes in a durable transaction of {parts.PER_INSERT} in SQLite; CPU")
        add("limit/fdatasync", self.sync, "us", "4 KiB appended and made durable; real time")
        add("limit/publish", self.publish, "us",
            f"Mosquitto: {READING_BYTES} bytes in and out over TLS with QoS 1; CPU")
        add("limit/answer", self.answer, "us",
            f"Mosquitto: {RECEIPT_BYTES} bytes in and out over TLS with QoS 0; CPU")
        sheet.more_is_better("limit/mosquitto", self.carried, "messages/s",
                             "Mosquitto between one sender and one receiver: "
                             f"{READING_BYTES} bytes, TLS, QoS 1, real time")  # fmt: skip


def _broker(tools, count):
    """CPU of a message in and out with QoS 1 and with QoS 0, and messages a second with QoS 1."""
    programs.say("Mosquitto alone ...")
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        town = Town(Shape(nodes=1, meters=1, windows=1, window_s=1))
        (place / "network.yaml").write_text(town.to_yaml(), encoding="utf-8")
        root = place / "network"
        code, _, errors = processes.run([str(tools.gateway), "provision",
                                         str(place / "network.yaml"), "--out", str(root)])  # fmt: skip
        if code != 0:
            raise DemoFault(f"gateway provision failed:\n{errors.strip()}")
        crew = Crew(place)
        try:
            node = town.nodes[0]
            broker = crew.start("mosquitto", [tools.mosquitto, "-c",
                                              root / "nodes" / node / "mosquitto.conf"])  # fmt: skip
            await_listening(town.ports, crew)
            return _carried(broker, town.ports[0], root, node, count)
        finally:
            crew.kill()


def _carried(broker, port, root, node, count):
    meter = "m00001"
    keys = {node: raw_mqtt.Keys(*(root / "nodes" / node / "keys" / name
                                  for name in ("ca.crt", "tls.crt", "tls.key"))),
            meter: raw_mqtt.Keys(root / "meters" / "ca.crt", root / "meters" / meter / "tls.crt",
                                 root / "meters" / meter / "tls.key")}  # fmt: skip
    reading = f"ff1/{NETWORK}/{meter}/reading/-"
    receipt = f"ff1/{NETWORK}/{node}/receipt/{meter}"
    up, down, rates = [], [], []
    for _ in range(REPEATS):
        cost, rate = _sent(broker, port, keys, (meter, node), reading, READING_BYTES, 1, count)
        up.append(cost)
        rates.append(rate)
        down.append(_sent(broker, port, keys, (node, meter), receipt, RECEIPT_BYTES, 0, count)[0])
    return middle(up), middle(down), middle(rates)


def _sent(broker, port, keys, who, topic, size, qos, count):
    """Microseconds of the broker's CPU for a message, and messages a second."""
    sender, receiver = who
    lines = [raw_mqtt.Line(networks.HOST, port, name, keys[name]) for name in (receiver, sender)]
    try:
        lines[0].subscribe(topic)
        listener = raw_mqtt.Listener(lines[0], count)
        packets = [raw_mqtt.publish_packet(topic, os.urandom(size), raw_mqtt.number_of(i), qos)
                   for i in range(count)]  # fmt: skip
        used, began = cpu_seconds(broker), time.monotonic()
        raw_mqtt.send_all(lines[1], packets, acknowledged=qos > 0)
        ended = listener.wait()
        return (cpu_seconds(broker) - used) / count * 1e6, count / (ended - began)
    finally:
        for line in lines:
            line.close()
