"""The ways a demo ends before its summary."""


class UsageFault(Exception):
    """Wrong arguments or an unsuitable directory: one clear line, exit status 2."""


class DemoFault(Exception):
    """Something that should have worked did not: the lines say what and where, exit status 1."""


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM; a BaseException, so that nobody takes it for a fault."""

    def __init__(self, signal_number):
        super().__init__(signal_number)
        self.signal_number = signal_number
