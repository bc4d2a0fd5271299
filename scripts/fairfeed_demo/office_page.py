"""What the page at the end tells of the utility's office."""

from .lines import shown, typed, wrapped


def story(report, office):
    """What the utility's people did, and what its own ledger says."""
    figures = report["office"]
    if figures is None:
        return []
    lines = ["The utility's office, which verified every block itself"]
    for label, text in office.diary:
        lines += wrapped(label, text)
    lines += wrapped(
        "its ledger",
        f"height {figures['height']}, tip {(figures['tip'] or 'none')[:12]}; all bills and the "
        f"grid sum to {figures['bills_sum_micro']} micro",
    )
    return [*lines, ""]


def calls(office):
    """What a person may ask the office's API, in a shell."""
    if office is None:
        return []
    trust = shown(office.api.authority)
    return [
        "Ask the office's API, as a program with a token (docs/api.md)",
        f"  A={office.api.base}",
        f"  T='Authorization: Bearer {office.api.token}'",
        *(f'  curl -sS --cacert {trust} -H "$T" "$A{path}"' for path in office.resources()),
    ]


def commands(office):
    if office is None:
        return []
    tool, config = shown(office.programs.gateway), shown(office.directory.gateway_config)
    commands = [
        ["work-order", "list", "--all", "--config", config],
        ["audit", "--config", config],
        ["export", "bills", "--config", config, "--format", "csv"],
    ]
    if office.certified is not None:
        commands.append(["capacity-code", "prove", shown(office.certified), "--genesis",
                         shown(office.directory.genesis), "--ledger",
                         shown(office.ledger)])  # fmt: skip
    return [line for command in commands for line in typed([tool, *command])]


def calls_afterwards(office):
    """The same when the network has stopped: the service answers alone, with what it knows."""
    if office is None:
        return []
    config = shown(office.directory.gateway_config)
    serve = f"  {shown(office.programs.gateway)} serve --config {config} &"
    heading, *lines = calls(office)
    return [heading, serve, *lines, ""]
