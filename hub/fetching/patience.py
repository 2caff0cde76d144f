"""When the same question is asked again: after trouble that passes, ever later, and never beyond the deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import stamina
import stamina.instrumentation

from hub.errors import TooSlow, Unavailable
from hub.guard import Deadline

#: Statuses that say *not now* (RFC 6585 section 4, RFC 9110 section 15.6).
PASSING = frozenset({429, 500, 502, 503, 504})
#: The first wait and the longest, in seconds; each is twice the one before, and then spread by half of itself.
_FIRST_S = 1.0
_LONGEST_S = 30.0

# The library's own line in the log says less than the row that is written of each question.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(slots=True)
class Patience:
    """How often one question is asked, and the waits in between.

    `sleep` and `jitter` (0 … 1) are the seams: the library counts and doubles, the waiting is done here.
    """

    most: int
    deadline: Deadline
    sleep: Callable[[float], None]
    jitter: Callable[[], float]
    tries: int = 0
    _next_s: float = field(default=0.0, init=False)
    _wait_s: float = field(default=0.0, init=False)

    def attempts(self) -> Iterator[AbstractContextManager[None]]:
        """A context for each try: what is raised in it and may pass is swallowed, unless it was the last."""
        for attempt in stamina.retry_context(
            on=self._again, attempts=self.most, timeout=None, wait_initial=_FIRST_S, wait_max=_LONGEST_S, wait_jitter=0
        ):
            if self._wait_s:
                self.sleep(self._wait_s)
            self.tries, self._next_s = attempt.num, attempt.next_wait
            yield attempt

    def _again(self, fault: Exception) -> bool | float:
        if not isinstance(fault, Unavailable | TooSlow) or self.deadline.late():
            return False
        asked = fault.again_s
        # Those that were sent away together do not come back together.
        self._wait_s = self._next_s * (0.5 + self.jitter()) if asked is None else asked + self.jitter()
        if self._wait_s >= self.deadline.at_s - self.deadline.monotonic():
            return False
        return 0.0
