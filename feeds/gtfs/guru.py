"""The program of the child process in which gtfs-guru runs: ``python -m feeds.gtfs.guru FEED DATE``.

A process of its own because the validator's memory and time grow with the feed: whoever starts it watches both and
ends it (`feeds.gtfs.check`). It prints one JSON document: the notices as gtfs-guru groups them (at most
1,000 samples a code, with exact totals), each with its short summary.
"""

from __future__ import annotations

import json
import resource
import sys

import gtfs_guru


def main(feed: str, date: str) -> None:
    """Validate `feed` for `date` (YYYY-MM-DD)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    notices = gtfs_guru.validate(feed, date=date).to_dict()["notices"]
    schema = gtfs_guru.notice_schema()
    for notice in notices:
        about = schema.get(notice["code"], {})
        notice["summary"] = about.get("shortSummary") or about.get("description", "")
        notice["files"] = about.get("references", {}).get("fileReferences", [])
    json.dump({"notices": notices}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
