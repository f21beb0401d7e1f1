"""An archive is found by its words while its vectors are being made, and that is finished once."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from rag import doctor
from rag.index import update as updates
from rag.index.collection import Collection
from rag.index.database import FILE_NAME
from rag.ingest import ingest
from rag.retrieval.search import search
from rag.settings import Settings
from tests.support.collections import (
    MARKET,
    PLAYGROUND,
    SNOW,
    HashingEmbedder,
    article,
    source_file,
)

NOTICES = [
    article(f"第{n}号通知", f"第{n}号通知：供水管网检修{n}小时，请居民储水。", source="通知.txt")
    for n in range(1, 7)
]
ARCHIVE = source_file(*NOTICES, source="通知.txt")


class Watched(HashingEmbedder):
    """Calls `watch` with the number of the portion before it embeds it."""

    def __init__(self, watch, fingerprint="hashing-1"):
        super().__init__(fingerprint)
        self.watch, self.portions = watch, 0

    def embed_passages(self, texts, progress=None):
        self.portions += 1
        self.watch(self.portions)
        return super().embed_passages(texts, progress)


def interrupt(portion):
    """Ctrl-C during the second portion."""
    if portion == 2:
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def archives_are_small(monkeypatch):
    monkeypatch.setattr(updates, "_AT_ONCE", 4)
    monkeypatch.setattr(updates, "_PORTION", 2)


@pytest.fixture
def opened(folder, settings):
    """Opens the collection; all are closed at the end."""
    collections = []

    def run(embedder=None, settings=settings, **options):
        collection = Collection.open(folder, settings, embedder or HashingEmbedder(), **options)
        collections.append(collection)
        return collection

    yield run
    for collection in collections:
        collection.close()


def find(collection, question, **options):
    return search(collection, HashingEmbedder(), question, settings=Settings(**options))


def segments(folder):
    """The files of the word index that hold text, by name and place on the disk."""
    files = next((folder / "generations").iterdir()).glob("lexical/*/*")
    return {(one.name, one.stat().st_ino) for one in files if one.suffix not in (".json", ".lock")}


class TestAsking:
    @pytest.mark.parametrize("weight", [None, 0.5])
    def test_a_first_archive_is_found_by_its_words_while_it_is_embedded(self, opened, weight):
        seen = []

        def watch(portion):
            reader = opened()
            found = find(reader, "供水管网检修5小时", retrieval={"dense_weight": weight})
            seen.append((reader.stats().lacking, found))

        opened(Watched(watch)).update([ARCHIVE])
        assert len(seen) == 3
        for lacking, found in seen:
            assert lacking == len(NOTICES)
            assert found[0].article == NOTICES[4]
            scores = [one.score for one in found]
            assert scores == sorted(scores, reverse=True)
            assert found[0].score == found[0].coverage > 0.5
            for one in found:
                assert one.similarity == 0
                assert one.reasons
                assert "语义相近" not in one.reasons

    def test_a_reader_that_is_open_finds_new_articles_beside_the_old(self, opened):
        writer = opened(Watched(lambda _: None))
        writer.update([source_file(SNOW, PLAYGROUND, MARKET)])
        reader, seen = opened(), []

        def watch(_):
            new, old = find(reader, "供水管网检修5小时"), find(reader, "运河早市的摊位")
            seen.append((new, old, reader.check()))

        writer._embedder.watch = watch
        writer.update([ARCHIVE])
        new, old, problems = seen[0]
        assert (new[0].article, new[0].similarity) == (NOTICES[4], 0)
        assert (old[0].article, old[0].similarity > 0.3) == (MARKET, True)
        for one in (*new, *old):
            assert (one.similarity == 0) == (one.article in NOTICES)
            assert one.similarity or "语义相近" not in one.reasons
        assert problems == []
        assert find(reader, "供水管网检修5小时")[0].similarity > 0.3

    def test_a_new_article_is_not_behind_old_ones_that_hold_less_of_the_question(self, opened):
        old = [replace(one, id=f"old {one.id}", source="旧.txt") for one in NOTICES[:4]]
        old = [replace(one, text=one.text.replace("检修", "停水"), paragraphs=()) for one in old]
        writer = opened(Watched(lambda _: None))
        writer.update([source_file(SNOW, MARKET, *old, source="旧.txt")])
        writer._embedder.watch = interrupt
        writer._embedder.portions = 0
        with pytest.raises(KeyboardInterrupt):
            writer.update([ARCHIVE])
        found = find(writer, "第5号通知供水管网检修5小时")
        assert found[0].article == NOTICES[4]
        assert found[0].similarity == 0
        assert any(one.article in old for one in found)

    def test_what_hits_no_telling_word_says_so(self, opened):
        writer = opened(Watched(interrupt))
        with pytest.raises(KeyboardInterrupt):
            writer.update([ARCHIVE])
        found = find(writer, "请")
        assert found
        assert not any(one.matched for one in found)
        assert {one.reasons for one in found} == {("字词相近",)}

    def test_the_vectors_come_without_writing_the_word_index_again(self, opened, folder):
        before = []

        def watch(portion):
            reader = opened()
            before[:] = [reader.lexical("供水管网", 9), segments(folder), reader.generation()]

        writer = opened(Watched(watch))
        writer.update([ARCHIVE])
        hits, files, generation = before
        assert len(hits) == len(NOTICES)
        assert writer.lexical("供水管网", 9) == hits
        assert segments(folder) == files
        assert writer.generation() == generation + 1
        vector = HashingEmbedder().embed_queries(["供水管网"])[0]
        assert {key for key, _ in writer.dense(vector, 9)} == {key for key, _ in hits}


class TestGoingOn:
    def test_an_interrupted_update_is_whole_and_the_next_one_finishes_it(self, opened):
        embedder = Watched(interrupt)
        writer = opened(embedder)
        with pytest.raises(KeyboardInterrupt):
            writer.update([ARCHIVE])
        again = opened(embedder)
        assert again.check() == []
        assert again.articles() == NOTICES
        assert again.stats().lacking == len(NOTICES)
        changes = again.update([ARCHIVE])
        assert (changes.added, changes.unchanged, changes.removed) == (0, len(NOTICES), 0)
        assert changes.passages_embedded == len(NOTICES) - 2
        assert len(embedder.embedded) == len(set(embedder.embedded)) == len(NOTICES)
        assert again.stats().lacking == 0
        assert again.check() == []
        assert again.update([ARCHIVE]).passages_embedded == 0
        assert again.generation() == 2

    def test_vectors_that_only_wait_for_the_last_step_are_not_made_again(self, opened):
        writing = []

        def stop_at_second_index(step, done, total):
            writing.append((step, done))
            if writing.count(("index", 0)) == 2:
                raise KeyboardInterrupt

        writer = opened()
        with pytest.raises(KeyboardInterrupt):
            writer.update([ARCHIVE], progress=stop_at_second_index)
        assert writer.stats().lacking == len(NOTICES)
        assert writer.update([]).passages_embedded == 0
        assert writer.stats().lacking == 0
        assert writer.check() == []

    def test_another_archive_is_found_at_once_and_both_are_embedded(self, opened):
        embedder = Watched(interrupt)
        writer = opened(embedder)
        with pytest.raises(KeyboardInterrupt):
            writer.update([ARCHIVE])
        seen = []
        embedder.watch = lambda _: seen.append(find(opened(), "运河早市")[0].article)
        changes = writer.update([source_file(SNOW, MARKET)])
        assert set(seen) == {MARKET}
        assert (changes.added, changes.unchanged) == (2, len(NOTICES))
        assert len(embedder.embedded) == len(set(embedder.embedded))
        assert (writer.stats().lacking, writer.check()) == (0, [])

    def test_ingesting_unchanged_files_goes_on(self, opened, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for n in range(6):
            text = f"本报讯（记者 陈立）第{n}号渡口昨日恢复通航，首日接待游客{n}百人。"
            (tmp_path / f"{n}.txt").write_text(f"{n}号渡口通航\n\n{text}\n")
        files = [f"{n}.txt" for n in range(6)]
        embedder = Watched(interrupt)
        writer = opened(embedder)
        with pytest.raises(KeyboardInterrupt):
            ingest(writer, files)
        steps = []
        report = ingest(writer, files[:1], lambda *step: steps.append(step))
        assert (report.added, report.unchanged, report.passages_embedded) == (0, 6, 4)
        assert len(embedder.embedded) == len(set(embedder.embedded)) == 6
        assert writer.stats().lacking == 0

    def test_the_doctor_says_how_many_vectors_are_missing(self, opened, folder, monkeypatch):
        monkeypatch.setattr("rag.models.embedder.load_embedder", lambda _: HashingEmbedder())
        with pytest.raises(KeyboardInterrupt):
            opened(Watched(interrupt)).update([ARCHIVE])
        settings = Settings(collection=folder)
        (check,) = doctor._collection(settings)
        assert check.ok
        assert "6 passages have no vector yet" in check.detail
        assert "wenbao ingest" in check.remedy
        opened().update([])
        (check,) = doctor._collection(settings)
        assert "no vector" not in check.detail
        assert not check.remedy


class TestWaiting:
    def test_small_updates_make_one_generation(self, opened):
        steps = []
        writer = opened()
        writer.update(
            [source_file(*NOTICES[:4], source="通知.txt")],
            progress=lambda *step: steps.append(step),
        )
        assert writer.generation() == 1
        assert "words" not in {step for step, *_ in steps}

    def test_it_is_told_once_that_words_find_the_articles(self, opened):
        steps = []
        opened().update([ARCHIVE], progress=lambda *step: steps.append(step))
        assert [step for step in steps if step[0] == "words"] == [("words", 0, len(NOTICES))]
        assert steps.index(("index", 1, 1)) < steps.index(("words", 0, len(NOTICES)))
        assert steps.index(("words", 0, len(NOTICES))) < steps.index(("embed", 0, len(NOTICES)))
        assert steps[-1] == ("index", 1, 1)

    def test_articles_cut_anew_are_found_by_meaning_until_they_are_embedded(self, opened):
        texts = [replace(one, id=f"{one.id}-{n}") for n, one in enumerate((SNOW, MARKET))]
        opened().update([source_file(*texts, PLAYGROUND)])
        seen = []

        def watch(_):
            reader = opened()
            seen.append((reader.generation(), reader.stats().lacking))

        short = opened(Watched(watch), Settings(index={"passage_chars": 40}))
        changes = short.update([])
        assert changes.passages_embedded > updates._AT_ONCE
        assert set(seen) == {(1, 0)}
        assert (short.generation(), short.stats().lacking) == (2, 0)

    def test_another_embedder_leaves_the_old_state_until_its_vectors_are_made(self, opened):
        opened().update([ARCHIVE])
        reader, seen = opened(), []
        other = Watched(lambda _: seen.append(find(reader, "第5号通知")), "hashing-2")
        opened(other, rebuild=True).update([ARCHIVE])
        assert len(seen) == 3
        assert all(found[0].similarity > 0.3 for found in seen)
        assert opened(HashingEmbedder("hashing-2")).stats().lacking == 0


def test_a_collection_of_before_is_read_and_brought_up_to_date(opened, folder):
    with opened() as writer:
        writer.update([source_file(SNOW, MARKET)])
    with sqlite3.connect(folder / FILE_NAME) as database:
        database.execute("ALTER TABLE manifest DROP COLUMN lacking")
    database.close()
    reader = opened()
    assert find(reader, "运河早市")[0].article == MARKET
    assert reader.stats().lacking == 0
    opened().update([ARCHIVE])
    assert find(reader, "第5号通知")[0].article == NOTICES[4]
    assert (reader.stats().lacking, reader.check()) == (0, [])
