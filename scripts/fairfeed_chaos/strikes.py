"""The faults. Each is a function (lab, dice) -> name of its victim. It returns when it has restored
everything that it took away; recovery counts from then on."""

from dataclasses import dataclass

from . import disks
from .lab import METERS, broker_of, process_of
from .links import CUT, OPEN, SILENT, Links

SINGLE_LIMIT_MS = 10_000
BLACKOUT_LIMIT_MS = 60_000
_LONG_MINUTES = 3
_STATUS_S = 1.5  # the age of a fresh status file is at most this
_ROT_S = 45  # two passes of the scrub in the laboratory


@dataclass(frozen=True)
class Kind:
    strike: object
    limit_ms: int = SINGLE_LIMIT_MS
    takes_long: bool = False  # left out of short runs
    missing: object = None  # lab -> why this machine cannot do it, or None


def _kill_and_restart(lab, dice, names, longest_s):
    order = dice.sample(names, len(names))
    for name in order:
        lab.roster.kill(name)
    lab.pass_time(dice.uniform(0.1, longest_s))
    for name in dice.sample(names, len(names)):
        lab.roster.start(name)
        lab.pass_time(dice.uniform(0, 0.3))
    return "+".join(names)


def _node_kill(lab, dice):
    return _kill_and_restart(lab, dice, [process_of(dice.choice(lab.nodes))], 5)


def _broker_kill(lab, dice):
    return _kill_and_restart(lab, dice, [broker_of(dice.choice(lab.nodes))], 5)


def _node_and_broker_kill(lab, dice):
    node = dice.choice(lab.nodes)
    return _kill_and_restart(lab, dice, [process_of(node), broker_of(node)], 5)


def _power_cut(lab, dice):
    """A machine disappears without closing connections, and returns before the others notice: their
    connections to it stay half open."""
    node = dice.choice(lab.nodes)
    lab.links.set_mode(lab.links.all_of(node), SILENT)
    victims = _kill_and_restart(lab, dice, [process_of(node), broker_of(node)], 5)
    lab.links.set_mode(lab.links.all_of(node), OPEN)
    return victims


def _meters_kill(lab, dice):
    return _kill_and_restart(lab, dice, [METERS], 8)


def _node_kill_again(lab, dice):
    """Kills a node again and again while the node starts and catches up."""
    name = process_of(dice.choice(lab.nodes))
    for _ in range(dice.randint(3, 6)):
        _kill_and_restart(lab, dice, [name], 0.6)
        lab.pass_time(dice.uniform(0, 1))
    return name


def _node_absence(lab, dice):
    """Stops a node for many windows: its cluster waits, and the node misses many blocks."""
    name = process_of(dice.choice(lab.nodes))
    lab.roster.kill(name)
    lab.pass_time(dice.uniform(20, 45))
    lab.roster.start(name)
    return name


def _quorum_kill(lab, dice):
    """Kills more nodes at once than the network tolerates, at most all. The brokers stay."""
    tolerated = (len(lab.nodes) - 1) // 3
    victims = dice.sample(lab.nodes, dice.randint(tolerated + 1, len(lab.nodes)))
    _kill_and_restart(lab, dice, list(map(process_of, victims)), 5)
    return "+".join(sorted(victims))


def _blackout(lab, dice):
    _kill_and_restart(lab, dice, lab.everybody(), 5)
    return "everybody"


def _pause(lab, dice, name):
    lab.roster.pause(name)
    lab.pass_time(dice.uniform(0.5, 7))
    lab.roster.resume(name)
    return name


def _node_pause(lab, dice):
    return _pause(lab, dice, process_of(dice.choice(lab.nodes)))


def _broker_pause(lab, dice):
    return _pause(lab, dice, broker_of(dice.choice(lab.nodes)))


def _block(lab, dice, pairs, mode):
    lab.links.set_mode(pairs, mode)
    lab.pass_time(dice.uniform(0.5, 7))
    lab.links.set_mode(pairs, OPEN)


