"""The utility's office in the demo: its service follows the chain, and its people decide."""

import json

from . import network as networks
from . import office_stories as stories
from . import processes, replacement, status
from .errands import Errands, now_and_then
from .faults import DemoFault
from .office_api import OfficeApi
from .office_desk import Desk

LEAST_WINDOWS = 6  # of a run in which all of it has its place
_DAY = 86_400 // networks.WINDOW_SECONDS  # windows
_GRACE = 3  # windows for the last readings to be settled


class Office:
    """Its service is started by the conductor; this asks it, and plays its people."""

    def __init__(self, programs, directory, network, start):
        """`start(name, command)` starts a program that the conductor stops at the end."""
        self.programs = programs
        self.directory = directory
        self.network = network
        self.cast = stories.cast_of(network)
        self.desk = Desk(programs, directory)
        self.api = OfficeApi(network, directory)
        self.history = min(_DAY, network.options.windows // 2)  # windows that the forecast knows
        self.forecast = None  # the JSON of `gateway forecast`
        self.certified = None  # the applicant's file
        self.replaced = []  # names of meters that came in the place of others
        self.diary = []  # (label, text): what happened, for a person
        self.answers = {}  # path -> what the API said of it at the end
        self._start = start
        self._errands = Errands()
        self._window = 0
        self._is_opened = False
        if self.cast.opened is not None:
            network.spans[self.cast.opened.id] = (0, stories.OPENED_IN)

    @property
    def papers(self):
        """What the applicant holds: the code as a picture, and the certificate."""
        return self.directory.path / "applicant"

    @property
    def inspector(self):
        return next(iter(sorted((self.directory.path / "inspectors").glob("*.key"))))

    @property
    def ledger(self):
        return self.directory.path / "dgmd" / "ledger.db"

    def meter_options(self):
        """What `meter-sim run` is told of the meter that somebody opens."""
        if self.cast.opened is None:
            return []
        return ["--tamper", f"{self.cast.opened.id}@{stories.OPENED_IN}"]

    def act(self, window):
        """Lets everybody go on. `window`: the one that runs, negative before the first."""
        self._window = window
        if not self._is_opened:
            self._is_opened = True
            self._errands.begin("the office's account", self._open())
        self._errands.go_on()

    def unfinished(self):
        return self._errands.unfinished()

    def is_done(self, snapshot):
        """All is told, and the office has every block."""
        state = self.status()
        return (
            self._is_opened
            and not self.unfinished()
            and state.get("height") == snapshot.height()
            and state.get("read_model", {}).get("height") == snapshot.height()
        )

    def _open(self):
        """Everybody begins when the API answers a program with a token, in the first window."""
        yield lambda: self.status() and self._window >= 0
        yield from self.desk.ask("account", "add", "demo", "--role", "officer", "--no-password")
        token = yield from self.desk.ask("account", "token", "demo", "--scope", "read")
        self.api.token = token["token"]
        yield now_and_then(self.api.is_open)
        people = {"the opened meter": stories.opened_meter, "the command": stories.command,
                  "the application": stories.capacity, "the tariff": stories.tariff}  # fmt: skip
        if self.cast.opened is None:
            del people["the opened meter"]
        if self.cast.leaver is None:
            del people["the command"]
        for name, story in people.items():
            self._errands.begin(name, story(self))
        yield lambda: len(self.unfinished()) == 1
        for path in self.resources():
            self.answers[path] = self.api.ask(path)

    # What the stories ask for.

    def tell(self, label, text):
        self.diary.append((label, text))

    def window(self):
        return self._window

    def names(self):
        """Every name that is taken."""
        meters = [meter.id for meter in self.network.meters]
        return {*meters, *self.network.nodes, "dgmd", "grid"}

    def start_replacement(self):
        config = self.directory.replacement_config
        command = [self.programs.meter_sim, "run", "--config", config]
        self._start(replacement.PROCESS, command)

    def is_late(self):
        """Whether no meter measures any more."""
        limit = self.network.window_limit
        return 0 < limit < self._window - _GRACE

    def has_history(self):
        settled = self.api.items(f"/settlements?window_no={self.history - 1}")
        return len(settled) >= len(self.network.clusters_with_meters())

    def executed(self, meter, sequence):
        """The first reading in which the meter says that it executed the command."""
        readings = self.api.items(f"/readings?meter={meter}&order=oldest")
        return next((r for r in readings if r["executed_command"] == sequence), None)

    def application_of(self, meter):
        """The name of the application for the meter."""
        every = self.api.items("/applications")
        return next(each["id"] for each in every if each["meter"] == meter)

    def order_of(self, meter):
        """The work order that the meter's broken seal has opened."""
        return next(iter(self._orders_of(meter)), None)

    def reading_of(self, meter):
        return next(iter(self.api.items(f"/readings?meter={meter}&order=oldest&limit=1")), None)

    def _orders_of(self, meter):
        return [order for order in self.api.items("/work-orders")
                if order["subject"] == meter and order["kind"] == "seal_broken"]  # fmt: skip

    # What came of it.

    def resources(self):
        """What the demo asks the API for in the end, and proposes to a person."""
        paths = ["/blocks?limit=1", "/applications", "/capacities", "/tariffs", "/commands",
                 "/alarms", "/work-orders", "/drafts"]  # fmt: skip
        return paths + [f"/readings?meter={meter}" for meter in self.replaced]

    def status(self):
        """The service's status file; {} while there is none."""
        return status.read_file(self.directory.gateway_status)

    def figures(self):
        """The member `office` of --json (docs/demo-json.md)."""
        state = self.status()
        orders = self._work_orders()
        blocks = self._items("/blocks?limit=1")
        return {
            "height": state.get("height"),
            "tip": state.get("tip"),
            "contradictions": len(state.get("contradictions", [])),
            "capacities_certified": self._decided("/capacities"),
            "tariffs_signed": self._decided("/tariffs"),
            "commands_signed": self._decided("/commands"),
            "commands_executed": self._executed(),
            "work_orders": {
                "opened": len(orders),
                "closed": sum(order["state"] == "closed" for order in orders),
            },
            "meters_replaced": len(self.replaced),
            "api_height": blocks[0]["height"] if blocks else None,
            "bills_sum_micro": self._bills_sum(),
        }

    def problems(self, figures):
        """One line for each thing that is not as it should be."""
        tips = {node.get("tip") for node in figures["nodes"]}
        office = figures["office"]
        lines = [f"the office's {each.kind} is in no block"
                 for each in self.desk.decided if each.height is None]  # fmt: skip
        lines += [f"not finished: {name}" for name in self.unfinished()]
        if tips != {office["tip"]}:
            lines.append(f"the office's ledger ends with another block than the nodes': "
                         f"height {office['height']}")
        if office["contradictions"]:
            lines.append("the office saw nodes contradict its chain: gateway status")
        if office["bills_sum_micro"] != 0:
            lines.append(f"all bills and the grid sum to {office['bills_sum_micro']} micro, not 0")
        return lines + self._problems_of_the_opened_meter()

    def _problems_of_the_opened_meter(self):
        if self.cast.opened is None:
            return []
        meter = self.cast.opened.id
        states = [order["state"] for order in self._work_orders() if order["subject"] == meter]
        if states == ["closed"] and self.replaced:
            return []
        said = ", ".join(states) or "none"
        heard = "reports" if self.replaced else "is not heard of"
        return [f"one closed work order of {meter} is wanted ({said}), and its successor {heard}"]

    def _work_orders(self):
        return json.loads(self._said("work-order", "list", "--all", "--json"))["work_orders"]

    def _items(self, path):
        return self.answers.get(path, {}).get("items", [])

    def _decided(self, path):
        """Rows that a block after block 0 has made."""
        return sum(row["height"] > 0 for row in self._items(path))

    def _executed(self):
        signed = {each.sequence for each in self.desk.decided if each.kind == "command"}
        return len({row["executed_command"] for row in self._rows("readings")} & signed)

    def _bills_sum(self):
        total = 0
        for row in self._rows("bills"):
            total += row["import_amount_micro"] - row["export_amount_micro"]
            total += row["adjusted_import_amount_micro"] - row["adjusted_export_amount_micro"]
        for row in self._rows("settlements"):
            total += row["grid_amount_micro"] + row["adjusted_grid_amount_micro"]
        return total

    def _rows(self, what):
        text = self._said("export", what, "--format", "jsonl")
        return [json.loads(line) for line in text.splitlines()]

    def _said(self, *words):
        """What a command prints, also after the service has stopped."""
        command = [self.programs.gateway, *words, "--config", self.directory.gateway_config]
        code, output, errors = processes.run([str(part) for part in command])
        if code != 0:
            raise DemoFault(f"gateway {words[0]} failed:\n{errors.strip()}")
        return output
