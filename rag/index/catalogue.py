"""The truth of a collection: sources, articles, passages, and the manifest of what is derived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rag.chinese.normalise import level
from rag.corpus.duplicates import SHARED, sketch
from rag.index.chunking import Draft
from rag.index.database import Database
from rag.index.lexicon import terms_of
from rag.types import Article, Filters, Paragraph, Passage

_COUNTS = {
    "sources": "SELECT COUNT(*) FROM sources",
    "articles": "SELECT COUNT(*) FROM articles",
    "passages": "SELECT COUNT(*) FROM passages",
}

_NO_FILTERS = Filters()
# The articles `a` that pass `_filter_values`. instr, unlike LIKE, gives no meaning to % and _ in
# what the user typed. LEVEL lets 修復 meet 修复 and ＡＩ meet ai; it is asked where it may matter.
_PASSES = (
    "(?1 = '' OR a.published >= ?1) AND (?2 = '' OR a.published <= ?2)"
    " AND (?3 = '' OR instr(LEVEL(a.byline), ?3) > 0)"
    " AND (?4 = '' OR instr(LEVEL(a.headline), ?4) > 0) AND instr(a.source, ?5) > 0"
)
_SELECT_FILTERED = (
    "SELECT number FROM articles WHERE number IN (SELECT article FROM passages)"  # noqa: S608
    f" AND text_key IN (SELECT a.text_key FROM articles a WHERE {_PASSES}) ORDER BY number"
)
# substr of SQLite counts characters from 1, as Python counts them from 0.
_SELECT_PASSAGES = (
    "SELECT p.id, c.id, substr(c.text, p.start + 1, p.end - p.start), p.start, p.end,"  # noqa: S608
    " p.subhead FROM passages p JOIN articles o ON o.number = p.article"
    " JOIN articles c ON c.number = COALESCE("
    f"(SELECT a.number FROM articles a WHERE a.number = o.number AND {_PASSES}),"
    f" (SELECT MIN(a.number) FROM articles a WHERE a.text_key = o.text_key AND {_PASSES}))"
    " WHERE p.id IN (SELECT value FROM json_each(?6))"
)


_CREATE_TERMS = (
    "CREATE TABLE IF NOT EXISTS terms ("
    " article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,"
    " term TEXT NOT NULL, PRIMARY KEY (article, term)) WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the derived files of one generation were made from, and how."""

    generation: int
    embedder: str
    fingerprint: str
    dimension: int
    passage_chars: int
    headline_context: bool
    articles: int
    passages: int
    lacking: int = 0
    """How many of the passages have no vector yet."""


@dataclass(frozen=True, slots=True)
class DerivedFile:
    """One file of a generation as it was written; `name` is relative to the generation."""

    name: str
    sha256: str
    bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source as the catalogue knows it: the path shown to users and its content's digest."""

    shown: str
    digest: str


def text_key(text: str) -> str:
    """Return the digest by which equal texts are known."""
    return hashlib.sha256(text.encode()).hexdigest()


