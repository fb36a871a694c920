"""A WebSocket server: echoes, greets first, pings, compresses, closes with a code. usage: websocket_server.py [CERTIFICATE KEY]; prints its port."""

import asyncio
import ssl
import sys

from websockets.asyncio.server import serve


async def talk(connection):
    await connection.send('{"hello": "first word"}')
    async for message in connection:
        if message == "bye":
            return await connection.close(4001, "as asked")
        if message == "pieces":
            await connection.send(["one ", "message ", "in pieces"])
        elif message == "long":
            await connection.send("long text " * 2000)
        else:
            await connection.send(message)
    return None


async def main():
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    async with serve(talk, "127.0.0.1", 0, ssl=context, server_header=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
