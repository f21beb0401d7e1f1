from __future__ import annotations

import inspect

import pytest

from rag import errors
from ui import texts

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.WenBaoError)
]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_has_a_chinese_sentence(kind: type[errors.WenBaoError]):
    advice = texts.advice(kind("the model is missing", remedy="run `wenbao models fetch x`"))
    assert any("一" <= character <= "鿿" for character in advice.sentence)
    assert advice.command == "wenbao models fetch x"
    assert "the model is missing" in advice.detail


def test_a_remedy_without_a_command_falls_back_on_the_usual_one():
    advice = texts.advice(errors.CollectionMissingError("empty", remedy="ingest something"))
    assert advice.command == texts.INGEST_COMMAND


def test_other_errors_show_nothing_of_themselves():
    advice = texts.advice(RuntimeError("secret /path"))
    assert "secret" not in "".join(advice)
