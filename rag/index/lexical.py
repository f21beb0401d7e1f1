"""The word index of one generation: passages and whole articles, ranked by BM25 (tantivy).

Text is cut into characters, bigrams and words of its search form, so that simplified and
traditional characters, full and half width, and numerals in any form meet. A question becomes
weighted terms, never query syntax: whatever a user types is only text.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.chinese.normalise import fold
from rag.chinese.words import folded_bigrams, folded_characters, folded_words, is_content
from rag.errors import CollectionDamagedError
from rag.index.database import REBUILD
from rag.index.spelling import mend

FOLDER_NAME = "lexical"
# Raised when texts are cut in another way, by `fold` too: what was cut before is then cut anew.
_EDITION, _EDITION_FILE = "2", "edition"
_PASSAGES, _ARTICLES = "passages", "articles"
_BODY = ("characters", "bigrams", "words")
_TOKENIZER = "blanks"
# tantivy refuses a writer with less than 15 MB; more memory means fewer segments to merge.
_WRITER_BYTES = 128_000_000
# Up to here a filter is cheaper as a condition of the query than by looking at more hits.
_FILTER_TERMS = 2_000

# How much a hit counts, by what was hit; chosen with benchmarks/retrieval.py.
_FIELD_WEIGHTS = {"characters": 0.6, "bigrams": 1.0, "words": 0.4, "heading": 0.3}
_FUNCTION_WEIGHT = 0.25
_FIGURE_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """What the word index takes in: `id` of the passage or number of the article.

    `article` is the number of the article; `heading` its headline, kicker, byline and subhead.
    """

    id: int
    article: int
    text: str
    heading: str


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for, with what finding it is worth."""

    field: str
    text: str
    weight: float


@lru_cache(maxsize=256)
def question_terms(question: str, terms: tuple[str, ...] = ()) -> tuple[Term, ...]:
    """Return the weighted terms of a question, each once; empty when it has no word character.

    `terms` are pieces of it that are known to belong together, of whatever words they consist.
    """
    folded = fold(question)
    content = [*filter(is_content, folded_words(folded)), *terms]
    telling = set("".join(content))
    weights: dict[tuple[str, str], float] = {}
    for unit in folded_characters(folded):
        if len(unit) > 1 or unit.isascii():
            weights["characters", unit] = _FIGURE_WEIGHT
        elif unit in telling:
            weights["characters", unit] = 1.0
    for pair in folded_bigrams(folded):
        weights["bigrams", pair] = 1.0 if telling.issuperset(pair) else _FUNCTION_WEIGHT
    for word in content:
        if len(word) > 1:
            weights["words", word] = 1.0
    if not weights:
        weights = {("characters", unit): 1.0 for unit in folded_characters(folded)}
    weighted = [
        Term(field, text, weight * _FIELD_WEIGHTS[field])
        for (field, text), weight in weights.items()
    ]
    # Characters say little about a heading of ten words: only pairs, words and figures do.
    heading: dict[str, float] = {}
    for (field, text), weight in weights.items():
        if field != "characters" or len(text) > 1 or text.isascii():
            heading[text] = max(weight, heading.get(text, 0.0))
    weighted += [
        Term("heading", text, min(weight, 1.0) * _FIELD_WEIGHTS["heading"])
        for text, weight in heading.items()
    ]
    return tuple(weighted)


