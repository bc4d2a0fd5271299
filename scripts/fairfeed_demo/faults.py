"""The ways a demo ends before its summary."""


class UsageFault(Exception):
    """Wrong arguments or an unsuitable directory: one clear line, exit status 2."""


class DemoFault(Exception):
    """A step failed that should have worked: the lines say which and where, exit status 1."""


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM; a BaseException, so that no handler takes it for a fault."""

    def __init__(self, signal_number):
        super().__init__(signal_number)
        self.signal_number = signal_number
