"""Requests as curl sends them, where curl's tests have them in a shape made only for comparing after lines were stripped."""

import re

# Some tests write the boundary without its random part.
PLAIN_BOUNDARY = b"-" * 28
CURL_BOUNDARY = b"-" * 24 + b"0123456789abcdef"
# One writes the outer boundary between the parts of an inner multipart, and leaves its first one out.
NESTED = re.compile(rb"multipart/mixed; boundary=(-+\w+)\r\n\r\n(?!-)")
OUTER = re.compile(rb"multipart/form-data; boundary=(\S+)")


def sent(request):
    """The request with everything in it that the test's own comparison strips."""
    head, end, body = request.partition(b"\r\n\r\n")
    if (head + end).find(b"boundary=" + PLAIN_BOUNDARY + b"\r\n") >= 0:
        return re.sub(rb"-{28,}", long_boundary, request)
    if body.startswith(b"Content-Disposition: form-data"):
        return with_boundary_lines(head, body)
    if nested := NESTED.search(body):
        return head + end + with_inner_boundaries(body, OUTER.search(head)[1], nested)
    return request


def long_boundary(dashes):
    """A line has two dashes before the boundary, the last line two after it as well."""
    extra = len(dashes[0]) - len(PLAIN_BOUNDARY)
    return b"-" * min(extra, 2) + CURL_BOUNDARY + b"-" * max(extra - 2, 0)


def with_boundary_lines(head, body):
    head += b"\r\nContent-Type: multipart/form-data; boundary=" + CURL_BOUNDARY
    return head + b"\r\n\r\n--" + CURL_BOUNDARY + b"\r\n" + body + b"--" + CURL_BOUNDARY + b"--\r\n"


def with_inner_boundaries(body, outer, nested):
    inner = b"--" + nested[1] + b"\r\n"
    parts = body[nested.end() :].replace(b"--" + outer + b"\r\nContent-Disposition: attachment", inner + b"Content-Disposition: attachment")
    return body[: nested.end()] + inner + parts
