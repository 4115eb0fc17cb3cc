"""Names of units and townships, matched whole. 濮阳市 is not 濮阳县; a name nobody declared is an issue, never a guess."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from etl.months.read.labels import plain, unnumbered

OFFICES = (
    "民政和社会保障局", "民政和人力资源社会保障局", "社会事业发展局", "社会事务管理局", "社会发展局", "社会事业局",
    "社会事务局", "民政服务中心", "民政局", "民政办", "管理委员会", "管委会", "人民政府", "社会事业部",
)  # fmt: skip
"""Offices that report for a place: their name ends the line 填报单位, and is no part of the place's name."""

# 濮阳县民政和退役军人局, 开发区党群和社会事务局: offices are merged and named anew, and remain those of civil affairs. An
# institution or a township is neither.
_MERGED_OFFICE = re.compile(
    r"[^局办部委乡镇村院]{0,10}(?:民政|社会(?:发展|事务|事业|管理))[^局办部委乡镇村院]{0,12}(?:局|办(?:公室)?|部|委员会)"
)

# 清丰县(上月), 清丰县(不含街道) and 清丰县(代南乐县报) are not the unit's own figures of the month.
_SOME_PLACES = re.compile("农村|城镇|城区|城市|乡镇|街道|社区|民办|公办|民营|国有|部分|直属")
_STAMP = re.compile(r"\((?:加?盖?[公印签]?章|印|\d{6,12})?\)$")


# 各乡镇, 居家社区养老, 公办民办: all of a unit's places, named by their kinds.
_ALL_PLACES = re.compile("各|所有|居家|城乡|公办.*民[办营]|民[办营].*公办|农村.*城[镇区]|城[镇区].*农村")
# 清丰县民政局养老服务股: the section of an office that fills in its forms.
_SECTION = re.compile(r"(?<=局|部|会|府)[^局()]{1,12}(?:科|股|室|处|中心)$")
_PROVINCE = re.compile(r"^[^省市县区]{2,3}(?:省|自治区)(?=.)")


@dataclass(frozen=True)
class Place:
    """A reporting unit or a city. `city_id` is its own id for a city."""

    area_id: str
    name_zh: str
    level_code: str
    city_id: str
    kind_code: str
    has_villages: bool | None
    is_reporting: bool


class AreaBook:
    """Every place forms may name. Made from core.dim_area and core.dim_area_alias."""

    def __init__(self, areas: pl.DataFrame, aliases: pl.DataFrame) -> None:
        levels = {}
        self.places: dict[str, Place] = {}
        self.townships: dict[str, dict[str, str]] = defaultdict(dict)
        """Township names by id, for each unit, in declared order."""
        for row in areas.sort("sort_order").iter_rows(named=True):
            levels[row["area_id"]] = row["level_code"]
            if row["is_reporting"] or row["level_code"] == "city":
                self.places[row["area_id"]] = Place(
                    row["area_id"],
                    row["name_zh"],
                    row["level_code"],
                    row["city_area_id"] or row["area_id"],
                    row["kind_code"],
                    row["has_villages"],
                    bool(row["is_reporting"]),
                )
            elif row["level_code"] == "township":
                self.townships[row["parent_area_id"]][row["area_id"]] = row["name_zh"]
        self._units: dict[str, set[str]] = defaultdict(set)
        self._townships: dict[str, dict[str, str]] = defaultdict(dict)
        self._owners: dict[str, set[str]] = defaultdict(set)
        for scope, alias, area_id in aliases.select("scope_area_id", "alias_zh", "area_id").iter_rows():
            name = plain(alias)
            if levels.get(area_id) == "township":
                self._townships[scope][name] = area_id
                self._owners[name].add(scope)
            elif area_id in self.places:
                self._units[name].add(area_id)
        for unit_id, townships in self.townships.items():
            for area_id, name in townships.items():
                self._townships[unit_id].setdefault(plain(name), area_id)
                self._owners[plain(name)].add(unit_id)

    def reporting(self) -> list[Place]:
        """Units that send forms, in declared order."""
        return [place for place in self.places.values() if place.is_reporting]

    def full_name(self, place: Place) -> str:
        """The name with the city before it, where units of two cities may be meant."""
        city = self.places.get(place.city_id, place)
        return place.name_zh if city == place else f"{city.name_zh}{place.name_zh}"

    def units_named(self, text: str) -> list[Place]:
        """The places a wording such as “清丰县民政局（章）” names: none, one, or several that it could mean."""
        name = _STAMP.sub("", plain(text)).strip(":")
        found = self._units.get(name, set())
        if not found:
            name = _SECTION.sub("", _PROVINCE.sub("", name))
            found = self._units.get(name, set())
        if not found:
            for office in OFFICES:
                if name.endswith(office) and (found := self._units.get(name.removesuffix(office), set())):
                    break
        if not found:
            merged = (one for one in self._units if name.startswith(one) and _MERGED_OFFICE.fullmatch(name[len(one) :]))
            found = self._units.get(max(merged, key=len, default=""), set())
        return [self.places[area_id] for area_id in sorted(found) if self._is_candidate(area_id)]

    def _is_candidate(self, area_id: str) -> bool:
        place = self.places[area_id]
        return place.is_reporting or any(unit.city_id == area_id for unit in self.reporting())

    def township(self, unit_id: str, text: str) -> str | None:
        """The township of that unit with exactly this name, None when there is none; a row may be numbered."""
        known = self._townships.get(unit_id, {})
        name = plain(text) if plain(text) in known else unnumbered(text)
        if name in known:
            return known[name]
        # Whole forms of the same name only: with the unit before it, or with its own prefix left out.
        unit_name = plain(self.places[unit_id].name_zh)
        return known.get(name.removeprefix(unit_name)) if name != unit_name else None

    def part_of(self, unit_id: str, text: str) -> str:
        """Which part of a unit a wording speaks of: a township of it, or some kind of its places; empty when of none."""
        name = plain(text).removeprefix(plain(self.places[unit_id].name_zh))
        if self.township(unit_id, name):
            return name
        found = None if _ALL_PLACES.search(name) else _SOME_PLACES.search(name)
        return found[0] if found else ""

    def is_part_of_a_name(self, text: str) -> bool:
        """Whether the text is a piece of the name of some place, say of a township without its 镇."""
        names = (name for known in self._townships.values() for name in known)
        return any(text in name for name in (*names, *self._units))

    def owners(self, text: str) -> Iterable[str]:
        """Names of the units that have a township of this name."""
        return [
            self.places[unit_id].name_zh
            for unit_id in sorted(self._owners.get(plain(text), ()))
            if unit_id in self.places
        ]

    def nearest(self, unit_id: str, text: str) -> list[str]:
        """The names of the unit's townships that come nearest to a wording, best first; none when none is near."""
        name = unnumbered(text)
        known = list(self.townships.get(unit_id, {}).values())
        within = [one for one in known if name and (name in plain(one) or plain(one) in name)]
        return (within + [one for one in get_close_matches(name, known, n=3, cutoff=0.5) if one not in within])[:3]

    def others_in(self, unit_id: str, text: str) -> list[str]:
        """Names of other units within the name of a file or a sheet that does not name this one as well."""
        name = plain(text)
        if any(unit_id in ids and alias in name for alias, ids in self._units.items()):
            return []
        return [place.name_zh for place in self.reporting() if plain(place.name_zh) in name]

    def is_unit(self, unit_id: str, text: str) -> bool:
        """Whether a row label is the unit itself."""
        named = self.units_named(text) or self.units_named(unnumbered(text))
        return any(place.area_id == unit_id for place in named)
