"""The faults, each a function (grid, dice) -> what it struck. It returns when everything that it
took away is there again; recovery counts from then."""

from dataclasses import dataclass

from . import disks
from .grid import METERS, broker_of, process_of
from .links import CUT, OPEN, SILENT, Links

SINGLE_LIMIT_MS = 10_000
BLACKOUT_LIMIT_MS = 60_000
_LONG_MINUTES = 3
_STATUS_S = 1.5  # what a status file says was true within
_ROT_S = 45  # two passes of the scrub in the laboratory


@dataclass(frozen=True)
class Kind:
    strike: object
    limit_ms: int = SINGLE_LIMIT_MS
    takes_long: bool = False  # not in short runs, where it would leave no time for others
    missing: object = None  # grid -> why it cannot be done on this machine, or None


def _kill_and_restart(grid, dice, names, longest_s):
    order = dice.sample(names, len(names))
    for name in order:
        grid.roster.kill(name)
    grid.pass_time(dice.uniform(0.1, longest_s))
    for name in dice.sample(names, len(names)):
        grid.roster.start(name)
        grid.pass_time(dice.uniform(0, 0.3))
    return "+".join(names)


def _node_kill(grid, dice):
    return _kill_and_restart(grid, dice, [process_of(dice.choice(grid.nodes))], 5)


def _broker_kill(grid, dice):
    return _kill_and_restart(grid, dice, [broker_of(dice.choice(grid.nodes))], 5)


def _node_and_broker_kill(grid, dice):
    node = dice.choice(grid.nodes)
    return _kill_and_restart(grid, dice, [process_of(node), broker_of(node)], 5)


def _power_cut(grid, dice):
    """A machine is gone without a word, and is back before anybody has missed it: connections to it
    stay half open."""
    node = dice.choice(grid.nodes)
    grid.links.set_mode(grid.links.all_of(node), SILENT)
    victims = _kill_and_restart(grid, dice, [process_of(node), broker_of(node)], 5)
    grid.links.set_mode(grid.links.all_of(node), OPEN)
    return victims


def _meters_kill(grid, dice):
    return _kill_and_restart(grid, dice, [METERS], 8)


def _node_kill_again(grid, dice):
    """Killed again and again while it is starting and catching up."""
    name = process_of(dice.choice(grid.nodes))
    for _ in range(dice.randint(3, 6)):
        _kill_and_restart(grid, dice, [name], 0.6)
        grid.pass_time(dice.uniform(0, 1))
    return name


def _node_absence(grid, dice):
    """Away for many windows: its cluster waits with them, and it has missed many blocks."""
    name = process_of(dice.choice(grid.nodes))
    grid.roster.kill(name)
    grid.pass_time(dice.uniform(20, 45))
    grid.roster.start(name)
    return name


def _quorum_kill(grid, dice):
    """More nodes at once than the network tolerates, down to none left. The brokers stay."""
    tolerated = (len(grid.nodes) - 1) // 3
    victims = dice.sample(grid.nodes, dice.randint(tolerated + 1, len(grid.nodes)))
    _kill_and_restart(grid, dice, list(map(process_of, victims)), 5)
    return "+".join(sorted(victims))


def _blackout(grid, dice):
    _kill_and_restart(grid, dice, grid.everybody(), 5)
    return "everybody"


def _pause(grid, dice, name):
    grid.roster.pause(name)
    grid.pass_time(dice.uniform(0.5, 7))
    grid.roster.resume(name)
    return name


def _node_pause(grid, dice):
    return _pause(grid, dice, process_of(dice.choice(grid.nodes)))


def _broker_pause(grid, dice):
    return _pause(grid, dice, broker_of(dice.choice(grid.nodes)))


def _block(grid, dice, pairs, mode):
    grid.links.set_mode(pairs, mode)
    grid.pass_time(dice.uniform(0.5, 7))
    grid.links.set_mode(pairs, OPEN)


def _link_cut(grid, dice):
    """Between two nodes, in both directions or in one; or between the meters and a broker."""
    a, b = dice.sample(grid.nodes, 2)
    pairs = dice.choice([[(a, b), (b, a)], [(a, b)], [(Links.METERS, b)]])
    _block(grid, dice, pairs, dice.choice([CUT, SILENT]))
    return " ".join(f"{client}->{broker}" for client, broker in pairs)


