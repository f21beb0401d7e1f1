from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.errors import EvaluationError
from tests.ui.conftest import StandIn
from ui.app import mount


def test_without_its_packages_the_page_says_how_to_install_them(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
):
    def missing() -> None:
        raise EvaluationError("evaluation needs scipy", remedy='run `pip install "wenbao[eval]"`')

    monkeypatch.setattr("ui.evaluation.workbench.check_installed", missing)
    api = FastAPI()
    mount(api, stand_in)
    with TestClient(api) as client:
        page = client.get("/eval/").text
        assert "组件还没有安装" in page
        assert "wenbao[eval]" in page
        assert "问报" in client.get("/").text
