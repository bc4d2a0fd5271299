"""The three measurements of reliability, and their common summary."""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from fairfeed_demo import build
from fairfeed_demo.faults import DemoFault
from fairfeed_demo.tables import table

_SECONDS, _QUICK_SECONDS = 120, 15
_MINUTES, _QUICK_MINUTES = 5, 0.5
_UNENDING = 10**12  # seeds: the time limit ends the run


def measure(options):
    programs = _programs()
    seconds = options.seconds or (_QUICK_SECONDS if options.quick else _SECONDS)
    minutes = options.minutes or (_QUICK_MINUTES if options.quick else _MINUTES)
    _say(f"simulating for {seconds:g} s ...")
    simulated = _simulate(programs, options, seconds)
    _say(f"chaos for {minutes:g} min ...")
    struck = _chaos(programs, options, minutes)
    _say("mutants ...")
    mutants = _mutants(programs.parent)
    return _report(simulated, struck, mutants)


def _say(line):
    print(f"bench: {line}", file=sys.stderr, flush=True)


def _programs():
    """The directory of the programs. Builds everything unless FAIRFEED_BIN_DIR names one."""
    given = os.environ.get(build.BIN_DIR_VARIABLE)
    if given:
        return Path(given).absolute()
    _say("building build/release ...")
    for command in (
        [str(build.SOURCE / "scripts" / "install_packages")],
        ["cmake", "-S", str(build.SOURCE), "--preset", "release"],
        ["cmake", "--build", str(build.BUILD)],
    ):
        done = subprocess.run(command, cwd=build.SOURCE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)  # fmt: skip
        if done.returncode != 0:
            tail = "\n".join(done.stdout.splitlines()[-20:])
            raise DemoFault(f"{tail}\n{command[0]} failed")
    return build.BUILD / "bin"


def _simulate(programs, options, seconds):
    program = programs / "simulate"
    if not os.access(program, os.X_OK):
        raise DemoFault(f"there is no program {program}; build it first")
    command = [str(program), "--from", str(options.seed), "--count", str(_UNENDING), "--nodes",
               str(options.nodes), "--seconds", str(max(1, round(seconds))), "--json"]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    try:
        return json.loads(lines[-1])
    except (IndexError, ValueError) as error:
        raise DemoFault(f"simulate ended with {done.returncode} and no summary") from error


def _chaos(programs, options, minutes):
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "chaos.json"
        command = [str(build.SOURCE / "scripts" / "chaos"), "--minutes", f"{minutes:g}", "--seed",
                   str(options.seed), "--dir", str(options.dir), "--json", str(file)]  # fmt: skip
        environment = os.environ | {build.BIN_DIR_VARIABLE: str(programs)}
        done = subprocess.run(command, stdout=sys.stderr, env=environment)
        if not file.is_file():
            raise DemoFault(f"chaos ended with {done.returncode} and no report")
        return json.loads(file.read_text())


def _mutants(directory):
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "mutants.xml"
        command = ["ctest", "--test-dir", str(directory), "-R", "^Mutant", "-j",
                   str(os.cpu_count() or 1), "--output-junit", str(file)]  # fmt: skip
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not file.is_file():
            raise DemoFault(f"ctest in {directory} ended with {done.returncode} and no report")
        cases = ElementTree.parse(file).getroot().iter("testcase")
        fates = {case.get("name"): case.get("status") == "run" for case in cases}
    survivors = sorted(name for name, killed in fates.items() if not killed)
    return {"killed": len(fates) - len(survivors), "total": len(fates), "survivors": survivors}


def _report(simulated, struck, mutants):
    report = {
        "ok": False,
        "seeds": simulated["seeds"],
        "seeds_per_s": simulated["seeds_per_second"],
        "seeds_per_cpu_s": simulated["seeds_per_cpu_second"],
        "seeds_failed": simulated["failed"],
        "faults": {"simulated": simulated["faults"], "processes": struck["faults"]},
        "recovery_ms": {
            "simulated": {
                "p50": simulated["recovery_ms_p50"], "p99": simulated["recovery_ms_p99"]
            },
            "processes": struck["recovery_ms"],
        },
        "readings": {
            "simulated": simulated["receipted"], "processes": struck["readings"]["sent"]
        },
        "lost": struck["lost"],
        "forks": struck["forks"],
        "mutants": mutants,
        "problems": list(struck["problems"]),
        "not_covered": struck["not_covered"],
    }  # fmt: skip
    problems = report["problems"]
    problems += [f"seed {seed} failed: simulate {seed}" for seed in simulated["failed"]]
    problems += [f"{name} survived its test" for name in mutants["survivors"]]
    if mutants["total"] == 0:
        problems.append("there are no mutants in this build")
    report["ok"] = struck["ok"] and not problems
    return report


def summary(report):
    """The report for a person."""
    rows = [["struck", "fault", "times", "p50 s", "p99 s"]]
    recovered = report["recovery_ms"]["processes"]
    for kind, count in sorted(report["faults"]["processes"].items()):
        took = recovered.get(kind)
        rows.append(["processes", kind, str(count), *_seconds(took)])
    for kind, count in sorted(report["faults"]["simulated"].items()):
        rows.append(["simulated", kind, str(count), "", ""])
    took = report["recovery_ms"]["simulated"]
    rows.append(["simulated", "from the last fault on", "", *_seconds(took)])
    mutants = report["mutants"]
    lines = [
        f"Simulator: {report['seeds']} seeds, {report['seeds_per_s']} a second, "
        f"{report['seeds_per_cpu_s']} a second of one core, {len(report['seeds_failed'])} failed",
        *table("llrrr", rows), "",
        f"Readings: {report['readings']['processes']} sent to real processes, {report['lost']} "
        f"lost; {report['readings']['simulated']} receipted in simulations",
        f"Forks: {report['forks']}",
        f"Mutants: {mutants['killed']} of {mutants['total']} killed",
        *(f"Not covered here: {what}" for what in report["not_covered"]), "",
    ]  # fmt: skip
    if report["ok"]:
        return [*lines, "Nothing was lost, nobody forked, every mutant was killed."]
    return [*lines, "NOT as it should be:", *(f"  {problem}" for problem in report["problems"])]


def _seconds(took):
    return [f"{took[key] / 1000:.2f}" if took and took.get(key) is not None else "-"
            for key in ("p50", "p99")]  # fmt: skip
