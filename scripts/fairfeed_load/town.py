"""The network under load as `gateway provision` reads it."""

from fairfeed_demo.network import HOST, free_ports

from .options import WINDOW_SECONDS

NETWORK = "load"
GRID_EPOCH = "2016-08-08T08:00"
GRACE_MS = 600_000  # the load is measured, not the estimates of what comes late
_CAPACITIES = (4000, 0, 2500, 0)


class Town:
    """Names and places; `network` in the form that fairfeed_demo's modules expect."""

    def __init__(self, chosen):
        self.chosen = chosen
        count = chosen.nodes
        self.nodes = [f"n{number:02}" for number in range(1, count + 1)]
        self.ports = free_ports(count)
        self.clusters = [f"c{number:02}" for number in range(1, count + 1)]
        self.members = min(count, 4)

    def connections(self):
        return self.chosen.meters * self.members

    def starts_in_s(self):
        """For signing and connecting: window 0 begins then, and ends a window later."""
        if self.chosen.starts_in_s is not None:
            return self.chosen.starts_in_s
        return 15 + self.connections() // 100 + self.chosen.meters * self.chosen.windows // 200

    def to_yaml(self):
        chosen = self.chosen
        lines = [
            "# Written by scripts/load; config/lab.yaml explains the keys.",
            "network:",
            f"  name: {NETWORK}",
            f"  grid_epoch: {GRID_EPOCH}",
            f"  starts_in_s: {self.starts_in_s()}",
            f"  speed: {round(WINDOW_SECONDS / chosen.window_s)}",
            f"  window_seconds: {WINDOW_SECONDS}",
            f"  window_limit: {chosen.windows}",
            "  preset: lab",
            f"  timers: {{grace_ms: {GRACE_MS}}}",
            "nodes:",
        ]
        for place, (node, port) in enumerate(zip(self.nodes, self.ports)):
            where = f"{{east_m: {place * 100}, north_m: 0}}"
            lines.append(f"  - {{id: {node}, location: {where}, address: {HOST}, port: {port}}}")
        lines.append("clusters:")
        for cluster, parent in zip(self.clusters, self.nodes):
            lines.append(f"  - {{id: {cluster}, parent: {parent}}}")
        lines.append("meters:")
        for i in range(chosen.meters):
            cluster = self.clusters[i % len(self.clusters)]
            capacity = _CAPACITIES[i // len(self.clusters) % len(_CAPACITIES)]
            lines.append(f"  - {{id: m{i + 1:05}, cluster: {cluster}, capacity_w: {capacity}}}")
        lines += ["tariff:", "  import_micro_per_kwh: 250000", "  export_micro_per_kwh: 80000",
                  "meter_source:", "  seed: 1"]  # fmt: skip
        return "\n".join(lines) + "\n"