class LexicalIndex:
    """An immutable word index; safe to search from several threads."""

    def __init__(self, passages: Any, articles: Any) -> None:
        self._schema = _schema()
        self._passages, self._articles = passages.searcher(), articles.searcher()

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Return the index written in `folder`."""
        try:
            return cls(_open(folder / _PASSAGES), _open(folder / _ARTICLES))
        except (ValueError, OSError) as error:
            raise CollectionDamagedError(
                f"{folder} is not a word index: {error}", remedy=REBUILD
            ) from error

    def __len__(self) -> int:
        return int(self._passages.num_docs)

    def passages(
        self,
        terms: Sequence[Term],
        k: int,
        *,
        ids: NDArray[np.int64] | None = None,
        articles: NDArray[np.int64] | None = None,
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage id, BM25), best first.

        Only passages in `ids` and of the articles numbered `articles`, where given.
        """
        conditions = [
            (name, allowed)
            for name, allowed in (("id", ids), ("article", articles))
            if allowed is not None
        ]
        return self._search(self._passages, terms, k, conditions)

    def articles(
        self, terms: Sequence[Term], k: int, *, articles: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (article number, BM25 of the whole article), best first."""
        conditions = [("article", articles)] if articles is not None else []
        return self._search(self._articles, terms, k, conditions)

    def coverage(
        self, units: Mapping[str, float], articles: NDArray[np.int64]
    ) -> list[tuple[int, float]]:
        """Return (article number, sum of the weights of the units it contains) of `articles`.

        `units` are pairs and figures with their weights; text and heading count alike.
        Articles that contain none are left out.
        """
        from tantivy import Occur, Query

        count = len(articles)
        if not units or not count:
            return []
        clauses = []
        for unit, weight in units.items():
            body = "characters" if unit.isascii() else "bigrams"
            fields = [
                (Occur.Should, Query.term_query(self._schema, field, unit, "freq"))
                for field in (body, "heading")
            ]
            clauses.append(
                (Occur.Should, Query.const_score_query(Query.boolean_query(fields), weight))
            )
        query = self._within(Query.boolean_query(clauses), "article", articles)
        hits = self._articles.search(query, count, count=False).hits
        return self._keep(self._articles, hits, [])

    def mended(self, folded: str) -> str:
        """Return a question in search form with the slips mended that the passages show."""
        return mend(
            folded,
            lambda pair: int(self._passages.doc_freq("bigrams", pair)),
            lambda first: self._passages.terms_with_prefix("bigrams", first),
        )

    def rarity(self, field: str, text: str) -> float:
        """Return the inverse document frequency of a term among the passages (BM25's)."""
        count = self._passages.num_docs
        having = min(self._passages.doc_freq(field, text), count)
        return float(np.log1p((count - having + 0.5) / (having + 0.5)))

    def _search(
        self,
        searcher: Any,
        terms: Sequence[Term],
        k: int,
        conditions: list[tuple[str, NDArray[Any]]],
    ) -> list[tuple[int, float]]:
        from tantivy import Occur, Query

        count = searcher.num_docs
        if not terms or not count or any(not len(allowed) for _, allowed in conditions):
            return []
        query = Query.boolean_query(
            [
                (
                    Occur.Should,
                    Query.boost_query(
                        Query.term_query(self._schema, term.field, term.text, "freq"), term.weight
                    ),
                )
                for term in terms
            ]
        )
        later = []
        for name, allowed in conditions:
            if len(allowed) > _FILTER_TERMS:
                later.append((name, allowed))
                continue
            query = self._within(query, name, allowed)
        limit = min(k if not later else 4 * k, count)
        while True:
            hits = searcher.search(query, limit, count=False).hits
            kept = self._keep(searcher, hits, later)
            if len(kept) >= k or len(hits) < limit or limit == count:
                return kept[:k]
            limit = min(4 * limit, count)

    def _within(self, query: Any, name: str, allowed: NDArray[Any]) -> Any:
        """The query with the condition that the number in a field is one of `allowed`."""
        from tantivy import Occur, Query

        members = Query.term_set_query(self._schema, name, [int(value) for value in allowed])
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, Query.const_score_query(members, 0.0))]
        )

    @staticmethod
    def _keep(
        searcher: Any, hits: list[tuple[float, Any]], conditions: list[tuple[str, NDArray[Any]]]
    ) -> list[tuple[int, float]]:
        addresses = [address for _, address in hits]
        kept = np.ones(len(hits), bool)
        for name, allowed in conditions:
            values = np.array(searcher.fast_field_values(name, addresses), allowed.dtype)
            kept &= np.isin(values, allowed)
        ids = searcher.fast_field_values("id", addresses)
        return [
            (int(document), float(score))
            for document, (score, _), wanted in zip(ids, hits, kept, strict=True)
            if wanted
        ]


def is_current(folder: Path) -> bool:
    """Return whether the index in `folder` was cut as questions are cut now."""
    try:
        return (folder / _EDITION_FILE).read_text(encoding="utf-8") == _EDITION
    except OSError:
        return False


