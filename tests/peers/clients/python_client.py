"""A client by Python's `http.client` or by `requests`: performs the operations on one kept connection, prints what it saw as JSON.

usage: python_client.py http.client|requests URL < operations.json
"""

import hashlib
import http.client
import json
import sys
import urllib.parse


def seen(status, reason, headers, body):
    return {"status": status, "reason": reason, "headers": [list(pair) for pair in headers], "length": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def with_http_client(url, operations):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=20)
    for operation in operations:
        try:
            connection.request(operation["method"], operation["path"], operation.get("body"), operation.get("headers", {}))
            response = connection.getresponse()
            yield seen(response.status, response.reason, response.getheaders(), response.read())
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            yield {"error": repr(error)}


def with_requests(url, operations):
    import requests

    session = requests.Session()
    session.trust_env = False
    for operation in operations:
        try:
            response = session.request(
                operation["method"], url + operation["path"], data=operation.get("body"), headers=operation.get("headers"), timeout=20
            )
            hops = [seen(hop.status_code, hop.reason, hop.headers.items(), hop.content) for hop in response.history]
            yield {"hops": hops, **seen(response.status_code, response.reason, response.raw.headers.items(), response.content)}
        except requests.RequestException as error:
            yield {"error": type(error).__name__}


def main():
    play = {"http.client": with_http_client, "requests": with_requests}[sys.argv[1]]
    json.dump(list(play(sys.argv[2], json.load(sys.stdin))), sys.stdout, indent=1)


main()
