"""Sizes of what nodes say and keep, measured in bytes in tests/vectors."""

from statistics import median

from fairfeed_demo import build

_VECTORS = build.SOURCE / "tests" / "vectors"
_READING, _SETTLEMENT = 1, 2


def decode(data, at=0):
    """The item of deterministic CBOR at this place, and the place behind it (RFC 8949)."""
    major, count, at = data[at] >> 5, data[at] & 31, at + 1
    if count >= 24 and major != 7:
        width = 1 << (count - 24)
        count, at = int.from_bytes(data[at : at + width], "big"), at + width
    if major == 0:
        return count, at
    if major == 1:
        return -1 - count, at
    if major in (2, 3):
        part = data[at : at + count]
        return (part if major == 2 else part.decode()), at + count
    if major == 7:
        return {20: False, 21: True, 22: None}[count], at
    items = []
    for _ in range(count * (major - 3)):  # a map has two items for each entry
        item, at = decode(data, at)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at


def size_of(item):
    """The bytes of an item's encoding."""
    if item is None or isinstance(item, bool):
        return 1
    if isinstance(item, int):
        return _head(item if item >= 0 else -1 - item)
    if isinstance(item, (bytes, str)):
        return _head(len(item)) + len(item)
    parts = item if isinstance(item, list) else [*item.keys(), *item.values()]
    return _head(len(item)) + sum(map(size_of, parts))


def _head(count):
    return next(n for n, most in ((1, 24), (2, 2**8), (3, 2**16), (5, 2**32), (9, 2**64))
                if count < most)  # fmt: skip


def samples():
    """Bytes of each sample of tests/vectors/wire/formats.txt by its name."""
    lines = (_VECTORS / "wire" / "formats.txt").read_text().splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {name: len(digits) // 2 for name, digits in pairs}


class Sizes:
    """Bytes of each thing; medians over the real chains of tests/vectors/chain, chain2, chain3."""

    def __init__(self):
        files = sorted(_VECTORS.glob("chain*/block-*.cbor"))
        blocks = [decode(file.read_bytes())[0] for file in files]
        transactions = [t for (_, listed, _), _ in blocks for t in listed]
        readings = [t for t in transactions if t[0] == _READING]
        self.reading_envelope = round(median(len(t[1]) for t in readings))
        self.reading = round(median(map(size_of, readings)))
        self._settlements([t for t in transactions if t[0] == _SETTLEMENT])
        self.header = round(median(size_of(header) for (header, _, _), _ in blocks))
        witnesses = [w for _, certificate in blocks for w in certificate[4]]
        self.witness = round(median(map(size_of, witnesses)))
        self.certificate_frame = round(median(
            size_of(certificate) - sum(map(size_of, certificate[4])) for _, certificate in blocks
        ))  # fmt: skip
        wire = samples()
        self.receipt, self.share, self.status = wire["receipt"], wire["share"], wire["status"]
        self.endorsement, self.vote = wire["endorsement"], wire["prevote"]
        self.signed_proposal = wire["proposal_fresh"] - wire["outline"]
        self.listed_id = 34  # a digest with its head

    def _settlements(self, settlements):
        rows, frames, endorsements = [], [], []
        for _, envelope, witnesses in settlements:
            head, of_meters = decode(envelope)[0]
            if decode(decode(head)[0][2])[0][13] > 0:
                continue  # late readings are the exception
            per_meter = list(map(size_of, of_meters))
            rows += per_meter
            frames.append(len(envelope) - sum(per_meter))
            endorsements += map(size_of, witnesses)
        self.row = round(median(rows))
        self.settlement_frame = round(median(frames))
        self.endorsement_witness = round(median(endorsements))
