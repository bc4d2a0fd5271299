"""The status files of the running programs, read together."""

import json
from dataclasses import dataclass


def read_file(path):
    """Reads a status file, which programs replace as a whole; {} before the first one."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


@dataclass(frozen=True)
class Snapshot:
    nodes: dict  # name -> status file of the node
    meters: dict  # status file of meter-sim, of all its processes together

    def height(self):
        return min((status.get("height", 0) for status in self.nodes.values()), default=0)

    def settled(self, cluster, node):
        return self.nodes[node].get("windows_settled", {}).get(cluster, 0)

    def settled_everywhere(self, clusters):
        """The number of windows that all nodes have settled for all these clusters."""
        return min(self.settled(cluster, node) for cluster in clusters for node in self.nodes)

    def readings_settled(self, network):
        """The number of readings whose windows are settled on every node."""
        count = 0
        for meter in [*network.meters, *network.replacements]:
            settled = min(self.settled(meter.cluster, node) for node in self.nodes)
            first, end = network.spans.get(meter.id, (0, settled))
            count += max(0, min(settled, end) - first)
        return count

    def sent(self, network):
        """The number of sent readings; settled readings count as sent if a status file is older."""
        alarms = self.meters.get("broken", 0)  # each meter with a broken seal has sent one
        return max(self.meters.get("sent", 0) - alarms, self.readings_settled(network))

    def meters_done(self):
        return self.meters.get("done", False)

    def one_tip(self):
        tips = {(s.get("tip"), s.get("app_hash")) for s in self.nodes.values()}
        return len(tips) == 1 and None not in next(iter(tips))

    def nothing_waits(self):
        return all(s.get("waiting_transactions", 1) == 0 for s in self.nodes.values())

    def unconnected(self):
        """One phrase for each program that does not have all its connections."""
        phrases = []
        for name, status in self.nodes.items():
            if not status.get("broker_connected", False):
                phrases.append(f"{name} without its own broker")
            elif status["peers_connected"] < status["peers"]:
                heard, all_peers = status["peers_connected"], status["peers"]
                phrases.append(f"{name} with {heard} of {all_peers} peers")
        links = self.meters.get("connections", {"up": 0, "wanted": 1})
        if links["up"] < links["wanted"]:
            phrases.append(f"meters with {links['up']} of {links['wanted']} connections")
        return phrases

    def laggards(self, clusters, windows):
        """One phrase for each thing that is still missing."""
        phrases = []
        if not self.meters_done():
            pending = self.meters.get("pending", "all")
            phrases.append(f"meters: {pending} readings without enough receipts")
        best = max(status.get("height", 0) for status in self.nodes.values())
        for name, status in self.nodes.items():
            behind = [c for c in clusters if self.settled(c, name) < windows]
            if behind:
                phrases.append(f"{name}: not all windows of {', '.join(behind)} settled")
            if status.get("height", 0) < best:
                phrases.append(f"{name}: at height {status.get('height', 0)} of {best}")
            if status.get("waiting_transactions"):
                phrases.append(f"{name}: {status['waiting_transactions']} transactions wait")
        if not phrases:
            phrases.append("the nodes do not have one tip")
        return phrases


def _together(told):
    """The counts of several processes of meters, added up; {} until each has written its status."""
    if len(told) == 1 or not all(told):
        return told[0] if len(told) == 1 else {}
    whole = {key: sum(each.get(key, 0) for each in told)
             for key in ("broken", "sent", "receipted", "pending")}  # fmt: skip
    links = [each["connections"] for each in told]
    whole["connections"] = {key: sum(each[key] for each in links) for key in ("up", "wanted")}
    return whole | {"done": all(each.get("done", False) for each in told)}


def read(directory, network):
    return Snapshot(
        nodes={node: read_file(directory.node_status(node)) for node in network.nodes},
        meters=_together([read_file(each) for each in directory.meter_statuses()]),
    )
