"""The page at the end of the demo."""

import textwrap

from . import build
from . import network as networks
from .lines import WIDTH, shown, typed, wrapped
from .tables import bars, counted, grid_time, kw, kwh, money, percent, table

_CLASS_MEANS = {
    "full": "4 members, 3 must agree: one may fail or lie",
    "degraded": "{members} members and all must agree: none may fail or lie",
    "single": "1 member: everything rests on it",
}
_RULE_COLUMNS = (
    "surplus_wh", "left_wh", "curtailed_in_surplus_wh", "curtailed_without_surplus_wh",
)  # fmt: skip
_MAX_MES = 4  # prosumers in a line


def headline(report, network):
    hours = report["windows"] * report["window_seconds"] // 3600
    span = f"{hours / 24:g} days" if hours % 12 == 0 and hours > 24 else f"{hours} hours"
    energy = "recorded homes" if report["homes"] else f"modelled homes, seed {report['seed']}"
    return [
        f"{counted(len(network.nodes), 'node')}, {counted(len(network.meters), 'meter')} "
        f"({energy}), {counted(report['windows'], 'window')} of "
        f"{report['window_seconds'] // 3600} h ({span} of grid time), "
        f"rule '{report['rule']}', {_plan_text(report)}"
    ]


def _plan_text(report):
    holds = "quarter hour" if report["resolution"] == "quarter" else "window"
    return f"basis '{report['basis']}', a share for each {holds}"


def settlement(report):
    """The energy, the most interesting windows and the bills."""
    return [
        *_energy(report), "",
        *_rules(report), "",
        *_by_quarter(report), "",
        *_best_windows(report), "",
        *_bills(report),
    ]  # fmt: skip


def _sums(windows):
    def total(key, among=windows):
        return sum(window[key] for window in among)

    surplus = [window for window in windows if window["d_wh"] > 0]
    deficit = [window for window in windows if window["d_wh"] <= 0]
    return [
        total("load_wh"), total("available_wh"), total("d_wh", surplus),
        total("residual_surplus_wh"), total("curtailed_wh", surplus),
        total("curtailed_wh", deficit), total("conventional_wh"),
    ]  # fmt: skip


def _energy(report):
    rows = [
        ["cluster", "L", "G", "surplus", "residual", "curtailed", "curtailed", "from the", "D > 0"],
        ["", "load", "available", "D > 0", "surplus", "in surplus", "without", "grid",
         "by window"],
    ]  # fmt: skip
    all_sums = []
    for cluster in report["clusters"]:
        windows = cluster["windows"]
        if not windows:
            rows.append([cluster["id"], *[""] * 7, "no meters, nothing to settle"])
            continue
        sums = _sums(windows)
        all_sums.append(sums)
        rows.append([cluster["id"], *map(kwh, sums), bars([w["d_wh"] for w in windows])])
    together = [sum(column) for column in zip(*all_sums)] or [0] * 7
    rows.append(["together", *map(kwh, together), ""])
    return ["Energy in kWh", *table("lrrrrrrrl", rows)]


def _rules(report):
    """The same windows under every rule, and the reason if the paper's caps do nothing."""
    rows = [["rule", "surplus", "left", "curtailed", "curtailed"],
            ["", "D > 0", "standing", "in surplus", "without"]]  # fmt: skip
    for outcome in report["rules"]:
        this = outcome["rule"] == report["rule"]
        rows.append([
            outcome["rule"] + (" (this run)" if this else ""),
            *(kwh(outcome[key]) for key in _RULE_COLUMNS),
        ])  # fmt: skip
    return [
        *_how_rules_are_replayed(report),
        *table("lrrrr", rows),
        *_why_caps_do_not_bind(report),
    ]


def _how_rules_are_replayed(report):
    if report["resolution"] == "window" and report["basis"] != "expected":
        how = "by window totals through the contract, each share binding when it did here"
    else:
        how = (
            f"by the quarter hour through the contract, {_plan_text(report)}, each binding when it "
            "did here; D > 0 is of quarter hours"
        )
    text = f"These windows under each rule, in kWh: replayed {how}"
    return textwrap.wrap(text, width=WIDTH - 4)


def _by_quarter(report):
    """What happened, and where the shares of the windows came from."""
    counted_here = report["by_quarter"]
    rows = [["surplus", "left", "curtailed", "curtailed"],
            ["D > 0", "standing", "in surplus", "without"],
            [kwh(counted_here[key]) for key in _RULE_COLUMNS]]  # fmt: skip
    return [
        "This run as metered, by the quarter hour, in kWh",
        *table("rrrr", rows),
        *_sources(report),
    ]


