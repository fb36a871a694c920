"""Where things are, and building what is ours."""

import os
import pathlib
import subprocess

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CHECKOUT / "target"))
# Everything installed or written by the benchmark; a build directory, so that it is not in the tree.
TARGET = CHECKOUT / "target/peers"
SERVER_CORE, CLIENT_CORE = "0", "1"


def build():
    TARGET.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cargo", "build", "--release", "-q", "-p", "retape", "-p", "bench-servers"], cwd=CHECKOUT, check=True)


def ours(name):
    return str(BUILD / "release" / name)
