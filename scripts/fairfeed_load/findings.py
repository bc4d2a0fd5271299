"""What a run showed: figures, and the invariants that decide its exit status."""

from fairfeed_demo.tables import table

_DATABASES = ("ledger.db", "ledger.db-wal", "inbox.db", "inbox.db-wal")


class Findings:
    def __init__(self, chosen, trial, directory, answers):
        """`answers`: of each node the JSON of `edge-node verify` and a fault or None."""
        self._trial = trial
        self._answers = answers
        readings = trial.load.get("readings", {})
        self.report = {
            "ok": False,
            "problems": [],
            "command": {"nodes": chosen.nodes, "meters": chosen.meters, "windows": chosen.windows,
                        "window_s": chosen.window_s, "rate": chosen.rate},
            "load": trial.load,
            "seconds": round(trial.seconds, 2),
            "processes": {name: {"cpu_s": round(use.since_mark_s(), 2),
                                 "cpu_with_start_s": round(use.cpu_s, 2),
                                 "peak_mb": round(use.peak_mb, 1)}
                          for name, use in trial.watch.uses.items()},
            "bytes_on_disk": {node: _bytes_of(directory.node(node)) for node in trial.town.nodes},
            "readings_on_chain": {node: answer.get("counts", {}).get("readings")
                                  for node, (answer, _) in answers.items()},
        }  # fmt: skip
        self._judge(readings)
        self.report["ok"] = not self.report["problems"]

    def _judge(self, readings):
        problems = self.report["problems"]
        planned = readings.get("planned", 0)
        if not planned:
            problems.append("no reading was planned")
        for what in ("sent", "receipted", "final"):
            if readings.get(what) != planned:
                problems.append(f"of {planned} readings {readings.get(what)} are {what}")
        for node, (answer, fault) in self._answers.items():
            if fault:
                problems.append(f"{node}: {fault}")
            count = answer.get("counts", {}).get("readings")
            if count != planned:
                what = "lost" if count is None or count < planned else "doubled"
                problems.append(f"{node}: {count} readings on the chain, not {planned}: {what}")
            problems += [f"{node}: {each['name']} does not hold: {each['explanation']}"
                         for each in answer.get("invariants", []) if each["ok"] is False]  # fmt: skip
        for member in ("tip", "app_hash"):
            if len({answer.get(member) for answer, _ in self._answers.values()}) != 1:
                problems.append(f"the ledgers differ in their {member}")
        if not self._trial.one_tip:
            problems.append("the nodes did not come to rest")
        problems += [f"{name} did not end well: see its log" for name in self._trial.unwell]

    def summary(self):
        report, load = self.report, self.report["load"]
        receipt, final = load["publish_to_receipt_ms"], load["publish_to_final_ms"]
        readings = max(1, load["readings"]["sent"])
        rows = [["process", "CPU s", "with start", "peak MB"]]
        for name, use in report["processes"].items():
            rows.append([name, f"{use['cpu_s']:.1f}", f"{use['cpu_with_start_s']:.1f}",
                         f"{use['peak_mb']:.0f}"])  # fmt: skip
        bytes_sent = load["bytes"]["sent"] + load["bytes"]["received"]
        lines = [
            f"{load['readings']['final']} of {load['readings']['planned']} readings final; "
            f"{load['publishes']} publishes, {load['duplicates']} of them again",
            *(_times("to receipt", receipt)), *(_times("to final", final)),
            f"on the wire {bytes_sent // readings} bytes a reading, handshakes included; on disk "
            + ", ".join(f"{node} {size // readings}" for node, size
                        in report["bytes_on_disk"].items()) + " bytes a reading",
            f"limit: {load['limit']}",
            "",
            *table("lrrr", rows),
            "",
        ]  # fmt: skip
        if report["ok"]:
            return [*lines, "nothing lost, nothing doubled; energy and money conserved; all ledgers "
                            "are equal"]  # fmt: skip
        return [*lines, "NOT as it should be:", *(f"  {each}" for each in report["problems"])]


def _times(what, times):
    yield (f"{what}: p50 {times['p50']} ms, p99 {times['p99']} ms, p99.9 {times['p999']} ms, "
           f"longest {times['max']} ms")  # fmt: skip


def _bytes_of(directory):
    return sum((directory / name).stat().st_size for name in _DATABASES
               if (directory / name).is_file())  # fmt: skip
