"""An aiohttp server with TLS. usage: aiohttp_server.py CERTIFICATE KEY; prints its port."""

import asyncio
import ssl
import sys

from aiohttp import WSMsgType, web


async def text(_):
    return web.Response(text="from aiohttp\n")


async def echo(request):
    return web.Response(body=await request.read(), content_type=request.content_type)


async def events(request):
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for n in range(5):
        await response.write(f"data: {n}\n\n".encode())
        await asyncio.sleep(0.01)
    return response


async def talk(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data.upper())
    return socket


async def main():
    application = web.Application()
    application.add_routes([web.get("/text", text), web.post("/echo", echo), web.get("/events", events), web.get("/talk", talk)])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