def _link_cut(lab, dice):
    """Cuts two nodes apart, in both directions or in one; or the meters from a broker."""
    a, b = dice.sample(lab.nodes, 2)
    pairs = dice.choice([[(a, b), (b, a)], [(a, b)], [(Links.METERS, b)]])
    _block(lab, dice, pairs, dice.choice([CUT, SILENT]))
    return " ".join(f"{client}->{broker}" for client, broker in pairs)


def _isolation(lab, dice):
    """Cuts a node and its broker off from all neighbours and meters."""
    node = dice.choice(lab.nodes)
    _block(lab, dice, lab.links.all_of(node), dice.choice([CUT, SILENT]))
    return node


def _disk_full(lab, dice):
    """Fills a node's disk to the last byte, and later frees the room again. If a write fails before
    the node has noticed the full disk, the node ends and is started again."""
    node = lab.nodes[-1]
    with lab.roster.excused(process_of(node)):
        lab.small_disk.fill()
        lab.pass_time(dice.uniform(2, 8))
        lab.small_disk.free()
    return node


def _rot(lab, dice):
    """Damages a block beneath a running node. The node finds the damage and gets the block back
    from its peers; otherwise `verify` reports the damage in the end."""
    node = dice.choice(lab.nodes)
    mended = lab.mended(node)
    disks.rot(lab.ledger_of(node), dice)
    for _ in range(_ROT_S):
        lab.pass_time(1)
        if lab.mended(node) > mended:
            break
    return node


def _yesterday(lab, dice):
    """Puts the files of some windows ago back under a node (R23)."""
    node = dice.choice(lab.nodes)
    name, data, old = process_of(node), lab.directory_of(node), lab.aside("yesterday")
    lab.roster.kill(name)
    disks.copy_data(data, old)
    lab.roster.start(name)
    lab.pass_time(dice.uniform(4, 10))
    lab.roster.kill(name)
    disks.copy_data(old, data)
    lab.roster.start(name)
    return node


def _restored(lab, dice):
    """Removes a node's disk; only a backup of its ledger comes back (R23)."""
    node = dice.choice(lab.nodes)
    backup = lab.aside("backup.db")
    backup.unlink(missing_ok=True)
    lab.back_up(node, backup)
    lab.pass_time(dice.uniform(4, 10))
    lab.roster.kill(process_of(node))
    disks.restore_backup(backup, lab.directory_of(node))
    lab.roster.start(process_of(node))
    return node


def _clone(lab, dice):
    """Runs a second machine with a copy of a node's disk and keys beside the first (R23)."""
    node = dice.choice(lab.nodes)
    name, twin = process_of(node), lab.aside("nodes") / f"{node}.clone"
    lab.roster.kill(name)
    disks.copy_machine(lab.directory_of(node), twin)
    with lab.roster.excused(name, f"clone-of-{node}"):
        lab.roster.start(name)
        clone = lab.start_clone(node, twin)
        lab.pass_time(dice.uniform(2, 6))
        lab.roster.kill(clone)
    lab.pass_time(_STATUS_S)
    if lab.has_stopped(node):  # until a person has stopped the other machine
        lab.roster.kill(name)
        disks.remove_safety_record(lab.directory_of(node))
        lab.roster.start(name)
    return node


def _no_small_disk(lab):
    return lab.small_disk.missing


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


def kinds_for(options, lab):
    """The wanted kinds, or all that fit into the time; and the kinds impossible on this machine."""
    short = options.minutes < _LONG_MINUTES
    wanted = options.only or [name for name, k in KINDS.items() if not (short and k.takes_long)]
    reasons = {name: KINDS[name].missing(lab) for name in wanted if KINDS[name].missing}
    impossible = {name: reason for name, reason in reasons.items() if reason}
    return [name for name in wanted if name not in impossible], impossible


def deck(kinds, dice):
    """An endless sequence of kinds, each equally often."""
    while True:
        yield from dice.sample(kinds, len(kinds))
