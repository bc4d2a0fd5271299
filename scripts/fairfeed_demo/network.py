"""The demo's network as a person would write it: network.yaml for `gateway provision`."""

import hashlib
import json
import math
import random
import re
import socket
from dataclasses import dataclass, field

from .faults import DemoFault

NETWORK_NAME = "demo"
WINDOW_SECONDS = 14_400
REAL_SECONDS_PER_WINDOW = 3
SPEED = WINDOW_SECONDS // REAL_SECONDS_PER_WINDOW
GRID_EPOCH = "2016-08-08T08:00"  # a summer Monday morning with energy to share
SITE_RADIUS_M = 600
HOST = "127.0.0.1"
WITHOUT_END = 2**32  # of windows
CLUSTERS = (
    "ash", "beech", "cedar", "elm", "fir", "hazel", "larch", "lime",
    "maple", "oak", "pine", "rowan", "spruce", "walnut", "willow", "yew",
)  # fmt: skip
# Longer than the lab preset's grace: a machine that stops for two seconds must not cost a reading.
# Nodes wait so long only if a meter is missing.
GRACE_MS = 4000
IMPORT_MICRO_PER_KWH = 250_000
EXPORT_MICRO_PER_KWH = 80_000
FORMULA = "{k_ppm: 500000, low_ppm: 800000, high_ppm: 1250000}"  # of the office's weekly tariff
# Below the kernel's range of ports for outgoing connections.
_PORTS = range(20_000, 32_000)


@dataclass(frozen=True)
class Meter:
    id: str
    cluster: str
    capacity_w: int | None = None  # None: provisioning takes it from the recording
    home: str | None = None
    certified_w: int = 0  # at the beginning


@dataclass(frozen=True)
class Network:
    nodes: list  # names, in order
    clusters: list  # each is the cluster of the node at the same place
    ports: list  # of the nodes' brokers; with an office also of its broker, and last of its API
    meters: list
    starts_in_s: int
    window_limit: int  # 0: no limit
    options: object = field(repr=False)
    source: str  # what the meters measure, as their configuration says it
    replacements: list = field(default_factory=list)  # meters that came later
    # Meter -> (first window, end): of meters that do not report all the time.
    spans: dict = field(default_factory=dict)

    def cluster_of(self, node):
        return self.clusters[self.nodes.index(node)]

    def broker_ports(self):
        return self.ports[:-1] if has_office(self.options) else self.ports

    def clusters_with_meters(self):
        used = {meter.cluster for meter in self.meters}
        return [cluster for cluster in self.clusters if cluster in used]


def free_ports(count):
    """Loopback ports without a listener now; all are held at once, so they differ."""
    held, ports = [], []
    try:
        for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
            probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            held.append(probe)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            ports.append(port)
            if len(ports) == count:
                return ports
    finally:
        for probe in held:
            probe.close()
    raise DemoFault(f"no {count} free ports on {HOST}")


def meter_name(home, taken):
    """A meter's name for a home with any name: unique, of a-z, 0-9 and '-'."""
    plain = re.sub(r"[^a-z0-9]+", "-", home.lower()).strip("-")[:20] or "home"
    name, number = plain, 1
    while name in taken:
        name = f"home-{plain}" + (f"-{number}" if number > 1 else "")
        number += 1
    return name


def _recorded_meters(homes, clusters, nodes):
    taken = {"dgmd", "grid", *nodes}
    meters = []
    for i, home in enumerate(homes):
        name = meter_name(home["name"], taken)
        taken.add(name)
        meters.append(Meter(id=name, cluster=clusters[i % len(clusters)], home=home["name"],
                            certified_w=home["capacity_w"]))  # fmt: skip
    return meters


def _model_meters(clusters, seed):
    """A large and a small prosumer and a consumer in every cluster; the seed decides capacities."""
    meters = []
    for number, cluster in enumerate(clusters, start=1):
        draw = hashlib.sha256(f"{seed}/{cluster}".encode()).digest()
        capacities = (4000 + 500 * (draw[0] % 5), 2000 + 500 * (draw[1] % 4), 0)
        for place, capacity in enumerate(capacities, start=1):
            meters.append(Meter(f"m{number:02}{place}", cluster, capacity_w=capacity,
                                certified_w=capacity))  # fmt: skip
    return meters


