"""Puts readings into etcd by its gRPC interface. A program of its own, for the Python that has grpc:

    peer_etcd.py READINGS.json CLIENTS PORT...

Sends the values, hexadecimal, in their order, CLIENTS at a time, spread over the members; prints
how many seconds each fifth of them took, as JSON.
"""

import json
import sys
import threading
import time

import grpc

_SLICES = 5


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def put_request(key, value):
    """etcdserverpb.PutRequest: 1 is the key, 2 the value."""
    return b"\x0a" + varint(len(key)) + key + b"\x12" + varint(len(value)) + value


class Run:
    def __init__(self, requests, puts):
        self._requests, self._puts = requests, puts
        self._lock = threading.Lock()
        self._next = self._done = 0
        self.took, self.fault = [], None
        self.ended = threading.Event()
        self._slice_began = time.monotonic()

    def send_next(self, put):
        with self._lock:
            if self._next == len(self._requests) or self.fault:
                return
            request = self._requests[self._next]
            self._next += 1
        put.future(request, timeout=60).add_done_callback(lambda call: self._answered(call, put))

    def _answered(self, call, put):
        with self._lock:
            if call.code() != grpc.StatusCode.OK:
                self.fault = f"etcd refused a put: {call.details()}"
                self.ended.set()
                return
            self._done += 1
            if self._done % (len(self._requests) // _SLICES) == 0:
                now = time.monotonic()
                self.took.append(now - self._slice_began)
                self._slice_began = now
            if self._done == len(self._requests):
                self.ended.set()
                return
        self.send_next(put)


def main(readings, clients, *ports):
    with open(readings, encoding="utf-8") as file:
        values = [bytes.fromhex(text) for text in json.load(file)]
    values = values[: len(values) // _SLICES * _SLICES]
    requests = [put_request(b"reading/%08d" % place, value) for place, value in enumerate(values)]
    channels = [grpc.insecure_channel(f"127.0.0.1:{port}") for port in ports]
    for channel in channels:
        grpc.channel_ready_future(channel).result(timeout=30)
    puts = [channel.unary_unary("/etcdserverpb.KV/Put") for channel in channels]
    run = Run(requests, puts)
    for client in range(int(clients)):
        run.send_next(puts[client % len(puts)])
    run.ended.wait()
    if run.fault:
        print(run.fault, file=sys.stderr)
        return 1
    print(json.dumps({"count": len(requests), "took_s": run.took[:_SLICES]}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
