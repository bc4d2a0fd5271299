"""The fate of every reading and the duration of each recovery, from the ledgers and the meters'
outbox after all programs have ended."""

from collections import Counter

from .strikes import KINDS


class Findings:
    """`report` is the JSON; each line of `problems` is a reason why the run is not ok."""

    def __init__(self, options, lab, trial, records, meters):
        self._lab = lab
        self._records = records
        self._meters = meters
        self._windows = [_windows(record) for record in records]
        self._recoveries = [self._recovery(struck) for struck in trial.struck]
        self.problems = list(trial.problems)
        fates = Counter(self._fates())
        self.report = {
            "ok": False,
            "problems": self.problems,
            "seed": options.seed,
            "seconds": round(options.minutes * 60),
            "nodes": len(lab.nodes),
            "meters": len(lab.network.meters),
            "lost": fates["lost"],
            "forks": self._forks(),
            "faults": dict(Counter(struck.kind for struck in trial.struck)),
            "recovery_ms": self._recovery_figures(trial.struck),
            "readings": {
                "sent": sum(count for fate, count in fates.items() if fate != "unsent"),
                "final": fates["final"],
                # These readings came too late, so their window has an estimate, trued up by the
                # reading itself, by the registers of a later reading, or not yet.
                "trued_up": fates["trued_up"],
                "covered": fates["covered"],
                "open": fates["open"],
                "unsent": fates["unsent"],
            },
            "estimates": self._estimates(),
            "evidence": self._evidence(),
            "windows_settled": self._settled(),
            "height": max((record.verify.get("height") or 0 for record in records), default=0),
            "ended_by_themselves": lab.roster.ended,
            "not_covered": [f"{kind}: {why}" for kind, why in trial.impossible.items()],
            "log": [
                {"kind": s.kind, "victim": s.victim, "began_ms": s.began_ms, "over_ms": s.over_ms,
                 "recovery_ms": recovery}
                for s, recovery in zip(trial.struck, self._recoveries)
            ],
        }  # fmt: skip
        self._judge(trial.struck)

    def _fates(self):
        committed = [{t["id"] for block in r.blocks for t in block["transactions"]
                      if t["kind"] == "reading"} for r in self._records]  # fmt: skip
        everywhere, anywhere = set.intersection(*committed), set.union(*committed)
        cluster_of = {meter.id: meter.cluster for meter in self._lab.network.meters}
        settled = {
            cluster: min(len(windows.get(cluster, {})) for windows in self._windows)
            for cluster in self._lab.network.clusters
        }
        late = self._late()
        for meter in self._meters:
            count = settled[cluster_of[meter["id"]]]
            read = [r["window"] for r in meter["readings"] if r["id"] in everywhere]
            for reading in meter["readings"]:
                window = reading["window"]
                if reading["id"] in everywhere:
                    yield "trued_up" if reading["id"] in late else "final"
                elif reading["first_publish_ms"] is None:
                    yield "unsent"
                elif reading["id"] in anywhere or window >= count:
                    yield "lost"
                elif window < max(read, default=-1):
                    yield "covered"
                else:  # a later settlement could list each receipted reading
                    yield "lost" if reading["complete"] and window < count - 2 else "open"

    def _late(self):
        """Readings listed by a later settlement than that of their own window."""
        return {
            late["reading"]
            for windows in self._windows[0].values()
            for window in windows.values()
            for late in window["late"]
        }

    def _forks(self):
        """Heights at which two nodes have different blocks."""
        ids = {}
        for record in self._records:
            for block in record.blocks:
                ids.setdefault(block["height"], set()).add(block["id"])
        return sum(1 for different in ids.values() if len(different) > 1)

    def _estimates(self):
        return sum(
            window["missing"] + window["conflicts"]
            for windows in self._windows[0].values()
            for window in windows.values()
        )

    def _evidence(self):
        """The number of proofs on the chain that a signer contradicted itself."""
        blocks = self._records[0].blocks if self._records else []
        return sum(t["kind"] == "evidence" for block in blocks for t in block["transactions"])

    def _settled(self):
        return min(
            len(windows.get(cluster, {}))
            for windows in self._windows
            for cluster in self._lab.network.clusters_with_meters()
        )

    def _recovery(self, struck):
        """Milliseconds from the end of the fault until every node had stored every cluster's
        settlement of the first window that ended afterwards. None: some node never had it."""
        wanted = self._lab.window_after(struck.over_ms)
        times = []
        for windows in self._windows:
            for cluster in self._lab.network.clusters_with_meters():
                window = windows.get(cluster, {}).get(wanted)
                if window is None or window["committed_at_ms"] is None:
                    return None
                times.append(window["committed_at_ms"])
        return max(times) - struck.over_ms

    def _recovery_figures(self, struck):
        by_kind = {}
        for each, recovery in zip(struck, self._recoveries):
            if recovery is not None:
                by_kind.setdefault(each.kind, []).append(recovery)
        return {
            kind: {"p50": percentile(took, 50), "p99": percentile(took, 99), "max": max(took)}
            for kind, took in by_kind.items()
        }

    def _judge(self, struck):
        problems, report = self.problems, self.report
        if report["lost"]:
            problems.append(f"{report['lost']} readings were sent and are not on every ledger")
        if report["forks"]:
            problems.append(f"the ledgers differ at {report['forks']} heights")
        if report["readings"]["unsent"]:
            problems.append(f"{report['readings']['unsent']} readings never left their meter")
        if report["evidence"] and not any(each.kind == "clone" for each in struck):
            problems.append(f"{report['evidence']} times somebody was proved to sign two things")
        if not struck:
            problems.append("no fault was injected")
        for each, recovery in zip(struck, self._recoveries):
            limit_ms = KINDS[each.kind].limit_ms
            if recovery is None or recovery > limit_ms:
                took = "for good" if recovery is None else f"for {recovery} ms"
                problems.append(f"{each.kind} of {each.victim} at {each.began_ms} stopped the "
                                f"network {took}; {limit_ms} ms are allowed")  # fmt: skip
        for ended in report["ended_by_themselves"]:
            problems.append(f"{ended['name']} ended by itself with status {ended['status']}: "
                            f"{ended['log']}")  # fmt: skip
        self._judge_ledgers()
        report["ok"] = not problems

    def _judge_ledgers(self):
        for record in self._records:
            self.problems += [f"{record.node}: {fault}" for fault in record.faults]
            self.problems += [
                f"{record.node}: {alarm}" for alarm in record.status.get("alarms", [])
            ]
            self.problems += [
                f"{record.node}, while it ran: {told['name']} does not hold: {told['explanation']}"
                for told in record.status.get("invariants", [])
                if told["applicable"] and not told["ok"]
            ]
        ends = {(r.verify.get("tip"), r.verify.get("app_hash")) for r in self._records}
        if len(ends) > 1:
            self.problems.append("the nodes do not have one tip and app hash in the end")


