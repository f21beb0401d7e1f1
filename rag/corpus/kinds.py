"""What a block of a page dump is, judged by its own wording alone."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.chinese.normalise import level
from rag.corpus.bylines import is_byline_line, is_credit_line, is_lead, without_credit


class Kind(StrEnum):
    """The kinds of blocks."""

    BODY = "body"
    SHORT = "short"
    """A short line without final punctuation: headline, kicker, subhead or a cut rest."""
    ITEM = "item"
    """A paragraph behind a bullet."""
    NUMBERED = "numbered"
    """A short line behind a number: a subhead or an entry of a list."""
    SUBTITLE = "subtitle"
    BYLINE = "byline"
    META = "meta"
    """Source, author and time of a copied web page."""
    HEADER = "header"
    """Running head of a page: date, page number, section, editors."""
    COLUMN = "column"
    """Title of a section or of a column of short items."""
    NOTICE = "notice"
    """Title of a public notice or of the weather: its text is nobody's news."""
    COLOPHON = "colophon"
    CONTINUATION = "continuation"
    CAPTION = "caption"
    ROW = "row"
    """Row of a table, whose cells tabs parted."""
    RULE = "rule"


SHORT_LENGTH = 45
"""Characters up to which a line without final punctuation may be a headline."""

LONGEST_MARK = 120
"""Characters up to which a block may be a page header, a colophon line or the like."""

LONGEST_HEADLINE = 90
"""Characters up to which such a line is a headline when news opens right after it."""

_LONG_HEADING = 32
_UNEVEN = 3

