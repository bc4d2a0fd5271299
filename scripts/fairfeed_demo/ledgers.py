"""Reads the ledgers and the meters' outbox after the run, by the programs' own commands."""

import json
from dataclasses import dataclass

from . import processes
from .faults import DemoFault


@dataclass(frozen=True)
class NodeRecord:
    """One node's answers. `fault` is a line for a person if a command failed."""

    node: str
    verify: dict  # edge-node verify --json
    clusters: dict  # edge-node show clusters --json
    blocks: list  # edge-node show blocks --json, its blocks
    status: dict  # the status file as the node left it
    faults: list


def _ask(command):
    """The JSON that a command prints, and a line if the exit status is not 0."""
    code, output, errors = processes.run([str(part) for part in command])
    try:
        answer = json.loads(output)
    except ValueError:
        answer = {}
    if code == 0 and answer:
        return answer, None
    reason = errors.strip() or _fault_of(answer) or f"exit status {code}"
    return answer, f"{command[0].name} {command[1]}: {reason}"


def _fault_of(answer):
    fault = answer.get("fault") or {}
    if not fault:
        failed = [i["name"] for i in answer.get("invariants", []) if i.get("status") == "failed"]
        return f"invariants failed: {', '.join(failed)}" if failed else ""
    return f"height {fault['height']}: {fault['reason']}: {fault['explanation']}"


def verify(programs, directory, node):
    """The answer of `edge-node verify` with the node's keys, and a line if the ledger is unsound."""
    return _ask([programs.edge_node, "verify", "--genesis", directory.genesis, "--ledger",
                 directory.ledger(node), "--config", directory.node_config(node),
                 "--json"])  # fmt: skip


def read_node(programs, directory, node, status):
    tool, config = programs.edge_node, directory.node_config(node)
    questions = {
        "verify": ["verify", "--genesis", directory.genesis, "--ledger", directory.ledger(node)],
        "clusters": ["show", "clusters"],
        "blocks": ["show", "blocks"],
    }
    answers, faults = {}, []
    for name, question in questions.items():
        answers[name], fault = _ask([tool, *question, "--config", config, "--json"])
        if fault:
            faults.append(fault)
    blocks = answers["blocks"].get("blocks", [])
    return NodeRecord(node, answers["verify"], answers["clusters"], blocks, status, faults)


def read_all(programs, directory, network, snapshot):
    return [
        read_node(programs, directory, node, snapshot.nodes[node]) for node in network.nodes
    ]


def read_meters(programs, directory):
    """Every meter with its readings in the outbox."""
    meters = []
    for config in directory.meter_configs():
        answer, fault = _ask([programs.meter_sim, "show", "--config", config, "--json"])
        if fault:
            raise DemoFault(fault)
        meters += answer["meters"]
    return meters
