import pytest

from rag.corpus.page_headers import section_of


@pytest.mark.parametrize(
    ("header", "section"),
    [
        ("2024年3月6日 星期三 A2版 要闻", "A2版 要闻"),
        ("第03版 民生 责任编辑：周敏", "第03版 民生"),
        ("2024-03-06 周三", ""),
        ("责任编辑：周敏 版式：何川", ""),
    ],
)
def test_section_in_a_page_header(header, section):
    assert section_of(header) == section
