"""A collection keeps what it was given, follows changes, and costs nothing when nothing changed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from rag.errors import (
    CollectionBusyError,
    CollectionError,
    CollectionMissingError,
)
from rag.index import lexical
from rag.index.collection import Collection, SourceFile
from rag.index.lock import writer_lock
from rag.settings import Settings
from rag.types import Filters
from tests.index.conftest import ask, best
from tests.support.collections import (
    MARKET,
    PLAYGROUND,
    SNOW,
    HashingEmbedder,
    article,
    source_file,
)


class TestReading:
    def test_gives_back_articles_as_they_came(self, filled):
        assert filled.articles() == [SNOW, PLAYGROUND, MARKET]
        assert filled.article(SNOW.id) == SNOW

    def test_passages_lie_where_they_say(self, filled):
        ids = [key for key, _ in filled.lexical("除雪车 摊位 联赛", 10)]
        for passage in filled.passages(ids).values():
            text = filled.article(passage.article_id).text
            assert text[passage.start : passage.end] == passage.text

    @pytest.mark.parametrize(
        ("question", "headline"),
        [
            ("李超鲲鹏是谁", "李超鲲鹏带队夺冠"),
            ("25000人次", "李超鲲鹏带队夺冠"),
            ("２５０００人次", "李超鲲鹏带队夺冠"),
            ("两万五千人次观众", "李超鲲鹏带队夺冠"),
            ("三个一", "李超鲲鹏带队夺冠"),
            ("g312何时恢复通行", "我市迎来今冬首场大雪"),
            ("除雪車出動了多少臺次", "我市迎来今冬首场大雪"),
            ("王芳写了什么", "我市迎来今冬首场大雪"),
            ('摊位) AND "headline:* OR ^~[', "早市搬进新家"),
        ],
    )
    def test_finds_names_figures_and_other_scripts(self, filled, question, headline):
        assert best(filled, question) == headline

    def test_a_question_without_words_finds_nothing_in_the_word_index(self, filled):
        assert filled.lexical("？！…", 5) == []

    def test_filters_apply_in_both_channels(self, filled):
        filters = Filters(published_from=date(2023, 12, 11), published_to=date(2023, 12, 13))
        lexical, dense = ask(filled, "足球联赛和早市", filters)
        assert 0 < filled.searched(filters) < filled.searched() == filled.stats().articles
        for hits in (lexical, dense):
            found = filled.passages([key for key, _ in hits]).values()
            assert {passage.article_id for passage in found} == {MARKET.id}
        assert best(filled, "本市", Filters(byline="刘洋")) == "李超鲲鹏带队夺冠"
        assert ask(filled, "早市", Filters(headline="没有这个标题")) == ([], [])
        assert ask(filled, "早市", Filters(source="%")) == ([], [])

    @pytest.mark.parametrize(
        "filters",
        [Filters(headline=" 老街修复 "), Filters(headline="ai"), Filters(byline="陈国栋")],
    )
    def test_filters_meet_other_writings(self, collection, filters):
        found = article("ＡＩ助老街修復", "老街修復工程開工。", byline=("陳國棟",))
        collection.update([source_file(found, SNOW)])
        assert collection.searched(filters) == 1
        assert best(collection, "老街修复", filters) == found.headline

    def test_nothing_is_created_before_something_is_added(self, folder, collection):
        assert not folder.exists()
        assert collection.articles() == []
        assert collection.stats().articles == 0
        with pytest.raises(CollectionMissingError, match="wenbao ingest --collection"):
            collection.lexical("早市", 5)

    def test_an_article_that_does_not_exist_is_an_error(self, filled):
        with pytest.raises(CollectionError, match="nonesuch"):
            filled.article("nonesuch")

    def test_stats_and_check(self, filled):
        stats = filled.stats()
        assert (stats.sources, stats.articles) == (1, 3)
        assert (stats.first_day, stats.last_day) == (date(2023, 12, 10), date(2023, 12, 17))
        assert stats.embedder == "hashing"
        assert stats.bytes > 0
        assert filled.check() == []


class TestUpdating:
    def test_unchanged_files_are_neither_read_nor_embedded(self, filled, embedder):
        embedder.embedded.clear()
        file = source_file(SNOW, PLAYGROUND, MARKET)

        def read():
            raise AssertionError("read again")

        generation = filled.stats().generation
        changes = filled.update([SourceFile(file.source, file.digest, read)])
        assert (changes.added, changes.unchanged, changes.removed) == (0, 3, 0)
        assert embedder.embedded == []
        assert filled.stats().generation == generation

    def test_a_changed_file_embeds_only_its_new_passages(self, filled, embedder):
        embedder.embedded.clear()
        before = {key for key, _ in filled.lexical("大雪 除雪车", 10)}
        new = article("龙灯舞进社区", "龙灯队腊月二十三走进金桥社区，三十名队员平均年龄六十二岁。")
        changes = filled.update([source_file(SNOW, new, MARKET)])
        assert (changes.added, changes.unchanged, changes.removed) == (1, 2, 1)
        assert changes.passages_embedded == len(embedder.embedded) == 1
        assert filled.articles() == [SNOW, MARKET, new]
        assert best(filled, "龙灯队队员年龄") == "龙灯舞进社区"
        assert all(
            filled.passages([key])[key].article_id != PLAYGROUND.id
            for key, _ in filled.lexical("李超鲲鹏 联赛", 10)
        )
        snow = {
            key for key, p in filled.passages(sorted(before)).items() if p.article_id == SNOW.id
        }
        assert snow, "passages of untouched articles keep their ids"
        assert filled.check() == []

    def test_other_paths_are_added_and_scope_removes_the_vanished(self, filled):
        other = replace(article("新桥通车", "新桥全长八百米。"), source="副刊/甲.txt")
        gone = replace(article("灯会开幕", "灯会持续十五天。"), source="副刊/乙.txt")
        filled.update(
            [source_file(other, source="副刊/甲.txt"), source_file(gone, source="副刊/乙.txt")],
            scope=["副刊"],
        )
        assert len(filled.articles()) == 5
        changes = filled.update([source_file(other, source="副刊/甲.txt")], scope=["副刊/"])
        assert (changes.added, changes.removed, changes.unchanged) == (0, 1, 4)
        assert "灯会开幕" not in {found.headline for found in filled.articles()}
        assert filled.check() == []

    def test_a_source_can_be_removed_and_the_last_one_leaves_an_empty_collection(self, filled):
        assert filled.remove("晚报.txt").removed == 3
        assert filled.articles() == []
        with pytest.raises(CollectionMissingError):
            filled.lexical("早市", 5)
        filled.update([source_file(MARKET)])
        assert best(filled, "早市摊位") == "早市搬进新家"

    def test_numbers_of_passages_are_never_used_again(self, filled):
        old = {key for key, _ in filled.lexical("早市 大雪 联赛", 20)}
        filled.remove("晚报.txt")
        filled.update([source_file(SNOW, PLAYGROUND, MARKET)])
        new = {key for key, _ in filled.lexical("早市 大雪 联赛", 20)}
        assert old
        assert not old & new

    def test_the_same_text_from_two_sources_is_found_once_and_survives_the_first(self, filled):
        reprint = replace(MARKET, id="reprint", source="转载.txt")
        filled.update([source_file(reprint, source="转载.txt")])
        assert len(filled.articles()) == 4
        hits = filled.lexical("早市搬迁摊位260个", 10)
        texts = [passage.text for passage in filled.passages([k for k, _ in hits]).values()]
        assert len(texts) == len(set(texts))
        filled.remove("晚报.txt")
        assert best(filled, "早市搬迁摊位260个") == "早市搬进新家"
        assert filled.check() == []

    def test_a_filter_that_passes_only_a_copy_finds_the_copy(self, filled):
        day = date(2024, 2, 1)
        reprint = replace(MARKET, id="reprint", source="转载.txt", published=day)
        filled.update([source_file(reprint, source="转载.txt")])
        for filters in (Filters(source="转载"), Filters(published_from=day)):
            for hits in ask(filled, "早市搬迁摊位260个", filters):
                found = filled.passages([key for key, _ in hits], filters).values()
                assert {passage.article_id for passage in found} == {"reprint"}
        hits = filled.lexical("早市搬迁摊位260个", 5, Filters(source="晚报"))
        found = filled.passages([hits[0][0]], Filters(source="晚报")).values()
        assert [passage.article_id for passage in found] == [MARKET.id]

    def test_reprints_are_looked_up_by_their_wording(self, filled):
        words = MARKET.text.replace("，", ",")
        assert filled.alike([words]) == [MARKET]
        assert filled.alike(["与此无关的一段文字，写的是别处的另一件事情，读者从未见过它。"]) == []
        filled.remove("晚报.txt")
        assert filled.alike([words]) == []

    def test_changed_metadata_replace_the_article(self, filled):
        dated = replace(SNOW, published=date(2024, 1, 1))
        filled.update([source_file(dated, PLAYGROUND, MARKET)])
        assert filled.article(SNOW.id).published == date(2024, 1, 1)

    def test_another_passage_size_cuts_everything_anew(self, filled, folder, embedder):
        short = Settings(index={"passage_chars": 40})
        before = filled.stats().passages
        filled.close()
        with Collection.open(folder, short, embedder) as opened:
            changes = opened.update([source_file(SNOW, PLAYGROUND, MARKET)])
            assert changes.unchanged == 3
            assert opened.stats().passages > before
            assert opened.check() == []

    def test_a_failing_reader_changes_nothing(self, filled):
        before = ask(filled, "早市摊位")

        def read():
            raise ValueError("unreadable")

        with pytest.raises(ValueError, match="unreadable"):
            filled.update([source_file(SNOW, source="新.txt"), SourceFile("坏.txt", "x", read)])
        assert ask(filled, "早市摊位") == before
        assert len(filled.articles()) == 3

    def test_progress_counts_up_to_the_number_of_passages(self, collection):
        steps = []
        collection.update([source_file(SNOW, MARKET)], progress=lambda *step: steps.append(step))
        assert steps[0][:2] == ("embed", 0)
        assert ("embed", steps[0][2], steps[0][2]) in steps
        assert steps[-1] == ("index", 1, 1)

    def test_a_word_index_cut_in_another_way_is_cut_anew_without_embedding(
        self, filled, embedder, monkeypatch
    ):
        before, made = ask(filled, "两万五千人次"), len(embedder.embedded)
        monkeypatch.setattr(lexical, "_EDITION", "another")
        monkeypatch.setattr(lexical, "folded_words", lambda folded: ["别样"])
        changes = filled.update([source_file(SNOW, PLAYGROUND, MARKET)])
        assert (changes.unchanged, changes.passages_embedded) == (3, 0)
        assert len(embedder.embedded) == made
        assert filled.snapshot().rarities(["别样"], "words")[0] < 0.2
        assert ask(filled, "两万五千人次")[1] == before[1]
        assert filled.generation() == 2
        filled.update([source_file(SNOW, PLAYGROUND, MARKET)])
        assert filled.generation() == 2
        assert filled.check() == []


class TestSharing:
    def test_a_reader_notices_a_new_state(self, filled, folder, settings):
        with Collection.open(folder, settings, HashingEmbedder()) as reader:
            assert best(reader, "早市摊位") == "早市搬进新家"
            filled.update([source_file(SNOW)])
            hits = reader.lexical("早市摊位", 5)
            found = reader.passages([key for key, _ in hits]).values()
            assert {passage.article_id for passage in found} <= {SNOW.id}

    def test_an_old_snapshot_still_answers(self, filled, embedder):
        snapshot = filled.snapshot()
        before = snapshot.lexical("早市摊位", 5)
        filled.update([source_file(SNOW)])
        assert snapshot.lexical("早市摊位", 5) == before
        assert snapshot.dense(embedder.embed_queries(["早市"])[0], 5)
        assert filled.passages([before[0][0]]) == {}

    def test_a_second_writer_is_told_who_writes(self, filled, folder, monkeypatch):
        monkeypatch.setattr("rag.index.collection.writer_lock", lambda f: writer_lock(f, 0.01))
        with writer_lock(folder), pytest.raises(CollectionBusyError, match=r"process [0-9]+ on"):
            filled.update([source_file(SNOW)])
        assert filled.update([source_file(SNOW)]).removed == 2

    def test_threads_search_while_one_writes(self, filled):
        failures = []
        stop = threading.Event()

        def search():
            while not stop.is_set():
                try:
                    hits = filled.lexical("早市摊位多少个", 5)
                    filled.passages([key for key, _ in hits])
                    ask(filled, "大雪")
                except Exception as error:
                    failures.append(error)
                    return

        threads = [threading.Thread(target=search) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(6):
            extra = article(f"第{number}号通知", f"第{number}号通知内容如下。", source="通知.txt")
            filled.update([source_file(extra, source="通知.txt")])
        stop.set()
        for thread in threads:
            thread.join()
        assert failures == []
        assert filled.check() == []
