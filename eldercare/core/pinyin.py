"""Spelling of Chinese names for search and order: `青岛市福利院` -> `qingdaoshifuliyuan`, `qdsfly`.

The library reads running text; names of places and people keep readings of their own, listed here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin, load_phrases_dict

#: Place and trade words that the library's dictionary reads otherwise.
_PHRASES = {
    "宕昌": ["tàn", "chāng"],
    "芝罘": ["zhī", "fú"],
    "昆嵛": ["kūn", "yú"],
    "长岛": ["cháng", "dǎo"],
    "长者": ["zhǎng", "zhě"],
    "乐龄": ["lè", "líng"],
    "栖霞": ["qī", "xiá"],
    "两当": ["liǎng", "dāng"],
    "厦门": ["xià", "mén"],
    "长山": ["cháng", "shān"],
    "会宁": ["huì", "níng"],
}

#: Surnames whose reading differs from the same character in running text.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "区": "ou", "查": "zha", "朴": "piao", "任": "ren",
    "盖": "ge", "缪": "miao", "洗": "xian", "秘": "bi", "召": "shao", "折": "she", "黑": "he", "乐": "yue",
    "员": "yun", "祭": "zhai", "翟": "zhai", "覃": "qin", "华": "hua", "宁": "ning", "纪": "ji", "燕": "yan",
    "种": "chong", "繁": "po", "隗": "wei", "牟": "mu", "逄": "pang", "卜": "bu", "句": "gou", "冼": "xian",
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "澹台": "tantai", "令狐": "linghu", "单于": "chanyu",
}  # fmt: skip

_WORD = re.compile(r"[a-z0-9]+|[^\x00-\x7f\W_]+")


def _words(text: str) -> list[str]:
    """Runs of Latin letters and digits, and runs of other letters; full-width forms read as usual ones."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=1)
def _prepare() -> None:
    load_phrases_dict({word: [[syllable] for syllable in reading] for word, reading in _PHRASES.items()})


def syllables(text: str) -> list[str]:
    """Lower-case syllables of the Chinese part and words of the rest; signs are dropped."""
    _prepare()
    found: list[str] = []
    for part in _words(text):
        if part.isascii():
            found.append(part)
        else:
            found += [s for s in lazy_pinyin(part, errors="ignore", v_to_u=False) if s]
    return found


def spelled(text: str) -> tuple[str, str]:
    """(pinyin without spaces, initials) of a place or an institution."""
    parts = syllables(text)
    return "".join(parts), "".join(part[0] for part in parts)


def spelled_person(name: str) -> tuple[str, str]:
    """(pinyin, initials) of a person; the surname by the table of surnames."""
    text = name.strip()
    for length in (2, 1):
        surname = text[:length]
        if surname in _SURNAMES and len(text) > length:
            pinyin, initials = spelled(text[length:])
            first = _SURNAMES[surname]
            return first + pinyin, _surname_initials(surname) + initials
    return spelled(text)


def _surname_initials(surname: str) -> str:
    if len(surname) == 1:
        return _SURNAMES[surname][0]
    return {"尉迟": "yc", "万俟": "mq", "长孙": "zs", "澹台": "tt", "令狐": "lh", "单于": "cy"}[surname]


def folded(query: str) -> str:
    """A search text as the stored spelling has it: lower case, letters and digits only, Chinese kept."""
    return "".join(_words(query))
