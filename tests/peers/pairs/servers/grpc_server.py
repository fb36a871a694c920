"""A gRPC server with the four kinds of calls; messages are google.protobuf.Struct. usage: grpc_server.py [CERTIFICATE KEY]; prints its port."""

import sys
from concurrent import futures

import grpc
from google.protobuf.struct_pb2 import Struct


def unary(request, context):
    if "fail" in request:
        context.set_trailing_metadata((("x-why", "asked to"),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "you asked me to fail")
    if "wait" in request:
        context.add_callback(done.release)
        done.acquire()
    context.send_initial_metadata((("x-head", "yes"),))
    context.set_trailing_metadata((("x-tail", "yes"),))
    return answer(echo=request["n"] * 2)


def server_stream(request, _):
    for n in range(int(request["n"])):
        yield answer(n=n)


def client_stream(requests, _):
    return answer(sum=sum(request["n"] for request in requests))


def both(requests, _):
    total = 0
    for request in requests:
        total += request["n"]
        yield answer(total=total)


def answer(**fields):
    message = Struct()
    message.update(fields)
    return message


def coded(kind, function):
    return kind(function, request_deserializer=Struct.FromString, response_serializer=Struct.SerializeToString)


METHODS = {
    "Unary": coded(grpc.unary_unary_rpc_method_handler, unary),
    "Download": coded(grpc.unary_stream_rpc_method_handler, server_stream),
    "Upload": coded(grpc.stream_unary_rpc_method_handler, client_stream),
    "Both": coded(grpc.stream_stream_rpc_method_handler, both),
}

if __name__ == "__main__":
    import threading

    done = threading.Semaphore(0)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("peers.Calls", METHODS),))
    if len(sys.argv) > 1:
        certificate, key = (open(path, "rb").read() for path in sys.argv[1:3])
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()
