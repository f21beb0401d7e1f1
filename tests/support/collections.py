"""What tests of index and retrieval share: real articles, and an embedder without a model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.chinese.words import bigrams, characters
from rag.index.collection import SourceFile
from rag.types import Article, Paragraph


class HashingEmbedder:
    """Texts that share characters and pairs have near vectors; the same in every process."""

    name = "hashing"
    dimension = 64

    def __init__(self, fingerprint: str = "hashing-1") -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(text) for text in texts])

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.embedded += texts
        if progress:
            progress(len(texts))
        return self.embed_queries(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dimension, 1e-3, np.float32)
        for unit in (*characters(text), *bigrams(text)):
            digest = hashlib.blake2b(unit.encode(), digest_size=8).digest()
            vector[int.from_bytes(digest, "big") % self.dimension] += 1
        return vector / np.linalg.norm(vector)


def article(
    headline: str, *paragraphs: str, source: str = "晚报.txt", published: date | None = None, **more
) -> Article:
    """An article of whole paragraphs; a paragraph that starts with # is a subhead."""
    lines, found, start, subhead = [], [], 0, ""
    for paragraph in paragraphs:
        line = paragraph.lstrip("#")
        if paragraph.startswith("#"):
            subhead = line
        else:
            found.append(Paragraph(line, start, start + len(line), subhead))
        lines.append(line)
        start += len(line) + 1
    text = "\n".join(lines)
    digest = hashlib.sha256(f"{source}\n{headline}\n{text}".encode()).hexdigest()[:16]
    return Article(
        digest, headline, text, source, published=published, paragraphs=tuple(found), **more
    )


def source_file(*articles: Article, source: str = "晚报.txt") -> SourceFile:
    digest = hashlib.sha256(repr(articles).encode()).hexdigest()
    return SourceFile(source, digest, lambda: articles)


SNOW = article(
    "我市迎来今冬首场大雪",
    "本报讯(记者 王芳)12月16日，我市迎来入冬以来首场大雪，最大积雪深度达12厘米。",
    "市公路局出动除雪车85台次，撒布融雪剂320吨。G312国道南段一度封闭，当日16时恢复通行。",
    published=date(2023, 12, 17),
    byline=("王芳",),
)
PLAYGROUND = article(
    "李超鲲鹏带队夺冠",
    "市青少年足球联赛决赛日前在奥体中心举行，现场观众达25000人次。",
    "#以赛促训",
    "实验中学队教练李超鲲鹏介绍，球队每周训练四次，“三个一”训练法让孩子们受益匪浅。",
    published=date(2023, 12, 10),
    byline=("张伟", "刘洋"),
)
MARKET = article(
    "早市搬进新家",
    "运河早市整体搬迁至人民路北侧，设置摊位260个，免收三个月管理费。",
    "商户赵大姐说：“新市场遮风挡雨，生意比从前好多了。”",
    published=date(2023, 12, 12),
)
