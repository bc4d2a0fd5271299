"""What a town and a country would need: arithmetic on sizes of tests/vectors and constants of
docs/protocol.md. docs/scaling.md explains each formula and holds the tables that this prints."""

import math
from dataclasses import dataclass

from .vectors import Sizes

METERS = 900  # of a cluster: a block of BLOCK_TRANSACTIONS is provisioned for so many
COMMITTEE, ENDORSE = 4, 3
WINDOWS_PER_DAY, WINDOW_S = 6, 14_400
BLOCK_TRANSACTIONS = 1000
MOST_VALIDATORS = 64
BEACON_S = 10  # rebroadcast_cap of the preset field
BLOCK_S = 1.1  # from one full block to the next: fill of the preset field, and three hops


@dataclass(frozen=True)
class Plan:
    name: str
    clusters: int  # of one chain, a node each
    validators: int
    chains: int = 1
    note: str = ""

    @property
    def meters(self):
        return self.clusters * self.chains * METERS


def _clusters(meters):
    return math.ceil(meters / METERS)


def plans():
    town, country = _clusters(225_000), _clusters(1_000_000)
    regions, districts = math.ceil(country / MOST_VALIDATORS), math.ceil(town / MOST_VALIDATORS)
    return [
        Plan("a cluster with its neighbours", 4, 4),
        Plan("town, one chain", town, town,
             note=f"more than {MOST_VALIDATORS} validators: refused"),
        Plan("town, followers", town, MOST_VALIDATORS, note="followers are not built"),
        Plan(f"town, {districts} chains", math.ceil(town / districts),
             math.ceil(town / districts), districts),
        Plan(f"country, {regions} chains", math.ceil(country / regions),
             math.ceil(country / regions), regions),
    ]  # fmt: skip


def _announcements(wait_s):
    """How often a group is announced that waits so long: after 1, 2, 4, 8, 16, 26, 36 s .."""
    times, at_s, pause_s = 0, 1, 1
    while at_s <= wait_s:
        times += 1
        if times > 1:
            pause_s = min(2 * pause_s, BEACON_S)
        at_s += pause_s
    return times