_PAGE = r"(?:第?\s*[a-z]?\d{1,3}(?:-\d{1,2})?\s*版|第[一二三四五六七八九十]{1,3}版|[a-z]\d{1,2})"
_DATE = r"(?:19|20)\d\d\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2}\s*日?"
_WEEKDAY = r"星期[一二三四五六日天]|周[一二三四五六日]"
_EDITOR = (
    r"(?:责任编辑|责编|本版编辑|本版责编|值班编辑|值班主任|执行主编|编辑|主编|校对|版式|美编|组版|排版"
    r"|视觉|制图|编审|审读|监制|统筹|版面设计)"
)
_HEADER = re.compile(
    rf"^[■●◆▲|/·\s]*(?:{_PAGE}(?:$|[:\s/|·■●◆-].{{0,40}}$|[^\W\d_]{{1,6}}$)"
    rf"|[^,。;:!?()]{{0,32}}{_DATE}(?:[\s/|·]*$"
    rf"|[\s,/|·]*(?:{_WEEKDAY}|农历|第?\d*版|[a-z]\d|{_EDITOR}\s*[:/\s]).{{0,50}}$)"
    r"|[^\W\d_a-z]{2,6}\s+(?:[a-z]\d{1,2}|0\d)(?:-[a-z]?\d{1,2})?$"
    rf"|(?:{_WEEKDAY})(?:\s.{{0,30}})?$"
    rf"|[^\w]*(?:本版|今日)?{_EDITOR}\s*[:/].{{0,60}}$|(?:本版)?{_EDITOR}\s+[^\W\d_\s]{{2,4}}(?:\s.{{0,40}})?$"
    r"|[-—·\s]*\d{1,3}[-—·\s]*$|今日\s*\d+\s*版.{0,20}$)"
)
_MASTHEAD = re.compile(
    r"^[^\W\d_]{2,6}(?:日报|晚报|早报|晨报|时报|周报|商报|都市报|快报|青年报|新报|导报)(?:\s.{0,20})?$"
)
_DECORATED = re.compile(
    rf"^[-=*#~_—+【\[<\s]{{2,}}\s*{_PAGE}.{{0,30}}?[-=*#~_—+】\]>\s]{{2,}}$|^[【\[]{_PAGE}.{{0,30}}[】\]]$"
)
"""A page number between rules: ===== 第2版 =====."""
_PAPER_LINE = re.compile(
    r"^(?:中共|中国共产党)?[^\W\d_]{2,14}(?:机关报|主管主办|主管|主办)$|^(?=.*[a-z]{3})[a-z][a-z\s.&'-]{3,40}$"
)
"""Under a title: 中共北山市委机关报, BEISHAN DAILY."""
_COLUMN = re.compile(
    r"^[■●◆▲▼【\[(<《·\s|/]*"
    r"(?:(?:要闻|综合|本地|时政|民生|社会|经济|财经|文化|副刊|体育|国际|国内|教育|健康|法治|城事|理论|评论"
    r"|专题|专版|广告|今日|图片|身边|基层|区域|街道|乡镇|社区|深度|特别)(?:新闻|要闻|版|报道|专刊)?"
    r"|简讯|短讯|快讯|短消息|新闻速递|一句话新闻|微新闻|新闻集锦|简明新闻|新闻简报|资讯|动态|导读"
    r"|今日导读|头条|公益广告|短评|时评|快评|微评|今日看点)[】\])>》·\s|/]*$"
)
_NOTICE = re.compile(
    r"^[■●◆▲【\[(<《\s]*(?:今日|明日|本市|天气)?(?:天\s*气|天气预报|气象|公\s*告|通\s*告|通\s*知|启\s*事|公\s*示"
    r"|讣\s*告|[^\W\d_]{2,6}(?<![发布出表的此])(?:公告|通告|启事|公示|声明))[】\])>》\s]*$"
)
_LABEL = (
    r"(?:新闻)?(?:报料|爆料|新闻|服务|投稿|监督|读者|发行|广告|订报|订阅|采编)(?:热线|电话|邮箱|信箱)"
    r"|热线电话|联系电话|传真|邮政编码|邮编|印刷|承印|印刷厂|国内统一.{0,6}刊号|国内统一连续出版物号"
    r"|邮发代号|广告经营许可证|广告发布登记|零售价?|全年定价|月定价|定价|社址|本报地址|地址"
    r"|电子邮箱|电子信箱|e-?mail|官方(?:网站|微博|微信)|网址|微信公众号|版权(?:所有|声明)|本报法律顾问"
    r"|主管(?:单位|主办)?|主办(?:单位)?|出版(?:单位)?|总编辑|总编|社长|主编"
)
_COLOPHON = re.compile(
    rf"^[■●◆▲·\s]*(?:{_LABEL})\s*[::]?\s*[a-z\d(+].{{0,80}}$|^[■●◆▲·\s]*(?:{_LABEL})\s*[::].{{0,80}}$"
    rf"|^(?:电话|热线|地址)\s*[::].{{0,40}}\s(?:{_LABEL}|地址)\s*[::].{{0,80}}$"
    r"|^cn\s*\d\d-\d{4}.{0,60}$|^扫(?:描|一扫).{0,4}(?:二维码|码).{0,30}$|^.{0,60}声明作废.?$|^.{0,12}(?:遗失|丢失).{2,60}特此声明.?$"
    r"|^(?:遗失|挂失)(?:声明|启事|公告)$|^分类广告$"
    # What stands around the text of a copied web page.
    r"|^(?:首页\s*[>»/]|(?:分享[到至]|[上下]一[篇版]|字[号体]|当前位置|您?(?:现在)?的?位置)\s*(?:[::]|$)).{0,60}$"
    r"|^(?:返回(?:目录|首页|顶部)|打印本页|关闭窗口|放大\W*缩小.{0,20})$"
)
_TURN = (
    r"(?:下转|上接|紧接|转接|接|转)\s*(?:第)?\s*[a-z]?[\d一二三四五六七八九十]{1,3}\s*版"
    r"[^,.。!?()]{0,8}"
)
CONTINUATION = re.compile(
    rf"[(\[【<]?\s*[▲▼►▶→←◀◄↓↑>]*\s*(?P<turn>{_TURN})\s*[▲▼►▶→←◀◄↓↑>]*\s*[)\]】>]?"
)
_CAPTION = re.compile(
    r"^[▲▼△▽◀▶←→↑↓]*\s*(?:图为|图片为|[上下左右]图|图[①-⑳\d一二三四]|图片说明|图说|题图|资料图"
    r"|本版图片|(?:图|照片|摄影)[:/])"
    r"|^[^,.。]{0,40}[\s/][^\W\d_]{2,4}\s*摄[)\]]?$|^[(\[].{0,30}摄(?:影)?[)\]]$"
)
_META = re.compile(
    rf"^(?:(?:发布时间|发布日期|时间|日期|来源|稿源|作者|文章来源)\s*:|{_DATE}(?:\s*\d{{1,2}}:\d\d(?::\d\d)?)?"
    r"(?:\s+(?:来源|作者).*)?$).{0,80}$"
    # 《 人民日报 》（ 2024年01月09日 第 01 版）, as electronic papers print it under the headline.
    rf"|^[(\s]*《[^《》]{{2,16}}》[\s(]*{_DATE}[^,。;!?]{{0,24}}$"
)
_NUMBERED = re.compile(
    r"^(?:(第[一二三四五六七八九十]+[、\s])|([一二三四五六七八九十]{1,3}、)|(\([一二三四五六七八九十]{1,3}\))"
    r"|(\(\d{1,3}\))|(\d{1,2}\s*[.、](?!\d))|([①-⑳]))"
)
"""Each way to number has a group of its own."""
_SPACED = re.compile(r"(?:[^\W\d_a-z]\s+){1,5}[^\W\d_a-z]")
_ITEM = re.compile(r"^[●■◆▲★☆◇○◎▶►•※]\s*")
_RULE = re.compile(r"^[-—–―‐_=*~～·•.+#|/\\<>■□●○◆◇▲△▼▽★☆※─━═┄┅┈┉│┃\s]+$")
_SENTENCE_END = "。！？!?….｡"
_EDITORS_NOTE = re.compile(r"^[【\[(]?(?:编者按|编者的话|开栏的话|开栏语)(?:[】\])]|[::\s]|$)")
_TITLE = re.compile(r"^[【\[][^【】\[\]。,]{1,12}[】\]]$")
_SPEAKER = re.compile(r"^(?:[^\W\d_a-z]{0,6}(?:记者|主持人)|问|答|q|a)\s*:")
_SIDEBAR = re.compile(
    r"^\W*(?:(?:新闻|相关|知识|政策|法条)?链接|(?:延伸|拓展|相关)阅读|(?:新闻|相关|人物)?背景|背景资料|相关新闻|名词解释"
    r"|新闻(?:纵深|助读|提示)|(?:记者|采访)手记|编后(?:语)?|专家(?:提醒|点评|建议)|温馨提示)\W*$"
)
_CLOSED = re.compile(
    r"[(\[【](?:完|据[^()]{2,20}[讯电报]|[^()\s]{2,4}社\S{1,8}\d+月\d+日电|作者(?:系|为|单位|简介)?[:\s]?[^()]{4,50}"
    r"|(?:来源|原载|原文载|摘自|转自|选自)[:\s]?[^()]{2,40})[)\]】]$"
    r"|(?<=[。!?”])\s?[(\[【][^(),。]{2,14}(?:供稿|供图|局|委|部|办|中心|街道|社区|镇|乡|村|学校|医院)[)\]】]$"
)
"""What in brackets ends an article: where it was taken from, who or which office wrote it."""
_STARTS_INSIDE = "，。、；：！？”’）》」』】〉,;:!?)]%％"
_ENDING = 80
_CLOSING = "”’」』)）]】》〉\"'"
_TRAILING_BRACKET = re.compile(r"[(（\[【][^()（）\[\]【】]{1,40}[)）\]】]$")


