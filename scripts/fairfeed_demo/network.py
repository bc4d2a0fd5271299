"""The demo's network as a person would write it: network.yaml for `gateway provision`."""

import csv
import hashlib
import json
import math
import random
import re
import socket
from dataclasses import dataclass, field

from .faults import DemoFault, UsageFault

NETWORK_NAME = "demo"
WINDOW_SECONDS = 14_400
REAL_SECONDS_PER_WINDOW = 3
SPEED = WINDOW_SECONDS // REAL_SECONDS_PER_WINDOW
GRID_EPOCH = "2016-08-08T08:00"  # a summer Monday, at a time when there is something to share
SITE_RADIUS_M = 600
HOST = "127.0.0.1"
CLUSTERS = (
    "ash", "beech", "cedar", "elm", "fir", "hazel", "larch", "lime",
    "maple", "oak", "pine", "rowan", "spruce", "walnut", "willow", "yew",
)  # fmt: skip
# Longer than the lab preset's: a machine that stands still for two seconds must not cost a reading.
# Nobody waits for it unless a meter is missing.
GRACE_MS = 4000
IMPORT_MICRO_PER_KWH = 250_000
EXPORT_MICRO_PER_KWH = 80_000
# Below the range from which the kernel gives ports to outgoing connections.
_PORTS = range(20_000, 32_000)


@dataclass(frozen=True)
class Meter:
    id: str
    cluster: str
    capacity_w: int | None = None  # None: provisioning takes it from the recording
    home: str | None = None


@dataclass(frozen=True)
class Network:
    nodes: list  # names, in order
    clusters: list  # the cluster at the same place is the node's
    ports: list
    meters: list
    starts_in_s: int
    window_limit: int  # 0: without end
    options: object = field(repr=False)

    def cluster_of(self, node):
        return self.clusters[self.nodes.index(node)]

    def clusters_with_meters(self):
        used = {meter.cluster for meter in self.meters}
        return [cluster for cluster in self.clusters if cluster in used]


def free_ports(count):
    """Loopback ports nobody listens on now; all held at once, so they differ."""
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


def homes_of(recording):
    """Names of the homes in a recording, in the order of its load columns, and its hours."""
    try:
        with open(recording, newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            hours = sum(1 for row in rows if row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageFault(f"--homes: {recording}: {error}") from error
    homes = [match[1] for name in header if (match := re.fullmatch(r"load_kwh_(.+)", name))]
    if not homes:
        raise UsageFault(f"--homes: {recording}:1: no column load_kwh_<home>")
    return homes, hours


def check_recording(options):
    """UsageFault where --homes names something that is no recording; the rest is provisioning's."""
    if options.homes is not None:
        homes_of(options.homes)


def _recorded_meters(homes, clusters):
    return [
        Meter(id=home, cluster=clusters[i % len(clusters)], home=home)
        for i, home in enumerate(homes)
    ]


def _model_meters(clusters, seed):
    """A large and a small prosumer and a consumer in every cluster; capacities follow the seed."""
    meters = []
    for number, cluster in enumerate(clusters, start=1):
        draw = hashlib.sha256(f"{seed}/{cluster}".encode()).digest()
        capacities = (4000 + 500 * (draw[0] % 5), 2000 + 500 * (draw[1] % 4), 0)
        for place, capacity in enumerate(capacities, start=1):
            meters.append(Meter(f"m{number:02}{place}", cluster, capacity_w=capacity))
    return meters


def plan(options):
    width = len(str(options.nodes))
    nodes = [f"n{number:0{width}}" for number in range(1, options.nodes + 1)]
    clusters = list(CLUSTERS[: options.nodes])
    recorded_windows = 0
    if options.homes is not None:
        homes, hours = homes_of(options.homes)
        recorded_windows = hours * 3600 // WINDOW_SECONDS
        meters = _recorded_meters(homes, clusters)
    else:
        meters = _model_meters(clusters, options.seed)
    limit = max(recorded_windows, options.windows) if recorded_windows else 0
    return Network(
        nodes=nodes,
        clusters=clusters,
        ports=free_ports(len(nodes)),
        meters=meters,
        starts_in_s=5 + options.nodes // 2 + len(meters) // 20,
        window_limit=limit if options.keep else options.windows,
        options=options,
    )


def _location(place, count):
    """Nodes stand in a circle, so that everybody has near and far neighbours."""
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
        f"  share:\n    rule: {options.rule}\n"
    )


def _quoted(text):
    """A JSON string is a YAML string whatever stands in it."""
    return json.dumps(str(text), ensure_ascii=False)


def _meter_line(meter):
    parts = [f"id: {_quoted(meter.id)}", f"cluster: {meter.cluster}"]
    if meter.home is not None:
        parts.append(f"home: {_quoted(meter.home)}")
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
    text += "meters:\n" + "".join(map(_meter_line, network.meters))
    text += (
        "tariff:\n"
        f"  import_micro_per_kwh: {IMPORT_MICRO_PER_KWH}\n"
        f"  export_micro_per_kwh: {EXPORT_MICRO_PER_KWH}\n"
        "meter_source:\n"
    )
    if network.options.homes is not None:
        return text + f"  homes: {_quoted(network.options.homes.resolve())}\n"
    return text + f"  seed: {network.options.seed}\n"


def is_listening(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
