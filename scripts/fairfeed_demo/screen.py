"""The demo's progress: one changing line on a terminal, plain lines elsewhere."""

import shutil
import sys


class Screen:
    def __init__(self, out=None):
        self._out = out or sys.stdout
        self._out.reconfigure(errors="replace")  # the terminal may lack bars and dots
        self._is_terminal = self._out.isatty()
        self._open = False
        self._last_key = None

    def line(self, text=""):
        self.end_progress()
        self._write(text + "\n")

    def progress(self, text, key):
        """On a terminal replaces the line; elsewhere prints one when `key` is new and not None."""
        if self._is_terminal:
            width = shutil.get_terminal_size().columns - 1
            self._write("\r\x1b[K" + text[:width])
            self._open = True
        elif key is not None and key != self._last_key:
            self._write(text + "\n")
        self._last_key = key

    def end_progress(self):
        if self._open:
            self._write("\n")
            self._open = False

    def _write(self, text):
        try:
            self._out.write(text)
            self._out.flush()
        except BrokenPipeError:
            # The reader has gone; the run goes on, and its exit status still counts.
            self._is_terminal = False
            self._write = lambda _: None
