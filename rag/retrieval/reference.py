"""Whether a question can stand by itself, or lives on what was said before.

Chinese leaves out what is known: who asks 负责人是谁 or 需要什么材料 in a conversation means those
of what it is about. What names a subject of its own (沈东是谁, G312何时通车) takes nothing from
before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.chinese.names import people
from rag.chinese.normalise import level
from rag.chinese.words import content_words

NUMERALS = "一二三四五六七八九十百"
_POINT = r"[\s，,。.！!？?；;：:、]"
_PERSON = r"(?<![其吉维排])[他她](?!人|国|乡|处|日|律)们?"
_THING = r"(?<![其])它们?"
_NEAR = (
    r"[这那](?:[个些位件项场次座条名家份种段届]|里|儿|边|一(?:天|年|次|个|项)|天|时候?)|(?:^|(?<=[，,在对由为从被给和]))该(?=[^\s怎如是不])"
    r"|上述|前者|后者|此[事次人外举]|当时|当天|当地|(?<![其])其(?![他它实余次间中])"
)
_AMONG = r"其中"
_NUMBERED = rf"^那?(?:第[\d{NUMERALS}]+[个条项点名位]|最佳)"
POINTS = re.compile("|".join((_PERSON, _THING, _NEAR, _AMONG)))
POINTS_BACK = re.compile(f"{POINTS.pattern}|{_NUMBERED}")
PERSONAL = re.compile(_PERSON)
CONTINUES = re.compile(
    r"^(?:那么?|还有?|另外|此外|然后|接着|后来|具体|再|又|除此|除了这|继续|详细|为什么|为何|怎么会)"
)
ALSO = re.compile(r"还[有会能要在是强将说]|也[有是能会要可在]")
_TRAILS = re.compile(rf"呢{_POINT}*$")
DEFINES = re.compile(
    r"^(?:什么是|什么叫|谁是|介绍一?下?)|(?:是谁|是什么|是什么意思|指什么|是指什么)" + _POINT + "*$"
)
_NAMED = re.compile(r"[“「《『\"][^”」》』\"]{2,}|[a-z]+\d+|\d+[a-z]+", re.IGNORECASE)
ASKS = re.compile(
    r"什么|哪|谁|怎么|怎样|如何|多少|[多][大长久远高深]|几|为何|吗|是否|有没有|是不是|[？?]$"
    # 有人受伤没, 收费不
    r"|[\u4e00-\u9fff](?:没有?|不)[？?]?$"
    # 贵不贵, 能不能, 去没去
    r"|(?!时不时|动不动)([\u4e00-\u9fff]{1,2})[不没]\1"
)
_DIGIT = re.compile(r"\d|[〇零]")
# Tags of the cutter: nouns, abbreviations, set phrases, unknown; single letters of any writing.
_NOUNS, _LONE_NOUNS = "njlxizs", "nxg"
_PROPER = ("nr", "nrt", "nrfg", "ns", "nt", "eng")
_SHORT, _LONG = 14, 24
# So many words of its own before a pointer are what it points to.
ANTECEDENT_WORDS = 2
# Words that name no subject of their own.
_GENERIC_WORDS = """
时间 时候 地点 地方 原因 情况 内容 结果 数量 人数 人 钱 费用 措施 要求 意义 目的 目标 方面
细节 问题 意见 建议 特点 作用 影响 损失 后果 伤亡 反应 进展 背景 成果 经过 规模 范围 标准
条件 流程 地址 电话 票价 价格 面积 好处 亮点 举措 举行 召开 参加 进行 主要 强调 指出 提出
提到 介绍 表示 认为 说 讲 做 叫 开始 结束 具体 详细 继续 名字 名称 职务 哪些 其他 其它
别的 更多 需要 那么 那 这 还有 还 另外 此外 然后 接着 后来 其中 当时 当天 今天 现在 单位
领导 记者 来源 日期 方式 方法 渠道
"""
# Words that always belong to somebody or something: who asks for 负责人 has said of what.
_BELONGING_WORDS = """
负责人 主持人 主讲人 发言人 主办方 承办方 嘉宾 成员 队员 教练 作者 导演 主演 演员 凶手 嫌疑人
受害者 死者 伤者 家属 家人 妻子 丈夫 儿子 女儿 父亲 母亲 员工 职工 用户 居民 群众 观众 游客
学生 冠军 亚军 季军 成绩 比分 得分 奖金 奖项 名单 名额 年龄 学历 籍贯 产品 材料 手续 电话 官网
面积 全长 总长 长度 宽度 高度 投资 总投资 造价 资金 预算 金额 工期 进度 站点 车站 线路 比例 比率
增幅 增速 总量 产量 产值 销量 主题 议题 议程 日程 门票 动机 手段 后续 期限 有效期 对象 人群 公里 户
第 个 人数 人次 书记 主任 局长 所长 院长 校长 队长 站长 馆长
"""
_GENERIC = frozenset(_GENERIC_WORDS.split()) | frozenset(_BELONGING_WORDS.split())
# What is done at or with whatever was spoken of: 营业时间 names no more than 时间.
_DONE_WORDS = """
营业 开放 开门 关门 开业 报名 联系 办理 申请 申报 咨询 预约 举办 活动 施工 开工 完工 竣工 通车
开通 运营 实施 比赛 演出 培训 服务 收费 参与 入场 购票 领取 优惠 使用 缴费 发布 截止 出发 到达
"""
_DONE = frozenset(_DONE_WORDS.split())


def is_follow_up(core: str, before: str, answer: str) -> bool:
    """Return whether a question needs the one `before`, which had this `answer`, to be understood.

    In doubt a short question that names no subject does, and one that names a proper name does not.
    """
    text = level(core)
    if not content_words(text):
        return True
    own = own_words(core)
    pointer = POINTS_BACK.search(text)
    if pointer:
        # In 沈东说他… or 早市搬迁后，那里… the pointer has its own antecedent before it.
        ahead = text[: pointer.start()]
        if PERSONAL.match(pointer[0]):
            return not people(ahead)
        return len(text) <= _LONG and len(own_words(ahead)) < ANTECEDENT_WORDS
    entities = _entities(text)
    if DEFINES.search(text) and entities:
        return False
    if _TRAILS.search(text):
        text = _TRAILS.sub("", text)
        if not ASKS.search(text) or not own or _shares(own, before, answer):
            return True
    if _NAMED.search(text) or people(text):
        return False
    short = len(text) <= _SHORT
    if short and not _DIGIT.search(text) and is_general(text, f"{before}\n{answer}"):
        return True
    if CONTINUES.search(text):
        return len(entities) <= 1 or _shares(own, before, answer)
    if not short or not ASKS.search(text):
        return short and not entities and ALSO.search(text) is not None
    if _adds(text):
        return True
    if _DIGIT.search(text) or is_named(text):
        return False
    if not entities or _shares(entities, before, answer):
        return True
    return _lacks_subject(text) and len(entities) <= 1


def is_general(text: str, spoken: str = "") -> bool:
    """Return whether a text only names what anything can have: 地址, 营业时间, 早市的地址.

    What was `spoken` of before may stand in it.
    """
    whole, known = re.sub(rf"{_POINT}+$", "", text), level(spoken)
    # A single character (人, 户) is the head of too many words.
    heads = [at for at in range(len(whole) - 1) if whole[at:] in _GENERIC]
    return whole in _GENERIC or any(
        all(word in _DONE or word in known for word in own_words(whole[:at])) for at in heads
    )


def _adds(text: str) -> bool:
    """Whether 也 or 还 adds to what was said; the 还 in 海苔回潮了还能吃吗 does not."""
    also = ALSO.search(text)
    return also is not None and (also[0][0] == "也" or not _entities(text[: also.start()]))


def _entities(text: str) -> list[str]:
    """The words that can be the subject of a question: 持续了多久 and 负责人是谁 have none."""
    import rjieba

    return [
        word
        for word, tag in rjieba.tag(text)
        if content_words(word)
        and word not in _DONE
        and not is_general(word)
        and (tag[0] in _NOUNS if len(word) > 1 else tag[0] in _LONE_NOUNS)
    ]


def is_named(text: str) -> bool:
    """Return whether a text has a name: of a person, a place, a work, or an unknown one."""
    import rjieba

    return any(
        tag in _PROPER or (len(word) > 1 and not rjieba.has_word(word) and not ASKS.search(word))
        for word, tag in rjieba.tag(text)
        if content_words(word) and word not in _GENERIC
    )


def _lacks_subject(text: str) -> bool:
    """Whether a question begins with what is said of a subject: 造成几人死亡, 在哪里办理."""
    import rjieba

    (word, tag), *after = rjieba.tag(text)
    if tag == "vn" and after and after[0][1] == "n" and not is_general(after[0][0]):
        # 生产事故 is a subject.
        return False
    # The cutter takes 得 of 得了什么奖 for a particle.
    return tag[0] in "vpdcu" or (tag[0] in "rm" and ASKS.match(word) is not None)


def _shares(own: Sequence[str], before: str, answer: str) -> bool:
    """Whether a word of the question's own was spoken of in the turn before."""
    spoken = level(f"{before}\n{answer}")
    return any(word in spoken for word in own)


def own_words(text: str) -> list[str]:
    """Return the words that name a subject."""
    import rjieba

    return [
        word
        for word in rjieba.cut(level(text))
        if content_words(word) and word not in _GENERIC and not word.isdigit()
    ]
