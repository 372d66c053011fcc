"""
The other side of the tests of unix sockets, by CPython's asyncio: `client` or `server`, and the path, with @ for an abstract name; or `deaf`, who
listens and never accepts, until its input ends.
"""
import asyncio
import socket
import sys

SIZE = 300_000


async def client(path):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"x" * SIZE)
    writer.write_eof()
    received = await reader.read()
    assert received == b"x" * SIZE
    writer.close()
    await writer.wait_closed()
    print("echoed", flush=True)


async def serve(path):
    done = asyncio.Event()

    async def handle(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()
        done.set()

    server = await asyncio.start_unix_server(handle, path)
    print("listening", flush=True)
    await done.wait()
    server.close()
    print("closed", flush=True)


def ignore(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        print("listening", flush=True)
        sys.stdin.read()


role, path = sys.argv[1:]
if path.startswith("@"):
    path = "\0" + path[1:]
if role == "deaf":
    ignore(path)
else:
    asyncio.run(client(path) if role == "client" else serve(path))