class Catalogue(Database):
    """The rows of a collection; safe to share between threads."""

    # manifest -----------------------------------------------------------------------------------

    def manifest(self) -> Manifest | None:
        """Return the manifest, None before the first write."""
        with self.reading() as run:
            row = run("SELECT * FROM manifest").fetchone()
        return Manifest(*row[1:]) if row else None

    def generation(self) -> int:
        """Return the number of the committed generation, 0 before the first write."""
        manifest = self.manifest()
        return manifest.generation if manifest else 0

    def files(self) -> list[DerivedFile]:
        """Return the files of the committed generation."""
        with self.reading() as run:
            rows = run("SELECT name, sha256, bytes, modified_ns FROM files ORDER BY name")
            return [DerivedFile(*row) for row in rows]

    def write_manifest(self, manifest: Manifest, files: Iterable[DerivedFile]) -> None:
        """Replace the manifest and the list of files."""
        with self.reading() as run:
            run(
                "INSERT OR REPLACE INTO manifest VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                astuple(manifest),
            )
            run("DELETE FROM files")
            self.run_many("INSERT INTO files VALUES (?, ?, ?, ?)", [astuple(f) for f in files])

    # sources ------------------------------------------------------------------------------------

    def count(self, table: Literal["sources", "articles", "passages"]) -> int:
        """Return the number of rows of a table."""
        with self.reading() as run:
            return int(run(_COUNTS[table]).fetchone()[0])

    def sources(self) -> dict[str, KnownSource]:
        """Return every source by its place, sorted."""
        rows = self._rows("SELECT place, shown, digest FROM sources ORDER BY place")
        return {place: KnownSource(shown, digest) for place, shown, digest in rows}

    def set_source(self, place: str, known: KnownSource) -> None:
        """Record a source or its new state."""
        with self.reading() as run:
            run(
                "INSERT INTO sources VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
                " SET shown = excluded.shown, digest = excluded.digest",
                (place, known.shown, known.digest),
            )

    def delete_sources(self, places: Iterable[str]) -> None:
        """Remove sources with their articles and passages."""
        self.run_many("DELETE FROM sources WHERE place = ?", [(place,) for place in places])

    # articles -----------------------------------------------------------------------------------

    def add_article(self, place: str, article: Article) -> None:
        """Add an article of a source without passages; one with the same id stays as it is."""
        with self.reading() as run:
            cursor = run(
                "INSERT INTO articles (id, place, source, headline, kicker, byline, published,"
                " published_inferred, section, url, complete, text, text_key)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (
                    article.id,
                    place,
                    article.source,
                    article.headline,
                    article.kicker,
                    json.dumps(article.byline, ensure_ascii=False),
                    article.published.isoformat() if article.published else None,
                    article.published_inferred,
                    article.section,
                    article.url,
                    article.complete,
                    article.text,
                    text_key(article.text),
                ),
            )
            if cursor.rowcount:
                self.run_many(
                    "INSERT OR IGNORE INTO paragraphs VALUES (?, ?, ?, ?)",
                    [(cursor.lastrowid, p.start, p.end, p.subhead) for p in article.paragraphs],
                )

    def delete_articles(self, ids: Iterable[str]) -> None:
        """Remove articles with their passages."""
        self.run_many("DELETE FROM articles WHERE id = ?", [(key,) for key in ids])

    def articles(self) -> list[Article]:
        """Return all articles, by source and in reading order."""
        rows = self._rows("SELECT * FROM articles ORDER BY source, number")
        return list(self._articles(rows).values())

    def source_articles(self, place: str) -> list[Article]:
        """Return the articles of a source in reading order."""
        rows = self._rows("SELECT * FROM articles WHERE place = ? ORDER BY number", place)
        return list(self._articles(rows).values())

    def find_articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return the articles with these ids; unknown ids are left out."""
        rows = self._rows(
            "SELECT * FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return {article.id: article for article in self._articles(rows).values()}

    def numbered_articles(self, numbers: Sequence[int]) -> dict[int, Article]:
        """Return the articles with these numbers, by number."""
        rows = self._rows(
            "SELECT * FROM articles WHERE number IN (SELECT value FROM json_each(?))",
            json.dumps(list(numbers)),
        )
        return self._articles(rows)

    def unindexed_articles(self) -> dict[int, Article]:
        """Return the articles still to be cut into passages, by number.

        Of articles with the same text one has passages: a second would only repeat its findings.
        """
        rows = self._rows(
            "SELECT * FROM articles WHERE number IN ("
            " SELECT MIN(number) FROM articles WHERE text_key NOT IN ("
            "  SELECT text_key FROM articles WHERE number IN (SELECT article FROM passages))"
            " GROUP BY text_key) ORDER BY number"
        )
        return self._articles(rows)

    def filtered_articles(self, filters: Filters) -> NDArray[np.int64]:
        """Return the sorted numbers of articles with passages whose text passes the filters.

        Of articles with the same text one has passages; it stands for the copies that pass.
        """
        rows = self._rows(
            _SELECT_FILTERED,
            *_filter_values(filters),
        )
        return np.array([row[0] for row in rows], np.int64)

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last day of publication, None where no article has one."""
        row = self._rows("SELECT MIN(published), MAX(published) FROM articles")[0]
        first, last = (date.fromisoformat(day) if day else None for day in row)
        return first, last

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.reading() as run:
            return run(sql, values).fetchall()

    def _articles(self, rows: list[tuple[Any, ...]]) -> dict[int, Article]:
        texts = {row[0]: row[_TEXT] for row in rows}
        paragraphs: dict[int, list[Paragraph]] = {number: [] for number in texts}
        for number, start, end, subhead in self._rows(
            "SELECT article, start, end, subhead FROM paragraphs"
            " WHERE article IN (SELECT value FROM json_each(?)) ORDER BY article, start",
            json.dumps(list(texts)),
        ):
            text = texts[number][start:end]
            paragraphs[number].append(Paragraph(text, start, end, subhead))
        return {row[0]: _article(row, tuple(paragraphs[row[0]])) for row in rows}

    # reprints -----------------------------------------------------------------------------------

    def add_sketches(self) -> None:
        """Add the sketch of every article that has none, to find its reprints by."""
        rows = self._rows(
            "SELECT number, text FROM articles"
            " WHERE number > (SELECT COALESCE(MAX(article), 0) FROM sketches)"
        )
        self.run_many(
            "INSERT OR IGNORE INTO sketches VALUES (?, ?)",
            ((value, number) for number, text in rows for value in sketch(text)),
        )

    def alike(self, text: str) -> list[int]:
        """Return the numbers of the articles that share much of the sketch of a text."""
        rows = self._rows(
            "SELECT article FROM sketches WHERE value IN (SELECT value FROM json_each(?))"
            " GROUP BY article HAVING COUNT(*) >= ? ORDER BY article",
            json.dumps(sketch(text)),
            SHARED,
        )
        return [row[0] for row in rows]

    # lexicon ------------------------------------------------------------------------------------

    def add_terms(self) -> None:
        """Note the terms of every article that has none yet."""
        with self.reading() as run:
            # Collections of before have no such table.
            run(_CREATE_TERMS)
        rows = self._rows(
            "SELECT * FROM articles WHERE number > (SELECT COALESCE(MAX(article), 0) FROM terms)"
        )
        self.run_many(
            "INSERT OR IGNORE INTO terms VALUES (?, ?)",
            (
                (number, term)
                for number, article in self._articles(rows).items()
                for term in terms_of(article)
            ),
        )

    def terms(self) -> list[str]:
        """Return the terms of all articles, sorted, each once."""
        return [row[0] for row in self._rows("SELECT DISTINCT term FROM terms ORDER BY term")]

    # passages -----------------------------------------------------------------------------------

    def add_passages(self, number: int, drafts: Iterable[tuple[Draft, str]]) -> None:
        """Add the passages of an article with the keys of what is embedded for them."""
        self.run_many(
            "INSERT INTO passages (article, start, end, subhead, embedding) VALUES (?, ?, ?, ?, ?)",
            [(number, d.start, d.end, d.subhead, key) for d, key in drafts],
        )

    def delete_passages(self) -> None:
        """Remove all passages, so that every article is cut anew."""
        with self.reading() as run:
            run("DELETE FROM passages")

    def members(self) -> NDArray[np.int64]:
        """Return a row (passage id, article number) for each passage, sorted by id."""
        rows = self._rows("SELECT id, article FROM passages ORDER BY id")
        return np.array(rows, np.int64).reshape(-1, 2)

    def embedding_keys(self) -> list[str]:
        """Return the keys of the embeddings of all passages, in the order of `members`."""
        return [row[0] for row in self._rows("SELECT embedding FROM passages ORDER BY id")]

    def passages(self, ids: Sequence[int], filters: Filters = _NO_FILTERS) -> dict[int, Passage]:
        """Return the passages with these ids; those unknown or kept out by filters are left out.

        A passage of an article that does not pass the filters is one of its copy that does.
        """
        rows = self._rows(
            _SELECT_PASSAGES,
            *_filter_values(filters),
            json.dumps(list(ids)),
        )
        return {row[0]: Passage(*row) for row in rows}


# Place of the text in a row of the table of articles.
_TEXT = 12


def _filter_values(filters: Filters) -> tuple[str, ...]:
    return (
        filters.published_from.isoformat() if filters.published_from else "",
        filters.published_to.isoformat() if filters.published_to else "",
        level(filters.byline.strip()),
        level(filters.headline.strip()),
        filters.source,
    )


def _article(row: Sequence[Any], paragraphs: tuple[Paragraph, ...]) -> Article:
    _, key, _, source, headline, kicker, byline, published, inferred, section, url, *rest = row
    complete, text, _ = rest
    return Article(
        id=key,
        headline=headline,
        text=text,
        source=source,
        kicker=kicker,
        byline=tuple(json.loads(byline)),
        published=date.fromisoformat(published) if published else None,
        published_inferred=bool(inferred),
        section=section,
        url=url,
        complete=bool(complete),
        paragraphs=paragraphs,
    )
