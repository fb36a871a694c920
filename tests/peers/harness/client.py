"""Running the installed curl on a corpus case, and judging what came of it."""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess

from harness import corpus

# curl's slowest case retries for ten seconds.
DEADLINE = 40
# Never compared: the trace has times and ports in it, the progress meter on standard error too.
VOLATILE_FILES = {"log/trace", "log/stderr"}
# The client's own ephemeral port, printed by `-w %{local_port}`.
VOLATILE_TEXT = re.compile(rb"local port == \d+")


@dataclasses.dataclass
class Outcome:
    code: int
    files: dict  # path → bytes, standard output as log/stdout


def run(case, room):
    """Runs the case's command in a directory of its own."""
    shutil.rmtree(room, ignore_errors=True)
    (room / "log").mkdir(parents=True)
    for name, data in case.files.items():
        (room / name).write_bytes(data)
    with open(room / "log/stdout", "wb") as out, open(room / "log/stderr", "wb") as err:
        try:
            done = subprocess.run(
                ["sh", "-c", case.command], cwd=room, env=environment(case, room), input=case.stdin, stdout=out, stderr=err, timeout=DEADLINE, check=False
            )
            code = done.returncode
        except subprocess.TimeoutExpired:
            code = -1
    return Outcome(code, read_files(room))


def environment(case, room):
    return {"PATH": os.environ["PATH"], "HOME": str(room), "LC_ALL": "C", "TZ": "GMT", **case.environment}


def read_files(room):
    paths = [path for path in pathlib.Path(room).rglob("*") if path.is_file()]
    return {str(path.relative_to(room)): path.read_bytes() for path in paths}


def problems_with(case, outcome, received):
    """Why this direct run is not a pass: exit code, and what curl sent."""
    problems = []
    if outcome.code != case.exit_code:
        problems.append(f"curl exit {outcome.code}, expected {case.exit_code}")
    actual, expected = corpus.comparable(received, case), corpus.kept(case.protocol, case)
    if actual != expected:
        problems.append(f"sent {actual!r}, expected {expected!r}")
    return problems


def output_problems(case, outcome):
    """Where curl's output is not literally what its own suite expects."""
    wanted = dict(case.outputs)
    if case.stdout is not None:
        wanted["log/stdout"] = case.stdout
    return [name for name, (data, text) in wanted.items() if not same_output(outcome.files.get(name, b""), data, text)]


def same_output(actual, expected, text):
    if text:
        actual, expected = actual.replace(b"\r\n", b"\n"), expected.replace(b"\r\n", b"\n")
    return actual == expected


def differences(reference, outcome, when):
    """How a run differs from the direct one at the client: exit code and every file it wrote."""
    problems = []
    if outcome.code != reference.code:
        problems.append(f"{when}: curl exit {outcome.code}, directly {reference.code}")
    for name in sorted((reference.files.keys() | outcome.files.keys()) - VOLATILE_FILES):
        before, after = (VOLATILE_TEXT.sub(b"local port", side.files.get(name, b"(no file)")) for side in (reference, outcome))
        if before != after:
            problems.append(f"{when}: {name} is {after[:400]!r}, directly {before[:400]!r}")
    return problems
