"""The faults, each a function (grid, dice) -> what it struck. It returns when everything that it
took away is there again; recovery counts from then."""

from dataclasses import dataclass

from .grid import METERS, broker_of, process_of
from .links import CUT, OPEN, SILENT, Links

SINGLE_LIMIT_MS = 10_000
BLACKOUT_LIMIT_MS = 60_000
_LONG_MINUTES = 3
NOT_COVERED = (
    "restored_data_directory",  # R23: a node with yesterday's files
    "cloned_node",
    "full_disk",
)


@dataclass(frozen=True)
class Kind:
    strike: object
    limit_ms: int = SINGLE_LIMIT_MS
    takes_long: bool = False  # not in short runs, where it would leave no time for others


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
    "quorum_kill": Kind(_quorum_kill, BLACKOUT_LIMIT_MS),
    "blackout": Kind(_blackout, BLACKOUT_LIMIT_MS),
}


def kinds_for(options):
    """Those asked for, or all for which the time is enough."""
    short = options.minutes < _LONG_MINUTES
    return options.only or [name for name, k in KINDS.items() if not (short and k.takes_long)]


def deck(kinds, dice):
    """Kinds without end, all as often as any."""
    while True:
        yield from dice.sample(kinds, len(kinds))
