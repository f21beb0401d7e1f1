import io
from datetime import date, datetime

import pytest

from rag.corpus.workbook import read_xlsx
from rag.errors import CorpusError


def xlsx_of(**sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_each_row_of_each_sheet_is_an_article():
    content = xlsx_of(
        四月=[
            ("标题", "正文", "日期", "作者", "阅读量"),
            (
                "菜市场开张",
                "河西菜市场重新开张。\n摊位138个。",
                datetime(2024, 4, 18, 8),
                "贺青山",
                96,
            ),
            (None, None, None, None, None),
            ("没有正文", "", "2024-04-19", "", 3),
        ],
        五月=[
            ("title", "text", "date"),
            ("夜市开街", "西门夜市开街，118个摊位迎客。", "2024年5月8日"),
        ],
        说明=[("备注",), ("由系统导出",)],
    )
    result = read_xlsx(content, "导出.xlsx")
    market, night = result.articles
    assert (market.headline, market.byline) == ("菜市场开张", ("贺青山",))
    assert market.text == "河西菜市场重新开张。\n摊位138个。"
    assert (market.published, night.published) == (date(2024, 4, 18), date(2024, 5, 8))
    assert len(result.dropped) == 2
    assert any("说明" in problem.reason for problem in result.dropped)


def test_what_is_no_workbook_is_named():
    with pytest.raises(CorpusError, match=r"a\.xlsx"):
        read_xlsx(b"no zip at all", "a.xlsx")
