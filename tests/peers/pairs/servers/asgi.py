"""A small ASGI application, for servers of Python."""

BODIES = {"/text": b"from an ASGI application\n", "/big": b"0123456789abcdef" * 20_000}


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            event = await receive()
            await send({"type": event["type"] + ".complete"})
            if event["type"] == "lifespan.shutdown":
                return
    body = BODIES.get(scope["path"])
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body or b""))]
    await send({"type": "http.response.start", "status": 404 if body is None else 200, "headers": headers})
    await send({"type": "http.response.body", "body": body or b""})
