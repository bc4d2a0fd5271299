"""The office's HTTP API (docs/api.md), asked with a token as a program of the office would."""

import json
import ssl
import urllib.error
import urllib.request

from . import network as networks
from .faults import DemoFault

_MOST_S = 10


class OfficeApi:
    def __init__(self, network, directory):
        self.base = f"https://{networks.HOST}:{network.ports[-1]}/api/v1"
        self.authority = directory.path / "dgmd" / "ca.crt"
        self.token = None  # text, once there is one
        self._trust = None

    def is_open(self):
        """Whether it answers at all."""
        try:
            self._get("/health")
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def ask(self, path):
        """The JSON of one resource."""
        try:
            return self._get(path)
        except (OSError, ValueError) as error:
            raise DemoFault(f"{self.base}{path}: {error}") from error

    def items(self, path):
        """The first page of a list."""
        return self.ask(path)["items"]

    def _get(self, path):
        if self._trust is None:
            self._trust = ssl.create_default_context(cafile=self.authority)
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.base + path, headers=headers)
        with urllib.request.urlopen(request, timeout=_MOST_S, context=self._trust) as answer:
            return json.load(answer)
