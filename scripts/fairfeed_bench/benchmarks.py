"""The benchmarks that give figures beside their limits, in the order of a whole run."""

from dataclasses import dataclass
from types import ModuleType

from . import burst, footprint, growth, ingest, network, parts, peers, start, sync, verify


@dataclass(frozen=True)
class Benchmark:
    module: ModuleType  # measure(options) -> a report, see figures.Sheet
    line: str  # what it measures, in a few words
    text: str  # the same for --help


PARTS = """\
Measures in one process what the parts of a node cost (parts_bench): the contract on up to a million
prosumers, a reading's way through a pure node, a change of the public state, rows made durable.
Each figure stands beside its limit, measured in the same run, with their ratio: 1 is at the limit.
Builds parts_bench first, unless FAIRFEED_BIN_DIR names programs that are built."""
INGEST = """\
Measures how many readings a second a node with its broker receives over mutual TLS, verifies, makes
durable and receipts, beside what the parts allow: a raw signature check, raw Mosquitto, a raw
SQLite insert. The meters' CPU is counted apart."""
NETWORK = """\
Measures four nodes, one committee of four, on this machine: final readings a second beside what the
parts allow, and the time from publish to final unloaded, at half load and at full load."""
BURST = """\
Lets 900 meters report at once to one node, and 250 to each of four, five times, and measures how
long it takes until all are receipted and until all are final, and how many readings were
repeated."""
VERIFY = """\
Measures edge-node verify on a ledger of a year of 20 meters and of a day of 10 000, which
ledger_bench makes: signatures a second beside raw verification on all cores."""
SYNC = """\
Takes the ledger from one of four nodes and measures how long it needs to fetch and check it again
from the other three, beside raw verification of the signatures."""
START = """\
Lets a node with 20 meters live 23, 91 and 365 days of windows and measures how long it takes to
start on each ledger, from exec to readiness, with what its snapshot leaves to be executed."""
FOOTPRINT = """\
Runs a node, its broker and hundreds of meters on this machine for a day of windows, and says what
the node takes: memory, idle CPU, CPU a reading, bytes written to the disk, ledger bytes a reading,
and the size of the programs."""
GROWTH = """\
Measures readings a second, block time, memory and start with 9, 90 and 900 meters at one node, and
with 4, 7, 16 and 31 nodes. Where this machine does not carry a network, the report says so.
scripts/bench report draws docs/img/growth.svg from the figures."""
PEERS = """\
Lets a Node-RED flow, a Python program and three members of etcd do their part of a node's work with
the same signed readings, and sets their rates beside those of Fairfeed. What is not installed is
left out by name. The packages: scripts/install_packages peers; for Node-RED npm, as the report says."""

BENCHMARKS = {
    "parts": Benchmark(parts, "what the parts of a node cost, beside their limits", PARTS),
    "ingest": Benchmark(ingest, "readings a second of one node", INGEST),
    "network": Benchmark(network, "four nodes: readings a second, and finality", NETWORK),
    "burst": Benchmark(burst, "all meters at once", BURST),
    "verify": Benchmark(verify, "a whole ledger recomputed, beside raw signature checks", VERIFY),
    "sync": Benchmark(sync, "a node that lost its ledger fetches it from the others", SYNC),
    "start": Benchmark(start, "seconds until a node is ready, by the age of its ledger", START),
    "footprint": Benchmark(footprint, "memory, idle CPU, writes and files of a node", FOOTPRINT),
    "growth": Benchmark(growth, "what grows with the meters, and with the nodes", GROWTH),
    "peers": Benchmark(peers, "what else a lab could use, on the same readings", PEERS),
}
