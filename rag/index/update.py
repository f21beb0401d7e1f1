"""Changes to a collection: which articles come and go, what must be embedded, the new generation.

The order makes a crash harmless: vectors are kept first (they change no answer), then the derived
files are made durable, and the catalogue is committed last, in one transaction. Where many vectors
are to be made, a generation without them comes before: its new articles are found by their words,
and an update that finds passages without vectors makes these, whoever left them.
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
from rag.index.generation import (
    begin_generation,
    finish_generation,
    generation_folder,
    writing_errors,
)
from rag.index.lexical import LexicalDocument, write_lexical
from rag.index.lexicon import Lexicon
from rag.index.vectors import VectorStore
from rag.models.embedder import Embedder
from rag.settings import Settings
from rag.types import Article

Progress = Callable[[str, int, int], None]
"""Called with the step (embed, index), how much of it is done, and how much there is.

The step `words` comes once, before many passages are embedded, as soon as all passages can be found
by their words: there are so many vectors to make.
"""

# Vectors are committed in portions of this size: an ingestion that is killed loses no more.
_PORTION = 256
# With more passages than this to embed, the update is committed before their vectors are made. The
# default embedder makes this many in about 15 seconds of processor time.
_AT_ONCE = 1_000
# Not so where less than this share of the vectors now searched would be left (another embedder,
# another size of passages): until the new ones are made, the old state answers better.
_LEFT = 0.9


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


_NO_CHANGES = _Plan({}, (), start_over=False, cut_anew=False, index_anew=False)


@dataclass(slots=True)
class _Cutter:
    """Articles cut into passages with the key of what is embedded for each, each cut once."""

    settings: Settings
    _done: dict[str, list[tuple[Draft, str]]] = field(default_factory=dict)

    def cut(self, article: Article) -> list[tuple[Draft, str]]:
        """Return (draft, embedding key) of the passages of an article."""
        if article.id not in self._done:
            index = self.settings.index
            self._done[article.id] = [
                (draft, text_key(embedding_text(article, draft, index.headline_context)))
                for draft in split_article(article, index.passage_chars)
            ]
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
        last = self._catalogue.manifest()
        plan = self._plan(offer, start_over)
        if not plan and not (last and last.lacking):
            return Changes(unchanged=before)
        texts, by_words_first = self._outlook(plan, last)
        removed = 0
        if by_words_first:
            if plan:
                removed = self._commit(plan, progress)
                plan = _NO_CHANGES
            progress("words", 0, len(texts))
        self._embed(texts, progress)
        removed += self._commit(plan, progress)
        kept = before - removed
        return Changes(self._catalogue.count("articles") - kept, kept, removed, len(texts))

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

    def _outlook(self, plan: _Plan, last: Manifest | None) -> tuple[dict[str, str], bool]:
        """Return the texts to embed by key, and whether the state is committed before they are."""
        with self._catalogue.rehearsal():
            self._apply(plan)
            lacking = self._vectors.lacking()
            have = self._catalogue.count("passages") - len(lacking)
            articles = self._catalogue.numbered_articles(sorted({row[0] for row in lacking}))
        context = self._settings.index.headline_context
        texts = {key: embedding_text(articles[n], draft, context) for n, draft, key in lacking}
        had = last.passages - last.lacking if last else 0
        return texts, len(texts) > _AT_ONCE and have >= _LEFT * had

    def _embed(self, texts: Mapping[str, str], progress: Progress) -> None:
        """Make and keep the vectors of texts, given by key."""
        # Texts of like length share a batch without padding.
        keys = sorted(texts, key=lambda key: (len(texts[key]), key))
        progress("embed", 0, len(keys))
        for start in range(0, len(keys), _PORTION):
            some = keys[start : start + _PORTION]
            vectors = self._embedder.embed_passages([texts[key] for key in some])
            with self._catalogue.transaction():
                self._vectors.add(some, vectors)
            progress("embed", start + len(some), len(keys))

    # the new state ------------------------------------------------------------------------------

    def _commit(self, plan: _Plan, progress: Progress) -> int:
        """Commit the new state with the vectors that are kept; return how many articles went."""
        progress("index", 0, 1)
        from_nothing = plan.start_over or plan.index_anew
        indexed = np.empty((0, 2), np.int64) if from_nothing else self._catalogue.members()
        with self._catalogue.transaction():
            removed = self._apply(plan)
            self._catalogue.add_sketches()
            self._catalogue.add_terms()
            self._derive(indexed, from_nothing=from_nothing)
        progress("index", 1, 1)
        return removed

    def _apply(self, plan: _Plan) -> int:
        """Bring the rows up to date; return how many articles went."""
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
            catalogue.add_passages(number, self._cutter.cut(article))
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
        have, vectors = self._vectors.get(catalogue.embedding_keys(), self._embedder.dimension)
        vector_index = DenseIndex.build(members[have, 0], vectors, index.exact_until)
        words = Lexicon(catalogue.terms())
        base = None
        if last and not from_nothing:
            base = generation_folder(self._folder, last.generation) / lexical.FOLDER_NAME
        with writing_errors(self._folder):
            folder = begin_generation(self._folder, generation)
            vector_index.save(folder / dense.FILE_NAME)
            words.save(folder / lexicon.FILE_NAME)
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
            lacking=int(np.sum(~have)),
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