class Needs:
    """What one plan needs; each attribute is a formula of docs/scaling.md."""

    def __init__(self, plan, sizes):
        self.plan = plan
        c, k, clusters, n = METERS, COMMITTEE, plan.clusters, plan.validators
        quorum = math.ceil((n + (n - 1) // 3 + 1) / 2)
        certificate = sizes.certificate_frame + quorum * sizes.witness
        settlement = sizes.settlement_frame + c * sizes.row
        group = c * sizes.reading + settlement + ENDORSE * sizes.endorsement_witness
        per_block = BLOCK_TRANSACTIONS // (c + 1)  # groups are not cut
        self.blocks = math.ceil(clusters / per_block)
        listed = clusters * (c + 1) / self.blocks * sizes.listed_id
        outline = sizes.header + listed + certificate
        self.group_bytes = group

        # One node, one window: messages of meters, committees and the chain, and their bytes.
        self.meter_messages = 3 * k * c
        self.meter_bytes = k * c * (sizes.reading_envelope + sizes.receipt + sizes.share)
        self.committee_messages = clusters * (1 + k + 1)
        self.committee_bytes = clusters * (settlement + k * sizes.endorsement + group)
        self.chain_messages = self.blocks * (1 + 5 * n) + n
        self.chain_bytes = self.blocks * (
            sizes.signed_proposal + outline
            + n * (2 * sizes.vote + sizes.status + 2 * (outline + certificate))
        ) + n * (outline + certificate)  # fmt: skip
        waits = (_announcements(block * BLOCK_S) for block in range(1, self.blocks + 1))
        announced = clusters * sum(waits) / self.blocks
        self.waiting_messages = announced * (k + 1)
        self.waiting_bytes = announced * (k * sizes.endorsement + (c + 1) * sizes.listed_id)
        beacons = (WINDOW_S - self.blocks * BLOCK_S) / BEACON_S
        self.beacon_messages = n * beacons
        self.beacon_bytes = n * beacons * sizes.status
        self.bytes = (self.meter_bytes + self.committee_bytes + self.chain_bytes
                      + self.waiting_bytes + self.beacon_bytes)  # fmt: skip
        self.link_bits_per_s = 8 * self.bytes / WINDOW_S
        self.pair_bytes = (self.bytes - self.meter_bytes) / clusters

        in_blocks = clusters * (c + 1 + ENDORSE)
        self.verified_groups = in_blocks + 2 * (k - 1)
        self.verified_votes = self.blocks * (2 * n + 1)
        self.verified_polkas = self.blocks * n * quorum
        self.verified_certificates = self.blocks * quorum
        self.verified_status = (n - 1) * (self.blocks + beacons)
        self.followed = in_blocks + 2 * self.blocks * quorum
        self.signed = 2 * k * c + k + 1 + 3 * self.blocks + beacons
        self.stored = clusters * group + self.blocks * (sizes.header + 2 * certificate)
        self.connections = k * c + clusters  # meters, the other nodes, the node itself

    @property
    def stored_per_year(self):
        return self.stored * WINDOWS_PER_DAY * 365

    @property
    def all_chains_bytes_per_day(self):
        """What somebody hears who follows every chain by one copy of each group and block."""
        return self.plan.chains * self.stored * WINDOWS_PER_DAY

    @property
    def all_chains_verified(self):
        return self.plan.chains * self.followed


_ROWS = (
    ("meters", lambda n: n.plan.meters),
    ("nodes, one for each cluster", lambda n: n.plan.clusters * n.plan.chains),
    ("validators of a chain", lambda n: n.plan.validators),
    ("blocks of a chain", lambda n: n.blocks),
    ("connections of a node's broker", lambda n: n.connections),
    ("messages of meters", lambda n: n.meter_messages),
    ("messages of committees", lambda n: n.committee_messages),
    ("messages of blocks", lambda n: n.chain_messages),
    ("messages of groups that wait, at most", lambda n: n.waiting_messages),
    ("messages while nothing happens", lambda n: n.beacon_messages),
    ("bytes of meters", lambda n: n.meter_bytes),
    ("bytes of committees", lambda n: n.committee_bytes),
    ("bytes of blocks", lambda n: n.chain_bytes),
    ("bytes of groups that wait, at most", lambda n: n.waiting_bytes),
    ("bytes while nothing happens", lambda n: n.beacon_bytes),
    ("bytes in all", lambda n: n.bytes),
    ("link, mean bit/s", lambda n: n.link_bits_per_s),
    ("link from one node to one other, bytes", lambda n: n.pair_bytes),
    ("verified: readings, batches, endorsements", lambda n: n.verified_groups),
    ("verified: votes and proposals, at most", lambda n: n.verified_votes),
    ("verified: polkas, at most", lambda n: n.verified_polkas),
    ("verified: certificates, at least", lambda n: n.verified_certificates),
    ("verified: STATUS", lambda n: n.verified_status),
    ("signatures made", lambda n: n.signed),
    ("ledger, bytes", lambda n: n.stored),
    ("ledger, bytes a year", lambda n: n.stored_per_year),
    ("follower of all chains: bytes a day", lambda n: n.all_chains_bytes_per_day),
    ("follower of all chains: signatures verified", lambda n: n.all_chains_verified),
)


def _shown(value):
    """Three significant digits with k, M, G or T; whole numbers below 10 000 as they are."""
    if value < 10_000:
        return f"{value:,.0f}".replace(",", " ")
    for unit in ("k", "M", "G", "T"):
        value /= 1000
        if value < 999.5:
            return f"{value:.3g} {unit}"
    return f"{value:.3g} P"


def _sizes_table(sizes):
    rows = (
        ("E", "envelope of a reading of 16 quarter hours", sizes.reading_envelope),
        ("R", "READING in a block", sizes.reading),
        ("L", "row of a meter in a SETTLEMENT: entry, line and closing state", sizes.row),
        ("S", "SETTLEMENT without rows", sizes.settlement_frame),
        ("W", "endorsement in a SETTLEMENT", sizes.endorsement_witness),
        ("H", "header of a block", sizes.header),
        ("V", "signature in a certificate, with its name", sizes.witness),
        ("C", "certificate without signatures", sizes.certificate_frame),
        ("-", "RECEIPT", sizes.receipt),
        ("-", "SHARE", sizes.share),
        ("-", "ENDORSEMENT", sizes.endorsement),
        ("-", "PREVOTE, PRECOMMIT", sizes.vote),
        ("-", "PROPOSAL without its outline", sizes.signed_proposal),
        ("-", "STATUS", sizes.status),
    )
    return ["| | what | bytes |", "|---|---|---|",
            *(f"| {name} | {what} | {size} |" for name, what, size in rows)]  # fmt: skip


def page_lines():
    """The two tables of docs/scaling.md."""
    sizes = Sizes()
    needs = [Needs(plan, sizes) for plan in plans()]
    heads = " | ".join(n.plan.name for n in needs)
    notes = " | ".join(n.plan.note or "-" for n in needs)
    lines = [*_sizes_table(sizes), "", f"| one node, one window | {heads} |",
             "|---|" + "---|" * len(needs), f"| today | {notes} |"]  # fmt: skip
    for name, formula in _ROWS:
        lines.append(f"| {name} | " + " | ".join(_shown(formula(n)) for n in needs) + " |")
    return lines


def report():
    sizes = Sizes()
    return {
        "sizes": vars(sizes),
        "plans": [{"plan": n.plan.name, "note": n.plan.note,
                   "needs": {name: formula(n) for name, formula in _ROWS}}
                  for n in (Needs(plan, sizes) for plan in plans())],
    }  # fmt: skip
