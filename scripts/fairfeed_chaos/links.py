"""Links that can be cut: a loopback TCP proxy for each pair of a client process and a broker.

Every proxy listens on a port of its own, so that one pair can be cut without the others. The
proxies run on an asyncio loop in a thread of their own; the methods of `Links` are for the main
thread.
"""

import asyncio
import threading

from fairfeed_demo.network import HOST

OPEN = "open"
CUT = "cut"  # connections end at once, new ones are refused, as at a closed port
SILENT = "silent"  # no byte arrives and no connection ends, as with a pulled cable
_PIECE = 65_536


class _Link:
    """One pair of client and broker. For the loop's thread only."""

    def __init__(self, broker_port):
        self._broker_port = broker_port
        self._mode = OPEN
        self._passable = asyncio.Event()
        self._passable.set()
        self._transports = set()

    async def listen(self):
        server = await asyncio.start_server(self._serve, HOST, 0)
        return server.sockets[0].getsockname()[1]

    def set_mode(self, mode):
        self._mode = mode
        if mode == SILENT:
            self._passable.clear()
        else:
            self._passable.set()
        if mode == CUT:
            for transport in list(self._transports):
                transport.abort()

    async def _serve(self, reader, writer):
        self._transports.add(writer.transport)
        try:
            await self._passable.wait()
            if self._mode != CUT:
                await self._join(reader, writer)
        except OSError:
            pass  # no broker, or one end hung up: the other end sees the same
        finally:
            self._transports.discard(writer.transport)
            writer.transport.abort()

    async def _join(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(HOST, self._broker_port)
        self._transports.add(far_writer.transport)
        gone = asyncio.Event()
        pumps = [
            asyncio.ensure_future(self._pump(reader, far_writer, gone)),
            asyncio.ensure_future(self._pump(far_reader, writer, gone)),
        ]
        try:
            _, other = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if other and self._mode == SILENT:
                # A machine without power closes nothing: the other end notices when it sends.
                gone.set()
                await asyncio.wait(other)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._transports.discard(far_writer.transport)
            far_writer.transport.abort()

    async def _pump(self, source, sink, gone):
        while piece := await source.read(_PIECE):
            await self._passable.wait()
            if gone.is_set():
                return
            sink.write(piece)
            await sink.drain()


class Links:
    """All links of a network: (client, broker) -> port. `METERS` is the client of all meters."""

    METERS = "meters"

    def __init__(self, broker_ports):
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._links = {}
        self.ports = {}
        for broker, port in broker_ports.items():
            for client in (*broker_ports, self.METERS):
                if client != broker:
                    self._call(self._add((client, broker), port))

    async def _add(self, pair, broker_port):
        self._links[pair] = _Link(broker_port)
        self.ports[pair] = await self._links[pair].listen()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    def set_mode(self, pairs, mode):
        async def change():
            for pair in pairs:
                self._links[pair].set_mode(mode)

        self._call(change())

    def all_of(self, node):
        """Every link to or from the node. The node reaches its own broker without a link."""
        return [pair for pair in self._links if node in pair]
