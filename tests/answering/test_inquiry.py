"""What stands in filters is checked, in whatever form they are given."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from rag.errors import QuestionError
from rag.retrieval.given import search_filters
from rag.types import Filters


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"published_from": "2024-05-06"}, Filters(published_from=date(2024, 5, 6))),
        ({"published_to": datetime(2024, 5, 6, 7, 8)}, Filters(published_to=date(2024, 5, 6))),
        ({"byline": None, "source": "晚报"}, Filters(source="晚报")),
    ],
)
def test_a_filters_object_is_read_as_the_mapping_is(given, read):
    assert search_filters(given) == search_filters(Filters(**given)) == read


@pytest.mark.parametrize("given", [{"published_from": "去年"}, {"headline": 7}])
def test_a_filters_object_is_refused_as_the_mapping_is(given):
    for form in (given, Filters(**given)):
        with pytest.raises(QuestionError, match="filter"):
            search_filters(form)
