"""Merges the ledgers' and the meters' answers into the figures of --json (docs/demo-json.md)."""

from . import network as networks

_WINDOW_KEYS = (
    "window", "load_wh", "available_wh", "generation_wh", "d_wh", "df_ppm", "psa_ppm",
    "residual_surplus_wh", "conventional_wh",
    # Members beyond the promised ones:
    "curtailed_wh", "import_wh", "export_wh", "credited_wh", "grid_amount_micro",
    "readings", "missing", "endorsements", "height", "late", "adjusted",
    "basis", "shares_for", "factors_ppm", "bound_ppm", "quarters",
)  # fmt: skip
_BILL_KEYS = (
    "meter", "import_wh", "export_wh", "credited_wh", "amount_micro",
    "load_wh", "available_wh", "generation_wh", "estimated_windows", "adjusted_micro",
)  # fmt: skip
_RULE_KEYS = (
    "surplus_wh", "left_wh", "curtailed_in_surplus_wh", "curtailed_without_surplus_wh",
)  # fmt: skip
_GRID = "grid"


class Figures:
    """All figures of a run. `report` is the JSON; each line of `problems` is a fault."""

    def __init__(self, options, network, provisioned, records, meters, office=None):
        self._network = network
        self._office = office  # Office, or None
        self._records = records
        self._meters = meters
        self.problems = []
        alarms = _alarms(records)  # which a meter's outbox keeps among its readings
        self._published = {
            reading["id"]: reading["first_publish_ms"]
            for meter in meters
            for reading in meter["readings"]
            if reading["first_publish_ms"] is not None and reading["id"] not in alarms
        }
        self._committed = [_commit_times(record) for record in records]
        self.report = {
            "ok": False,
            "problems": self.problems,
            "network": provisioned["network"],
            "homes": " ".join(options.homes) if options.homes else None,
            "seed": None if options.homes else options.seed,
            "rule": options.rule,
            "basis": options.basis,
            "resolution": options.resolution,
            "windows": options.windows,
            "window_seconds": networks.WINDOW_SECONDS,
            "grid_epoch_s": provisioned["grid_epoch_s"],
            "nodes": [self._node(record) for record in records],
            "readings": self._readings(),
            "windows_settled": self._windows_settled(),
            "clusters": [self._cluster(cluster) for cluster in network.clusters],
            "rules": self._rules(),
            "by_quarter": self._by_quarter(),
            "bills": self._bills(),
            "accounts": self._accounts(),
        }
        self.report["money_sum_micro"] = sum(a["amount_micro"] for a in self.report["accounts"])
        self.report["finality_ms"] = self._finality()
        self.report["invariants"] = _merged_invariants(records)
        self.report["office"] = office.figures() if office is not None else None

    def judge(self, unwell):
        """Fills `problems` and `ok`. `unwell`: programs that did not end well."""
        problems = self.problems
        for record in self._records:
            problems += [f"{record.node}: {fault}" for fault in record.faults]
        readings = self.report["readings"]
        if readings["lost"]:
            problems.append(
                f"{readings['lost']} of {readings['sent']} readings are not final on every node"
            )
        if not readings["sent"]:
            problems.append("no reading was sent")
        self._judge_agreement()
        if self._office is not None:
            problems += self._office.problems(self.report)
        self._judge_settlement()
        self._judge_live()
        for invariant in self.report["invariants"]:
            if invariant["ok"] is False:
                problems.append(
                    f"{invariant['name']} ({invariant['checked_by']}) does not hold: "
                    f"{invariant['explanation']}"
                )
        problems += [f"{name} did not end well: see its log" for name in unwell]
        self.report["ok"] = not problems

    def _judge_agreement(self):
        nodes = self.report["nodes"]
        for member, what in (("tip", "tips"), ("app_hash", "app hashes")):
            values = {node[member] for node in nodes}
            if len(values) > 1 or None in values:
                heights = ", ".join(f"{node['id']} at height {node['height']}" for node in nodes)
                self.problems.append(f"the nodes have different {what}: {heights}")

    def _judge_settlement(self):
        report = self.report
        if report["windows_settled"] < report["windows"]:
            self.problems.append(
                f"only {report['windows_settled']} of {report['windows']} windows are settled "
                "in every cluster"
            )
        if report["money_sum_micro"] != 0:
            self.problems.append(f"the accounts sum to {report['money_sum_micro']}, not to 0")

    def _judge_live(self):
        """Adds the problems that the nodes reported while they ran."""
        for record in self._records:
            alarms = record.status.get("alarms", [])
            self.problems += [f"{record.node}: {alarm}" for alarm in alarms]
            self.problems += [
                f"{record.node}, while it ran: {told['name']} does not hold: {told['explanation']}"
                for told in record.status.get("invariants", [])
                if told["applicable"] and not told["ok"]
            ]

    def _node(self, record):
        own = _cluster_of(record, self._network.cluster_of(record.node))
        return {
            "id": record.node,
            "height": record.verify.get("height"),
            "tip": record.verify.get("tip"),
            "app_hash": record.verify.get("app_hash"),
            "committee_class": own.get("committee_class"),
            "verified": record.verify.get("sound", False),
        }

    def _final_ids(self):
        on_every_chain = set(self._published)
        for committed in self._committed:
            on_every_chain &= committed.keys()
        return on_every_chain

    def _readings(self):
        statuses = [record.status.get("readings", {}) for record in self._records]
        rejected = {}
        for status in statuses:
            for reason, count in status.get("rejected", {}).items():
                rejected[reason] = rejected.get(reason, 0) + count
        sent, final = len(self._published), len(self._final_ids())
        return {
            "sent": sent,
            "final": final,
            "lost": sent - final,
            "duplicate": sum(status.get("duplicate", 0) for status in statuses),
            "rejected": dict(sorted(rejected.items())),
        }

    def _windows_settled(self):
        return min(
            len(_cluster_of(record, cluster).get("windows", []))
            for record in self._records
            for cluster in self._network.clusters_with_meters()
        )

    def _told_by_parent(self, cluster):
        """The parent is in its cluster's committee, so it can open the lines."""
        record = self._records[self._network.clusters.index(cluster)]
        return _cluster_of(record, cluster)

    def _cluster(self, cluster):
        told = self._told_by_parent(cluster)
        windows = [
            {key: window[key] for key in _WINDOW_KEYS} | {"shares": window["shares"] or []}
            for window in told.get("windows", [])
        ]
        return {
            "id": cluster,
            "committee": told.get("committee", []),
            "committee_class": told.get("committee_class"),
            "windows": windows,
        }

    def _rules(self):
        """The outcome of each rule for the settled windows, over all clusters."""
        sums = {}
        for cluster in self._network.clusters:
            for told in self._told_by_parent(cluster).get("rules") or []:
                outcome = sums.setdefault(told["rule"], dict.fromkeys(_RULE_KEYS, 0))
                for key in _RULE_KEYS:
                    outcome[key] += told[key]
        return [{"rule": rule, **outcome} for rule, outcome in sums.items()]

    def _by_quarter(self):
        """What happened, counted by the quarter hour, over all clusters."""
        clusters = self._network.clusters
        told = [self._told_by_parent(cluster).get("by_quarter") for cluster in clusters]
        return {key: sum(each[key] for each in told if each) for key in _RULE_KEYS}

    def _bills(self):
        return [
            {key: bill[key] for key in _BILL_KEYS}
            for cluster in self._network.clusters
            for bill in self._told_by_parent(cluster).get("bills") or []
        ]

    def _accounts(self):
        meters, grid = [], 0
        for cluster in self._network.clusters:
            for account in self._told_by_parent(cluster).get("accounts") or []:
                if account["account"] == _GRID:
                    grid += account["amount_micro"]
                else:
                    meters.append(account)
        return [*meters, {"account": _GRID, "amount_micro": grid}]

    def _finality(self):
        """Times from a reading's first PUBLISH to the commit of its block on the last node."""
        took = []
        for reading in self._final_ids():
            last = [committed[reading] for committed in self._committed]
            if None not in last:
                took.append(max(last) - self._published[reading])
        return {"p50": _percentile(took, 50), "p99": _percentile(took, 99)}


