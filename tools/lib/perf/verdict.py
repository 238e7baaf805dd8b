"""What one check found, and what a run of checks comes to."""

import json
from dataclasses import dataclass, field

OK, WORSE, IMPROVED, BROKEN = "ok", "worse", "improved", "broken"


@dataclass
class Verdict:
    """One row: what was looked at, how it ended, and what to do about it."""

    name: str
    outcome: str
    text: str
    fields: dict = field(default_factory=dict)

    def line(self):
        return f"{self.outcome:<9}{self.name:<32}{self.text}"

    def json(self):
        return json.dumps({"name": self.name, "outcome": self.outcome, **self.fields, "text": self.text})


class Failure(Exception):
    """The gate itself could not do its work; `code` is one of sysexits."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def exit_code(verdicts):
    """0 all well, 1 worse or broken, 2 nothing worse but a table that is no longer true."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if outcomes & {WORSE, BROKEN}:
        return 1
    return 2 if IMPROVED in outcomes else 0