def kind_of(text: str) -> Kind:
    """Return what `text`, one cleaned block, is by its own wording."""
    levelled = level(text[: LONGEST_MARK + 1])
    if _RULE.match(levelled):
        return Kind.RULE
    if is_lead(text) or opens_note(text):
        return Kind.BODY
    if len(text) > LONGEST_MARK:
        if _CAPTION.match(levelled[:10]):
            return Kind.CAPTION
        return Kind.ITEM if _ITEM.match(levelled) else Kind.BODY
    if is_credit_line(text) or _is_credited(text):
        return Kind.CAPTION
    # Titles of two characters are spaced out: 要　闻.
    spaced = "".join(levelled.split()) if _SPACED.fullmatch(levelled) else levelled
    for kind, pattern in _MARKS:
        if pattern.search(spaced):
            return kind
    if (notice := CONTINUATION.fullmatch(levelled)) and notice["turn"]:
        return Kind.CONTINUATION
    if is_byline_line(text):
        return Kind.BYLINE
    if levelled.startswith(("——", "--", "—")) and len(text) <= SHORT_LENGTH:
        return Kind.SUBTITLE
    short = len(text) <= SHORT_LENGTH and not _ends_as_text(levelled)
    if short and _NUMBERED.match(levelled):
        return Kind.NUMBERED
    if not short and _ITEM.match(levelled):
        return Kind.ITEM
    return Kind.SHORT if short else Kind.BODY


