"""Invented people and homes. Identity numbers use an area code that was never issued, telephones a prefix that
no network has: nobody real can be meant."""

from __future__ import annotations

from typing import Any

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN_WOMEN = _words(
    "秀英 桂英 秀兰 玉兰 桂兰 秀珍 凤英 玉珍 玉英 淑珍 淑英 桂珍 淑兰 素珍 素英 秀芳 桂芳 淑芳 玉芳 春兰 月英 凤兰 金凤 "
    "美华 丽华 爱华 惠英 瑞英 文英 翠英 荣珍 兰英 菊英 梅英 淑贞 静芳 慧珍 雪梅 冬梅 春梅 玉梅 桂花 秀云 彩云 凤云"
)
GIVEN_MEN = _words(
    "建国 国强 志强 德明 玉明 永福 长福 德福 振华 国华 建华 文华 明德 明亮 宝山 玉山 金山 长山 海山 树林 玉林 春林 "
    "桂林 福林 德林 文林 志明 光明 国栋 国良 国安 永安 长安 德安 福安 学文 学武 学礼 守信 守义 广才 广义 庆林 庆福 世明"
)
HOME_WORDS = _words(
    "海安 康宁 松柏 夕阳红 福寿 颐和 仁爱 安怡 静好 长青 华康 百合 春晖 瑞祥 金秋 和乐 广济 慈航 明德 泰康里 鹤鸣 银杏 "
    "南山 碧海 云帆 崂岚 浮山 枫林 晚晴 乐龄 怡园 福泽 祥和 安泰 康乐 平安 同心 阳光 翠湖 梧桐"
)
HOME_KINDS = ("养老院", "护理院", "老年公寓", "颐养中心", "敬老院")
MARK = "（演示）"

AREAS = {"city": "990101", "yantai": "990102", "gansu": "990103"}  # never issued
PHONE_PREFIX = "100"  # no network
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def people(rng: np.random.Generator, is_woman: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Names as the older generation has them."""
    count = len(is_woman)
    weights = 1 / (np.arange(len(SURNAMES)) + 3.0)
    surname = np.array(list(SURNAMES), dtype=object)[rng.choice(len(SURNAMES), count, p=weights / weights.sum())]
    women = np.array(GIVEN_WOMEN, dtype=object)[rng.integers(len(GIVEN_WOMEN), size=count)]
    men = np.array(GIVEN_MEN, dtype=object)[rng.integers(len(GIVEN_MEN), size=count)]
    return surname + np.where(is_woman, women, men)


def id_number(area: str, birth: str, serial: int, woman: bool) -> str:
    """A number with a right check digit (GB 11643-1999). `birth` is YYYYMMDD; `serial` counts the people of one
    day and sex, 0 to 499; the last digit of the order code tells the sex."""
    if not 0 <= serial < 500:
        raise ValueError("more people born on one day than the order code has room for")
    body = f"{area}{birth}{serial * 2 + (0 if woman else 1):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]


def phone(serial: int) -> str:
    return f"{PHONE_PREFIX}{serial:08d}"


def homes(rng: np.random.Generator, districts: list[str]) -> list[str]:
    """One name for each home, unlike all others, marked as demonstration."""
    seen: set[str] = set()
    found = []
    for district in districts:
        while True:
            word = HOME_WORDS[int(rng.integers(len(HOME_WORDS)))]
            kind = HOME_KINDS[int(rng.choice(len(HOME_KINDS), p=[0.4, 0.2, 0.15, 0.15, 0.1]))]
            name = f"{district}{word}{kind}"
            if name in seen:
                name = f"{district}{word}第{'二三四五六七八九'[int(rng.integers(8))]}{kind}"
            if name not in seen:
                break
        seen.add(name)
        found.append(name + MARK)
    return found
