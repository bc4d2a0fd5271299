"""The same signed readings through what a lab would use instead, each on the work that it shares."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from fairfeed_demo import build, processes
from fairfeed_demo import network as networks
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.screen import Screen

from . import loaded, peer_node_red, programs
from .figures import Sheet, middle
from .ingest import QUICK_METERS, QUICK_WINDOWS, full_speed
from .loaded import Loaded
from .one_node import cpu_seconds
from .peer_stage import Stage

_METERS, _WINDOWS = 300, 30
_NODES, _NODE_METERS, _NODE_WINDOWS = 4, 200, 20
_QUICK_NODE_METERS, _QUICK_NODE_WINDOWS = 40, 10
_CLIENTS = 64
_MEMBERS = 3
_ETCD_S = 20.0
_HERE = Path(__file__).resolve().parent
PACKAGES = "scripts/install_packages peers"
MORE = ("Fairfeed also receipts each reading with a signature, rejects repetitions and forks of a "
        "meter's chain, settles, and makes blocks that anybody can verify")  # fmt: skip


@dataclass(frozen=True)
class Peer:
    name: str
    does: str  # what it does, and what it does not


NODE_RED = Peer("node-red", "a Node-RED flow: receives over mutual TLS, verifies with Node's crypto, "
                "inserts each reading into SQLite (WAL, FULL); it acknowledges before it stores, so "
                "a crash loses readings, and knows neither receipts nor repetitions")  # fmt: skip
PYTHON = Peer("python", "paho-mqtt, cryptography, SQLite (WAL, FULL) with a hundred readings in a "
              "transaction; it acknowledges before it stores, so a crash loses readings, and knows "
              "neither receipts nor repetitions")  # fmt: skip
ETCD = Peer("etcd", f"{_MEMBERS} members of etcd, {_CLIENTS} puts at a time over gRPC without TLS: "
            "durable and replicated, but verifies no signature, has no MQTT, believes every "
            "member, and stops for one that lies")  # fmt: skip


def measure(options):
    tools = build.find_or_build(Screen())
    sheet = Sheet("scripts/bench peers" + (" --quick" if options.quick else ""))
    left_out = []
    shape = full_speed(1, *((QUICK_METERS, QUICK_WINDOWS) if options.quick else (_METERS,
                                                                                _WINDOWS)))  # fmt: skip
    with Loaded(tools, shape) as network, tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        own = network.play()
        network.stop_and_verify()
        stage = Stage(tools, network, Path(place))
        try:
            _at_the_broker(sheet, left_out, own, stage)
            _replicated(sheet, left_out, tools, stage, options.quick)
        finally:
            stage.crew.kill()
    if left_out and not sheet.has_figures():
        raise DemoFault("\n".join(left_out))
    return sheet.report([
        f"{len(stage.readings)} readings of {shape.meters} meters, signed by Fairfeed's meters. The "
        "value is Fairfeed's, the limit is the other's; a ratio above 1 says that Fairfeed is "
        f"ahead. {MORE}. The others get their readings from one sender over one connection, "
        "which costs their broker less than a connection for each meter.",
        *left_out,
        *programs.origin(),
    ])  # fmt: skip


def _at_the_broker(sheet, left_out, own, stage):
    """What receives, verifies and stores: beside one node."""
    stage.start_broker()
    rate, cpu = own.rate("last_receipt_ms"), own.cpu_us("edge-node")
    for peer, start, remedy in ((NODE_RED, _start_node_red, peer_node_red.REMEDY),
                                (PYTHON, _start_python, PACKAGES)):  # fmt: skip
        stage.fresh_database()
        process = start(stage)
        if process is None:
            left_out.append(f"{peer.name} is left out, because it is not installed: {remedy}.")
            continue
        programs.say(f"{peer.name}: {len(stage.readings)} readings ...")
        its_rate, its_cpu = stage.drive(peer.name, process)
        stage.crew.stop(peer.name)
        sheet.more_is_better(f"peers/{peer.name}", rate, "readings/s", "one Fairfeed node: received, "
                             "verified, durable and receipted", its_rate, peer.does,
                             "ratio > 1")  # fmt: skip
        sheet.less_is_better(f"peers/{peer.name}/cpu", cpu, "us", "CPU of edge-node for a reading, "
                             "with receipt, settlement, block and share", its_cpu,
                             f"CPU of {peer.name} for a reading")  # fmt: skip


def _start_node_red(stage):
    return peer_node_red.start(stage) if peer_node_red.is_installed() else None


def _python_with(*modules):
    """A Python that has these modules: this one, or Debian's; None if neither has."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run([python, "-c", f"import {', '.join(modules)}"],
                                  capture_output=True)  # fmt: skip
        except OSError:
            continue
        if done.returncode == 0:
            return python
    return None