_MARKS = (
    (Kind.COLOPHON, _COLOPHON),
    (Kind.META, _META),
    (Kind.HEADER, _HEADER),
    (Kind.HEADER, _MASTHEAD),
    (Kind.HEADER, _DECORATED),
    (Kind.HEADER, _PAPER_LINE),
    (Kind.NOTICE, _NOTICE),
    (Kind.COLUMN, _COLUMN),
    (Kind.CAPTION, _CAPTION),
)


def is_numbered(text: str) -> bool:
    """Return whether `text` starts as an entry of a numbered list."""
    return bool(_NUMBERED.match(level(text)))


def is_numbered_alike(one: str, other: str) -> bool:
    """Return whether both are numbered, and in the same way: they are of one list."""
    first, second = _NUMBERED.match(level(one)), _NUMBERED.match(level(other))
    return bool(first and second and first.lastindex == second.lastindex)


def without_bullet(text: str) -> str:
    """Return `text` without the bullet before it."""
    return _ITEM.sub("", text)


def without_notices(text: str) -> tuple[str, list[str]]:
    """Return a paragraph without 下转/上接 at its end or start, and these notices."""
    levelled = level(text)
    notices = []
    for match in reversed(list(CONTINUATION.finditer(levelled))):
        whole = match.end() - match.start() == len(text)
        marked = whole or levelled[match.start()] in "([【<▲▼►▶→←◀◄"
        if marked and (match.start() == 0 or match.end() == len(text)):
            notices.append(text[match.start() : match.end()])
            text = (text[: match.start()] + text[match.end() :]).strip()
    return text, notices


def is_finished(text: str) -> bool:
    """Return whether a paragraph ends as a sentence does, and not where a column broke it."""
    end = text.rstrip()[-_ENDING:]
    core = _TRAILING_BRACKET.sub("", end).rstrip()
    if end and not core:
        # A remark in brackets stands for itself: （据新华社北京电）, （作者系退休教师）.
        return True
    for candidate in (end, core, without_credit(end).rstrip()):
        bare = candidate.rstrip(_CLOSING)
        if bare and (bare[-1] in _SENTENCE_END or (bare[-1] in "：:" and bare == candidate)):
            return True
    return False


def opens_note(text: str) -> bool:
    """Return whether `text` opens an editor's note, which stands before the news or its heading."""
    return bool(_EDITORS_NOTE.match(level(text[:_ENDING])))


def is_sidebar(text: str) -> bool:
    """Return whether `text` is the title of a box at an article: 链接, 延伸阅读, 记者手记."""
    return bool(_SIDEBAR.match(text))


def is_closed(text: str) -> bool:
    """Return whether `text` ends with the remark that ends an article: （据新华社电）."""
    return bool(_CLOSED.search(level(text.rstrip()[-_ENDING:])))


def starts_inside(text: str) -> bool:
    """Return whether `text` starts with a mark that never starts a line: it is a cut rest."""
    return text[:1] in _STARTS_INSIDE if text else False


def cuts_quotation(text: str) -> bool:
    """Return whether a quotation opens in `text` and does not close."""
    levelled = level(text)
    return levelled.count("“") > levelled.count("”") or levelled.count('"') % 2 == 1


def _is_credited(text: str) -> bool:
    """Whether a paragraph ends with the credit of its photograph: it is a caption."""
    kept = without_credit(text)
    return kept != text and is_finished(kept)


def _ends_as_text(levelled: str) -> bool:
    """Whether a short line ends as running text: a headline may end with ! or ?, not with 。."""
    if _TITLE.match(levelled):
        return False
    if _SPEAKER.match(levelled):
        return True
    bare = _TRAILING_BRACKET.sub("", levelled).rstrip().rstrip(_CLOSING)
    if not bare or bare[-1] in "。,、;:｡" or "。" in bare:
        return True
    if bare[-1] == "." and not bare[-2:-1].isascii():
        return True
    # A line that is one quotation is somebody speaking.
    if levelled[0] in '“「『"' and bare != levelled and bare[-1] in "!?….":
        return True
    return bare.endswith("……")


def reads_as_text(text: str) -> bool:
    """Return whether a short line is rather running text that a column broke than a heading.

    A heading has few commas, and where it has several its parts are of like length.
    """
    parts = [len(part) for part in re.split("[,，]", text)]
    if len(parts) == 1:
        return False
    uneven = max(parts) - min(parts) > _UNEVEN
    return len(text) >= _LONG_HEADING or (len(parts) > 2 and uneven)
