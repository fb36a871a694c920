"""A client of gRPC: one call, `unary` or `stream`; prints what came of it."""

import os
import sys
from urllib.parse import urlsplit

import grpc

REQUEST = b"\n\x03abc"
METHOD = "/example.Greeter/Greet"
# The first fault is what is looked at, not what a second attempt makes of it.
OPTIONS = [("grpc.enable_retries", 0), ("grpc.default_authority", "api.example.com")]


def main(kind):
    plain = {"request_serializer": bytes, "response_deserializer": bytes}
    with grpc.insecure_channel(urlsplit(os.environ["RETAPE_URL"]).netloc, options=OPTIONS) as channel:
        try:
            if kind == "unary":
                print(channel.unary_unary(METHOD, **plain)(REQUEST, timeout=3))
            else:
                for message in channel.unary_stream(METHOD, **plain)(REQUEST, timeout=3):
                    print(message)
            print("OK")
        except grpc.RpcError as error:
            print(error.code().name)


main(sys.argv[1])
