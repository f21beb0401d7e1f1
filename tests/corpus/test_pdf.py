import io
import sys
from datetime import date
from pathlib import Path

import pytest

from rag.corpus import ocr, pdf
from rag.corpus.pdf import read_pdf
from rag.corpus.readers import read_path
from rag.errors import CorpusError
from tests.corpus import documents
from tests.corpus.documents import Printed, column

FIXTURES = Path(__file__).parent / "fixtures"

TREES = (
    "本报讯（记者 林知夏）4月17日，全市春季义务植树活动在青龙湖畔启动，三万名市民走进林场和公园，"
    "栽下银杏、香樟和水杉等苗木六万八千株。\n"
    "据介绍，今年全市计划新增绿地420公顷，建设口袋公园26个，让市民出门三百米就能见到绿色。"
)
MORE_TREES = (
    "与往年不同，今年栽下的每一棵树都挂上了二维码。市民扫码登记之后，可以随时查看这棵树的养护记录。\n"
    "市林业局表示，对认领的树木将安排专人巡护，补栽工作在11月底前完成。"
)
MARKET = "本报讯（记者 贺青山）闭门改造四个月的河西菜市场昨日重新开张，摊位由96个增加到138个。"
LIBRARY = "本报讯（记者 沈一帆）自4月20日起，市图书馆夜间开放时间延长至22时，增设座位180个。"

FERRY = (
    "停航十二年的石矶渡口近日变身骑行驿站，候船室改成了修车间和茶室，旧趸船成了观景台，骑行者可以在这里打气、"
    "换胎、喝茶、看江。\n驿站由附近村民合作社经营，首月接待骑友7600人次，收入十一万元。"
)

FRONT = [
    # The right column is written into the file before the left one.
    *column(MORE_TREES, 310, 130, 26),
    Printed("一棵树有了身份证", 310, 112, 12),
    Printed("全市春季义务植树活动启动", 180, 50, 14),
    Printed("三万市民共栽一片林", 180, 72, 26),
    *column(TREES, 30, 115, 26),
    Printed("河西菜市场重新开张", 30, 330, 20),
    *column(MARKET, 30, 360, 26),
    Printed("图书馆夜间开放到十点", 310, 330, 20),
    *column(LIBRARY, 310, 360, 26),
]
SECOND = [
    Printed("老渡口变身骑行驿站", 30, 40, 24),
    *column(FERRY, 30, 80, 40),
]


def test_columns_are_read_one_after_the_other_and_type_tells_headlines():
    result = read_pdf(documents.pdf([FRONT, SECOND]), "江城晚报.pdf", date(2024, 4, 18))
    trees, market, library, ferry = result.articles
    assert (trees.kicker, trees.headline) == ("全市春季义务植树活动启动", "三万市民共栽一片林")
    assert [p.text for p in trees.paragraphs] == [*TREES.split("\n"), *MORE_TREES.split("\n")]
    assert [p.subhead for p in trees.paragraphs] == ["", "", *["一棵树有了身份证"] * 2]
    assert (market.headline, market.text) == ("河西菜市场重新开张", MARKET)
    assert (library.headline, library.text) == ("图书馆夜间开放到十点", LIBRARY)
    assert ferry.headline == "老渡口变身骑行驿站"
    assert ferry.text == FERRY
    assert [article.section for article in result.articles] == ["第1页"] * 3 + ["第2页"]
    assert {article.published for article in result.articles} == {date(2024, 4, 18)}
    assert not result.dropped


def test_a_page_header_gives_day_and_section(tmp_path):
    header = Printed("江城晚报 2024年4月18日 星期四 第3版 民生", 30, 20, 9)
    file = tmp_path / "page.pdf"
    file.write_bytes(documents.pdf([[header, *SECOND]]))
    (article,) = read_path(file).articles
    assert article.published == date(2024, 4, 18)
    assert "第3版" in article.section


SCAN = documents.scanned((FIXTURES / "scan.jpg").read_bytes(), 540, 210)


def test_a_scanned_page_is_reported_with_its_remedy_and_the_rest_is_read(monkeypatch):
    import pypdfium2

    monkeypatch.setattr(ocr, "is_installed", lambda module: False)
    both = pypdfium2.PdfDocument(documents.pdf([SECOND]))
    both.import_pages(pypdfium2.PdfDocument(SCAN))
    out = io.BytesIO()
    both.save(out)
    result = read_pdf(out.getvalue(), "a.pdf")
    assert [article.headline for article in result.articles] == ["老渡口变身骑行驿站"]
    (problem,) = result.dropped
    assert "page 2" in problem.reason
    assert 'pip install "wenbao[ocr]"' in problem.reason


@pytest.mark.slow
def test_a_scanned_page_is_read_by_ocr():
    pytest.importorskip("rapidocr")
    result = read_pdf(SCAN, "a.pdf")
    (article,) = result.articles
    assert article.headline == "石桥镇办起乡村书屋"
    assert article.byline == ("罗青禾",)
    assert article.section == "第1页"
    assert "藏书四千二百册，免费向村民和学生开放。" in article.text
    assert article.text.endswith("实现村村有书看。")
    assert len(article.paragraphs) == 3
    assert any("scanned" in problem.reason for problem in result.doubted)


def test_a_text_layer_without_meaning_counts_as_scanned(monkeypatch):
    monkeypatch.setattr(pdf.ocr, "is_installed", lambda module: False)
    garbled = [Printed("\ue001\ue002\ue003\ue004\ue005\ue006\ue007" * 3, 30, 40)]
    (problem,) = read_pdf(documents.pdf([garbled]), "a.pdf").dropped
    assert "scanned" in problem.reason


def test_a_blank_page_is_no_problem():
    result = read_pdf(documents.pdf([[], SECOND]), "a.pdf")
    assert [article.section for article in result.articles] == ["第2页"]
    assert not result.dropped


def test_what_is_no_pdf_is_named():
    with pytest.raises(CorpusError, match=r"a\.pdf is no readable PDF.*fetch it again"):
        read_pdf(b"%PDF-1.4 and nothing more", "a.pdf")


def test_a_missing_extra_is_named_with_its_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(CorpusError) as caught:
        read_pdf(b"%PDF", "a.pdf")
    assert 'pip install "wenbao[formats]"' in str(caught.value)