def _sources(report):
    if report["basis"] != "expected":
        return []
    sources = [window["basis"] for cluster in report["clusters"] for window in cluster["windows"]]
    known = sources.count("expected")
    return [
        f"  {counted(known, 'settlement')} took shares from the forecast, "
        f"{len(sources) - known} from the window itself, for hours without history"
    ]


def _why_caps_do_not_bind(report):
    paper = next((each for each in report["rules"] if each["rule"] == "paper"), None)
    windows = [w for c in report["clusters"] for w in c["windows"] if w["d_wh"] > 0]
    if report["rule"] != "paper" or paper is None or not windows:
        return []
    if report["resolution"] != "window" or report["basis"] == "expected":
        return []
    if paper["left_wh"] * 10 < paper["surplus_wh"] * 9:
        return []
    running = max(_running_ppm(report, window) for window in windows)
    share = min(window["psa_ppm"] for window in windows)
    return textwrap.wrap(
        "Why the paper's caps do not bind: its share is 1 - DF of every nameplate, together the load "
        "plus all nameplate that is idle. No cluster ran above "
        f"{percent(running)} of its nameplate in a window with surplus, and no share was below "
        f"{percent(share)}. `--rule waterfill` curtails what its shares forbid from "
        "the window in which they bind.",
        width=WIDTH, initial_indent="  ", subsequent_indent="  ",
    )  # fmt: skip


def _running_ppm(report, window):
    """Available generation in parts per million of the nameplates' energy in a window."""
    capacity_w = sum(share["capacity_w"] for share in window["shares"])
    full_wh = capacity_w * report["window_seconds"] // 3600
    return window["available_wh"] * 1_000_000 // full_wh if full_wh else 0


def _best_windows(report):
    rows = [["cluster", "window", "L", "G", "D", "DF", "PSA", "MES each prosumer may generate"]]
    for cluster in report["clusters"]:
        if not cluster["windows"]:
            continue
        window = max(cluster["windows"], key=lambda each: each["d_wh"])
        rows.append([
            cluster["id"],
            _window_text(report, window["window"]),
            kwh(window["load_wh"]),
            kwh(window["available_wh"]),
            kwh(window["d_wh"], "+"),
            percent(window["df_ppm"]),
            percent(window["psa_ppm"]),
            _mes_text(window["shares"]),
        ])  # fmt: skip
    return ["Each cluster's window of largest surplus (kWh; MES and capacity in kW)",
            *table("llrrrrrl", rows)]  # fmt: skip


def _window_text(report, window):
    start = report["grid_epoch_s"] + window * report["window_seconds"]
    return f"{window}: {grid_time(start)}"


def _mes_text(shares):
    prosumers = [share for share in shares if share["capacity_w"] > 0]
    if not prosumers:
        return "no prosumer"
    named = [
        f"{share['meter']} {_share_text(share)}/{kw(share['capacity_w'])}"
        for share in prosumers[:_MAX_MES]
    ]
    more = len(prosumers) - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def _share_text(share):
    """The share of a window, or the smallest and the largest of its quarter hours."""
    shares = share["quarters_w"] or [share["mes_w"]]
    least, most = min(shares), max(shares)
    return kw(least) if least == most else f"{kw(least)}-{kw(most)}"


def _bills(report):
    rows = [["cluster", "meter", "capacity kW", "last MES kW", "load", "import", "export",
             "credited", "owes"]]  # fmt: skip
    bills = {bill["meter"]: bill for bill in report["bills"]}
    for cluster in report["clusters"]:
        # The last share of each, also of a meter that another one has replaced.
        last = {share["meter"]: share for w in cluster["windows"] for share in w["shares"]}
        for share in last.values():
            bill = bills[share["meter"]]
            has_pv = share["capacity_w"] > 0
            rows.append([
                cluster["id"], share["meter"],
                kw(share["capacity_w"]) if has_pv else "-",
                _share_text(share) if has_pv else "-",
                *(kwh(bill[key]) for key in
                  ("load_wh", "import_wh", "export_wh", "credited_wh")),
                money(bill["amount_micro"]),
            ])  # fmt: skip
    grid = report["accounts"][-1]["amount_micro"]
    rows.append(["", "grid", "", "", "", "", "", "", money(grid)])
    return [f"Bills in kWh and money, rounded (negative: is owed; all accounts sum to "
            f"{report['money_sum_micro']})", *table("llrrrrrrr", rows)]  # fmt: skip


