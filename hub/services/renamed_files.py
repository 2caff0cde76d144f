"""The vault follows a renamed feed: its history moves to the new name, and what its next poll was asked with goes.

The rows say at once what a feed is called; the files follow when the worker comes by. Each day moves whole, so a kill
leaves it under one name or the other, and the next run goes on.
"""

from __future__ import annotations

import logging

from hub.records import live as live_records
from hub.records import sources as records
from hub.services import archive, history, realtime
from hub.services.back import Back
from hub.services.live_place import remove_old
from hub.services.polling import documents, notes

log = logging.getLogger(__name__)


def follow(back: Back) -> None:
    """Move what lies under superseded names. A day that both names have stays where it is until it is forgotten."""
    with back.front.records.read() as session:
        steps = records.redirects(session)
        published = {row.slug for row in live_records.all_live(session)} if steps else set()
    for old in sorted(steps):
        new = records.last_of(steps, old)
        # The turn of `history.KIND` is that of its roll-up too: both are written in it.
        for kinds in ((history.KIND, history.HOURS), (realtime.ARCHIVE,)):
            moved = archive.hand_over(back, kinds, old, new)
            if moved:
                log.info("%s is %s now: %d days of %s moved", old, new, moved, kinds[0])
        _forget_last_answers(back, old)
        if old not in published:
            remove_old(back.front, old, keep=())


def _forget_last_answers(back: Back, old: str) -> None:
    for folder in (documents.folder_of(old), realtime.folder_of(old)):
        for name in back.vault.notes(folder):
            back.vault.drop_note(folder, name)
    for name in notes.notes_of(old):
        back.vault.drop_note(notes.FACTS, name)
