"""What a lab would write in Python: receives readings by paho-mqtt, verifies them with cryptography,
stores a hundred in a transaction of SQLite. A program of its own, for the Python that has both:

    peer_python.py PORT CA CERTIFICATE KEY KEYS.json NETWORK DATABASE
"""

import json
import sqlite3
import sys
import time

import paho.mqtt.client as mqtt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_BATCH = 100
_IDLE_S = 0.02
_ECDSA = ec.ECDSA(hashes.SHA256())


def head(major, size):
    """Of a byte or text string or an array, in deterministic CBOR."""
    if size < 24:
        return bytes([major << 5 | size])
    if size < 256:
        return bytes([major << 5 | 24, size])
    return bytes([major << 5 | 25]) + size.to_bytes(2, "big")


def string_at(data, at):
    """A byte string of CBOR with less than 64 KiB, and the place behind it."""
    kind, at = data[at], at + 1
    if kind >> 5 != 2 or kind & 31 > 25:
        raise ValueError("no short byte string")
    width = max(0, (kind & 31) - 23)
    size = int.from_bytes(data[at : at + width], "big") if width else kind & 31
    at += width
    return data[at : at + size], at + size


def is_signed(envelope, key, external):
    """docs/protocol.md, "Signed envelope"."""
    protected, at = string_at(envelope, 1)
    payload, at = string_at(envelope, at + 1)  # behind an empty map
    signature, _ = string_at(envelope, at)
    told = b"\x84" + head(3, 10) + b"Signature1" + b"".join(
        head(2, len(part)) + part for part in (protected, external, payload)
    )
    r, s = (int.from_bytes(signature[place : place + 32], "big") for place in (0, 32))
    try:
        key.verify(encode_dss_signature(r, s), told, _ECDSA)
    except InvalidSignature:
        return False
    return True


def main(port, ca, certificate, key, keys, network, database):
    with open(keys, encoding="utf-8") as file:
        known = {meter: serialization.load_pem_public_key(text.encode())
                 for meter, text in json.load(file).items()}  # fmt: skip
    external = b"ff1/reading\0" + bytes.fromhex(network)
    store = sqlite3.connect(database, isolation_level=None)
    store.execute("PRAGMA synchronous = FULL")
    waiting = []

    def hear(_client, _data, message):
        meter = message.topic.split("/")[2]
        if is_signed(message.payload, known[meter], external):
            waiting.append((meter, message.payload))

    def keep():
        store.execute("BEGIN IMMEDIATE")
        store.executemany("INSERT INTO reading (meter, envelope) VALUES (?, ?)", waiting)
        store.execute("COMMIT")
        waiting.clear()

    client = mqtt.Client("peer", clean_session=True)
    client.tls_set(ca, certificate, key)
    client.on_message = hear
    client.on_connect = lambda *_: client.subscribe("ff1/+/+/reading/-", qos=1)
    client.connect("127.0.0.1", int(port))
    kept_at = time.monotonic()
    while client.loop(timeout=_IDLE_S) == mqtt.MQTT_ERR_SUCCESS:
        if len(waiting) >= _BATCH or (waiting and time.monotonic() - kept_at > _IDLE_S):
            keep()
            kept_at = time.monotonic()
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
