import io
import sys
from datetime import date

import pytest

from rag.corpus.word import read_docx
from rag.errors import CorpusError


def docx_of(*paragraphs, table=()):
    """A Word file; a paragraph is a text or (text, style)."""
    import docx

    document = docx.Document()
    for paragraph in paragraphs:
        text, style = paragraph if isinstance(paragraph, tuple) else (paragraph, None)
        document.add_paragraph(text, style)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


MARKET = "本报讯（记者 贺青山）河西菜市场昨日重新开张，摊位增加到138个。"
LIBRARY = "本报讯（记者 沈一帆）市图书馆夜间开放时间延长至22时。"


def test_headings_are_headlines_and_subheads():
    content = docx_of(
        ("河西菜市场重新开张", "Heading 1"),
        MARKET,
        ("便民设施", "Heading 2"),
        "市场内公平秤、饮水点和母婴室一应俱全。",
        ("图书馆夜间开放到十点", "Heading 1"),
        LIBRARY,
        table=[("星期五", "22时"), ("星期六", "22时")],
    )
    market, library = read_docx(content, "a.docx", date(2024, 4, 18)).articles
    assert (market.headline, market.byline) == ("河西菜市场重新开张", ("贺青山",))
    assert [p.subhead for p in market.paragraphs] == ["", "便民设施"]
    assert library.text == f"{LIBRARY}\n星期五 22时\n星期六 22时"
    assert library.published == date(2024, 4, 18)


def test_a_title_over_several_news_items_names_the_page():
    content = docx_of(
        ("江城晚报", "Title"),
        ("河西菜市场重新开张", "Heading 1"),
        MARKET,
        ("图书馆夜间开放到十点", "Heading 1"),
        LIBRARY,
    )
    articles = read_docx(content, "a.docx").articles
    assert [article.headline for article in articles] == [
        "河西菜市场重新开张",
        "图书馆夜间开放到十点",
    ]
    assert {article.section for article in articles} == {"江城晚报"}


def test_a_page_dump_goes_through_the_page_rules():
    content = docx_of("河西菜市场重新开张", MARKET, "图书馆夜间开放到十点", LIBRARY)
    articles = read_docx(content, "a.docx").articles
    assert [article.text for article in articles] == [MARKET, LIBRARY]
    assert articles[1].headline == "图书馆夜间开放到十点"


def test_a_bold_line_is_a_subhead_and_a_page_break_is_seen():
    import docx

    document = docx.Document()
    document.add_heading("河西菜市场重新开张", 1)
    document.add_paragraph(MARKET)
    document.add_paragraph().add_run("便民设施").bold = True
    document.add_paragraph("市场内公平秤、饮水点和母婴室一应俱全。").add_run().add_break()
    out = io.BytesIO()
    document.save(out)
    (article,) = read_docx(out.getvalue(), "a.docx").articles
    assert [p.subhead for p in article.paragraphs] == ["", "便民设施"]


def test_what_is_no_word_file_is_named():
    with pytest.raises(CorpusError, match=r"a\.docx"):
        read_docx(b"no zip at all", "a.docx")


def test_a_missing_extra_is_named_with_its_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(CorpusError) as caught:
        read_docx(b"", "a.docx")
    assert 'pip install "wenbao[formats]"' in str(caught.value)


WORDS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
BOX = "<w:txbxContent><w:p><w:r><w:t>市场内有公平秤。</w:t></w:r></w:p></w:txbxContent>"


@pytest.mark.parametrize(
    ("part", "more"),
    [
        (
            f"""<w:r {WORDS}><mc:AlternateContent>
            <mc:Choice Requires="wps"><w:drawing>{BOX}</w:drawing></mc:Choice>
            <mc:Fallback><w:pict><v:textbox>{BOX}</v:textbox></w:pict></mc:Fallback>
            </mc:AlternateContent></w:r>""",
            "\n市场内有公平秤。",
        ),
        (f"<w:r {WORDS}><w:pict><v:textbox>{BOX}</v:textbox></w:pict></w:r>", "\n市场内有公平秤。"),
        (f"<w:moveFrom {WORDS}><w:r><w:t>移走的话。</w:t></w:r></w:moveFrom>", ""),
        (f"<w:r {WORDS}><w:rPr><w:vanish/></w:rPr><w:t>隐藏的话。</w:t></w:r>", ""),
        (
            f"""<w:r {WORDS}><w:ruby><w:rt><w:r><w:t>hǎo</w:t></w:r></w:rt>
            <w:rubyBase><w:r><w:t>好。</w:t></w:r></w:rubyBase></w:ruby></w:r>""",
            "好。",
        ),
    ],
)
def test_a_text_box_is_read_once_and_what_is_not_printed_never(part, more):
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    document.add_heading("河西菜市场重新开张", 1)
    document.add_paragraph(MARKET)._p.append(parse_xml(part))
    out = io.BytesIO()
    document.save(out)
    (article,) = read_docx(out.getvalue(), "a.docx").articles
    assert article.text == MARKET + more


def test_what_stands_in_a_content_control_is_read():
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    document.add_heading("河西菜市场重新开张", 1)
    text = f"<w:p><w:r><w:t>{MARKET}</w:t></w:r></w:p>"
    control = f"<w:sdt {WORDS}><w:sdtPr/><w:sdtContent>{text}</w:sdtContent></w:sdt>"
    document.element.body.insert(1, parse_xml(control))
    out = io.BytesIO()
    document.save(out)
    (article,) = read_docx(out.getvalue(), "a.docx").articles
    assert article.text == MARKET
