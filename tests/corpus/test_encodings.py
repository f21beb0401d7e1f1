import pytest

from rag.corpus.encodings import decode

SIMPLIFIED = [
    "老渡口变身骑行驿站",
    "记者昨日从县民政局获悉，全县已建成老年食堂36个。",
    "合作社理事长石大勇说，接下来要办一个小小的展览。",
    "图为新线路首班车发车。",
    "G312国道恢复通行",
]
TRADITIONAL = [
    "老街修復獲獎",
    "歷經三年，老街修復工程獲得建築遺產保護獎。",
    "港務局昨日公布，今年前十一個月貨櫃吞吐量達三百八十萬箱。",
    "局長林國棟表示，新碼頭將於明年啟用。",
    "颱風來襲",
]


@pytest.mark.parametrize("text", SIMPLIFIED + TRADITIONAL)
def test_gb18030(text):
    assert decode(text.encode("gb18030"), "a.txt") == text


@pytest.mark.parametrize("text", TRADITIONAL)
def test_big5(text):
    assert decode(text.encode("big5"), "a.txt") == text
