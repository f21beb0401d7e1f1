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

_IN = "[^。！？!?]"
# What a machine was told before: 以上要求. What only counts (原有的限制) is often the paper's own.
_ABOVE = "以上|上述|上面|上文|前文|前述|你的"
_BEFORE = "之前|前面|此前|先前"
_ALL = "所有|一切|任何|全部|系统|原有|原先|既定"
_COMMANDS = "指示|指令|命令|设定|提示词|系统提示|prompt"
# Drivers, builders and banks have these, too: with 以上, and with nothing said of them behind.
_RULES = "要求|规则|提示|说明|内容|文字"
_LIMITS = "限制|约束|约定"
_ENDS = r"(?=[^\u4e00-\u9fff]|$|[并而再请就只来去后你]|然后|直接)"
_LEAVE = "忽[略视]|无视|忘[记掉了]|抛[开弃]|跳过|绕过|覆盖|作废"
_HEED_NOT = "(?:不要|不必|无需|停止|不用|别)再?(?:理会|遵守|遵循|执行|管)"
_TOLD = rf"""[掉了]?(?:你|您|我|给|对|关于|本文|文中|[这那]些|的)*
    (?:(?:(?:{_ABOVE}|{_BEFORE}){_IN}{{0,10}}?|(?:{_ALL}|的|安全|初始)+)(?:{_COMMANDS})
      |(?:{_ABOVE}|{_BEFORE}){_IN}{{0,10}}?(?:{_RULES}){_ENDS}
      |(?:{_ABOVE}|[之此先]前){_IN}{{0,10}}?(?:{_LIMITS}){_ENDS})"""
_ANY_RULES = f"(?:{_ALL}|的)+(?:{_RULES}|{_LIMITS}){_ENDS}"
_LIMITLESS = "(?:没有|不受|无)(?:任何|一切)?(?:限制|约束|规则|审查)"
_TELL = "回答|回复|输出|复述|应答|答复"
_SAY = f"{_TELL}|打印"
_ANYBODY = "用户|读者|提问者|提问的人|任何人"
_MACHINE = (
    "(?:(?<![a-z])ai(?![a-z])|人工智能)(?:助手|模型|系统)?|大模型|(?:大?语言)模型|(?:智能)?助手"
    "|聊天机器人|(?:问答|检索)系统|chatgpt"
)
# Who is told to do something is not named before it, or is 你: 司机无视… reports.
_BEGINS = rf"""(?:^|[:“"「『‘'(【]|(?<![邀申])请|[你您]|现在|起|{_MACHINE})"""
_FREELY = (
    "(?:现在|首先|先|就|都|可以?|能|要|需要?|得|应[该当]?|必须|须|务必|立即|直接|完全|彻底|一律)*"
)
_MUST = "务必|必须|应当?|须|一律|统一"
# 回复“报名”即可参加 tells readers what to send.
_WORD = r"""[“"「『'‘][^”"」』'’]{1,12}[”"」』'’],?"""
_SENT = (
    rf"(?!:?{_WORD}(?:(?:即可|就[能可]|便可|可以?|后|至|到)\w"
    r"|进行|参[加与]|报名|退订|订阅|领取|获取|查[询看]|了解|确认|预约|加入))"
)
_THIS = rf"""(?:你|您|请|{_MUST}|只能?|仅|直接|都要?|用[^。]{{0,4}})*
    (?:(?:{_TELL})(?!{_IN}{{0,5}}?问题)|打印(?=:))[说道成为]?
    (?:一句|以下|下面|如下|下列)?[^。！？!?“"「『]{{0,6}}?{_SENT}[:“"「『'‘《]"""
# 老人都说, 客服一律回复 report what somebody says.
_THEN = r"(?:[,时起后到事]|什么|问题|[你您])[你您]?"

