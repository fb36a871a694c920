"""httpx, HTTP/2 where the server has it. usage: httpx_client.py URL"""

import sys

import httpx

PATHS = ("/text", "/json", "/big", "/none", "/missing", "/events", "/trailers")
url = sys.argv[1]
with httpx.Client(http2=True) as client:
    for path in PATHS:
        response = client.get(url + path)
        headers = [(name, value) for name, value in response.headers.multi_items() if name != "date"]
        print(path, response.http_version, response.status_code, headers, len(response.content), response.content[:80])
    response = client.post(url + "/echo", json={"posted": [1, 2, 3]})
    print("/echo", response.status_code, response.content)
    response = client.post(url + "/echo", content=b"x" * 200_000)
    print("/echo", response.status_code, len(response.content))
    try:
        client.get(url + "/reset")
    except httpx.RemoteProtocolError as error:
        print("/reset", type(error).__name__)
