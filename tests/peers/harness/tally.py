"""Counting what passed and what did not, with the reason."""

import sys
import time


class Tally:
    """Passes and failures of one script, grouped by section. Prints as it goes, so a hang shows where."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failures = []
        self.skipped = []
        self.started = self.last = time.monotonic()

    def ok(self, what, quiet=False):
        self.passed += 1
        if not quiet:
            print(f"  ok    {what} ({self.lap():.1f} s)", flush=True)

    def fail(self, what, why):
        self.failures.append((what, why))
        print(f"  FAIL  {what} ({self.lap():.1f} s): {why}", flush=True)

    def skip(self, what, why):
        self.skipped.append((what, why))
        print(f"  skip  {what}: {why}", flush=True)

    def check(self, what, problems, quiet=False):
        """`problems` is a list of reasons; empty means passed."""
        if problems:
            self.fail(what, "; ".join(problems))
        else:
            self.ok(what, quiet)
        return not problems

    def lap(self):
        now = time.monotonic()
        seconds, self.last = now - self.last, now
        return seconds

    def finish(self):
        """Prints the totals on a line that `run` reads, and leaves with the exit code."""
        seconds = time.monotonic() - self.started
        print(f"{self.name}: {self.passed} passed, {len(self.failures)} failed, {len(self.skipped)} skipped ({seconds:.1f} s)", flush=True)
        sys.exit(1 if self.failures else 0)
