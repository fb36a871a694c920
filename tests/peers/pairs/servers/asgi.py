"""A small ASGI application, for servers of Python."""

BODIES = {"/text": b"from an ASGI application\n", "/big": b"0123456789abcdef" * 20_000}


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            event = await receive()
            await send({"type": event["type"] + ".complete"})
            if event["type"] == "lifespan.shutdown":
                return None
    if scope["type"] == "websocket":
        return await echo(receive, send)
    body = BODIES.get(scope["path"])
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body or b""))]
    await send({"type": "http.response.start", "status": 404 if body is None else 200, "headers": headers})
    return await send({"type": "http.response.body", "body": body or b""})


async def echo(receive, send):
    """Greets, and says each message back."""
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "welcome"})
        elif event["type"] == "websocket.disconnect":
            return
        elif event.get("text") is not None:
            await send({"type": "websocket.send", "text": event["text"].upper()})
        else:
            await send({"type": "websocket.send", "bytes": event["bytes"][::-1]})
