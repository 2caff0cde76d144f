"""A town of twelve stops, small enough to know every right answer by heart; and the real feeds, read once a session.

Lines on a meridian, 0.01 degrees of latitude (1111.95 m) between neighbours::

    R1   S01 S02 S03 S04, five minutes from stop to stop; weekdays there at 7:00, 7:30, 8:30 and back at 7:20;
         weekends there at 10:00; the night trip at 24:30 goes straight from S01 to S04
    R2   a loop S05 S06 S07 S05, weekdays at 8:00, ten minutes from stop to stop
    F    S08 S09 S10 by frequencies.txt, weekdays at 6:00, 6:20, 6:40, 17:00, 17:30; 4 and 6 minutes; the times of
         its only trip, at 5:00, are a template
    U    S11 S12 S03, weekdays at 9:00 and 10:00; S12 has no times: by distance (1 of 4 km) in the first trip, half-way
         in the second

Service from Monday 27 April to Sunday 10 May 2026; Friday 1 May runs as a weekend: two service patterns.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import pytest

from feeds import statistics
from feeds.gtfs.read import read
from feeds.reading import Reading

TOWN = {
    "agency.txt": """\
agency_id,agency_name,agency_url,agency_timezone,agency_lang
V,Régie de Petitville,https://petitville.example,Europe/Paris,fr
""",
    "stops.txt": """\
stop_id,stop_name,stop_lat,stop_lon
S01,Gare,45.00,5.5
S02,Mairie,45.01,5.5
S03,Halles,45.02,5.5
S04,Hôpital,45.03,5.5
S05,Lac,45.10,5.5
S06,Plage,45.11,5.5
S07,Phare,45.12,5.5
S08,Usine,45.20,5.5
S09,Écluse,45.21,5.5
S10,Port,45.22,5.5
S11,Ferme,45.05,5.5
S12,Moulin,45.04,5.5
""",
    "routes.txt": """\
route_id,agency_id,route_short_name,route_long_name,route_type,route_color
R1,V,1,Gare - Hôpital,3,1A7F37
R2,V,2,Tour du lac,3,
F,V,F,Navette du port,3,
U,V,U,Ferme - Halles,3,
""",
    "calendar.txt": """\
service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
WK,1,1,1,1,1,0,0,20260427,20260510
WE,0,0,0,0,0,1,1,20260427,20260510
""",
    "calendar_dates.txt": """\
service_id,date,exception_type
WK,20260501,2
WE,20260501,1
""",
    "trips.txt": """\
route_id,service_id,trip_id,direction_id,shape_id
R1,WK,R1-0700,0,line1
R1,WK,R1-0730,0,line1
R1,WK,R1-0830,0,line1
R1,WK,R1-0720,1,line1
R1,WE,R1-1000,0,line1
R1,WE,R1-2430,0,line1
R2,WK,R2-0800,0,
F,WK,F-0500,0,
U,WK,U-0900,0,
U,WK,U-1000,0,
""",
    "stop_times.txt": """\
trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled
R1-0700,07:00:00,07:00:00,S01,1,
R1-0700,07:05:00,07:05:00,S02,2,
R1-0700,07:10:00,07:10:00,S03,3,
R1-0700,07:15:00,07:15:00,S04,4,
R1-0730,07:30:00,07:30:00,S01,1,
R1-0730,07:35:00,07:35:00,S02,2,
R1-0730,07:40:00,07:40:00,S03,3,
R1-0730,07:45:00,07:45:00,S04,4,
R1-0830,8:30:00,8:30:00,S01,1,
R1-0830,8:35:00,8:35:00,S02,2,
R1-0830,8:40:00,8:40:00,S03,3,
R1-0830,8:45:00,8:45:00,S04,4,
R1-0720,07:20:00,07:20:00,S04,1,
R1-0720,07:25:00,07:25:00,S03,2,
R1-0720,07:30:00,07:30:00,S02,3,
R1-0720,07:35:00,07:35:00,S01,4,
R1-1000,10:00:00,10:00:00,S01,1,
R1-1000,10:05:00,10:05:00,S02,2,
R1-1000,10:10:00,10:10:00,S03,3,
R1-1000,10:15:00,10:15:00,S04,4,
R1-2430,24:30:00,24:30:00,S01,1,
R1-2430,25:30:00,25:30:00,S04,2,
R2-0800,08:00:00,08:00:00,S05,1,
R2-0800,08:10:00,08:10:00,S06,2,
R2-0800,08:20:00,08:20:00,S07,3,
R2-0800,08:30:00,08:30:00,S05,4,
F-0500,05:00:00,05:00:00,S08,1,
F-0500,05:04:00,05:04:00,S09,2,
F-0500,05:10:00,05:10:00,S10,3,
U-0900,09:00:00,09:00:00,S11,1,0
U-0900,,,S12,2,1000
U-0900,09:20:00,09:20:00,S03,3,4000
U-1000,10:00:00,10:00:00,S11,1,
U-1000,,,S12,2,
U-1000,10:20:00,10:20:00,S03,3,
""",
    "frequencies.txt": """\
trip_id,start_time,end_time,headway_secs
F-0500,06:00:00,07:00:00,1200
F-0500,17:00:00,18:00:00,1800
""",
    "shapes.txt": """\
shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
line1,45.00,5.5,1
line1,45.015,5.501,2
line1,45.03,5.5,3
""",
    "feed_info.txt": """\
feed_publisher_name,feed_publisher_url,feed_lang,feed_version
Petitville,https://petitville.example,fr,printemps
""",
}

#: Writes a feed as a folder and answers with its path; files may be text or bytes, None leaves one out.
WriteFeed = Callable[..., Path]
ReadFeed = Callable[..., Reading]


@pytest.fixture
def write_feed(tmp_path: Path) -> WriteFeed:
    def write(**changes: str | bytes | None) -> Path:
        folder = tmp_path / "feed"
        folder.mkdir()
        for name, text in changed(changes).items():
            (folder / name).write_bytes(text)
        return folder

    return write


@pytest.fixture
def read_feed(write_feed: WriteFeed, tmp_path: Path) -> ReadFeed:
    def read_changed(**changes: str | bytes | None) -> Reading:
        into = tmp_path / "tables"
        into.mkdir()
        return read(write_feed(**changes), into)

    return read_changed


def changed(changes: Mapping[str, str | bytes | None]) -> dict[str, bytes]:
    """The town's files with some of them replaced; `stops` stands for stops.txt."""
    named = {name if "." in name else f"{name}.txt": text for name, text in changes.items()}
    files: dict[str, str | bytes | None] = {**TOWN, **named}
    return {name: text.encode() if isinstance(text, str) else text for name, text in files.items() if text is not None}


@pytest.fixture
def town_files() -> dict[str, bytes]:
    return changed({})


@pytest.fixture
def zip_of(tmp_path: Path) -> Callable[..., Path]:
    def write(files: Mapping[str, bytes], name: str = "feed.zip") -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as bundle:
            for inner, text in files.items():
                bundle.writestr(inner, text)
        return tmp_path / name

    return write


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder, into = tmp_path_factory.mktemp("town"), tmp_path_factory.mktemp("tables")
    for name, text in TOWN.items():
        (folder / name).write_text(text, "utf-8")
    return read(folder, into)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with statistics.connect(memory=1 << 28) as one:
        yield one


@pytest.fixture(scope="session")
def real_reading(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Reading]:
    """Reads a real feed by its name in the folder of feeds, once a session."""
    known: dict[str, Reading] = {}

    def reading(name: str) -> Reading:
        if name not in known:
            known[name] = read(shared_data / "gtfs" / name, tmp_path_factory.mktemp("real"))
        return known[name]

    return reading
