#!/usr/bin/env python3
"""curl's own HTTP tests: direct, replayed from a hand-written cassette, and recorded live then replayed.

usage: curl_corpus.py [--corpus FILE] [--only N,N…] [--mode direct,written,recorded] [--keep DIR]

The installed curl is the client throughout. A test that passes directly has to pass in both other modes: same exit code, same output,
and retape reports no difference between what curl sends and what it is expected to send.
"""

import argparse
import contextlib
import pathlib
import shutil
import sys
import tempfile

from harness import client, corpus, origin, ports, retape, written
from harness.tally import Tally

MODES = ("direct", "written", "recorded")


def main():
    arguments = parse()
    path = corpus.corpus_path(arguments.corpus)
    tally = Tally("curl corpus")
    if path is None:
        tally.skip("curl's own tests", f"no corpus at {arguments.corpus or corpus.CORPUS}; name it with --corpus or CURL_CORPUS")
        tally.finish()
    with contextlib.ExitStack() as stack:
        room = arguments.keep or stack.enter_context(tempfile.TemporaryDirectory(prefix="retape-curl-"))
        Session(arguments, path, pathlib.Path(room), tally).run()
    tally.finish()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus")
    parser.add_argument("--only", default="")
    parser.add_argument("--mode", default=",".join(MODES))
    parser.add_argument("--keep", help="leave every run's files here")
    return parser.parse_args()


class Session:
    """All cases through all modes."""

    def __init__(self, arguments, path, room, tally):
        self.modes = arguments.mode.split(",")
        self.room, self.tally = room, tally
        # What curl talks to in every mode; the origin behind a recorder is elsewhere.
        self.port = ports.four_digit_port(corpus.CORPUS_PORT)
        wanted = {int(number) for number in arguments.only.split(",") if number}
        self.cases = [case for case in corpus.load(path, self.port) if not wanted or case.number in wanted]
        self.passes = dict.fromkeys(MODES, 0)
        self.exact_output = 0

    def run(self):
        print(f"curl corpus: {len(self.cases)} tests, {corpus.installed_version().decode()}, port {self.port}")
        direct = self.run_direct()
        able = [case for case in self.cases if direct[case.number].passed]
        for mode, play in (("written", self.play_written), ("recorded", self.play_recorded)):
            if mode in self.modes:
                for case in able:
                    problems = self.guarded(play, case, direct[case.number].outcome)
                    self.passes[mode] += self.tally.check(f"{mode} {case.number} {case.name}", problems, quiet=True)
        self.summary(len(able))

    def run_direct(self):
        server = origin.Origin(self.port)
        results = {}
        for case in self.cases:
            server.load(case)
            outcome = client.run(case, self.room / str(case.number) / "direct")
            problems = client.problems_with(case, outcome, server.log())
            results[case.number] = Direct(outcome, not problems)
            self.passes["direct"] += not problems
            self.exact_output += not problems and not client.output_problems(case, outcome)
            if problems:
                self.tally.skip(f"direct {case.number} {case.name}", "; ".join(problems))
            else:
                self.tally.ok(f"direct {case.number}", quiet=True)
        server.close()
        return results

    def guarded(self, play, case, reference):
        try:
            return play(case, reference)
        except (RuntimeError, OSError) as error:
            return [str(error)]

    def play_written(self, case, reference):
        """A cassette written by hand from the test's own text, replayed to curl."""
        room = fresh(self.room / str(case.number) / "written")
        cassette = room / "case.yaml"
        cassette.write_text(written.cassette(case))
        return self.replay(case, reference, room, cassette)

    def play_recorded(self, case, reference):
        """The same conversation recorded live, then replayed with the origin gone."""
        room = fresh(self.room / str(case.number) / "recorded")
        cassette = room / "case.cassette"
        server = origin.Origin(0)
        server.load(case)
        try:
            with retape.record(f"http://127.0.0.1:{server.port}", cassette, listen=self.port) as recorder:
                outcome = client.run(case, room / "while-recording")
                code = recorder.stop()
            problems = client.differences(reference, outcome, "while recording")
            if code != 0:
                problems.append(f"record exit {code}: {recorder.err.decode(errors='replace').strip()}")
        finally:
            server.close()
        return problems + self.replay(case, reference, room, cassette)

    def replay(self, case, reference, room, cassette):
        options = []
        if rules := written.rules(case):
            (room / "retape.toml").write_text(rules)
            options = ["--rules", room / "retape.toml"]
        with retape.Replay(cassette, listen=self.port, options=options, cwd=room) as replay:
            outcome = client.run(case, room / "client")
            complaints = replay.complaints()
        return client.differences(reference, outcome, "in replay") + complaints

    def summary(self, able):
        total = len(self.cases)
        print(f"curl corpus: direct {self.passes['direct']}/{total} pass (of them {self.exact_output} with output exactly as curl's suite expects)")
        for mode in self.modes:
            if mode != "direct":
                print(f"curl corpus: {mode} {self.passes[mode]}/{able} of those that pass directly")


class Direct:
    def __init__(self, outcome, passed):
        self.outcome, self.passed = outcome, passed


def fresh(room):
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    return room


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    main()
