"""A snapshot knows where a passage stands in its article and what the whole article contains."""

from __future__ import annotations

import numpy as np
import pytest

from rag.index.collection import Collection
from rag.settings import Settings
from tests.support.collections import MARKET, SNOW, HashingEmbedder, article, source_file

LONG = article(
    "青龙山采茶节",
    "青龙山茶园周末举行采茶节，三千名游客上山采茶，山下的农家乐家家客满，停车场从早上八点起就停满了车，"
    "交警在路口疏导。",
    "茶园负责人说，今年的春茶比往年晚了一个星期，但是雨水充足，叶片厚实，预计产量比去年增加一成左右。",
    "采茶节还将持续到月底，其间有茶艺表演、书法比赛和亲子徒步，市民可以乘坐旅游专线前往，票价两元。",
    source="茶.txt",
)


@pytest.fixture
def collection(tmp_path):
    settings, embedder = Settings(index={"passage_chars": 60}), HashingEmbedder()
    with Collection.open(tmp_path / "collection", settings, embedder) as opened:
        opened.update([source_file(SNOW, MARKET), source_file(LONG, source="茶.txt")])
        yield opened


def passages(collection, article_id):
    ids = np.arange(1, collection.stats().passages + 1, dtype=np.int64)
    found = collection.passages(ids.tolist()).values()
    own = sorted((one for one in found if one.article_id == article_id), key=lambda one: one.start)
    return np.array([one.id for one in own], np.int64)


def test_positions_count_from_the_start_of_each_article(collection):
    snapshot = collection.snapshot()
    for one in (SNOW, LONG):
        ids = passages(collection, one.id)
        assert snapshot.positions_of(ids).tolist() == list(range(len(ids)))
    assert len(passages(collection, LONG.id)) > 1
    assert snapshot.positions_of(np.array([999], np.int64)).tolist() == [-1]


def test_every_passage_has_the_coverage_of_its_whole_article(collection):
    snapshot = collection.snapshot()
    ids = passages(collection, LONG.id)
    shares = snapshot.article_coverage({"春茶": 0.4, "专线": 0.4, "足球": 0.2}, ids)
    assert shares.tolist() == pytest.approx([0.8] * len(ids))
    other = passages(collection, SNOW.id)
    assert snapshot.article_coverage({"春茶": 1.0}, other).tolist() == [0] * len(other)
    assert snapshot.article_coverage({}, ids).tolist() == [0] * len(ids)


def test_the_headline_belongs_to_the_article_and_nothing_counts_twice(collection):
    ids = passages(collection, LONG.id)[:1]
    snapshot = collection.snapshot()
    assert snapshot.article_coverage({"茶节": 1.0}, ids).tolist() == pytest.approx([1.0])


def test_figures_are_units_of_their_own(collection):
    ids = passages(collection, LONG.id)[:1]
    snapshot = collection.snapshot()
    assert snapshot.article_coverage({"3000": 0.7, "300": 0.3}, ids).tolist() == pytest.approx(
        [0.7]
    )
