"""A client of WebSocket: says `you` after the first message, then pings, then says goodbye; prints what came of it."""

import asyncio
import os

import websockets

SECONDS = 1


async def main():
    url = os.environ["RETAPE_URL"].replace("http", "ws", 1) + "/ws"
    try:
        async with websockets.connect(url, compression=None, ping_interval=None, close_timeout=SECONDS) as socket:
            try:
                await talk(socket)
            except websockets.ConnectionClosed:
                print("closed")
        print(socket.close_code)
    except (websockets.InvalidHandshake, websockets.NegotiationError) as error:
        print(type(error).__name__)


async def talk(socket):
    print(await asyncio.wait_for(socket.recv(), SECONDS))
    await socket.send("you")
    print(await asyncio.wait_for(socket.recv(), SECONDS))
    try:
        await asyncio.wait_for(await socket.ping(), SECONDS)
        print("pong")
    except TimeoutError:
        print("no pong")


asyncio.run(main())
