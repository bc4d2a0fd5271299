"""Splits the meters over processes, because each connection takes a file descriptor."""

import resource

_DESCRIPTORS_EACH = 1
_OTHERS = 200


def fleets_for(connections):
    """The number of processes that the hard limit of file descriptors demands."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY:
        return 1
    room = max(1, (hard - _OTHERS) // _DESCRIPTORS_EACH)
    return -(-connections // room)


def split(config, count):
    """Writes a configuration for each process; [(name, file)]. Each has an outbox of its own."""
    head, *meters = config.read_text(encoding="utf-8").split("\n  - id: ")
    # The brokers' items begin with "node", so only meters are split off.
    fleets = []
    for number in range(count):
        own = head.replace("outbox.db", f"outbox-{number + 1}.db")
        own = own.replace("meter-sim.json", f"meter-sim-{number + 1}.json")
        file = config.with_name(f"load-{number + 1}.yaml")
        file.write_text("\n  - id: ".join([own, *meters[number::count]]) + "\n", encoding="utf-8")
        fleets.append((f"meter-sim-{number + 1}", file))
    return fleets


def merged(results):
    """One result of all processes: sums, and of times the slowest process's."""
    total = results[0]
    for other in results[1:]:
        total = _merged(total, other)
    worst = [each["limit"] for each in results if not each["limit"].startswith("load")]
    return {**total, "processes": len(results), "limit": (worst or [results[0]["limit"]])[0]}


def _merged_windows(one, other):
    """Every process has readings of every window."""
    return [{**_merged(mine, its), "window": mine["window"],
             "first_sent_ms": min(mine["first_sent_ms"], its["first_sent_ms"])}
            for mine, its in zip(one, other)]  # fmt: skip


def _merged(one, other, slowest=False):
    if isinstance(one, list):
        return _merged_windows(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merged(one.get(key, 0), other.get(key, 0), slowest or key.endswith("_ms"))
                for key in {**one, **other}}  # fmt: skip
    if isinstance(one, int) and isinstance(other, int):
        return max(one, other) if slowest else one + other
    return one