def write_lexical(
    folder: Path,
    *,
    base: Path | None,
    removed_passages: Iterable[int],
    removed_articles: Iterable[int],
    passages: Iterable[LexicalDocument],
    articles: Iterable[LexicalDocument],
) -> None:
    """Write to `folder` the index in `base` (empty if None) with documents removed and added."""
    _write(folder / _PASSAGES, base and base / _PASSAGES, removed_passages, passages)
    _write(folder / _ARTICLES, base and base / _ARTICLES, removed_articles, articles)
    (folder / _EDITION_FILE).write_text(_EDITION, encoding="utf-8")


def _write(
    folder: Path, base: Path | None, removed: Iterable[int], added: Iterable[LexicalDocument]
) -> None:
    import tantivy

    folder.mkdir(parents=True)
    if base is not None:
        _share(base, folder)
    index = tantivy.Index(_schema(), str(folder))
    _register(index)
    writer = index.writer(_WRITER_BYTES, num_threads=1)
    gone = list(removed)
    if gone:
        # Not by term: there a number is taken as signed and meets no document.
        writer.delete_documents_by_query(tantivy.Query.term_set_query(_schema(), "id", gone))
    for document in added:
        writer.add_document(_document(document))
    writer.commit()
    # Merging goes on in threads; only afterwards are the files final.
    writer.wait_merging_threads()


def _share(base: Path, folder: Path) -> None:
    """Take over the files of `base`: segments by link, for they never change, lists by copy."""
    for file in base.iterdir():
        target = folder / file.name
        if file.suffix == ".lock":
            continue
        if file.suffix == ".json":
            shutil.copyfile(file, target)
            continue
        try:
            target.hardlink_to(file)
        except OSError:
            shutil.copyfile(file, target)


def _document(document: LexicalDocument) -> Any:
    from tantivy import Document

    folded = fold(document.text)
    entry = Document()
    # `add_unsigned`: as keyword arguments numbers become signed, and the writer thread dies.
    entry.add_unsigned("id", document.id)
    entry.add_unsigned("article", document.article)
    entry.add_text("characters", " ".join(folded_characters(folded)))
    entry.add_text("bigrams", " ".join(folded_bigrams(folded)))
    entry.add_text("words", " ".join(folded_words(folded)))
    entry.add_text("heading", _heading(document.heading))
    return entry


@lru_cache(maxsize=64)
def _heading(text: str) -> str:
    """The terms of a heading, the same for all passages of an article."""
    heading = fold(text)
    figures = [unit for unit in folded_characters(heading) if len(unit) > 1 or unit.isascii()]
    long_words = [word for word in folded_words(heading) if len(word) > 2 and not word.isascii()]
    return " ".join([*figures, *folded_bigrams(heading), *long_words])


@lru_cache(maxsize=1)
def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("article", indexed=True, fast=True)
    for name in (*_BODY, "heading"):
        builder.add_text_field(name, tokenizer_name=_TOKENIZER, index_option="freq")
    return builder.build()


def _register(index: Any) -> None:
    from tantivy import TextAnalyzerBuilder, Tokenizer

    index.register_tokenizer(_TOKENIZER, TextAnalyzerBuilder(Tokenizer.whitespace()).build())


def _open(folder: Path) -> Any:
    if not (folder / "meta.json").is_file():
        raise FileNotFoundError(f"{folder} has no meta.json")
    try:
        return _read(folder)
    except ValueError:
        if os.access(folder, os.W_OK):
            raise
    # Tantivy locks the folder while it opens the files, which a read-only medium does not allow.
    with TemporaryDirectory(prefix="wenbao-", ignore_cleanup_errors=True) as name:
        mirror = Path(name)
        for file in folder.iterdir():
            if file.suffix == ".lock":
                continue
            try:
                (mirror / file.name).symlink_to(file.absolute())
            except OSError:
                shutil.copyfile(file, mirror / file.name)
        return _read(mirror)


def _read(folder: Path) -> Any:
    import tantivy

    index = tantivy.Index(_schema(), str(folder), reuse=True)
    _register(index)
    # A generation never changes: nothing to watch for.
    index.config_reader(reload_policy="manual")
    index.reload()
    return index
