from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from rag.evaluation import TestSet
from tests.ui.evaluation.test_workbench import run
from ui.evaluation.routes import add_routes
from ui.evaluation.runner import Phase
from ui.evaluation.workbench import Workbench


@pytest.fixture
def client(workbench: Workbench) -> Iterator[TestClient]:
    api = FastAPI()
    add_routes(api, workbench, "/eval")
    with TestClient(api, follow_redirects=False) as client:
        yield client


def test_a_report_opens_without_leave_to_run_scripts(
    client: TestClient, workbench: Workbench, test_set: TestSet
):
    name = run(workbench, test_set)
    page = client.get(f"/eval/reports/{name}")
    assert page.status_code == 200
    assert "评测报告" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


def test_a_report_is_downloaded_under_its_name(
    client: TestClient, workbench: Workbench, test_set: TestSet
):
    name = run(workbench, test_set, "第一次")
    html = client.get(f"/eval/reports/{name}?as=html")
    assert html.headers["content-disposition"].startswith("attachment")
    assert "%E7%AC%AC%E4%B8%80%E6%AC%A1.html" in html.headers["content-disposition"]
    data = client.get(f"/eval/reports/{name}?as=json")
    assert json.loads(data.text)["run"]["name"] == name


def test_a_comparison_opens(client: TestClient, workbench: Workbench, test_set: TestSet):
    first, second = run(workbench, test_set), run(workbench, test_set)
    page = client.get("/eval/compare", params={"before": first, "after": second})
    assert page.status_code == 200
    assert "评测对比" in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/eval/reports/没有",
        "/eval/reports/..%2F..%2Fetc",
        "/eval/compare?before=a&after=b",
        "/eval/compare?before=a&after=a",
        "/eval/template.exe",
    ],
)
def test_what_is_not_there_is_told_in_chinese(client: TestClient, address: str):
    page = client.get(address)
    assert page.status_code == 404
    assert any("一" <= character <= "鿿" for character in page.text)
    assert "Traceback" not in page.text


def test_files_come_as_files(client: TestClient):
    for address in ("/eval/template.xlsx", "/eval/draft.xlsx"):
        reply = client.get(address)
        assert reply.content[:2] == b"PK"
        assert "attachment" in reply.headers["content-disposition"]


def test_the_address_without_a_slash_leads_on(client: TestClient):
    assert client.get("/eval").headers["location"] == "eval/"


def test_a_run_stops_with_the_server(workbench: Workbench, test_set: TestSet):
    api = FastAPI()
    add_routes(api, workbench, "/eval")
    workbench._assistant.pace = 0.2  # type: ignore[attr-defined]
    with TestClient(api):
        workbench.runner.start(test_set, name="甲", mode="retrieval")
    workbench.runner.wait(20)
    assert workbench.sitting is not None
    assert workbench.sitting.phase is Phase.STOPPED
