"""A file is known by where it lies, whoever ingests it from wherever, and only it is replaced."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from rag.assistant import Assistant
from rag.errors import CollectionError, CorpusError
from rag.index.collection import Collection
from rag.ingest import ingest
from rag.settings import Settings
from rag.types import Article
from tests.corpus.documents import packed
from tests.support.collections import HashingEmbedder
from tests.test_ingest import FERRY, MARKET, SNOW


@pytest.fixture
def collection(tmp_path):
    with Collection.open(tmp_path / "collection", Settings(), HashingEmbedder()) as opened:
        yield opened


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def headlines(collection):
    return sorted(article.headline for article in collection.articles())


class TestPlaces:
    def test_a_folder_of_the_same_name_elsewhere_removes_nothing(
        self, tmp_path, collection, monkeypatch
    ):
        write(tmp_path / "p1" / "news" / "a.txt", SNOW)
        write(tmp_path / "p1" / "news" / "b.txt", FERRY)
        write(tmp_path / "p2" / "news" / "a.txt", MARKET)
        for project in ("p1", "p2", "p1", "p2"):
            monkeypatch.chdir(tmp_path / project)
            assert ingest(collection, ["news"]).removed == 0
        assert headlines(collection) == ["老渡口变身驿站", "菜市场开张", "雪后初晴"]
        shown = [article.source for article in collection.articles()]
        assert len(set(shown)) == 3
        assert "news/a.txt" in shown
        assert collection.check() == []

    def test_the_same_article_in_two_places_survives_the_removal_of_one(
        self, tmp_path, collection, monkeypatch
    ):
        for project in ("p1", "p2"):
            write(tmp_path / project / "news" / "a.txt", SNOW)
            monkeypatch.chdir(tmp_path / project)
            ingest(collection, ["news"])
        assert len(collection.articles()) == 2
        (tmp_path / "p1" / "news" / "a.txt").unlink()
        assert ingest(collection, [tmp_path / "p1" / "news"]).removed == 1
        assert headlines(collection) == ["雪后初晴"]
        assert collection.lexical("环卫工人清理积雪", 3)

    def test_one_file_is_one_however_it_is_reached(self, tmp_path, collection, monkeypatch):
        write(tmp_path / "p1" / "news" / "a.txt", SNOW)
        (tmp_path / "p1" / "news" / "b.zip").write_bytes(packed({"m.txt": MARKET.encode()}))
        monkeypatch.chdir(tmp_path / "p1")
        ingest(collection, ["news"])
        monkeypatch.chdir(tmp_path)
        again = ingest(collection, ["p1"])
        assert (again.added, again.unchanged, again.removed) == (0, 2, 0)
        (tmp_path / "p1" / "news" / "b.zip").unlink()
        write(tmp_path / "p1" / "news" / "a.txt", FERRY)
        assert ingest(collection, ["p1"]).removed == 2
        (left,) = collection.articles()
        assert (left.headline, left.source) == ("老渡口变身驿站", "news/a.txt")

    def test_ids_do_not_depend_on_the_machine(self, tmp_path, monkeypatch):
        ids = []
        for machine in ("m1", "m2"):
            write(tmp_path / machine / "news" / "a.txt", SNOW)
            monkeypatch.chdir(tmp_path / machine)
            with Collection.open(tmp_path / machine / "c", Settings(), HashingEmbedder()) as opened:
                ingest(opened, ["news"])
                ids += [article.id for article in opened.articles()]
        assert ids[0] == ids[1]

    def test_a_project_that_was_moved_goes_on_as_before(self, tmp_path, monkeypatch):
        old, new = tmp_path / "old", tmp_path / "new"
        write(old / "news" / "a.txt", SNOW)
        monkeypatch.chdir(old)
        with Collection.open(old / "collection", Settings(), HashingEmbedder()) as opened:
            ingest(opened, ["news"])
            before = opened.articles()
        monkeypatch.chdir(tmp_path)
        shutil.move(old, new)
        monkeypatch.chdir(new)
        embedder = HashingEmbedder()
        with Collection.open(new / "collection", Settings(), embedder) as opened:
            assert opened.articles() == before
            ingest(opened, ["news"])
            assert opened.articles() == before
            assert embedder.embedded == []

    def test_the_last_file_of_a_folder_can_vanish(self, tmp_path, collection):
        write(tmp_path / "news" / "a.txt", SNOW)
        ingest(collection, [tmp_path / "news"])
        (tmp_path / "news" / "a.txt").unlink()
        assert ingest(collection, [tmp_path / "news"]).removed == 1
        assert collection.articles() == []
        with pytest.raises(CorpusError, match="no article found"):
            ingest(collection, [tmp_path / "news"])

    @pytest.mark.parametrize("refused", ["scandir", "stat"])
    def test_what_may_not_be_looked_at_is_kept_and_reported(
        self, tmp_path, collection, monkeypatch, refused
    ):
        write(tmp_path / "news" / "a.txt", SNOW)
        write(tmp_path / "news" / "locked" / "b.txt", MARKET)
        ingest(collection, [tmp_path / "news"])
        (tmp_path / "news" / "a.txt").unlink()
        real = getattr(os, refused)

        def refuse(path=".", **more):
            ends = "locked" if refused == "scandir" else "b.txt"
            if str(path).endswith(ends):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return real(path, **more)

        monkeypatch.setattr(os, refused, refuse)
        report = ingest(collection, [tmp_path / "news"])
        monkeypatch.undo()
        assert report.removed == 1
        assert len(collection.articles()) == 1
        (problem,) = report.dropped
        assert "locked" in problem.source
        assert problem.reason == "it cannot be looked at: Permission denied"

    def test_a_collection_among_the_files_is_not_read(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        write(tmp_path / "a.txt", SNOW)
        for folder in (tmp_path / "collection", tmp_path):
            with Collection.open(folder, Settings(), HashingEmbedder()) as opened:
                for _ in range(2):
                    assert ingest(opened, ["."]).dropped == ()
                    assert headlines(opened) == ["雪后初晴"]

    @pytest.mark.parametrize(
        ("path", "what"), [("", "empty"), (5, "type int"), (["a.txt"], "type list")]
    )
    def test_what_is_no_path_is_an_error(self, tmp_path, collection, monkeypatch, path, what):
        write(tmp_path / "a.txt", SNOW)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(CorpusError, match=what) as raised:
            ingest(collection, [path])
        assert raised.value.remedy


class TestOverlap:
    """Another ingestion commits while this one still reads."""

    def overlap(self, tmp_path, monkeypatch, between):
        """Ingest with `between` done after the files were found and before the update."""
        folder = tmp_path / "news"
        with (
            Collection.open(tmp_path / "collection", Settings(), HashingEmbedder()) as ours,
            Collection.open(tmp_path / "collection", Settings(), HashingEmbedder()) as theirs,
        ):
            update = ours.update

            def late(*given, **options):
                between(folder)
                ingest(theirs, [folder])
                return update(*given, **options)

            monkeypatch.setattr(ours, "update", late)
            ingest(ours, [folder])
            return headlines(ours)

    def test_a_kept_file_that_changed_meanwhile_keeps_its_new_articles(self, tmp_path, monkeypatch):
        write(tmp_path / "news" / "a.txt", SNOW)
        with Collection.open(tmp_path / "collection", Settings(), HashingEmbedder()) as opened:
            ingest(opened, [tmp_path / "news"])

        def change(folder):
            write(folder / "a.txt", MARKET)

        assert self.overlap(tmp_path, monkeypatch, change) == ["菜市场开张"]

    def test_a_file_that_came_meanwhile_has_not_vanished(self, tmp_path, monkeypatch):
        write(tmp_path / "news" / "a.txt", SNOW)

        def add(folder):
            write(folder / "b.txt", FERRY)

        found = self.overlap(tmp_path, monkeypatch, add)
        assert found == ["老渡口变身驿站", "雪后初晴"]


class TestFolders:
    def test_a_file_is_no_collection(self, tmp_path):
        (tmp_path / "c").write_text("文", encoding="utf-8")
        with pytest.raises(CollectionError, match="is a file") as caught:
            Collection.open(tmp_path / "c", Settings(), HashingEmbedder())
        assert "--collection" in caught.value.remedy

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path):
        write(tmp_path / "a.txt", SNOW)
        folder = tmp_path / "a.txt" / "collection"
        with (
            Collection.open(folder, Settings(), HashingEmbedder()) as opened,
            pytest.raises(CollectionError, match=r"a\.txt") as caught,
        ):
            ingest(opened, [tmp_path / "a.txt"])
        assert "--collection" in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"garbage" * 999, None])
def test_rebuild_mends_a_damaged_catalogue(tmp_path, monkeypatch, content):
    monkeypatch.setattr("rag.models.embedder.load_embedder", lambda _: HashingEmbedder())
    write(tmp_path / "news" / "a.txt", SNOW)
    folder = tmp_path / "collection"
    with Assistant.open(folder) as assistant:
        assistant.ingest(tmp_path / "news")
    file = folder / "catalogue.sqlite"
    file.write_bytes(file.read_bytes()[:9000] if content is None else content)
    with Assistant.open(folder, rebuild=True) as assistant:
        assert assistant.articles() == []
        assert assistant.stats().articles == 0
        assert assistant.ingest(tmp_path / "news").added == 1
    with Assistant.open(folder) as assistant:
        (found,) = assistant.articles()
        assert isinstance(found, Article)
        assert assistant.search("环卫工人清理了什么")[0].article == found
