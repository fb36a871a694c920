"""The four kinds of calls, a failure, a deadline, a cancellation. usage: grpc_client.py URL"""

import sys
import urllib.parse

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

url = urllib.parse.urlsplit(sys.argv[1])
secure = url.scheme == "https"
channel = grpc.secure_channel(url.netloc, grpc.ssl_channel_credentials()) if secure else grpc.insecure_channel(url.netloc)


def message(**fields):
    made = Struct()
    made.update(fields)
    return made


def call(kind, name):
    return getattr(channel, kind)(f"/peers.Calls/{name}", request_serializer=Struct.SerializeToString, response_deserializer=Struct.FromString)


def told(what, received):
    print(what, MessageToDict(received), flush=True)


def metadata(items):
    return [(item.key, item.value) for item in items if not item.key.startswith("user-agent")]


unary = call("unary_unary", "Unary")
response, details = unary.with_call(message(n=21), metadata=(("x-asked", "by me"),))
told("unary", response)
print("metadata", metadata(details.initial_metadata()), metadata(details.trailing_metadata()), details.code())
for received in call("unary_stream", "Download")(message(n=5)):
    told("download", received)
told("upload", call("stream_unary", "Upload")(message(n=n) for n in range(10)))

# In step: the next is asked once the last is answered.
answers = []


def questions():
    for n in range(4):
        yield message(n=n)
        while len(answers) <= n:
            pass


for received in call("stream_stream", "Both")(questions()):
    told("both", received)
    answers.append(received)
for name, request, options in (("failure", message(fail=True), {}), ("deadline", message(wait=True), {"timeout": 0.3})):
    try:
        unary(request, **options)
    except grpc.RpcError as error:
        details = error.details() if name == "failure" else ""
        print(name, error.code(), details, metadata(error.trailing_metadata() or ()))
cancelled = call("unary_stream", "Download")(message(n=100000))
told("before cancelling", next(cancelled))
cancelled.cancel()
channel.close()
