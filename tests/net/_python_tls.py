"""The other side of the TLS tests, by CPython's asyncio: `client` or `server`, and then whether TLS comes at once or by start_tls."""
import asyncio
import pathlib
import ssl
import sys

CERTS = pathlib.Path(__file__).parent / "certs"
SIZE = 3_000_000


def server_context():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=CERTS / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(CERTS / "localhost.pem", CERTS / "localhost.key")
    return context


def client_context():
    context = ssl.create_default_context(cafile=CERTS / "ca.pem")
    context.load_cert_chain(CERTS / "client.pem", CERTS / "client.key")
    return context


async def serve(upgrade):
    done = asyncio.get_running_loop().create_future()

    async def handle(reader, writer):
        try:
            if upgrade:
                assert await reader.readline() == b"starttls\n"
                writer.write(b"go\n")
                await writer.start_tls(server_context())
            print("peer", dict(item[0] for item in writer.get_extra_info("peercert")["subject"])["commonName"], flush=True)
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()
            await writer.wait_closed()
            done.set_result("closed well")
        except Exception as error:
            done.set_result(repr(error))

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=None if upgrade else server_context())
    print("port", server.sockets[0].getsockname()[1], flush=True)
    print(await done, flush=True)
    server.close()


async def connect(upgrade, port):
    options = {} if upgrade else {"ssl": client_context(), "server_hostname": "localhost"}
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
    if upgrade:
        writer.write(b"starttls\n")
        assert await reader.readline() == b"go\n"
        await writer.start_tls(client_context(), server_hostname="localhost")
    sent = bytes(range(256)) * (SIZE // 256)

    async def send():
        for at in range(0, len(sent), 50_000):
            writer.write(sent[at:at + 50_000])
            await writer.drain()

    received = (await asyncio.gather(reader.readexactly(len(sent)), send()))[0]
    print("the same" if received == sent else "something else", flush=True)
    writer.close()
    await writer.wait_closed()
    print("closed well", flush=True)


side, way, *rest = sys.argv[1:]
asyncio.run(serve(way == "upgrade") if side == "server" else connect(way == "upgrade", int(rest[0])))
