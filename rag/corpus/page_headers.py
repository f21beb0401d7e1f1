"""What the running head of a page says about the articles under it."""

from __future__ import annotations

import re

from rag.chinese.normalise import level

_NOISE = re.compile(
    r"(?:19|20)\d\d\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?|星期[一二三四五六日天]|周[一二三四五六日]"
    r"|农历\S*|\S{0,12}(?:编辑|责编|校对|版式|美编|组版|排版|主编|电话|邮箱|信箱)\s*[:/]?.*$|今日\s*\d+\s*版"
    r"|(?<=\s)[a-z]{3,}(?:\s+[a-z]{2,})*(?=\s|$)"
)


def section_of(header: str) -> str:
    """Return the page and section in a page header, without date, weekday and editors."""
    noise = _NOISE.sub(lambda match: " " * len(match[0]), level(header))
    kept = "".join(
        character if blank != " " else " " for character, blank in zip(header, noise, strict=True)
    )
    return " ".join(kept.split()).strip("■●◆▲|/· ：:，,-—=*#~_+【】[]<>")
