"""The tables of the records, as SQLAlchemy 2 typed models. Instants are UTC; JSON holds small facts, never data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[dt.datetime]):
    """A UTC instant: refuses naive values, and gives SQLite its zone back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """To UTC; a naive instant is a fault of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """SQLite forgets the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
#: SQLite numbers rows by itself only for a plain INTEGER key.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can speak of it on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: Json, list[Any]: Json, dt.datetime: Instant}  # noqa: RUF012


class Feed(Base):
    """A feed that the hub knows. The slug never changes and is also the id of its dataset in the commons."""

    __tablename__ = "feed"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    standard: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[dt.datetime]
    url: Mapped[str | None] = mapped_column(Text)
    #: The last good version; a bad answer never moves it.
    current_id: Mapped[int | None] = mapped_column(Serial)

    versions: Mapped[list[Version]] = relationship(back_populates="feed", order_by="Version.id.desc()")


class Version(Base):
    """One good version of a feed (for MDS: one batch). Never changed once written."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("feed_slug", "digest"), UniqueConstraint("feed_slug", "number"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    feed_slug: Mapped[str] = mapped_column(ForeignKey("feed.slug"))
    #: Counts the feed's own versions from 1. The id counts those of all feeds, so its gaps would tell an app
    #: developer how many batches the sealed feeds brought: it is shown to nobody.
    number: Mapped[int] = mapped_column(Integer)
    #: SHA-256 over the sorted entries: a re-zipped identical archive is no new version.
    digest: Mapped[str] = mapped_column(String(64))
    raw_digest: Mapped[str] = mapped_column(String(64))
    standard_version: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text)
    ingested_at: Mapped[dt.datetime]
    verdict: Mapped[str] = mapped_column(String(20))
    validation_date: Mapped[str] = mapped_column(String(10))
    validators: Mapped[dict[str, Any]]
    incomplete: Mapped[str] = mapped_column(Text, default="")
    rows: Mapped[dict[str, Any]]
    set_aside: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]

    feed: Mapped[Feed] = relationship(back_populates="versions")
    findings: Mapped[list[FindingRow]] = relationship(order_by="FindingRow.id")


class FindingRow(Base):
    """One finding of a version's report."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    code: Mapped[str] = mapped_column(String(120))
    severity: Mapped[str] = mapped_column(String(10))
    message: Mapped[str] = mapped_column(Text)
    file: Mapped[str] = mapped_column(Text)
    row: Mapped[int | None] = mapped_column(BigInteger)
    field: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(BigInteger)
    mend: Mapped[str] = mapped_column(Text)


class Attempt(Base):
    """One attempt to take a feed in, good or bad: what was tried, what came of it, and why."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    feed_slug: Mapped[str] = mapped_column(String(80), index=True)
    at: Mapped[dt.datetime]
    source: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    error: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))

    version: Mapped[Version | None] = relationship(lazy="joined")


class Release(Base):
    """Something that may leave, addressed by its content, for one audience, under the decision that let it out."""

    __tablename__ = "release"
    __table_args__ = (Index("ix_release_subject_kind", "subject", "kind"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    #: The feed's slug, or the cube's id.
    subject: Mapped[str] = mapped_column(String(80))
    #: What of the subject: ``archive``, ``gtfs.stop_day``, ``routes`` … or the cube's id again.
    part: Mapped[str] = mapped_column(String(80))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"), index=True)
    audience: Mapped[str] = mapped_column(String(20))
    #: Local days [from, to); none for a version of a feed.
    period_from: Mapped[dt.date | None]
    period_to: Mapped[dt.date | None]
    #: What the numbers were built from: cube edition, and the digests of the batches.
    edition: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[dt.datetime]
    agreements: Mapped[list[Any]]
    obligations: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]

    version: Mapped[Version | None] = relationship(lazy="joined")


class PrivacySpending(Base):
    """What a noisy release costs one of its datasets in one calendar year. Insert-only: noise is drawn once."""

    __tablename__ = "privacy_spending"
    __table_args__ = (
        # PostgreSQL cuts longer names, as the convention would make of six columns.
        UniqueConstraint(
            *("cube", "audience", "period_from", "period_to", "dataset", "year"), name="uq_privacy_spending_question"
        ),
        Index("ix_privacy_spending_dataset_year", "dataset", "year"),
    )

    release: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    dataset: Mapped[str] = mapped_column(String(80), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cube: Mapped[str] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(20))
    #: Local days [from, to).
    period_from: Mapped[dt.date]
    period_to: Mapped[dt.date]
    #: As `governance.disclosure.noise.Noise.plain` spells it: epsilons do not add up, mechanisms compose.
    noise: Mapped[dict[str, Any]]
    at: Mapped[dt.datetime]


class ReleaseSalt(Base):
    """What a holding needs to check the commitment to its contributions in a certificate; it is told its own."""

    __tablename__ = "release_salt"

    release: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    holding: Mapped[str] = mapped_column(String(80), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))


class CommonsEdition(Base):
    """The commons' documents as they were loaded: the newest edition is in force, older ones are history."""

    __tablename__ = "commons_edition"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[dt.datetime]
    #: File name → text, exactly as given.
    files: Mapped[dict[str, Any]]


