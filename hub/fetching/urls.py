"""URLs: what one may be, whose it is, and how it may be written down."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpcore
import httpx

from hub.errors import AddressForbidden, FetchError

_PORTS = {"http": 80, "https": 443}


def shown(url: str) -> str:
    """A URL as it may be written down: without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def web_address(url: str) -> httpx.URL:
    """The URL of something on the web.

    Raises:
        AddressForbidden: of something else: a file, another protocol, no host.
        FetchError: it is no address.
    """
    try:
        place = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise FetchError(f"{shown(url)}: this is no address") from None
    if place.scheme not in _PORTS or not place.host:
        raise AddressForbidden(f"{shown(url)}: only http and https addresses are fetched")
    return place


def origin_of(place: httpx.URL) -> str:
    """Scheme, host and port (RFC 6454), as a text to compare."""
    return f"{place.scheme}://{place.host.lower()}:{place.port or _PORTS[place.scheme]}"


def origin(url: str) -> str:
    """The origin of a URL; raises as `web_address` does."""
    return origin_of(web_address(url))


def onward(place: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect from `place` leads.

    Raises:
        AddressForbidden: nowhere on the web.
        FetchError: to what is no address.
    """
    try:
        return web_address(str(place.join(location)))
    except (httpx.InvalidURL, ValueError):
        raise FetchError(f"{shown(str(place))}: redirects to what is no address") from None


def bare(place: httpx.URL) -> str:
    """A URL without its user, password and fragment."""
    return str(place.copy_with(userinfo=b"", fragment=None))


def core(place: httpx.URL) -> httpcore.URL:
    """The same URL as the engine wants it."""
    return httpcore.URL(scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path)
