"""All benchmarks with limits, one after the other, and one report of them."""

from types import SimpleNamespace

from fairfeed_demo import command
from fairfeed_demo.faults import DemoFault

from . import figures, programs
from .benchmarks import BENCHMARKS


def measure(options):
    """One report of everything, and a line for each benchmark that failed; the others go on."""
    reports, faults = {}, []
    for place, (name, benchmark) in enumerate(BENCHMARKS.items(), start=1):
        programs.say(f"{name}, {place} of {len(BENCHMARKS)}: {benchmark.line}")
        try:
            report = benchmark.module.measure(SimpleNamespace(quick=options.quick, meters=None))
        except DemoFault as fault:
            faults.append(f"{name}: {fault}")
            programs.say(faults[-1])
            continue
        reports[name] = report
        print("\n".join(["", name, *figures.summary(report)]), flush=True)
        if options.dir:
            command.write_json(options.dir / f"{name}.json", report)
    return _one(reports), faults


def _one(reports):
    return {
        "benchmarks": [figure for report in reports.values() for figure in report["benchmarks"]],
        "machine": figures.machine(),
        "commit": next((report["commit"] for report in reports.values()), figures.commit()),
        "notes": [f"{name}: {note}" for name, report in reports.items()
                  for note in report["notes"]],
    }  # fmt: skip
