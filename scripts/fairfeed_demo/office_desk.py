"""The commands of the office as errands use them, and how officers decide."""

import json
from dataclasses import dataclass

from .errands import Command

_WAIT_S = 30
_NOT_FINAL = 1  # exit status of `submit`: in no block yet
_APPROVALS = 2  # as provisioning asks for


@dataclass(frozen=True)
class Decision:
    """A notice that officers have signed and the gateway has submitted."""

    kind: str
    sequence: int
    words: list  # what they signed, in plain words
    approved_by: list
    draft: str  # its file
    height: int | None  # of the block that has it; None: no block


class Desk:
    """Each notice carries the next number, so only one is on its way at a time."""

    def __init__(self, programs, directory):
        self._gateway = programs.gateway
        self._directory = directory
        self._is_taken = False
        self.decided = []

    def ask(self, *words):
        """What a command of the office says as JSON."""
        said = yield self._command(*words, "--config", self._directory.gateway_config)
        return json.loads(said)

    def ask_apart(self, *words):
        """The same for a command that works on a machine of its own, from the genesis file."""
        said = yield self._command(*words, "--genesis", self._directory.genesis)
        return json.loads(said)

    def decide(self, drafting):
        """As decide_each(), of one notice."""
        return (yield from self.decide_each([drafting]))[0]

    def decide_each(self, draftings):
        """Errands that draft, one after the other, and give a draft's file. Two officers sign each,
        and it is submitted. Gives the Decisions."""
        yield lambda: not self._is_taken
        self._is_taken = True
        decisions = []
        for drafting in draftings:
            draft = yield from drafting
            decisions.append((yield from self._decided(draft)))
        self._is_taken = False
        return decisions

    def _decided(self, draft):
        signed = yield from self._approved(draft)
        config = self._directory.gateway_config
        said = yield self._command("submit", draft, "--wait", _WAIT_S, "--config", config,
                                   accepted=(0, _NOT_FINAL))  # fmt: skip
        height = json.loads(said)["height"] if said else None
        decision = Decision(signed["kind"], signed["sequence"], signed["words"],
                            signed["approved_by"], draft, height)  # fmt: skip
        self.decided.append(decision)
        return decision

    def draft(self, kind, **fields):
        """An errand that drafts a notice of these fields."""
        named = [f"{name}={value}" for name, value in fields.items()]
        return (yield from self.ask("draft", kind, *named))["file"]

    def _approved(self, draft):
        officers = sorted((self._directory.path / "officers").glob("*.key"))
        for key in officers[:_APPROVALS]:
            signed = yield from self.ask_apart("sign", draft, "--key", key)
        return signed

    def _command(self, *words, accepted=(0,)):
        return Command([self._gateway, *words, "--json"], accepted)
