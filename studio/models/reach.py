"""Whether the Hub of base models can be reached from here; asked in the background, never waited for."""

import os
import socket
import threading
import time
from urllib.parse import urlsplit

ASKED_AGAIN_AFTER_S = 60.0
_TIMEOUT_S = 3.0


class Reach:
    """The answer of the last try. A page that opens starts the next try and shows the last answer."""

    def __init__(self, endpoint: str = "") -> None:
        self._endpoint = endpoint or os.environ.get("HF_ENDPOINT", "https://huggingface.co")
        self._asked = 0.0
        self._lock = threading.Lock()
        self._known = threading.Event()
        self._reachable: bool | None = None

    def now(self, wait_s: float = 0.0) -> bool | None:
        """True or False as found at most a minute ago; None while the first try is under way longer than `wait_s`."""
        with self._lock:
            if time.monotonic() - self._asked > ASKED_AGAIN_AFTER_S or not self._asked:
                self._asked = time.monotonic()
                threading.Thread(target=self._ask, daemon=True, name="reach-hub").start()
        self._known.wait(wait_s)
        return self._reachable

    def _ask(self) -> None:
        """Whether something listens there. Behind an HTTP proxy, the proxy counts: only it can tell more."""
        proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
        place = urlsplit(proxy or self._endpoint)
        port = place.port or (443 if place.scheme == "https" else 80)
        try:
            socket.create_connection((place.hostname or "", port), timeout=_TIMEOUT_S).close()
            self._reachable = os.environ.get("HF_HUB_OFFLINE", "") not in ("1", "true", "TRUE")
        except OSError:
            self._reachable = False
        self._known.set()


HUB = Reach()
