"""Changes to a collection: which articles come and go, what must be embedded, the new generation.

The order makes a crash harmless: vectors are kept first (they change no answer), then the derived
files are made durable, and the catalogue is committed last, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.index import dense, lexical, lexicon
from rag.index.catalogue import Catalogue, KnownSource, Manifest, text_key
from rag.index.chunking import Draft, embedding_text, heading, split_article
from rag.index.dense import DenseIndex
from rag.index.generation import begin_generation, finish_generation, generation_folder
from rag.index.lexical import LexicalDocument, write_lexical
from rag.index.lexicon import Lexicon
from rag.index.vectors import VectorStore
from rag.models.embedder import Embedder
from rag.settings import Settings
from rag.types import Article

Progress = Callable[[str, int, int], None]
"""Called with the step (embed, index), how much of it is done, and how much there is."""

# Vectors are committed in portions of this size: an ingestion that is killed loses no more.
_PORTION = 256


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file offered to a collection; `read` is called only when `digest` is a new one.

    `source` is the path shown to users, `place` the whole path by which the file is known from
    all others; without one the source is its own place.
    """

    source: str
    digest: str
    read: Callable[[], Sequence[Article]]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What an update is given: `files` to take in, and `kept`, the places that stay as they are.

    A known place that is, or lies in, one of `scope` and is in neither has vanished. `since` are
    the sources as they were known when the files were looked for, if that was before the update.
    """

    files: Iterable[SourceFile] = ()
    kept: Iterable[str] = ()
    scope: Iterable[str] = ()
    since: Mapping[str, KnownSource] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update did, counted in articles and in passages."""

    added: int = 0
    unchanged: int = 0
    removed: int = 0
    passages_embedded: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """The sources after the update, with the articles of those that changed."""

    changed: Mapping[str, tuple[KnownSource, tuple[Article, ...]]]
    vanished: tuple[str, ...]
    start_over: bool
    cut_anew: bool
    index_anew: bool

    def __bool__(self) -> bool:
        anew = self.start_over or self.cut_anew or self.index_anew
        return bool(self.changed or self.vanished or anew)


@dataclass(slots=True)
class _Cutter:
    """Articles cut into passages with what is embedded for each; every article is cut once."""

    settings: Settings
    _done: dict[str, list[tuple[Draft, str, str]]] = field(default_factory=dict)

    def cut(self, article: Article) -> list[tuple[Draft, str, str]]:
        """Return (draft, embedding key, embedding text) of the passages of an article."""
        if article.id not in self._done:
            index = self.settings.index
            texts = [
                (draft, embedding_text(article, draft, index.headline_context))
                for draft in split_article(article, index.passage_chars)
            ]
            self._done[article.id] = [(draft, text_key(text), text) for draft, text in texts]
        return self._done[article.id]


