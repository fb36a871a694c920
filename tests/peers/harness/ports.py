"""Loopback ports."""

import socket

# Four digits, below the ephemeral range: a corpus that has a four-digit port in its bytes keeps every length.
FOUR_DIGITS = range(8990, 9990)


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def four_digit_port(preferred):
    """`preferred` where it is free, else the next free one of four digits."""
    for port in [preferred, *FOUR_DIGITS]:
        if is_free(port):
            return port
    raise RuntimeError(f"no free loopback port in {FOUR_DIGITS.start}..{FOUR_DIGITS.stop}")


def any_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