def percentile(values, percent):
    """The smallest value that at least `percent` of the values do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def _windows(record):
    """cluster -> window -> its settlement, and the time at which this node had stored it."""
    at_ms = {block["height"]: block["committed_at_ms"] for block in record.blocks}
    return {
        cluster["id"]: {
            window["window"]: window | {"committed_at_ms": at_ms.get(window["height"])}
            for window in cluster["windows"]
        }
        for cluster in record.clusters.get("clusters", [])
    }


def summary(report):
    """The report for a person."""
    from fairfeed_demo.tables import counted, table

    rows = [["fault", "times", "p50 s", "p99 s", "max s"]]
    for kind, count in sorted(report["faults"].items()):
        took = report["recovery_ms"].get(kind)
        figures = [f"{took[key] / 1000:.2f}" if took else "-" for key in ("p50", "p99", "max")]
        rows.append([kind, str(count), *figures])
    readings = report["readings"]
    late = readings["trued_up"] + readings["covered"] + readings["open"]
    lines = [
        f"{counted(report['nodes'], 'node')}, {counted(report['meters'], 'meter')}, seed "
        f"{report['seed']}: {counted(sum(report['faults'].values()), 'fault')}, "
        f"{counted(report['windows_settled'], 'window')} settled, height {report['height']}",
        "", "Recovered after the end of the fault", *table("lrrrr", rows), "",
        f"Readings: {readings['sent']} sent, {readings['final']} final on every node, "
        f"{report['lost']} lost",
        f"  too late for their window, which was settled with an estimate: {late}"
        + (f" ({readings['trued_up']} trued up by themselves, {readings['covered']} by registers)"
           if late else ""),
        f"Forks: {report['forks']}",
        *(f"Left out: {what}" for what in report["not_covered"]), "",
    ]  # fmt: skip
    if report["ok"]:
        return [*lines, "Nothing was lost, nobody forked, and the network always went on."]
    return [*lines, "NOT as it should be:", *(f"  {problem}" for problem in report["problems"])]
