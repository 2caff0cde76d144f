"""Who asks: the limits, the seams, and what all questions of a process share."""

from __future__ import annotations

import os
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import httpcore
import httpx

from hub.clock import Clock, system_clock
from hub.errors import FetchError
from hub.fetching.errand import Errand
from hub.fetching.hosts import Hosts
from hub.fetching.patience import Patience
from hub.fetching.questions import Answer, Ask
from hub.fetching.tokens import Tokens
from hub.guard import Deadline, Guard, Resolve, resolve


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches over HTTP within limits; several threads may use one. `user_agent` names the hub and a contact.

    `most_bytes` bounds what comes over the wire and again what it expands to; `most_s` all tries of a question and the
    waits between them. `resolve`, `network`, `clock`, `monotonic`, `sleep` and `jitter` are the seams: who answers for
    names, who opens connections to addresses, what time it is, who waits.
    """

    most_bytes: int
    most_s: float
    allow_private: bool = False
    user_agent: str = "mobility-commons-hub"
    tries: int = 4
    resolve: Resolve = resolve
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    clock: Clock = system_clock
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    hosts: Hosts = field(default_factory=Hosts)
    tokens: Tokens = field(default_factory=lambda: Tokens(time.monotonic))

    def ask(self, ask: Ask, target: Path) -> Answer:
        """Write what a URL gives into the file `target`, or learn that it is what is held already.

        A `target` that is there is replaced only by a whole answer.

        Raises:
            FetchError: forbidden address, limit passed, connection failed, or an answer that is no feed; with how often
                it was asked, and for how long.
            StorageError: no room for the file.
        """
        began_s = self.monotonic()
        deadline = Deadline(began_s + self.most_s, self.monotonic)
        patience = Patience(self.tries, deadline, self.sleep, self.jitter)
        guard = Guard(self.resolve, self.network, deadline=deadline, everywhere=self.allow_private)
        try:
            with httpcore.ConnectionPool(ssl_context=_trusted(), network_backend=guard) as pool:
                answer = Errand(self, ask, target, pool=pool).run(patience)
        except FetchError as fault:
            fault.tries, fault.took_ms = max(patience.tries, 1), self._since_ms(began_s)
            raise
        return replace(answer, tries=patience.tries, took_ms=self._since_ms(began_s))

    def fetch(self, url: str, target: Path) -> str:
        """Write what `url` gives into the file `target`; answers with the URL that finally gave it.

        Raises:
            FetchError: see `ask`.
            StorageError: no room for the file.
        """
        return self.ask(Ask(url), target).url

    def _since_ms(self, began_s: float) -> int:
        return round((self.monotonic() - began_s) * 1000)


def _trusted() -> ssl.SSLContext:
    """Whom to trust: certifi's authorities, or those that SSL_CERT_FILE or SSL_CERT_DIR name."""
    return _trusted_by(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)  # some hundred certificates, parsed: ten milliseconds that a poll every 30 s would feel
def _trusted_by(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()
