"""The Assistant: one collection, one embedder, one generator; everything a user does goes here."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rag.errors import CollectionError, QuestionError, SettingsError, WenBaoError
from rag.retrieval.given import kind, question_text, search_filters
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerDone,
    Article,
    Evidence,
    Filters,
    IngestReport,
    StreamEvent,
    Turn,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

    from rag.answering.generators import Generator
    from rag.index.collection import Collection, CollectionStats
    from rag.models.embedder import Embedder
    from rag.models.reader import Reader
    from rag.retrieval.retriever import WenBaoRetriever

_NO_FILTERS = Filters()
History = Iterable[Turn | Sequence[str]]


class Assistant:
    """Answers questions from the articles of one collection.

    Open it with `Assistant.open`; use it in a `with` statement or call `close`. It may be shared
    between threads; answers are written one after another.
    """

    def __init__(
        self, settings: Settings, *, model: Generator | BaseChatModel | None = None
    ) -> None:
        """Use `Assistant.open`."""
        self.settings = settings
        self._model = model
        self._collection: Collection | None = None
        self._embedder: Embedder | None = None
        self._readers: list[Reader | None] = []
        self._generator: Generator | None = None
        self._loading = threading.RLock()

    @classmethod
    def open(
        cls,
        collection: str | Path | None = None,
        *,
        settings: Settings | None = None,
        model: Generator | BaseChatModel | None = None,
        rebuild: bool = False,
        **overrides: Any,
    ) -> Assistant:
        """Return an assistant for the collection in folder `collection` (default: the settings').

        `model` is any LangChain chat model, or a generator of your own, that writes the answers
        instead of what the settings name. With `rebuild`, a collection that is damaged or made with
        another embedder is accepted, and the next `ingest` starts it over. `overrides` are
        settings by section, for example `retrieval={"k": 4}` or `generator={"kind":
        "extractive"}`.

        Raises:
            SettingsError: a setting is wrong.
            ModelError: the embedding model is not there.
            CollectionError: the folder holds a collection that cannot be used.
        """
        if settings is not None and overrides:
            raise SettingsError(
                "settings and single options were given together",
                remedy="put the options into Settings.load(...)",
            )
        if model is not None and not callable(getattr(model, "stream", None)):
            raise SettingsError(
                f"model is {kind(model)}, which writes nothing",
                remedy="give a LangChain chat model, or name one by generator={...}",
            )
        chosen = settings or Settings.load(**overrides)
        if collection is not None:
            chosen = chosen.model_copy(update={"collection": Path(collection)})
        assistant = cls(chosen, model=model)
        assistant._open_collection(rebuild=rebuild)
        return assistant

    def close(self) -> None:
        """Close the collection's files."""
        if self._collection is not None:
            self._collection.close()
            self._collection = None

    def __enter__(self) -> Self:
        self._opened()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # articles -----------------------------------------------------------------------------------

    def ingest(
        self,
        *paths: str | Path,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> IngestReport:
        """Take files and folders into the collection and return what was added and doubted.

        Unchanged files cost nothing. `progress` is called with step, done and total. Of many new
        articles the vectors are made last: the step `words` says that questions find them by
        their words from then on, and what is interrupted then is finished by the next `ingest`.

        Raises:
            CorpusError: a path does not exist or holds no article.
            CollectionBusyError: another process is writing.
        """
        from rag.ingest import ingest

        return ingest(self._opened(), paths, progress)

    def articles(self) -> list[Article]:
        """Return all articles, by source and in reading order; empty before the first ingestion."""
        return self._opened().articles()

    def article(self, article_id: str) -> Article:
        """Return one article.

        Raises:
            CollectionError: there is no such article.
        """
        return self._opened().article(article_id)

    def stats(self) -> CollectionStats:
        """Return the size and make of the collection."""
        return self._opened().stats()

    # questions ----------------------------------------------------------------------------------

    def search(
        self, question: str, *, k: int | None = None, filters: Filters = _NO_FILTERS
    ) -> list[Evidence]:
        """Return up to `k` passages for `question`, best first, each saying why it was found.

        Raises:
            QuestionError: the question is empty or too long, or `k` is less than 1.
            CollectionMissingError: nothing has been ingested yet.
        """
        from rag.retrieval.search import search

        return search(
            self._opened(),
            self.embedder,
            self._checked(question),
            k=self._wanted(k),
            filters=search_filters(filters),
            settings=self.settings,
            reader=self.reader,
        )

    def ask(
        self, question: str, *, history: History | None = (), filters: Filters = _NO_FILTERS
    ) -> Answer:
        """Return the verified answer to `question`, or a refusal when the articles do not say.

        `history` are the earlier turns of the conversation, or (question, answer) pairs, oldest
        first.

        Raises:
            QuestionError: the question is empty or too long.
            CollectionMissingError: nothing has been ingested yet.
            GenerationError: the generator failed.
        """
        for event in self.stream(question, history=history, filters=filters):
            if isinstance(event, AnswerDone):
                return event.answer
        raise WenBaoError("the answer ended before it was complete")

    def stream(
        self, question: str, *, history: History | None = (), filters: Filters = _NO_FILTERS
    ) -> Iterator[StreamEvent]:
        """Yield `EvidenceFound`, then `TextDelta`s and `SentenceVerified`s, then `AnswerDone`.

        Raises what `ask` raises, all but `GenerationError` before the first event.
        """
        from rag.answering.inquiry import turns
        from rag.answering.pipeline import answer_events
        from rag.retrieval.question import understand
        from rag.retrieval.search import search, with_days_printed

        asked = self._checked(question)
        collection = self._opened()
        started = time.perf_counter()
        earlier = turns(history)
        recent = earlier[max(0, len(earlier) - self.settings.answering.history_turns) :]
        understood = understand(asked, recent, today=self.today, rewrite=self._rewritten)
        limits = search_filters(filters)
        evidence = search(
            collection,
            self.embedder,
            understood,
            k=self.settings.retrieval.k,
            filters=limits,
            settings=self.settings,
            reader=self.reader,
        )
        for event in answer_events(
            asked,
            evidence,
            self.generator,
            self.settings.answering,
            completed=understood.search_text,
            meant=understood.asked,
            before=understood.before,
            history=recent,
            today=self.today,
            limited=bool(limits),
            articles=collection.searched(with_days_printed(collection, understood, limits)),
            timings={"search": round(time.perf_counter() - started, 4)},
        ):
            if isinstance(event, AnswerDone):
                self._log(event.answer)
            yield event

    # LangChain ----------------------------------------------------------------------------------

    def retriever(self, *, k: int | None = None, filters: Filters = _NO_FILTERS) -> WenBaoRetriever:
        """Return a LangChain retriever over the collection.

        Raises:
            QuestionError: `k` is less than 1.
        """
        from rag.retrieval.retriever import WenBaoRetriever

        return WenBaoRetriever(
            collection=self._opened(),
            embedder=self.embedder,
            reader=self.reader,
            settings=self.settings,
            k=self._wanted(k),
            filters=search_filters(filters),
        )

    def chain(self) -> Runnable[Any, Any]:
        """Return a LangChain runnable: a question in; documents, answer and sources out.

        Input is a question or `{"question": ..., "history": [(question, answer), ...],
        "filters": {"byline": ...}}`. Output is a dictionary with `docs`, `answer` (with citation
        marks), `sentences`, `sources`, `refused` and `reason`; when streamed, `docs` comes first
        and `answer` sentence by sentence as each is verified. It can be awaited as well.
        """
        from rag.answering.chain import answer_chain

        return answer_chain(self.stream)

    # parts --------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The day that 今天 means in questions."""
        from rag.retrieval.search import today

        return today(self.settings)

    @property
    def embedder(self) -> Embedder:
        """The embedding model, loaded when first used."""
        from rag.models.embedder import load_embedder

        with self._loading:
            if self._embedder is None:
                self._embedder = load_embedder(self.settings)
            return self._embedder

    @property
    def reader(self) -> Reader | None:
        """What judges the best passages, loaded when first used; None when switched off or absent.

        Raises:
            ModelError: its files are damaged.
        """
        from rag.models.reader import load_reader

        with self._loading:
            if not self._readers:
                wanted = self.settings.retrieval.rerank > 0
                self._readers.append(load_reader(self.settings) if wanted else None)
            return self._readers[0]

    @property
    def generator(self) -> Generator:
        """What writes the answers; its model is loaded when first used, or by `warm_up`."""
        with self._loading:
            if self._generator is None:
                self._generator = self._make_generator()
            return self._generator

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        if self.stats().articles:
            self.search("最近有什么新闻?", k=1)
        self.generator.load()

    def _rewritten(self, question: str, history: Sequence[Turn]) -> str:
        """The follow-up as the language model completes it; empty when it does not, or not well."""
        from rag.answering.generators import ChatGenerator
        from rag.answering.rewriting import rewritten

        generator = self.generator if self.settings.answering.rewrite else None
        if not isinstance(generator, ChatGenerator):
            return ""
        with generator.failing_as_ours():
            return rewritten(question, history, generator.model)

    def _make_generator(self) -> Generator:
        from langchain_core.language_models import BaseChatModel

        from rag.answering.generators import ChatGenerator, load_generator

        given = self._model
        if given is None:
            return load_generator(self.settings)
        if isinstance(given, BaseChatModel):
            return ChatGenerator(given, given.get_name())
        return given

    def _open_collection(self, *, rebuild: bool = False) -> None:
        from rag.index.collection import Collection

        self._collection = Collection.open(
            self.settings.collection, self.settings, self.embedder, rebuild=rebuild
        )

    def _log(self, answer: Answer) -> None:
        """Append the answer to the question log, where one is kept, in one write."""
        path = self.settings.question_log
        if path is None:
            return
        from rag.records import answer_record

        record = {"time": datetime.now(UTC).isoformat(timespec="seconds"), **answer_record(answer)}
        line = json.dumps(record, ensure_ascii=False, default=str) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab", buffering=0) as file:
                file.write(line.encode())
        except OSError as error:
            raise SettingsError(
                f"the question log {path} cannot be written: {error.strerror}",
                remedy="set question_log to a file that can be written, or unset it",
            ) from error

    def _opened(self) -> Collection:
        if self._collection is None:
            raise CollectionError(
                "the assistant is closed", remedy="open another with Assistant.open"
            )
        return self._collection

    def _wanted(self, k: int | None) -> int:
        if k is None:
            return self.settings.retrieval.k
        if not isinstance(k, int) or k < 1:
            raise QuestionError(
                f"k is {k!r}: a search returns at least one passage",
                remedy="give a whole number from 1, or leave k out",
            )
        return k

    def _checked(self, question: str) -> str:
        text = question_text(question).strip()
        limit = self.settings.answering.question_chars
        if not text:
            raise QuestionError("the question is empty", remedy="ask a question")
        if len(text) > limit:
            raise QuestionError(
                f"the question has {len(text)} characters, more than {limit}",
                remedy="ask a shorter question, or raise answering.question_chars",
            )
        return text