def _isolation(grid, dice):
    """A node and its broker without any neighbour and any meter."""
    node = dice.choice(grid.nodes)
    _block(grid, dice, grid.links.all_of(node), dice.choice([CUT, SILENT]))
    return node


def _disk_full(grid, dice):
    """Not one byte is left on a node's disk, and then there is room again. A write may fail before
    the node has seen it coming: then it ends, and is started again."""
    node = grid.nodes[-1]
    with grid.roster.excused(process_of(node)):
        grid.small_disk.fill()
        grid.pass_time(dice.uniform(2, 8))
        grid.small_disk.free()
    return node


def _rot(grid, dice):
    """A block rots beneath a running node, which finds it and gets it back from its peers; if not,
    `verify` says so in the end."""
    node = dice.choice(grid.nodes)
    mended = grid.mended(node)
    disks.rot(grid.ledger_of(node), dice)
    for _ in range(_ROT_S):
        grid.pass_time(1)
        if grid.mended(node) > mended:
            break
    return node


def _yesterday(grid, dice):
    """A node is put back to the files it had some windows ago (R23)."""
    node = dice.choice(grid.nodes)
    name, data, old = process_of(node), grid.directory_of(node), grid.aside("yesterday")
    grid.roster.kill(name)
    disks.copy_data(data, old)
    grid.roster.start(name)
    grid.pass_time(dice.uniform(4, 10))
    grid.roster.kill(name)
    disks.copy_data(old, data)
    grid.roster.start(name)
    return node


def _restored(grid, dice):
    """A node's disk is gone; a backup of its ledger is all that comes back (R23)."""
    node = dice.choice(grid.nodes)
    backup = grid.aside("backup.db")
    backup.unlink(missing_ok=True)
    grid.back_up(node, backup)
    grid.pass_time(dice.uniform(4, 10))
    grid.roster.kill(process_of(node))
    disks.restore_backup(backup, grid.directory_of(node))
    grid.roster.start(process_of(node))
    return node


def _clone(grid, dice):
    """A second machine with a copy of a node's disk, keys and all, runs beside the first (R23)."""
    node = dice.choice(grid.nodes)
    name, twin = process_of(node), grid.aside("nodes") / f"{node}.clone"
    grid.roster.kill(name)
    disks.copy_machine(grid.directory_of(node), twin)
    with grid.roster.excused(name, f"clone-of-{node}"):
        grid.roster.start(name)
        clone = grid.start_clone(node, twin)
        grid.pass_time(dice.uniform(2, 6))
        grid.roster.kill(clone)
    grid.pass_time(_STATUS_S)
    if grid.has_stopped(node):  # for good, until a person has found the other one
        grid.roster.kill(name)
        disks.remove_safety_record(grid.directory_of(node))
        grid.roster.start(name)
    return node


def _no_small_disk(grid):
    return grid.small_disk.missing


KINDS = {
    "node_kill": Kind(_node_kill),
    "node_kill_again": Kind(_node_kill_again),
    "node_absence": Kind(_node_absence, takes_long=True),
    "broker_kill": Kind(_broker_kill),
    "node_and_broker_kill": Kind(_node_and_broker_kill),
    "power_cut": Kind(_power_cut),
    "meters_kill": Kind(_meters_kill),
    "node_pause": Kind(_node_pause),
    "broker_pause": Kind(_broker_pause),
    "link_cut": Kind(_link_cut),
    "isolation": Kind(_isolation),
    "disk_full": Kind(_disk_full, missing=_no_small_disk),
    "rot": Kind(_rot, takes_long=True),
    "yesterday": Kind(_yesterday, takes_long=True),
    "restored": Kind(_restored, takes_long=True),
    "clone": Kind(_clone, takes_long=True),
    "quorum_kill": Kind(_quorum_kill, BLACKOUT_LIMIT_MS),
    "blackout": Kind(_blackout, BLACKOUT_LIMIT_MS),
}


def kinds_for(options, grid):
    """Those asked for, or all for which the time is enough; and which are impossible here."""
    short = options.minutes < _LONG_MINUTES
    wanted = options.only or [name for name, k in KINDS.items() if not (short and k.takes_long)]
    reasons = {name: KINDS[name].missing(grid) for name in wanted if KINDS[name].missing}
    impossible = {name: reason for name, reason in reasons.items() if reason}
    return [name for name in wanted if name not in impossible], impossible


def deck(kinds, dice):
    """Kinds without end, all as often as any."""
    while True:
        yield from dice.sample(kinds, len(kinds))
