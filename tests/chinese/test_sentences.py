import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chinese.sentences import split_sentences


def sentences(text):
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("雪停了。路通了！人呢？", ["雪停了。", "路通了！", "人呢？"]),
        ("涨幅1.2%，共3.5万元。好", ["涨幅1.2%，共3.5万元。", "好"]),
        ("标题\n　　第一句。\n\n第二句", ["标题", "第一句。", "第二句"]),
        ("要做到“能干事！干成事！”的干部很多。完", ["要做到“能干事！干成事！”的干部很多。", "完"]),
        ("“可以试试艾灸。”近日，医生来了。", ["“可以试试艾灸。”", "近日，医生来了。"]),
        (
            "“我们支持。大家支持。”吕霞告诉记者。之后",
            ["“我们支持。大家支持。”吕霞告诉记者。", "之后"],
        ),
        ("会议（第一次。第二次。）召开。完", ["会议（第一次。第二次。）召开。", "完"]),
        ("他走了……她也走了。", ["他走了……", "她也走了。"]),
        ("苹果、梨……等水果很多。", ["苹果、梨……等水果很多。"]),
        ("半角句号.下一句.", ["半角句号.", "下一句."]),
        ("见http://a.cn/?id=1的说明。", ["见http://a.cn/?id=1的说明。"]),
        ("“没有关上的引号。第二句。", ["“没有关上的引号。", "第二句。"]),
    ],
)
def test_where_sentences_end(text, expected):
    assert sentences(text) == expected


def test_an_over_long_sentence_is_cut_at_semicolons():
    clause = "要强化多元投入坚持多渠道筹措改造资金做好资金匡算" * 3
    text = "；".join([clause] * 4) + "。"
    parts = sentences(text)
    assert len(parts) > 1
    assert all(len(part) <= 150 for part in parts)
    assert "".join(parts) == text


def test_an_over_long_quotation_does_not_protect():
    text = "他说：“" + "这件事要抓紧办好。" * 30 + "”"
    assert len(sentences(text)) == 30


@given(st.text(alphabet='雪路“”‘’（）()"。！？!?…；;,，1.a \n　说的'))
def test_every_printed_character_lies_in_exactly_one_sentence(text):
    spans = split_sentences(text)
    at = 0
    for span in spans:
        assert not text[at : span.start].strip()
        assert text[span.start : span.end] == text[span.start : span.end].strip() != ""
        at = span.end
    assert not text[at:].strip()