class Updater:
    """One update of the collection in `folder`; its caller holds the writer's lock."""

    def __init__(
        self, folder: Path, catalogue: Catalogue, settings: Settings, embedder: Embedder
    ) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._settings = settings
        self._embedder = embedder
        self._vectors = VectorStore(catalogue, embedder.fingerprint)
        self._cutter = _Cutter(settings)

    def run(
        self,
        offer: Offer,
        progress: Progress,
        *,
        start_over: bool,
    ) -> Changes:
        """Bring the collection up to date and return what changed."""
        before = self._catalogue.count("articles")
        plan = self._plan(offer, start_over)
        if not plan:
            return Changes(unchanged=before)
        embedded = self._embed(plan, progress)
        progress("index", 0, 1)
        from_nothing = start_over or plan.index_anew
        indexed = np.empty((0, 2), np.int64) if from_nothing else self._catalogue.members()
        with self._catalogue.transaction():
            removed = self._apply(plan)
            after = self._catalogue.count("articles")
            self._catalogue.add_sketches()
            self._catalogue.add_terms()
            self._derive(indexed, from_nothing=from_nothing)
        progress("index", 1, 1)
        kept = before - removed
        return Changes(after - kept, kept, removed, embedded)

    # what is to change --------------------------------------------------------------------------

    def _plan(self, offer: Offer, start_over: bool) -> _Plan:
        known = {} if start_over else self._catalogue.sources()
        since = known if start_over or offer.since is None else offer.since
        changed: dict[str, tuple[KnownSource, tuple[Article, ...]]] = {}
        seen = set(offer.kept)
        # What another writer has done to a source in the meantime is newer than what is offered.
        seen |= {place for place in {*known, *since} if known.get(place) != since.get(place)}
        for file in offer.files:
            place = file.place or file.source
            if place in seen:
                continue
            seen.add(place)
            if place not in known or known[place].digest != file.digest:
                articles = tuple(replace(a, source=file.source) for a in file.read())
                changed[place] = (KnownSource(file.source, file.digest), articles)
        scope = tuple(offer.scope)
        vanished = tuple(place for place in known if place not in seen and within(place, scope))
        manifest = self._catalogue.manifest()
        index = self._settings.index
        cut_anew = manifest is not None and (
            (manifest.passage_chars, manifest.headline_context)
            != (index.passage_chars, index.headline_context)
        )
        index_anew = manifest is not None and not lexical.is_current(
            generation_folder(self._folder, manifest.generation) / lexical.FOLDER_NAME
        )
        start_over = start_over and manifest is not None
        return _Plan(changed, vanished, start_over, cut_anew, index_anew)

    # vectors ------------------------------------------------------------------------------------

    def _embed(self, plan: _Plan, progress: Progress) -> int:
        """Keep the vectors that the passages of the new state need; return how many were made."""
        texts: dict[str, str] = {}
        with self._catalogue.rehearsal():
            self._apply(plan, texts)
        missing = self._vectors.missing(texts)
        # Texts of like length share a batch without padding.
        keys = sorted(missing, key=lambda key: (len(texts[key]), key))
        progress("embed", 0, len(keys))
        for start in range(0, len(keys), _PORTION):
            some = keys[start : start + _PORTION]
            vectors = self._embedder.embed_passages([texts[key] for key in some])
            with self._catalogue.transaction():
                self._vectors.add(some, vectors)
            progress("embed", start + len(some), len(keys))
        return len(keys)

    # the new state ------------------------------------------------------------------------------

    def _apply(self, plan: _Plan, texts: dict[str, str] | None = None) -> int:
        """Bring the rows up to date; return how many articles went. Fill `texts` by key."""
        catalogue = self._catalogue
        removed = 0
        if plan.start_over:
            removed += catalogue.count("articles")
            catalogue.delete_sources(list(catalogue.sources()))
        removed += sum(len(catalogue.source_articles(place)) for place in plan.vanished)
        catalogue.delete_sources(plan.vanished)
        for place, (source, articles) in plan.changed.items():
            catalogue.set_source(place, source)
            stored = {article.id: article for article in catalogue.source_articles(place)}
            wanted = {article.id: article for article in articles}
            outdated = [key for key, article in stored.items() if wanted.get(key) != article]
            catalogue.delete_articles(outdated)
            removed += len(outdated)
            for article in wanted.values():
                catalogue.add_article(place, article)
        if plan.cut_anew:
            catalogue.delete_passages()
        for number, article in catalogue.unindexed_articles().items():
            passages = self._cutter.cut(article)
            catalogue.add_passages(number, [(draft, key) for draft, key, _ in passages])
            if texts is not None:
                texts |= {key: text for _, key, text in passages}
        return removed

    def _derive(self, indexed: NDArray[np.int64], *, from_nothing: bool) -> None:
        """Write the generation that belongs to the rows of this transaction, and its manifest.

        `indexed` are the members of the last word index, none when it is written `from_nothing`.
        """
        catalogue, index = self._catalogue, self._settings.index
        last = catalogue.manifest()
        members = catalogue.members()
        generation = (last.generation if last else 0) + 1
        self._vectors.prune()
        folder = begin_generation(self._folder, generation)
        vectors = self._vectors.get(catalogue.embedding_keys(), self._embedder.dimension)
        DenseIndex.build(members[:, 0], vectors, index.exact_until).save(folder / dense.FILE_NAME)
        Lexicon(catalogue.terms()).save(folder / lexicon.FILE_NAME)
        base = None
        if last and not from_nothing:
            base = generation_folder(self._folder, last.generation) / lexical.FOLDER_NAME
        self._write_lexical(folder / lexical.FOLDER_NAME, base, indexed, members)
        files = finish_generation(folder)
        manifest = Manifest(
            generation=generation,
            embedder=self._embedder.name,
            fingerprint=self._embedder.fingerprint,
            dimension=self._embedder.dimension,
            passage_chars=index.passage_chars,
            headline_context=index.headline_context,
            articles=catalogue.count("articles"),
            passages=len(members),
        )
        catalogue.write_manifest(manifest, files)

    def _write_lexical(
        self,
        folder: Path,
        base: Path | None,
        old: NDArray[np.int64],
        members: NDArray[np.int64],
    ) -> None:
        catalogue = self._catalogue
        new_ids = np.setdiff1d(members[:, 0], old[:, 0])
        new_numbers = np.setdiff1d(members[:, 1], old[:, 1])
        articles = catalogue.numbered_articles(
            np.union1d(new_numbers, members[np.isin(members[:, 0], new_ids), 1]).tolist()
        )
        numbers = dict(members.tolist())
        write_lexical(
            folder,
            base=base,
            removed_passages=np.setdiff1d(old[:, 0], members[:, 0]).tolist(),
            removed_articles=np.setdiff1d(old[:, 1], members[:, 1]).tolist(),
            passages=(
                LexicalDocument(
                    passage.id,
                    numbers[passage.id],
                    passage.text,
                    heading(articles[numbers[passage.id]], passage.subhead),
                )
                for passage in catalogue.passages(new_ids.tolist()).values()
            ),
            articles=(
                LexicalDocument(number, number, articles[number].text, heading(articles[number]))
                for number in new_numbers.tolist()
            ),
        )


def within(place: str, scope: Iterable[str]) -> bool:
    """Return whether a place is, or lies in, one of those in `scope`."""
    return any(place == other or place.startswith(f"{other.rstrip('/')}/") for other in scope)