def _cluster_of(record, cluster):
    for told in record.clusters.get("clusters", []):
        if told["id"] == cluster:
            return told
    return {}


def _alarms(records):
    """Ids of the alarms of opened meters on any of the chains."""
    return {
        transaction["id"]
        for record in records
        for block in record.blocks
        for transaction in block["transactions"]
        if transaction["kind"] == "event"
    }


def _commit_times(record):
    """Reading id -> time at which its block was durable on this node."""
    return {
        transaction["id"]: block["committed_at_ms"]
        for block in record.blocks
        for transaction in block["transactions"]
        if transaction["kind"] == "reading"
    }


def _percentile(values, percent):
    """The smallest value that at least `percent` of the values do not exceed; None if none."""
    if not values:
        return None
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def _merged_invariants(records):
    """One entry per name and kind of checker; ok only if the invariant held at every checker."""
    merged = {}
    for record in records:
        for told in record.verify.get("invariants", []):
            entry = merged.setdefault(
                (told["name"], told["checked_by"]),
                {"name": told["name"], "ok": None, "checked_by": told["checked_by"],
                 "nodes": 0, "explanation": ""},
            )  # fmt: skip
            if told["status"] == "not_applicable":
                continue
            entry["nodes"] += 1
            held = told["status"] == "ok"
            entry["ok"] = held if entry["ok"] is None else entry["ok"] and held
            if not held and not entry["explanation"]:
                entry["explanation"] = f"{record.node}: {told['explanation']}"
    return list(merged.values())
