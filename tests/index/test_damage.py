"""A collection that is damaged, or has no room to be written, says so and loses nothing."""

from __future__ import annotations

import os
import sqlite3

import pytest

from rag.errors import (
    CollectionDamagedError,
    CollectionError,
)
from rag.index import lexical
from rag.index.catalogue import Catalogue, KnownSource
from rag.index.collection import Collection
from rag.settings import Settings
from tests.index.conftest import ask, best
from tests.support.collections import (
    MARKET,
    PLAYGROUND,
    SNOW,
    HashingEmbedder,
    source_file,
)


class TestDamage:
    def test_another_embedder_is_refused_until_the_collection_is_rebuilt(self, filled, folder):
        filled.close()
        other = HashingEmbedder("hashing-2")
        with pytest.raises(CollectionError, match="wenbao ingest --rebuild"):
            Collection.open(folder, Settings(), other)
        with Collection.open(folder, Settings(), other, rebuild=True) as opened:
            changes = opened.update([source_file(SNOW)])
            assert (changes.added, changes.removed) == (1, 3)
            assert best(opened, "除雪车") == "我市迎来今冬首场大雪"
        Collection.open(folder, Settings(), other).close()

    def test_altered_bytes_are_noticed(self, filled, folder):
        filled.close()
        file = next(folder.rglob("dense.faiss"))
        content = bytearray(file.read_bytes())
        content[-5] ^= 1
        file.write_bytes(content)
        with pytest.raises(CollectionDamagedError, match="checksum") as caught:
            Collection.open(folder, Settings(), HashingEmbedder())
        assert "wenbao ingest --rebuild" in caught.value.remedy

    @pytest.mark.parametrize("name", ["dense.faiss", "lexicon.txt", "meta.json"])
    def test_bytes_that_decay_unnoticed_are_named_with_the_way_out(self, filled, folder, name):
        filled.close()
        file = next(folder.rglob(name))
        status = file.stat()
        file.write_bytes(b"\xff" * status.st_size)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        with pytest.raises(CollectionDamagedError) as caught:
            Collection.open(folder, Settings(), HashingEmbedder())
        assert "wenbao ingest --rebuild" in caught.value.remedy

    def test_a_missing_file_is_noticed(self, filled, folder):
        filled.close()
        next(folder.rglob("meta.json")).unlink()
        with pytest.raises(CollectionDamagedError, match="missing"):
            Collection.open(folder, Settings(), HashingEmbedder())

    @pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
    def test_a_catalogue_that_is_none_is_noticed_and_can_be_rebuilt(self, filled, folder, content):
        filled.close()
        for extra in folder.glob("catalogue.sqlite-*"):
            extra.unlink()
        (folder / "catalogue.sqlite").write_bytes(content)
        with pytest.raises(CollectionDamagedError):
            Collection.open(folder, Settings(), HashingEmbedder())
        with Collection.open(folder, Settings(), HashingEmbedder(), rebuild=True) as opened:
            opened.update([source_file(SNOW)])
            assert opened.articles() == [SNOW]

    def test_a_copied_collection_opens(self, filled, folder, tmp_path):
        import shutil

        filled.close()
        shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copyfile)
        with Collection.open(tmp_path / "copy", Settings(), HashingEmbedder()) as copied:
            assert copied.articles() == [SNOW, PLAYGROUND, MARKET]

    def test_a_collection_on_a_read_only_medium_is_read(
        self, filled, folder, settings, monkeypatch
    ):
        found = ask(filled, "早市摊位")
        filled.close()
        connect = sqlite3.connect

        def refuse(name, **options):
            if "mode=ro" in name:
                return connect(name, **options)
            return connect("file:/no/such/folder/x?mode=rw", **options)

        monkeypatch.setattr(sqlite3, "connect", refuse)
        read = lexical._read

        def refuse_to_lock(place):
            if place.is_relative_to(folder):
                raise ValueError("Failed to acquire Lockfile")
            return read(place)

        monkeypatch.setattr(lexical, "_read", refuse_to_lock)
        monkeypatch.setattr("os.access", lambda *_: False)
        with Collection.open(folder, settings, HashingEmbedder()) as opened:
            assert opened.articles() == [SNOW, PLAYGROUND, MARKET]
            assert ask(opened, "早市摊位") == found

    def test_after_closing_nothing_is_opened_again(self, filled):
        filled.close()
        filled.close()
        for use in (
            filled.articles,
            filled.stats,
            filled.snapshot,
            filled.sources,
            lambda: filled.lexical("早市", 3),
            lambda: filled.passages([1]),
            lambda: filled.update([source_file(SNOW)]),
        ):
            with pytest.raises(CollectionError, match="closed"):
                use()

    def test_leftovers_of_a_killed_writer_are_removed(self, filled, folder):
        filled.close()
        (folder / "generations" / "000099.part").mkdir()
        (folder / "generations" / "000099").mkdir()
        with Collection.open(folder, Settings(), HashingEmbedder()) as opened:
            assert len(list((folder / "generations").iterdir())) == 1
            assert opened.check() == []


class TestFullDisk:
    @pytest.mark.parametrize(
        ("place", "error"),
        [
            ("DenseIndex.save", RuntimeError("could not write")),
            ("Lexicon.save", OSError(28, "No space left on device")),
            ("write_lexical", ValueError("An IO error occurred")),
        ],
    )
    def test_what_cannot_be_written_is_told_and_changes_nothing(
        self, filled, monkeypatch, place, error
    ):
        def refuse(*_, **__):
            raise error

        before = ask(filled, "早市摊位")
        monkeypatch.setattr(f"rag.index.update.{place}", refuse)
        with pytest.raises(CollectionError, match="cannot be written") as caught:
            filled.update([source_file(SNOW, source="新.txt")])
        assert "disk space" in caught.value.remedy
        monkeypatch.undo()
        assert ask(filled, "早市摊位") == before
        assert filled.check() == []

    def test_leftovers_are_removed_though_not_even_the_note_has_room(
        self, filled, folder, monkeypatch
    ):
        filled.close()
        leftover = folder / "generations" / "000099.part"
        leftover.mkdir()

        def full(*_, **__):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("pathlib.Path.write_text", full)
        Collection.open(folder, Settings(), HashingEmbedder()).close()
        assert not leftover.exists()

    def test_the_catalogue_says_what_is_the_matter(self, filled, folder):
        catalogue = Catalogue.connect(folder, create=True)
        with pytest.raises(CollectionError, match="full"), catalogue.transaction():
            catalogue._connection.execute("PRAGMA max_page_count = 1")
            catalogue.set_source("b.txt", KnownSource("b" * 9_000_000, "x"))
        catalogue.close()

    @pytest.mark.parametrize("size", [0, 4096])
    def test_a_first_ingestion_that_ended_early_is_begun_again(self, folder, settings, size):
        folder.mkdir(parents=True)
        connection = sqlite3.connect(folder / "catalogue.sqlite")
        if size:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        assert (folder / "catalogue.sqlite").stat().st_size == size
        with Collection.open(folder, settings, HashingEmbedder()) as opened:
            assert opened.articles() == []
            opened.update([source_file(SNOW)])
            assert opened.articles() == [SNOW]
