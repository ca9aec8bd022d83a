"""`python -m infra.docker.relay HOST PORT`: brings to loopback what comes to the same port of another address.

The live page listens on loopback alone, where nobody outside of its container could reach it.
"""

import asyncio
import sys

LOOPBACK = "127.0.0.1"
CHUNK = 65_536


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bring bytes from one side to the other until the first has no more."""
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve(host: str, port: int) -> None:
    """Listen until this process is ended."""

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            other_reader, other_writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, other_writer), carry(other_reader, writer))

    server = await asyncio.start_server(join, host, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
