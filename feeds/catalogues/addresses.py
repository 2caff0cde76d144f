"""Which addresses a registry may write down: of the web, and with no secret in them."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlsplit

#: Parameters that carry a credential, as operators call them. Compared in small letters, without ``-`` and ``_``.
SECRET_PARAMETERS: Final = frozenset(
    {
        *("key", "apikey", "appkey", "accesskey", "subscriptionkey", "ocpapimsubscriptionkey", "resourcekey", "k"),
        *("token", "accesstoken", "authtoken", "apitoken", "idtoken", "jwt", "bearer", "auth", "authorization"),
        *("password", "passwd", "pwd", "pass", "secret", "clientsecret", "clientid", "username", "user", "login"),
        *("sig", "signature", "sas", "credential", "credentials", "appid", "session", "sessionid"),
    }
)
#: Signed links of object stores: all their parameters together are the credential.
_SIGNED: Final = ("xamz", "xgoog", "awsaccesskeyid")
_LONGEST: Final = 2_000


def fault_of(url: str) -> str:
    """Why an address may not be written down, in words that do not repeat it; empty if it may."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises for a port that is none
    except ValueError:
        return "this is no address"
    if not url.isprintable() or " " in url or len(url) > _LONGEST:
        return f"an address has no blanks and no more than {_LONGEST} characters"
    if parts.scheme not in ("http", "https") or not host:
        return "only http and https addresses are fetched"
    if parts.username is not None or parts.password is not None:
        return "it holds a user or a password: register it without, then `hub feeds credentials set`"
    secret = next((name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _is_secret(name)), None)
    if secret is not None:
        return f"parameter {secret[:40]!r} looks like a credential: leave it out, then `hub feeds credentials set`"
    return ""


def may_be_told(url: str) -> bool:
    """Whether an address may be told to everybody: one without a query, for any parameter may be a secret."""
    parts = urlsplit(url)
    return not fault_of(url) and not parts.query and not parts.fragment


def _is_secret(name: str) -> bool:
    plain = name.lower().replace("-", "").replace("_", "")
    return plain in SECRET_PARAMETERS or plain.startswith(_SIGNED)
