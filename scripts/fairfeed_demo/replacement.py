"""A new meter in the place of an opened one: keys that only it has, and its own meter-sim."""

import re

from . import network as networks
from .errands import Command

PROCESS = "meter-sim-replacement"
SIGNING_KEY, DATA_KEY, TLS_KEY = "signing.key", "data.key", "tls.key"
CERTIFICATE, NOTICES = "tls.crt", "notices.cbor"
_CLIENT = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n" \
          "extendedKeyUsage=clientAuth\n"  # fmt: skip


def name_for(meter, taken):
    """A name of at most 32 characters that nobody has: a meter's name is for ever."""
    number = 2
    while (name := f"{meter[:28]}-{number}") in taken:
        number += 1
    return name


def make_keys(directory, name):
    """An errand: the keys, and a certificate of the network's CA. Gives the public key in hex."""
    place, authority = directory.replacement, directory.path / "ca"
    place.mkdir(mode=0o700)
    for key in (SIGNING_KEY, TLS_KEY):
        yield Command(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                       "ec_paramgen_curve:P-256", "-out", place / key])  # fmt: skip
    request, extensions = place / "tls.csr", place / "client.ext"
    extensions.write_text(_CLIENT)
    yield Command(["openssl", "req", "-new", "-key", place / TLS_KEY, "-subj", f"/CN={name}",
                   "-out", request])  # fmt: skip
    yield Command(["openssl", "x509", "-req", "-in", request, "-CA", authority / "ca.crt",
                   "-CAkey", authority / "ca.key", "-days", "3650", "-extfile", extensions,
                   "-out", place / CERTIFICATE])  # fmt: skip
    told = yield Command(["openssl", "pkey", "-in", place / SIGNING_KEY, "-noout", "-text_pub"])
    return "".join(re.findall(r"[0-9a-f]{2}(?=:|\s)", told.split("pub:")[1].split("ASN1")[0]))


def write_config(directory, network, meter):
    """`meter`: a Meter of the network's file, by its new name."""
    brokers = "".join(
        f"  - {{node: {node}, host: {networks.HOST}, port: {port}}}\n"
        for node, port in zip(network.nodes, network.ports)
    )
    home = "" if meter.home is None else f"    home: {networks.quoted(meter.home)}\n"
    directory.replacement_config.write_text(
        "# Written by scripts/demo; config/meter-sim.yaml explains the keys.\n"
        "genesis: ../genesis.cbor\n"
        f"notices:\n  - {{file: {NOTICES}}}\n"
        "outbox: outbox.db\n"
        f"status_file: {networks.quoted(directory.replacement_status)}\n"
        "publish_spread_ms: 0\n"
        "ca_certificate: ../ca/ca.crt\n"
        f"brokers:\n{brokers}"
        f"source:\n{network.source}"
        f"meters:\n  - id: {networks.quoted(meter.id)}\n"
        f"    signing_key: {SIGNING_KEY}\n    data_key: {DATA_KEY}\n"
        f"    tls_key: {TLS_KEY}\n    tls_certificate: {CERTIFICATE}\n{home}"
    )