def trust(report, provisioned):
    """The chain, the readings, the certificates and the invariants."""
    nodes, readings = report["nodes"], report["readings"]
    chain = provisioned["chain"]
    lines = ["Trust", f"  chain         {_agreement_text(nodes)}"]
    lines.append(
        f"                {counted(chain['validators'], 'validator')}, {chain['quorum']} must "
        f"agree, {chain['tolerated_faults']} may fail or lie"
    )
    lines += _class_lines(report)
    finality = report["finality_ms"]
    lines += wrapped(
        "readings",
        f"{readings['sent']} sent, {readings['final']} final on every node, "
        f"{readings['lost']} lost; {readings['duplicate']} came twice, "
        f"{_rejected_text(readings['rejected'])}",
    )
    if finality["p50"] is not None:
        lines += wrapped(
            "finality",
            f"median {finality['p50']} ms, 99 % within {finality['p99']} ms, from first publish to "
            "the last node's disk",
        )
    return lines + _invariant_lines(report)


def _agreement_text(nodes):
    heights = sorted({node["height"] or 0 for node in nodes})
    height = f"height {' and '.join(map(str, heights))}"
    tips = {(node["tip"], node["app_hash"]) for node in nodes}
    tip, app_hash = next(iter(tips))
    if len(tips) > 1 or tip is None:
        return f"{height}; the ledgers do NOT agree"
    who = f"all {len(nodes)} ledgers agree, " if len(nodes) > 1 else ""
    return f"{height}; {who}tip {tip[:12]}, app hash {app_hash[:12]}"


def _class_lines(report):
    by_class = {}
    for cluster in report["clusters"]:
        key = (cluster["committee_class"] or "unknown", len(cluster["committee"]))
        by_class.setdefault(key, []).append(cluster["id"])
    lines = []
    for (name, members), clusters in by_class.items():
        means = _CLASS_MEANS.get(name, "").format(members=members)
        lines += wrapped("certificates", f"class {name} ({means}): {', '.join(clusters)}")
    return lines


def _rejected_text(rejected):
    if not rejected:
        return "0 rejected"
    return "rejected: " + ", ".join(f"{count} {reason}" for reason, count in rejected.items())


def _invariant_lines(report):
    by_checker = {}
    for invariant in report["invariants"]:
        by_checker.setdefault(invariant["checked_by"], []).append(invariant)
    lines, label = [], "invariants"
    for checker, invariants in by_checker.items():
        bad = [i["name"] for i in invariants if i["ok"] is False]
        held = [i["name"] for i in invariants if i["ok"]]
        text = f"{len(held)} of {len(invariants)} hold"
        if bad:
            text += f"; FAILED: {', '.join(bad)}"
        lines += wrapped(label, f"{text} ({checker}): {', '.join(held)}")
        label = ""
    return lines


def verdict(report):
    if report["ok"]:
        return ["Everything sent is final, every ledger was verified from genesis, and all agree."]
    return ["NOT as it should be:", *(f"  {problem}" for problem in report["problems"])]


def next_commands(report, programs, directory, network):
    tool = shown(programs.edge_node)
    busiest = max(
        (cluster for cluster in report["clusters"] if cluster["windows"]),
        key=lambda each: max(window["d_wh"] for window in each["windows"]),
        default=None,
    )
    if busiest is None:
        return []
    window = max(busiest["windows"], key=lambda each: each["d_wh"])
    node = network.nodes[network.clusters.index(busiest["id"])]
    meter = max(window["shares"], key=lambda share: share["capacity_w"])["meter"]
    config, genesis = shown(directory.node_config(node)), shown(directory.genesis)
    number = window["window"]
    proof = f"{meter}-{number}.proof"
    by_quarter = report["resolution"] == "quarter"
    example = "quarter_hours.yaml" if by_quarter else "worked_example.yaml"
    vector = shown(build.SOURCE / "tests/vectors/contract" / example)
    settle = ["settle", "--input", vector, "--rule", "waterfill"]
    settle += ["--resolution", "quarter"] if by_quarter else []
    commands = [
        ["show", "settlement", "--config", config, "--cluster", busiest["id"], "--window", number],
        ["prove", "--config", config, "--meter", meter, "--window", number, "--out", proof],
        ["check-proof", "--genesis", genesis, proof],
        ["verify", "--genesis", genesis, "--ledger", shown(directory.ledger(node)),
         "--config", config],
        settle,
    ]  # fmt: skip
    return ["Try next", *(line for command in commands for line in typed([tool, *command]))]


def listening(programs, directory, network):
    """The command by which a person can listen to the first node while --keep runs."""
    node, keys = network.nodes[0], directory.path / "dgmd"
    hear = [
        "mosquitto_sub", "-h", networks.HOST, "-p", network.ports[0],
        "--cafile", shown(keys / "ca.crt"), "--cert", shown(keys / "tls.crt"),
        "--key", shown(keys / "tls.key"), "-i", "dgmd", "-V", "mqttv5",
        "-t", f"'ff1/{networks.NETWORK_NAME}/{node}/#'", "-F", "'%t %x'",
    ]  # fmt: skip
    decode = ["|", shown(programs.edge_node), "decode", "--genesis", shown(directory.genesis)]
    return typed([*hear, *decode])