def _start_python(stage):
    python = _python_with("paho.mqtt.client", "cryptography")
    if python is None:
        return None
    return stage.crew.start("python", [python, _HERE / "peer_python.py", stage.port, *stage.files,
                                       stage.keys, stage.network_id, stage.database])  # fmt: skip


def _replicated(sheet, left_out, tools, stage, quick):
    """What is agreed on by several machines: beside four nodes."""
    etcd = shutil.which("etcd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/bin")))
    python = _python_with("grpc")
    if etcd is None or python is None:
        left_out.append(f"etcd is left out, because it is not installed: {PACKAGES}.")
        return
    its_rate, its_cpu = _etcd(etcd, python, stage)
    shape = full_speed(_NODES, *((_QUICK_NODE_METERS, _QUICK_NODE_WINDOWS) if quick else
                                 (_NODE_METERS, _NODE_WINDOWS)))  # fmt: skip
    own = loaded.run(tools, shape)
    sheet.more_is_better("peers/etcd", own.rate("last_final_ms"), "readings/s",
                         f"{_NODES} Fairfeed nodes: verified by each, durable and final", its_rate,
                         ETCD.does, "ratio > 1")  # fmt: skip
    sheet.less_is_better("peers/etcd/cpu", own.cpu_us("edge-node"), "us",
                         f"CPU of {_NODES} edge-nodes for a reading", its_cpu,
                         f"CPU of {_MEMBERS} members for a put")  # fmt: skip


def _etcd(etcd, python, stage):
    """Puts a second, and microseconds of CPU of all members for each."""
    programs.say(f"etcd: {len(stage.readings)} puts ...")
    ports = networks.free_ports(2 * _MEMBERS)
    peers = [f"http://{networks.HOST}:{port}" for port in ports[_MEMBERS:]]
    cluster = ",".join(f"e{i}={url}" for i, url in enumerate(peers))
    members = [stage.crew.start(f"etcd-{i}", [
        etcd, "--name", f"e{i}", "--data-dir", stage.place / f"etcd-{i}",
        "--listen-client-urls", f"http://{networks.HOST}:{ports[i]}",
        "--advertise-client-urls", f"http://{networks.HOST}:{ports[i]}",
        "--listen-peer-urls", url, "--initial-advertise-peer-urls", url,
        "--initial-cluster", cluster, "--initial-cluster-state", "new",
    ]) for i, url in enumerate(peers)]  # fmt: skip
    until = time.monotonic() + _ETCD_S
    while not all(map(networks.is_listening, ports[:_MEMBERS])):
        stage.crew.check()
        if time.monotonic() > until:
            raise DemoFault(f"etcd does not listen after {_ETCD_S:.0f} s")
        time.sleep(0.05)
    values = stage.place / "readings.json"
    values.write_text(json.dumps([envelope.hex() for _, envelope in stage.readings]))
    used = sum(map(cpu_seconds, members))
    code, output, errors = processes.run([python, str(_HERE / "peer_etcd.py"), str(values),
                                          str(_CLIENTS), *map(str, ports[:_MEMBERS])])  # fmt: skip
    used = sum(map(cpu_seconds, members)) - used
    stage.crew.stop("etcd-")
    if code != 0:
        raise DemoFault(f"puts into etcd failed:\n{errors.strip()}")
    answer = json.loads(output)
    part = answer["count"] / len(answer["took_s"])
    return middle([part / took for took in answer["took_s"]]), used / answer["count"] * 1e6
