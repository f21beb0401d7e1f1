"""The search as a LangChain retriever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from rag.index.collection import Collection
from rag.retrieval.given import question_text, search_filters
from rag.retrieval.search import search
from rag.settings import Settings
from rag.types import Evidence, Filters


class WenBaoRetriever(BaseRetriever):
    """Returns passages of a collection as documents, best first.

    `invoke(question, k=3, filters=Filters(byline="王芳"))` overrides the fields for one call, as
    `ainvoke` does; filters may also be a mapping, as `{"published_from": "2024-01-01"}`. The
    metadata of a document: headline, published (YYYY-MM-DD or None), source, article_id,
    passage_id, start, end (offsets into the article's text), score, reasons.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    collection: Collection
    embedder: Any = Field(description="the embedder that the collection was made with")
    reader: Any = Field(None, description="what judges the best passages; None: nobody")
    settings: Settings
    k: int = Field(8, ge=1, description="passages that a question returns")
    filters: Filters = Filters()

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the base class fixes the name
        k: int | None = None,
        filters: Filters | Mapping[str, Any] | None = None,
    ) -> list[Document]:
        found = search(
            self.collection,
            self.embedder,
            question_text(query),
            k=self.k if k is None else k,
            filters=search_filters(self.filters if filters is None else filters),
            settings=self.settings,
            reader=self.reader,
        )
        return [to_document(evidence) for evidence in found]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **given: Any
    ) -> list[Document]:
        # The base class would not pass on what one call gives.
        return await asyncio.to_thread(
            self._get_relevant_documents, query, run_manager=run_manager.get_sync(), **given
        )


def to_document(evidence: Evidence) -> Document:
    """Return evidence as a LangChain document."""
    article, passage = evidence.article, evidence.passage
    return Document(
        id=f"{article.id}:{passage.start}-{passage.end}",
        page_content=passage.text,
        metadata={
            "headline": article.headline,
            "published": article.published.isoformat() if article.published else None,
            "source": article.source,
            "article_id": article.id,
            "passage_id": passage.id,
            "start": passage.start,
            "end": passage.end,
            "score": evidence.score,
            "reasons": list(evidence.reasons),
        },
    )
