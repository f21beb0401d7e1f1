"""WenBao's embedder as a LangChain `Embeddings`."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from rag.models.embedder import Embedder


class LangChainEmbeddings(Embeddings):
    """Lets LangChain stores and retrievers use the embedder of the collection."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of passages."""
        return [[float(x) for x in vector] for vector in self._embedder.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return [float(x) for x in self._embedder.embed_queries([text])[0]]
