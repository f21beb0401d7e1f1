"""The retriever is a LangChain retriever in good standing."""

from __future__ import annotations

import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.errors import QuestionError
from rag.retrieval.retriever import WenBaoRetriever
from rag.types import Filters
from tests.support.collections import SNOW, article, source_file


class TestStandard(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _collection(self, collection, embedder, settings):
        extra = article("龙灯舞进社区", "龙灯队走进金桥社区。", "队员平均年龄六十二岁。")
        collection.update([source_file(extra, source="副刊.txt")])
        type(self)._parts = {
            "collection": collection,
            "embedder": embedder,
            "settings": settings,
        }

    @property
    def retriever_constructor(self):
        return WenBaoRetriever

    @property
    def retriever_constructor_params(self):
        return type(self)._parts

    @property
    def retriever_query_example(self):
        return "大雪积雪多深？"


@pytest.fixture
def retriever(collection, embedder, settings):
    return WenBaoRetriever(collection=collection, embedder=embedder, settings=settings, k=2)


def test_documents_say_where_they_come_from(retriever):
    best = retriever.invoke("除雪车出动多少台次？")[0]
    assert best.metadata["headline"] == SNOW.headline
    assert best.metadata["published"] == "2023-12-17"
    assert best.metadata["source"] == "晚报.txt"
    assert best.metadata["article_id"] == SNOW.id
    start, end = best.metadata["start"], best.metadata["end"]
    assert SNOW.text[start:end] == best.page_content
    assert 0 < best.metadata["score"] <= 1
    assert best.metadata["reasons"]


def test_fields_and_call_arguments_limit_the_result(retriever):
    assert len(retriever.invoke("市")) == 2
    assert len(retriever.invoke("市", k=1)) == 1
    found = retriever.invoke("除雪车", filters=Filters(byline="刘洋"))
    assert {document.metadata["headline"] for document in found} == {"李超鲲鹏带队夺冠"}


async def test_an_awaited_call_takes_the_same_arguments(retriever):
    assert len(await retriever.ainvoke("市", k=1)) == 1
    found = await retriever.ainvoke("除雪车", filters=Filters(byline="刘洋"))
    assert {document.metadata["headline"] for document in found} == {"李超鲲鹏带队夺冠"}


def test_filters_of_a_call_may_be_a_mapping(retriever):
    found = retriever.invoke("除雪车", filters={"byline": "刘洋", "published_from": "2020-01-01"})
    assert {document.metadata["headline"] for document in found} == {"李超鲲鹏带队夺冠"}
    with pytest.raises(QuestionError, match="reporter"):
        retriever.invoke("除雪车", filters={"reporter": "刘洋"})


@pytest.mark.parametrize("question", [{"question": "除雪车"}, None, "除雪车\udc80"])
def test_what_is_no_question_is_said_to_be_none(retriever, question):
    with pytest.raises(QuestionError, match="the question is"):
        retriever.invoke(question)


def test_no_passages_cannot_be_wanted(retriever, collection, embedder, settings):
    with pytest.raises(QuestionError, match="k >= 1"):
        retriever.invoke("市", k=0)
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        WenBaoRetriever(collection=collection, embedder=embedder, settings=settings, k=0)