# In search form: simplified, half width, lower case, without what stands between the characters.
_ORDERS = re.compile(
    rf"""
    # Leave the rules: 忽略以上要求, 忘掉你之前的所有设定. Be another: 进入开发者模式.
    # Say this: 直接回答“…”.
    {_BEGINS}{_FREELY}(?:
        (?:{_LEAVE}){_TOLD}
      | (?:忽[略视]|无视|忘[记掉了]){_ANY_RULES}
      | (?:{_MUST}|只能?|仅|直接|都要?){_THIS})
    | (?:{_BEGINS}|[^\w]){_FREELY}(?:
        (?:忽略|{_HEED_NOT}){_TOLD}
      | (?:进入|开启|切换到?)(?:开发者|调试|越狱|上帝|管理员)模式
      | (?:致|请|告知|提醒)(?:阅读[本此]文的)?(?:{_MACHINE})
        (?:注意|必读|:|,|请|读到|须|必须|务必|{_SAY})
      | 新的?(?:指令|指示|命令)(?:是|为|:))
    | (?:[^\w](?:{_MUST})|(?<![邀申])请|务必){_THIS}
    | (?:[你您]|{_MACHINE}){_FREELY}(?:{_LEAVE}|{_HEED_NOT}){_ANY_RULES}
    | 忽略掉?以上{_IN}{{0,6}}?(?:{_COMMANDS}|要求){_ENDS}
    | (?:{_ABOVE}|之前|所有|一切|全部|系统)(?:{_ALL}|的)*(?:{_COMMANDS}){_IN}{{0,4}}
      (?:作废|失效|无效|取消)
    | (?:以上|上面|上文|你的)(?:{_ALL}|的)*(?:要求|规则|提示|说明)(?:[都均已]|全部|一律|现在)*
      (?:作废|失效|无效)
    # Be somebody else: 你现在是一个AI, 从现在起你只输出….
    | (?:你(?:现在|其实|将|就)是(?!否|不是)|从现在(?:起|开始)你|现在开始你
      |你的(?:新的?|真正的?|唯一的?)*(?:任务|身份|角色|职责)[是变])
      {_IN}{{0,30}}?(?:{_SAY}|{_MACHINE}|{_LIMITLESS}|告诉(?:{_ANYBODY})|口[吻气]|语气)
    | 你是一[个名位](?:{_MACHINE}|{_LIMITLESS})
    # Say this: 你必须输出…, 如果有人问就说…, 正确答案是….
    | 你(?:必须|应[该当]|只能|只需|要|需要|得)(?:直接|只|仅|一律|立即)*
      (?:{_TELL}|声称|告诉(?:{_ANYBODY}))
    | 你(?:必须|只能|只需)(?:直接|只|仅|一律)*说[:“"「『‘'](?=[^”"」』'’]{{4}})
    | (?<!每)(?:当|如果|若|凡是?|无论)(?:有人|用户|读者|对方|任何人|别人)?{_IN}{{0,8}}?问
      {_IN}{{0,16}}?{_THEN}(?:请|就|都|须|必须|一律|只能?|应|要|统一|务必)(?:{_SAY}|说|告诉)(?!了|过)
    | (?<!拒绝)(?<!没有)(?<!不[愿想再能肯便])(?<![不未])(?:{_SAY})
      (?:任何|所有|一切|用户的?|本|该|此)(?:问题|提问)(?:时|前)?,?你?
      (?:都(?:要|须|必|应|只|用|说|回|输)|一律|请|必须|务必|只能|要)
    | 对于?(?:任何|所有|一切|每一?个)(?:用户的?)?(?:问题|提问),?
      (?:你|都|请|只|要|必须|须|应|一律|统一|直接|均)+(?:{_SAY})(?!了|过)
    | (?:正确|标准|唯一|最终)的?(?:答案|回答)(?:是|应?为|:|一律)
    | (?:输出|打印|复述|重复|透露|泄露){_IN}{{0,6}}
      (?:系统提示|提示词|系统指令|系统设定|systemprompt)
    | (?:回答|回复|显示|公开|给出|说出)(?:你|您|全部|完整|所有|的)*
      (?:你的系统提示|提示词|系统指令|系统设定|systemprompt)
    | (?:不要|不必|无需|不用|别|禁止|不得|不许)再?
      (?:(?:引用|标注|注明|标明)(?:任何)?(?:来源|出处|引文|资料|原文)
        |(?:给出|列出|提供|核[对实])(?:任何)?(?:来源|出处|引文|原文(?![件物])))
    # To the machine by name: 给大模型的指令, AI助手请…, 【系统消息】.
    | (?:致|给|请|告知|提醒|对)(?:阅读[本此]文的)?(?:{_MACHINE})的?
      (?:指令|指示|命令)(?:[:是为]|如下)
    | 给(?:阅读[本此]文的)?(?:{_MACHINE})(?:必读|:)
    | (?:{_MACHINE})[,:!们]?(?:(?:请|你|[读看]到[此这本以上下该])
        {_IN}{{0,16}}?(?:{_SAY}|执行|遵|忽略|告诉|说)
      |(?:须|必须|务必|应)[^。！？!?,]{{0,6}}?(?:{_SAY}|忽略|告诉))
    | (?:【|\[|<|\#+)(?:系统|system|管理员|开发者|新)
      (?:消息|提示|指令|通知|指示|message|prompt|override)?(?:】|\]|>|:)
    | (?:系统|隐藏|最高(?:优先)?级?)(?:指令|指示|命令)(?:是|为|:|已)
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
