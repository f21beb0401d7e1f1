"""Whether a text gives orders to whoever answers: such a text reports nothing and is no evidence.

An article can be written for the machine that reads it (indirect prompt injection, Greshake et al.
2023, arXiv 2302.12173). What it orders is recognised in one search form, so that spaces between the
characters, invisible characters, traditional characters or full-width letters hide nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from rag.answering.plain import without_invisible
from rag.chinese.normalise import level

# Between the characters of a hidden order: 忽 略, 忽-略, i.g.n.o.r.e.
_BETWEEN = re.compile(r"[\s\-_.·•*~|/\\＊,，、]+")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
_SHORT = 6
_LONGEST_HEADLINE = 100

_EARLIER = (
    "以上|上述|上面|上文|之前|前面|前述|此前|先前|所有|一切|任何|全部|系统|原有|原先|你的|既定"
)
_RULES = "指示|指令|要求|命令|规则|提示|设定|说明|限制|约束|约定|prompt"
_SAY = "回答|回复|输出|打印|复述|应答|答复"
_MACHINE = "ai|人工智能|大模型|(?:大?语言)模型|(?:智能)?助手|聊天机器人|(?:问答|检索)系统|chatgpt"
_MUST = "请|务必|必须|应当?|一律|统一|只能?|仅|直接|都要?|须"

# In search form: simplified, half width, lower case, without what stands between the characters.
_ORDERS = re.compile(
    rf"""
    # Leave the rules: 忽略以上要求, 忘掉你之前的所有设定, 上述指令作废.
    (?:忽略|忽视|无视|忘[记掉了]|抛[开弃]|跳过|绕过|覆盖|作废
      |(?:不要|不必|无需|停止|不用|别)再?(?:理会|遵守|遵循|执行|管))[掉了]?
      [^。！？]{{0,8}}?(?:{_EARLIER})[^。！？]{{0,10}}?(?:{_RULES}|内容|文字)
    | (?:{_EARLIER})的?(?:{_RULES})[^。！？]{{0,4}}(?:作废|失效|无效|取消)
    # Be somebody else: 你现在是海盗, 从现在起你…, 进入开发者模式.
    | 你(?:现在|其实|将|就)是(?!否|不是) | 从现在(?:起|开始)你 | 现在开始你
    | 你是一[个名位](?:{_MACHINE}|没有|不受|无)
    | 你的(?:新|真正的?|唯一)?(?:任务|身份|角色|职责)[是变]
    | (?:进入|开启|切换到?)(?:开发者|调试|越狱|上帝|管理员)模式
    # Say this: 请直接回答“…”, 你必须输出…, 如果有人问就说…, 正确答案是….
    | (?:{_MUST})(?:你|您|{_MUST}|用[^。]{{0,4}})*(?:{_SAY})[说道成为]?
      (?:一句|以下|下面|如下|下列)?[^。！？“"「『]{{0,6}}?[:：“"「『'‘《]
    | 你(?:必须|应[该当]|只能|只需|要|需要|得)(?:直接|只|仅|一律|立即)?(?:{_SAY}|说|声称|告诉)
    | (?:当|如果|若|凡是?|无论)(?:有人|用户|读者|对方|任何人|别人)?[^。！？]{{0,8}}?(?:提问|询问|问)
      [^。！？]{{0,16}}?(?:请|就|都|须|必须|一律|只能?|应|要|统一|务必)(?:{_SAY}|说|告诉)
    | (?:{_SAY})(?:任何|所有|一切|用户的?|本|该|此)(?:问题|提问)(?:时|都|一律|前|请|必须|,|:|要)
    | 对于?(?:任何|所有|一切)(?:问题|提问)[^。！？]{{0,8}}(?:{_SAY})
    | (?:正确|标准|唯一|最终)的?(?:答案|回答)(?:是|应?为|:|一律)
    | (?:{_SAY}|透露|泄露|显示|公开|给出|说出)[^。！？]{{0,6}}
      (?:系统提示|提示词|系统指令|系统设定|systemprompt)
    | (?:不要|不必|无需|不用|别|禁止|不得|不许)再?
      (?:引用|标注|注明|标明|给出|列出|提供|核[对实])(?:任何)?(?:来源|出处|引文|资料|原文)
    # To the machine by name: 给大模型的指令, AI助手请…, 【系统消息】.
    | (?:致|给|请|告知|提醒|对)(?:阅读[本此]文的)?(?:{_MACHINE})的?
      (?:指令|指示|命令|注意|必读|:|,|请|读到|须|必须|务必|{_SAY})
    | (?:{_MACHINE})(?:,|:|!|们)?(?:请|你|须|必须|务必|应|读到|看到)
      [^。！？]{{0,16}}?(?:{_SAY}|执行|遵|忽略|告诉|说)
    | (?:【|\[|<|\#+)(?:系统|system|管理员|开发者|新)
      (?:消息|提示|指令|通知|指示|message|prompt|override)?(?:】|\]|>|:)
    | (?:系统|新的?|隐藏|最高(?:优先)?级?)(?:指令|指示|命令)(?:是|为|:|已)
    | ^(?:system|assistant|user|human|系统|助手)[:：]
    # Tokens of chat templates.
    | <\|[^<>|]{{1,24}}\|> | \[/?inst\] | <</?sys>> | </?s> | <(?:start|end)_?of_?turn>
    | </?(?:system|assistant|user|tool|think)>
    # English without its spaces.
    | (?:ignore|disregard|forget|override|bypass)
      (?:all|any|the|your|previous|above|prior|earlier|every|these|of)
      .{{0,40}}?(?:instruction|prompt|rule|direction|context|guideline)
    | youare(?:now|nolonger) | fromnowonyou | yournew(?:task|role|instruction) | pretendtobe
    | developermode | jailbreak
    | (?:answer|respond|reply|say|print|output|repeat)
      (?:only|exactly|with|that|thefollowing|theword|['"“])
    | (?:print|reveal|show|output|repeat|leak)(?:me)?(?:your|the)(?:hidden|initial|full)?
      (?:system)?(?:prompt|instruction)
    | (?:donot|don't|dont|never|without)(?:ever)?(?:cit|quot|mentionthesource)
    | (?:newinstructions?|systemprompt|systemmessage|systemoverride|importantinstruction)[:：]
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def gives_orders(text: str) -> bool:
    """Return whether `text` tells whoever answers what to do, openly or hidden.

    It is meant for one sentence, headline or name of an article; a question may well give orders.
    """
    plain = level(without_invisible(text))
    forms = (plain, _BETWEEN.sub(_comma, plain), _BETWEEN.sub("", plain))
    if any(_ORDERS.search(form) for form in forms):
        return True
    return any(_gives_orders_decoded(match[0]) for match in _ENCODED.finditer(text))


def reported(text: str) -> str:
    """Return a headline, subhead or name as context for a sentence.

    It is empty when it gives orders, or is too long: exports that put a whole text where the
    headline belongs would let every sentence be supported by it.
    """
    return "" if len(text) > _LONGEST_HEADLINE or gives_orders(text) else text


def _comma(match: re.Match[str]) -> str:
    """Commas bound clauses and are kept; all other separators between characters go."""
    return "," if set(match[0]) & set(",，、") else ""


def _gives_orders_decoded(encoded: str) -> bool:
    """Whether a run of letters is an order in base64."""
    encoded = encoded.rstrip("=")
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError):
        return False
    return len(decoded) >= _SHORT and gives_orders(decoded)
