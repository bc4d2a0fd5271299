"""Just enough of MQTT 3.1.1 to send and receive at the speed of a socket, over mutual TLS.

Packets are made before the clock runs and leave many at a time, so that what is measured is the
broker and whoever listens, and not this file.
"""

import socket
import ssl
import threading
import time

from fairfeed_demo.faults import DemoFault

_CONNECT, _CONNACK, _PUBLISH, _PUBACK = 0x10, 0x20, 0x30, 0x40
_SUBSCRIBE, _SUBACK = 0x82, 0x90
_IN_FLIGHT = 1000  # as in the brokers' configuration
_CHUNK = 100  # packets in one write
_PATIENCE_S = 30.0


def _length(count):
    out = bytearray()
    while True:
        count, low = divmod(count, 128)
        out.append(low | (0x80 if count else 0))
        if not count:
            return bytes(out)


def _text(value):
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def _packet(kind, body):
    return bytes([kind]) + _length(len(body)) + body


def publish_packet(topic, payload, number, qos=1):
    """`number`: of the packet, from 1 to 65535; unused with QoS 0."""
    head = number.to_bytes(2, "big") if qos else b""
    return _packet(_PUBLISH | qos << 1, _text(topic) + head + payload)


class Keys:
    """The files with which a client proves itself; None of a broker that asks for nothing."""

    def __init__(self, ca, certificate, key):
        self._files = str(ca), str(certificate), str(key)

    def wrapped(self, plain, host):
        ca, certificate, key = self._files
        context = ssl.create_default_context(cafile=ca)
        context.load_cert_chain(certificate, key)
        return context.wrap_socket(plain, server_hostname=host)


class Line:
    """One connection. The caller reads whole packets by `packets`."""

    def __init__(self, host, port, name, keys=None):
        plain = socket.create_connection((host, port), timeout=_PATIENCE_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = keys.wrapped(plain, host) if keys else plain
        self._rest = b""
        self.send(_packet(_CONNECT, _text("MQTT") + b"\x04\x02\x00\x00" + _text(name)))
        kind, body = self.packets()[0]
        if kind != _CONNACK or body[1] != 0:
            raise DemoFault(f"the broker refused {name}: {body.hex()}")

    def subscribe(self, topic):
        self.send(_packet(_SUBSCRIBE, b"\x00\x01" + _text(topic) + b"\x01"))
        kind, body = self.packets()[0]
        if kind != _SUBACK or body[2] > 1:
            raise DemoFault(f"the broker refuses a subscription of {topic}")

    def send(self, data):
        self._socket.sendall(data)

    def packets(self):
        """At least one: [(kind, body)]."""
        found = []
        while not found:
            try:
                piece = self._socket.recv(1 << 18)
            except TimeoutError as error:
                raise DemoFault(f"the broker said nothing for {_PATIENCE_S:.0f} s") from error
            if not piece:
                raise DemoFault("the broker closed the connection")
            found, self._rest = _cut(self._rest + piece)
        return found

    def close(self):
        self._socket.close()


def _cut(data):
    """Whole packets, and the bytes of one that has not arrived whole."""
    found, at = [], 0
    while at + 2 <= len(data):
        size, shift, body = 0, 0, at + 1
        while body < len(data):
            size |= (data[body] & 127) << shift
            shift += 7
            body += 1
            if data[body - 1] < 128:
                break
        else:
            break
        if body + size > len(data):
            break
        found.append((data[at], data[body : body + size]))
        at = body + size
    return found, data[at:]


class Listener:
    """Receives and acknowledges messages in a thread of its own, until there were so many."""

    def __init__(self, line, count):
        self._line, self._count = line, count
        self.ended_at = None
        self.fault = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        left = self._count
        try:
            while left > 0:
                acks = bytearray()
                for kind, body in self._line.packets():
                    if kind & 0xF0 != _PUBLISH:
                        continue
                    left -= 1
                    if kind & 0x06:
                        topic = int.from_bytes(body[:2], "big")
                        acks += b"\x40\x02" + body[2 + topic : 4 + topic]
                if acks:
                    self._line.send(acks)
            self.ended_at = time.monotonic()
        except (OSError, DemoFault) as fault:
            self.fault = f"{fault}; {left} of {self._count} messages did not arrive"

    def wait(self):
        """The moment of the last message."""
        self._thread.join(_PATIENCE_S * 10)
        if self.ended_at is None:
            raise DemoFault(self.fault or "messages did not arrive")
        return self.ended_at


def number_of(place):
    """A packet number for the message at this place."""
    return place % 65_000 + 1


def send_all(line, packets, acknowledged=True):
    """Sends packets, at most so many unacknowledged; returns when all are acknowledged."""
    open_now = 0
    for start in range(0, len(packets), _CHUNK):
        chunk = packets[start : start + _CHUNK]
        line.send(b"".join(chunk))
        open_now += len(chunk) if acknowledged else 0
        while open_now > _IN_FLIGHT - _CHUNK:
            open_now -= _acks(line)
    while open_now > 0:
        open_now -= _acks(line)


def _acks(line):
    return sum(kind == _PUBACK for kind, _ in line.packets())
