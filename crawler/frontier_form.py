"""The form of `frontier.db` and what it gives out: its tables as migrations (applied once, in order, never edited after a release) and a row."""

import json
from dataclasses import dataclass, field
from typing import Any

import sqlite_utils
from sqlite_utils import Migrations

from crawler.discovery import Step

migrations = Migrations("frontier")

PRIORITY = {"home": 60, "rest": 50, "sitemap": 40, "feed": 30, "listing": 20, "article": 10, "attachment": 0}

TABLES = (
    """CREATE TABLE requests (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, body BLOB NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'failed')), priority INTEGER NOT NULL, rank INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0, next_visit TEXT, first_visit TEXT, last_visit TEXT, reason TEXT, via TEXT, sign TEXT,
      hint TEXT NOT NULL DEFAULT '{}', walked INTEGER NOT NULL DEFAULT 0, reached TEXT, answer TEXT, trust INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX requests_ready ON requests (state, priority DESC, rank, id)",
    "CREATE INDEX requests_that_lied ON requests (trust) WHERE trust < 0",
    "CREATE TABLE found (section TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (section, key)) WITHOUT ROWID",
    "CREATE TABLE totals (section TEXT PRIMARY KEY, total INTEGER NOT NULL)",
    """CREATE TABLE runs (
      id TEXT PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT, outcome TEXT NOT NULL, requests INTEGER NOT NULL DEFAULT 0,
      articles INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, waiting INTEGER NOT NULL DEFAULT 0, message TEXT)""",
    """CREATE TABLE failures (
      id TEXT PRIMARY KEY, run TEXT NOT NULL, url TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL)""",
)


@migrations()
def first_form(db: sqlite_utils.Database) -> None:
    for statement in TABLES:
        db.execute(statement)


@dataclass(frozen=True, slots=True)
class Reached:
    """The page of a listing that a walk has come to: how to ask for it, how many pages deep it is, and how many articles stand before it."""

    step: Step
    pages: int
    met: int

    def stored(self) -> str:
        return json.dumps({"url": self.step.url, "body": self.step.body.decode("latin-1"), "pages": self.pages, "met": self.met})

    @classmethod
    def of(cls, stored: str | None) -> "Reached | None":
        if stored is None:
            return None
        said = json.loads(stored)
        return cls(Step(said["url"], said["body"].encode("latin-1")), said["pages"], said["met"])


@dataclass(frozen=True, slots=True)
class Row:
    """A request to make."""

    id: int
    kind: str
    method: str
    url: str
    body: bytes
    hint: dict[str, Any]
    walked: bool = False  # this listing was once walked to its end
    reached: Reached | None = None  # where the last walk was broken off
    conditions: dict[str, str] = field(default_factory=dict)  # headers that ask for it only if it changed, where that is honest
