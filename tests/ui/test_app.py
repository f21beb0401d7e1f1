from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.errors import CollectionMissingError
from tests.ui.conftest import StandIn
from ui.app import build, mount

NOTHING = CollectionMissingError("nothing ingested", remedy="run `wenbao ingest x`")


def resource_warnings(act: Callable[[], object]) -> list[str]:
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        act()
        gc.collect()
    return [str(item.message) for item in caught if item.category is ResourceWarning]


@pytest.mark.parametrize("inside", [False, True])
def test_nothing_is_left_open_by_building_pages(stand_in: StandIn, inside: bool):
    def make() -> None:
        build(stand_in)
        mount(FastAPI(), stand_in)
        mount(FastAPI(), NOTHING)

    async def make_inside() -> None:
        make()

    assert resource_warnings(lambda: asyncio.run(make_inside()) if inside else make()) == []


def test_both_pages_are_served_below_the_address_they_are_mounted_at(stand_in: StandIn):
    api = FastAPI()
    mount(api, stand_in, "/ask")
    with TestClient(api) as client:
        assert "问报" in client.get("/ask/").text
        assert "评测" in client.get("/ask/eval/").text
        assert client.get("/ask/eval").url.path == "/ask/eval/"


def test_without_an_assistant_there_is_nothing_to_evaluate():
    api = FastAPI()
    mount(api, NOTHING)
    with TestClient(api) as client:
        assert "wenbao ingest x" in client.get("/").text
        assert client.get("/eval/").status_code == 404


def test_a_page_of_its_own_has_no_link_to_what_is_not_there(stand_in: StandIn):
    with_link = str(build(stand_in, evaluation="eval/").get_config_file())
    assert 'href="eval/"' in with_link
    assert 'href="eval/"' not in str(build(stand_in).get_config_file())
