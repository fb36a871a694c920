"""aiohttp by the proxy of its environment: answers, a stream, a WebSocket. usage: aiohttp_client.py URL"""

import asyncio
import ssl
import sys

import aiohttp


async def main(url):
    context = ssl.create_default_context()
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(trust_env=True, connector=connector) as session:
        async with session.get(url + "/text") as response:
            print(response.status, await response.text())
        async with session.post(url + "/echo", json={"a": [1, 2]}) as response:
            print(response.status, response.content_type, await response.read())
        async with session.get(url + "/events") as response:
            async for line in response.content:
                print(line)
        async with session.ws_connect(url + "/talk") as socket:
            for word in ("one", "two"):
                await socket.send_str(word)
                print(await socket.receive_str())


asyncio.run(main(sys.argv[1]))