class Thing(Base):
    """An agreement, a proposal, a sanction …: its state, which is the fold of the acts on it in the log."""

    __tablename__ = "thing"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: Counts its acts from 1: whoever acts on what it saw names the revision it saw.
    revision: Mapped[int] = mapped_column(Integer)
    state: Mapped[dict[str, Any]]
    #: What the last act was but for its instant: the same act again is no second one.
    last_act: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[dt.datetime]
    #: The place of the last act in the log.
    log_index: Mapped[int] = mapped_column(BigInteger, index=True)


class LogEntry(Base):
    """What the tree holds of an entry: commitments. Insert-only: triggers refuse changes on both databases."""

    __tablename__ = "log_entry"

    #: Counts from 0, as RFC 6962 counts leaves.
    index: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    #: Searched by its first digits, which are a decision's id.
    commitment: Mapped[str] = mapped_column(String(64), index=True)
    marks: Mapped[list[Any]]


class LogText(Base):
    """The text of an entry with the salt that opens its commitment, and copies of what it says to search by.

    Never changed; removed only for an entry that `log_erasure` names.
    """

    __tablename__ = "log_text"
    #: How much a reader has taken of a subject since an instant is counted from the index alone.
    __table_args__ = (Index("ix_log_text_taken", "actor", "subject", "action", "permitted", "at"),)

    index: Mapped[int] = mapped_column(ForeignKey("log_entry.index"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    permitted: Mapped[bool]
    salt: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    #: What the text only commits to: shown to nobody, so that exact p cannot be found by trying.
    hidden: Mapped[dict[str, Any]]


class LogMark(Base):
    """One party's entries, counted from 1 without a gap. Insert-only."""

    __tablename__ = "log_mark"

    party: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(ForeignKey("log_entry.index"), index=True)
    salt: Mapped[str] = mapped_column(String(64))


class LogNode(Base):
    """The hash of a whole subtree of the log (`governance.log.merkle`). Insert-only."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogErasure(Base):
    """A text that was erased from the log, when, by whom and why. Insert-only."""

    __tablename__ = "log_erasure"

    index: Mapped[int] = mapped_column(ForeignKey("log_entry.index"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(Text)


class LogCheckpoint(Base):
    """A signed statement of the log's size and root (C2SP tlog-checkpoint). Insert-only."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    #: The public half of the hub's key that signed it, in base64: the web hands it out and never reads the private one.
    key: Mapped[str] = mapped_column(String(44))
    note: Mapped[str] = mapped_column(Text)


class LogCosignature(Base):
    """A witness's signature under a checkpoint (C2SP tlog-cosignature). Insert-only."""

    __tablename__ = "log_cosignature"

    size: Mapped[int] = mapped_column(ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False)
    #: A member's id.
    witness: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[dt.datetime]
    #: The public key that it signed with, in base64; registered as the member's at that time.
    key: Mapped[str] = mapped_column(String(44))
    line: Mapped[str] = mapped_column(Text)


class SealedKey(Base):
    """The private half of a member's Ed25519 key, sealed under its passphrase, where it does not keep it itself."""

    __tablename__ = "sealed_key"

    #: The key's id (`governance.signing.key_id`); the public half is a thing, made by an act.
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: PKCS #8 in PEM, encrypted.
    sealed: Mapped[str] = mapped_column(Text)


class Extract(Base):
    """Records of one holder that were prepared for one member under one agreement version; removed with its grant."""

    __tablename__ = "extract"
    __table_args__ = (Index("ix_extract_agreement_period", "agreement", "period_from"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: The agreement's id, and which version of it.
    agreement: Mapped[str] = mapped_column(String(120))
    agreement_version: Mapped[int] = mapped_column(Integer)
    recipient: Mapped[str] = mapped_column(String(80), index=True)
    dataset: Mapped[str] = mapped_column(String(80))
    table: Mapped[str] = mapped_column(String(80))
    #: Local days [from, to).
    period_from: Mapped[dt.date]
    period_to: Mapped[dt.date]
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(80))
    file_name: Mapped[str] = mapped_column(String(160))
    prepared_at: Mapped[dt.datetime]
    obligations: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    removed_at: Mapped[dt.datetime | None]
    removed_why: Mapped[str] = mapped_column(Text, default="")


class ApiKey(Base):
    """A member's key. The secret is shown once and kept only as its SHA-256 (it has 256 bits of its own)."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(80), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Any]]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class Job(Base):
    """Work to be done once. A worker that dies gives it back when its lease runs out."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state_run_after", "state", "run_after"),
        Index("ix_job_kind_key_state", "kind", "key", "state"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    #: Digest of the payload: the very same work waits once.
    key: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    run_after: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[dt.datetime | None]
    phase: Mapped[str] = mapped_column(String(80), default="")
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    finished_at: Mapped[dt.datetime | None]
