import pytest

from rag.corpus.page_headers import section_of


@pytest.mark.parametrize(
    ("header", "section"),
    [
        ("2024年3月6日 星期三 A2版 要闻", "A2版 要闻"),
        ("第03版 民生 责任编辑：周敏", "第03版 民生"),
        ("2024-03-06 周三", ""),
        ("责任编辑：周敏 版式：何川", ""),
        ("3 社会新闻 SHEHUI XINWEN 2024.07.09 星期二", "3 社会新闻"),
        ("深度周刊 06-07", "深度周刊 06-07"),
        ("西江晚报 2024-07-09 编辑/顾晓 美编/韩冰", "西江晚报"),
    ],
)
def test_section_in_a_page_header(header, section):
    assert section_of(header) == section
