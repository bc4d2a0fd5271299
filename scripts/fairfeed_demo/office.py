"""The utility's office in the demo: follows the chain, and decides something through two officers."""

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from . import network as networks
from . import processes, status
from .faults import DemoFault

# In real time one window is enough for a notice to be drafted, signed and final.
FIRST_ACT_AFTER_WINDOWS = 1
_WAIT_S = 20


@dataclass
class Decision:
    kind: str
    says: str  # for a person
    fields: list
    height: int | None = None  # of the block that has it


def decisions(network):
    """What the office decides in this run."""
    prosumer = next((meter for meter in network.meters if meter.capacity_w), network.meters[0])
    larger = (prosumer.capacity_w or 3000) + 500
    return [
        Decision("capacity", f"{prosumer.id} is certified for {larger} W",
                 [f"meter={prosumer.id}", f"capacity_w={larger}", "effective=next+2"]),
        Decision("tariff", "other rates from the next week on",
                 [f"import_micro_per_kwh={networks.IMPORT_MICRO_PER_KWH + 20_000}",
                  f"export_micro_per_kwh={networks.EXPORT_MICRO_PER_KWH - 5_000}",
                  "effective=week"]),
        Decision("command", f"a technician may open {prosumer.id} for two hours",
                 [f"meter={prosumer.id}", "order=service", "hours=2", "reason=maintenance",
                  "effective=next+2", "expires=next+20"]),
    ]  # fmt: skip


@dataclass
class Office:
    """Its service is started by the conductor; this asks it and decides."""

    programs: object
    directory: object
    network: object
    decided: list = field(default_factory=list)
    waiting: list = field(default_factory=list)
    api_height: int | None = None  # of the network, as a program with a token was told
    token: str | None = None

    def __post_init__(self):
        self.waiting = decisions(self.network)

    def act(self, windows_passed):
        """Takes one decision through the officers, if it is time for one; asks the API at the end."""
        if windows_passed < FIRST_ACT_AFTER_WINDOWS or not self.status():
            return
        if not self.waiting:
            if self.api_height is None:
                self._ask_api()
            return
        decision = self.waiting.pop(0)
        draft = self.directory.path / "dgmd" / f"demo-{decision.kind}.draft"
        self._run("draft", decision.kind, *decision.fields, "--out", draft,
                  "--config", self.directory.gateway_config)  # fmt: skip
        for officer in self._officers()[:2]:
            self._run("sign", draft, "--genesis", self.directory.genesis, "--key", officer)
        said = self._run("submit", draft, "--config", self.directory.gateway_config,
                         "--wait", _WAIT_S, "--json")  # fmt: skip
        decision.height = json.loads(said)["height"]
        self.decided.append(decision)

    @property
    def api(self):
        return f"https://{networks.HOST}:{self.network.ports[-1]}/api/v1"

    def _ask_api(self):
        config = ("--config", self.directory.gateway_config)
        if self.token is None:
            self._run("account", "add", "demo", "--role", "officer", "--no-password", *config)
            said = self._run("account", "token", "demo", "--scope", "read", "--json", *config)
            self.token = json.loads(said)["token"]
        request = urllib.request.Request(f"{self.api}/blocks?limit=1",
                                         headers={"Authorization": f"Bearer {self.token}"})
        trust = ssl.create_default_context(cafile=self.directory.path / "dgmd" / "ca.crt")
        try:
            with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
                self.api_height = json.load(answer)["items"][0]["height"]
        except (urllib.error.URLError, OSError, ValueError, LookupError) as error:
            raise DemoFault(f"{self.api}/blocks: {error}") from error

    def status(self):
        """The service's status file; {} while there is none."""
        return status.read_file(self.directory.gateway_status)

    def is_done(self, snapshot):
        """Everything is decided, and the office has every block."""
        state = self.status()
        return (
            not self.waiting
            and self.api_height is not None
            and state.get("height") == snapshot.height()
            and state.get("read_model", {}).get("height") == snapshot.height()
        )

    def figures(self):
        """The member `office` of --json (docs/demo-json.md)."""
        state = self.status()
        final = [decision for decision in self.decided if decision.height is not None]
        return {
            "height": state.get("height"),
            "tip": state.get("tip"),
            "contradictions": len(state.get("contradictions", [])),
            "capacities_certified": sum(d.kind == "capacity" for d in final),
            "tariffs_signed": sum(d.kind == "tariff" for d in final),
            "commands_signed": sum(d.kind == "command" for d in final),
            "api_height": self.api_height,
            "bills_sum_micro": self._bills_sum(),
        }

    def problems(self, figures):
        """One line for each thing that is not as it should be."""
        tips = {node.get("tip") for node in figures["nodes"]}
        office = figures["office"]
        lines = [f"the office's {each.kind} is in no block"
                 for each in [*self.decided, *self.waiting] if each.height is None]  # fmt: skip
        if tips != {office["tip"]}:
            lines.append(f"the office's ledger ends with another block than the nodes': "
                         f"height {office['height']}")
        if office["contradictions"]:
            lines.append("the office saw nodes contradict its chain: gateway status")
        if office["bills_sum_micro"] != 0:
            lines.append(f"all bills and the grid sum to {office['bills_sum_micro']} micro, not 0")
        return lines

    def _bills_sum(self):
        total = 0
        for row in self._rows("bills"):
            total += row["import_amount_micro"] - row["export_amount_micro"]
            total += row["adjusted_import_amount_micro"] - row["adjusted_export_amount_micro"]
        for row in self._rows("settlements"):
            total += row["grid_amount_micro"] + row["adjusted_grid_amount_micro"]
        return total

    def _rows(self, what):
        text = self._run("export", what, "--config", self.directory.gateway_config,
                         "--format", "jsonl")  # fmt: skip
        return [json.loads(line) for line in text.splitlines()]

    def _officers(self):
        return sorted((self.directory.path / "officers").glob("*.key"))

    def _run(self, *words):
        command = [self.programs.gateway, *words]
        code, output, errors = processes.run([str(part) for part in command])
        # 1 of `submit`: not in a block yet, which the figures tell.
        if code != 0 and not (words[0] == "submit" and code == 1):
            raise DemoFault(f"gateway {words[0]} failed:\n{errors.strip()}")
        return output
