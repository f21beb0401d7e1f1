"""A small stand-in for the assistant, made of the real articles, and the page it serves."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from rag.index.collection import CollectionStats
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerDone,
    AnswerSentence,
    Article,
    Evidence,
    EvidenceFound,
    Filters,
    Paragraph,
    Passage,
    SentenceVerified,
    Source,
    Span,
    StreamEvent,
    TextDelta,
    Turn,
    Verdict,
)
from tests.get_browser import find_browser

SEED = Path(__file__).parents[2] / "seeds" / "000_cd2e6cbcf113aa53.txt"
NO_FILTERS = Filters()
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = (
    "<script>window.hit=1</script><img src=x onerror='window.hit=1'>"
    "[点这里](javascript:window.hit=1)**粗体**$x$ ${window.hit=1} {{value}} `code`"
)
# Headline as printed, reporters, and whether the dump stops before the article ends.
_HEADLINES = (
    ("沈东讲授主题教育专题党课", ("田雨婷",), True),
    ("区政府召开专题会议 听取城中村改造工作情况汇报", ("田雨婷", "臧赫赫"), True),
    ("以雪为令", (), False),
    ("邹区人民医院 血液透析中心获省级荣誉", ("伍浩",), True),
    ("“融创益家”:北港“破题”商居融合", ("王淑君", "臧素雅"), True),
    ("为群租房上好“安全锁”", ("谈磊", "姜云峰"), True),
)
_KICKERS = {"沈东讲授主题教育专题党课": "树牢正确政绩观 求真务实促发展"}
_END = re.compile(r"[。!?！？…”)]$")


def make_article(
    headline: str,
    lines: Sequence[str],
    *,
    subheads: Sequence[str] = (),
    byline: tuple[str, ...] = (),
    complete: bool = True,
) -> Article:
    text = "\n".join(lines)
    paragraphs = []
    start, subhead = 0, ""
    for line in lines:
        if line in subheads:
            subhead = line
        else:
            paragraphs.append(Paragraph(line, start, start + len(line), subhead))
        start += len(line) + 1
    return Article(
        id=hashlib.sha256((headline + text).encode()).hexdigest()[:16],
        headline=headline,
        text=text,
        source=f"seeds/{SEED.name}",
        kicker=_KICKERS.get(headline, ""),
        byline=byline,
        published=date(2023, 12, 19),
        published_inferred=True,
        complete=complete,
        paragraphs=tuple(paragraphs),
    )


def seed_articles() -> list[Article]:
    lines = [line.strip() for line in SEED.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line]
    starts = {headline: lines.index(headline) for headline, _, _ in _HEADLINES}
    articles = []
    for headline, byline, complete in _HEADLINES:
        body: list[str] = []
        for line in lines[starts[headline] + 1 :]:
            if line in starts or line == "区委常委会集体调研各板块":
                break
            if body and not _END.search(body[-1]) and len(body[-1]) > 20:
                body[-1] += line
            elif not line.startswith("□"):
                body.append(line)
        subheads = [line for line in body if len(line) < 20 and not _END.search(line)]
        articles.append(
            make_article(headline, body, subheads=subheads, byline=byline, complete=complete)
        )
    return articles


def _sentences(article: Article) -> list[Span]:
    return [
        Span(match.start(), match.end()) for match in re.finditer(r"[^。\n]+。?”?", article.text)
    ]


def _bigrams(text: str) -> set[str]:
    text = re.sub(r"\W", "", text)
    return {text[at : at + 2] for at in range(len(text) - 1)}


@dataclass
class StandIn:
    """Answers with the nearest sentences of its articles, or with those of `script`."""

    settings: Settings
    stored: list[Article]
    lacking: int = 0
    pace: float = 0.01
    script: dict[str, list[AnswerSentence]] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)
    asked: list[tuple[str, list[Turn], Filters]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    def articles(self) -> list[Article]:
        return self.stored

    def stats(self) -> CollectionStats:
        count = len(self.stored)
        return CollectionStats(count, count, count, 1, "stand-in", 0, None, None, self.lacking)

    def article(self, article_id: str) -> Article:
        return next(item for item in self.stored if item.id == article_id)

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = NO_FILTERS
    ) -> Iterator[StreamEvent]:
        self.asked.append((question, list(history), filters))
        if question in self.failures:
            raise self.failures[question]
        try:
            yield from self._events(question)
        finally:
            self.closed.set()

    def search(self, question: str) -> list[Evidence]:
        time.sleep(self.pace)
        return self._rank(question)[:8]

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        *_, done = self.stream(question, history=history)
        assert isinstance(done, AnswerDone)
        return done.answer

    def _events(self, question: str) -> Iterator[StreamEvent]:
        ranked = self._rank(question)
        evidence = tuple(item for item in ranked if item.coverage > 0)[:5]
        yield EvidenceFound(evidence)
        if not evidence or evidence[0].coverage < 0.4:
            text = "报上没有查到这个问题的答案。"
            yield AnswerDone(
                Answer(question, text, refused=True, related=evidence[:3], evidence=evidence)
            )
            return
        sources = tuple(
            Source(
                number=number,
                article_id=item.article.id,
                headline=item.article.headline,
                published=item.article.published,
                published_inferred=item.article.published_inferred,
                source=item.article.source,
                quote=item.passage.text,
                start=item.passage.start,
                end=item.passage.end,
            )
            for number, item in enumerate(evidence[:2], start=1)
        )
        sentences = self.script.get(question) or [
            AnswerSentence(source.quote, Verdict.SUPPORTED, (source.number,)) for source in sources
        ]
        for sentence in sentences:
            for at in range(0, len(sentence.text), 4):
                time.sleep(self.pace)
                yield TextDelta(sentence.text[at : at + 4])
            yield SentenceVerified(sentence, sources)
        yield AnswerDone(
            Answer(
                question,
                "".join(item.text for item in sentences),
                sentences=tuple(sentences),
                sources=sources,
                evidence=evidence,
            )
        )

    def _rank(self, question: str) -> list[Evidence]:
        wanted = _bigrams(question)
        found = []
        for article in self.stored:
            for number, span in enumerate(_sentences(article)):
                text = article.text[span.start : span.end]
                share = len(wanted & _bigrams(text + article.headline)) / max(1, len(wanted))
                passage = Passage(number, article.id, text, span.start, span.end)
                reasons = (f"与问题有 {round(share * 100)}% 的字词相同",)
                found.append(Evidence(passage, article, share, share, share, (), reasons))
        return sorted(found, key=lambda item: -item.score)


@pytest.fixture
def make_stand_in(tmp_path: Path) -> Callable[..., StandIn]:
    def make(articles: list[Article] | None = None, **options: object) -> StandIn:
        settings = Settings.load(collection=tmp_path / "vectorstore" / "default")
        stored = seed_articles() if articles is None else articles
        return StandIn(settings, stored, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def stand_in(make_stand_in: Callable[..., StandIn]) -> StandIn:
    return make_stand_in()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[object], str]]:
    """Serves pages on free ports as the product does: mounted beside other routes."""
    import uvicorn
    from fastapi import FastAPI

    from ui.app import mount

    servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(assistant: object) -> str:
        api = FastAPI()

        @api.get("/health")
        def health() -> dict[str, str]:
            return {"status": "ok"}

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = uvicorn.Config(
            mount(api, assistant, runs=tmp_path / "runs"),  # type: ignore[arg-type]
            host="127.0.0.1",
            port=port,
            log_level="error",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        servers.append((server, thread))
        return f"http://127.0.0.1:{port}"

    yield start
    for server, thread in servers:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def address(serve: Callable[[object], str], stand_in: StandIn) -> str:
    return serve(stand_in)


# Not for the whole session: while it is open, its event loop counts as running everywhere.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each for a reader of their own, and fails on what the console complains of."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(address: str, *, width: int = 1280, height: int = 800) -> Page:
        origin = "/".join(address.split("/")[:3])
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((origin, "data:", "blob:"))
                else complaints.append(f"asked another host: {request.url}")
            ),
        )
        page.goto(address)
        page.wait_for_selector("#current .start, #current .exchange, #current .note, .runs")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