def has_office(options):
    return getattr(options, "gateway", False)


def plan(options, recording=None):
    """`recording`: a Recorded if the options name homes."""
    width = len(str(options.nodes))
    nodes = [f"n{number:0{width}}" for number in range(1, options.nodes + 1)]
    clusters = list(CLUSTERS[: options.nodes])
    recorded_windows = 0
    if recording is not None:
        homes = recording.content["homes"]
        recorded_windows = recording.content["quarters"] * 900 // WINDOW_SECONDS
        meters = _recorded_meters(homes, clusters, nodes)
    else:
        meters = _model_meters(clusters, options.seed)
    limit = max(recorded_windows, options.windows) if recorded_windows else 0
    return Network(
        nodes=nodes,
        clusters=clusters,
        ports=free_ports(len(nodes) + (2 if has_office(options) else 0)),
        meters=meters,
        starts_in_s=5 + options.nodes // 2 + len(meters) // 20,
        window_limit=limit if options.keep else options.windows,
        options=options,
        source=_source(options, recording),
    )


def _source(options, recording):
    if recording is not None:
        return f"  homes: {quoted(recording.file.resolve())}\n"
    return f"  seed: {options.seed}\n"


def _location(place, count):
    """Nodes stand in a circle, so each has near and far neighbours."""
    angle = 2 * math.pi * place / count
    east, north = (round(SITE_RADIUS_M * part) for part in (math.cos(angle), math.sin(angle)))
    return f"{{east_m: {east}, north_m: {north}}}"


def _network_section(network):
    options = network.options
    epoch = "" if options.homes is not None else f"  grid_epoch: {GRID_EPOCH}\n"
    return (
        "network:\n"
        f"  name: {NETWORK_NAME}\n"
        f"{epoch}"
        f"  starts_in_s: {network.starts_in_s}\n"
        f"  speed: {SPEED}\n"
        f"  window_seconds: {WINDOW_SECONDS}\n"
        f"  window_limit: {network.window_limit}\n"
        "  preset: lab\n"
        f"  timers: {{grace_ms: {getattr(options, 'grace_ms', GRACE_MS)}}}\n"
        "  share:\n"
        f"    rule: {options.rule}\n"
        f"    basis: {getattr(options, 'basis', 'previous_window')}\n"
        f"    resolution: {getattr(options, 'resolution', 'window')}\n"
    )


def quoted(text):
    """Every JSON string is a YAML string."""
    return json.dumps(str(text), ensure_ascii=False)


def _meter_line(meter):
    parts = [f"id: {quoted(meter.id)}", f"cluster: {meter.cluster}"]
    if meter.home is not None:
        parts.append(f"home: {quoted(meter.home)}")
    if meter.capacity_w is not None:
        parts.append(f"capacity_w: {meter.capacity_w}")
    return "  - {" + ", ".join(parts) + "}\n"


def to_yaml(network):
    count = len(network.nodes)
    text = "# Written by scripts/demo; config/lab.yaml explains the keys.\n"
    text += _network_section(network) + "nodes:\n"
    for place, (node, port) in enumerate(zip(network.nodes, network.ports)):
        where = _location(place, count)
        text += f"  - {{id: {node}, location: {where}, address: {HOST}, port: {port}}}\n"
    text += "clusters:\n"
    for node, cluster in zip(network.nodes, network.clusters):
        text += f"  - {{id: {cluster}, parent: {node}}}\n"
    if has_office(network.options):
        broker, api = network.ports[-2:]
        text += f"gateway: {{address: {HOST}, port: {broker}, http_port: {api}}}\n"
    text += "meters:\n" + "".join(map(_meter_line, network.meters))
    text += (
        "tariff:\n"
        f"  import_micro_per_kwh: {IMPORT_MICRO_PER_KWH}\n"
        f"  export_micro_per_kwh: {EXPORT_MICRO_PER_KWH}\n"
    )
    if has_office(network.options):
        text += f"  formula: {FORMULA}\n"
    return text + f"meter_source:\n{network.source}"


def is_listening(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
