"""The other side of the TCP tests, by CPython's asyncio: `streams` or `protocol`, as `client PORT` or as `server`."""
import asyncio
import sys

SIZE = 5_000_000


class Echo(asyncio.Protocol):
    def __init__(self, done):
        self.done = done

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()

    def eof_received(self):
        self.transport.write_eof()
        self.transport.close()
        return True

    def connection_lost(self, error):
        self.done.set_result(f"closed with {error}")


async def serve(way):
    done = asyncio.get_running_loop().create_future()

    async def handle(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
        writer.close()
        await writer.wait_closed()
        done.set_result("closed with None")

    if way == "streams":
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
    else:
        server = await asyncio.get_running_loop().create_server(lambda: Echo(done), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    print(await done, flush=True)
    server.close()


class Sender(asyncio.Protocol):
    def __init__(self, sent, received):
        self.sent = sent
        self.received = received
        self.parts = []

    def connection_made(self, transport):
        transport.write(self.sent)
        transport.write_eof()

    def data_received(self, data):
        self.parts.append(data)

    def connection_lost(self, error):
        self.received.set_result((b"".join(self.parts), error))


async def connect(way, port):
    sent = bytes(range(251)) * (SIZE // 251)
    if way == "streams":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def send():
            for at in range(0, len(sent), 50_000):
                writer.write(sent[at:at + 50_000])
                await writer.drain()
            writer.write_eof()

        received = (await asyncio.gather(reader.read(), send()))[0]
        writer.close()
        await writer.wait_closed()
        error = None
    else:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        await loop.create_connection(lambda: Sender(sent, future), "127.0.0.1", port)
        received, error = await future
    print("the same" if received == sent else f"something else: {len(received)}", flush=True)
    print(f"closed with {error}", flush=True)


side, way, *rest = sys.argv[1:]
asyncio.run(serve(way) if side == "server" else connect(way, int(rest[0])))
