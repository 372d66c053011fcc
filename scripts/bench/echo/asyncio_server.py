"""Echo servers on CPython: asyncio_server.py protocol|streams asyncio|uvloop [FOLDER OF UVLOOP]. Prints its port."""

import asyncio
import json
import platform
import sys

HOST = "127.0.0.1"
BACKLOG = 4096
READ_SIZE = 65536


class Echo(asyncio.Protocol):
    """Reads no more while the peer does not."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


async def echo(reader, writer):
    try:
        while data := await reader.read(READ_SIZE):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # the peer is gone
    finally:
        writer.close()


async def serve(api):
    if api == "protocol":
        server = await asyncio.get_running_loop().create_server(Echo, HOST, 0, backlog=BACKLOG)
    else:
        server = await asyncio.start_server(echo, HOST, 0, backlog=BACKLOG)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"port": port, "version": platform.python_version()}), flush=True)
    await server.serve_forever()


api, loop, *folder = sys.argv[1:]
if loop == "uvloop":
    sys.path[:0] = folder
    import uvloop

    uvloop.run(serve(api))
else:
    asyncio.run(serve(api))
