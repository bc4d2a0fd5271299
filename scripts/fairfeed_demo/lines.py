"""Lines of the page at the end: a label with its text, and commands for a shell."""

import os
import shlex
import textwrap
from pathlib import Path

WIDTH = 100


def wrapped(label, text):
    return textwrap.wrap(
        text, width=WIDTH, initial_indent=f"  {label:<13} ", subsequent_indent=" " * 18
    )


def typed(words):
    """A command for a shell, over as many lines as necessary."""
    lines, text = [], ""
    for piece in _options_with_values(list(map(str, words))):
        if text and len(text) + len(piece) > WIDTH - 3:
            lines.append(text + " \\")
            text = "     "
        text = f"{text} {piece}" if text else f"  {piece}"
    return [*lines, text]


def _options_with_values(words):
    pieces = []
    while words:
        count = 2 if words[0].startswith("-") else 1
        pieces.append(" ".join(words[:count]))
        words = words[count:]
    return pieces


def shown(path):
    """The shortest form of a path from this directory."""
    here = Path.cwd()
    path = Path(os.path.abspath(path))
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
