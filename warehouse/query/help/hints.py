"""What is probably meant where DuckDB only says "syntax error", and cautions for statements that run but mislead."""

import difflib

from warehouse.query.help.lexer import Token, place, tokens

_KEYWORDS = (
    *("select", "from", "where", "group", "order", "having", "qualify", "limit", "offset", "join", "left", "inner"),
    *("union", "distinct", "between", "partition", "with", "using", "values", "except", "intersect", "case", "when"),
    *("then", "else", "describe", "summarize", "explain", "pivot", "unpivot"),
)
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_NO_CONDITION = ("cross", "natural", "positional")


def syntax_hint(sql: str, offset: int) -> str:
    """What to write instead at this place, without a full stop; empty when nothing better is known than the order."""
    pieces = [token for token in tokens(sql) if token.kind != "comment"]
    at = next((index for index, token in enumerate(pieces) if token.end > offset), len(pieces) - 1)
    if at < 0:
        return ""
    return _near(pieces, at) or _unfinished(pieces, at) or _misspelt(pieces, at) or _whole(sql, pieces)


def _near(pieces: list[Token], at: int) -> str:
    """Hints that rest on the token refused and the one or two before it."""
    here = pieces[at]
    before = pieces[at - 1] if at else None
    earlier = pieces[at - 2] if at > 1 else None
    if before is None:
        return ""
    if before.is_word("group", "order", "partition") and not here.is_word("by"):
        return f"{before.text.lower()} 后面要写 by，如 {before.text.lower()} by area_id"
    if before.is_word("top") and here.kind == "number":
        return f"取前几行请写在最后：limit {here.text}"
    if here.text == "," and before.kind == "number" and earlier and earlier.is_word("limit"):
        return f"请写成 limit 行数 offset 跳过的行数，如 limit 20 offset {before.text}"
    if here.text == "%" and any(token.is_word("like", "ilike") for token in pieces[max(0, at - 3) : at]):
        return "要找的文字请加单引号，如 like '%濮阳%'"
    if before.kind == here.kind == "string":
        return "两段文字之间缺逗号"
    if here.kind == "parameter" or here.text in "{}@:":
        return "参数请写成 :名称，只能代替一个值，不能代替表名"
    if here.is_word("select", "from") and before.is_word("as"):
        return "with 名称 as 后面要加括号，如 with t as (select …) select * from t"
    if here.is_word("select") and before.text == "(" and pieces[0].is_word("with"):
        return "with 的名称后面要写 as，如 with t as (select …) select * from t"
    return ""


def _unfinished(pieces: list[Token], at: int) -> str:
    """The place is the last word, and the word wants something after it."""
    here = pieces[at]
    if at == len(pieces) - 1 and here.is_word(
        "where", "not", "and", "or", "by", "on", "from", "join", "having", "limit"
    ):
        return f"{here.text} 后面没有写完，请补上"
    return ""


def _misspelt(pieces: list[Token], at: int) -> str:
    """A word at the place or just before it that looks like a keyword but is none."""
    for token in pieces[max(0, at - 1) : at + 1]:
        word = token.text.lower()
        if token.kind != "word" or word in _KEYWORDS or len(word) < 4 or not word.isascii():
            continue
        found = difflib.get_close_matches(word, _KEYWORDS, n=1, cutoff=0.75)
        if found:
            return f"“{token.text}”是不是 {found[0]}"
    return ""


def _whole(sql: str, pieces: list[Token]) -> str:
    """Hints that rest on the whole statement: what was opened and not closed, what is missing at its end."""
    opened: list[Token] = []
    for token in pieces:
        if token.kind != "other":
            continue
        if token.text in _BRACKETS:
            opened.append(token)
        elif token.text in _BRACKETS.values():
            if not opened or _BRACKETS[opened[-1].text] != token.text:
                return f"{place(sql, token.start)}的 {token.text} 多了，或前面少了配对的括号"
            opened.pop()
    if opened:
        return f"{place(sql, opened[-1].start)}的 {opened[-1].text} 没有合上，请补 {_BRACKETS[opened[-1].text]}"
    words = [token.text.lower() for token in pieces if token.kind == "word"]
    if words.count("case") > words.count("end"):
        return "case 要以 end 结束，如 case when 条件 then 值 else 值 end"
    if pieces[0].is_word("with") and words.count("select") + words.count("from") < 2:
        return "with 之后还要写取数的 select，如 with t as (select …) select * from t"
    free = sum(words[index - 1] in _NO_CONDITION for index, word in enumerate(words) if word == "join" and index)
    if words.count("join") - free > words.count("on") + words.count("using"):
        return "join 后面要写条件，如 on a.area_id = b.area_id，或 using (area_id)"
    return ""


def cautions(sql: str) -> list[str]:
    """Sentences about what runs without an error and yet answers another question than was meant."""
    pieces = [token for token in tokens(sql) if token.kind != "comment"]
    ended = [*pieces, Token("other", "", len(sql))]
    told = []
    for first, second, third in zip(ended, ended[1:], ended[2:], strict=False):
        if first.text in ("=", ">") and second.is_word("null"):  # also the end of != and <>
            told.append(f"{place(sql, first.start)}：与 null 比较永远不成立，请写 is null 或 is not null。")
        if first.is_word("avg", "mean") and second.text == "(" and _is_ratio(third):
            told.append(
                f"{place(sql, first.start)}：{first.text}({third.text}) 是各地比率的简单平均，不是全市的比率；"
                "请写 sum(分子) / nullif(sum(分母), 0)。"
            )
    for token in pieces:
        if token.kind == "string" and token.text[1:2] == ":" and token.text[2:-1].isidentifier():
            told.append(f"{place(sql, token.start)}：引号里的 {token.text[1:-1]} 是文字，不是参数；请去掉引号。")
    return list(dict.fromkeys(told))[:3]


def _is_ratio(token: Token) -> bool:
    return token.kind in ("word", "quoted") and token.text.strip('"').lower().endswith(("rate", "share", "completion"))
