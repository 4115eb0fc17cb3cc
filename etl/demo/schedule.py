"""Who sends what and when: every file of the demonstration with the moment of its arrival, before anything is written.

Most units send on time; some are late, some never send, zones and winter months more so; some forms are sent again
with their reason; and what `dirt.toml` declares. All from one seed.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from etl.demo.dirt import SCHEDULED, Dirt
from etl.demo.dynamics import read_parameters
from etl.demo.forms import FORMS, World
from etl.months.read.demonstration import NAME_MARK_ZH

ZONE = ZoneInfo("Asia/Shanghai")
FORM_ZH = {"facility": "设施床位", "training": "培训", "platform": "智慧平台", "allowance": "高龄津贴"}
REASONS = (
    "初报漏统计个别乡镇，现据实更正",
    "系统导出时间早于月末，补录后更正",
    "复核台账发现重复登记，更正有关数据",
    "上报后补收凭证，补充登记",
)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One file as sent. slips: forms with small errors of a first report; correction: the reason of a revision."""

    unit: str
    month: date
    forms: tuple[str, ...]
    kind: str
    file_name: str
    arrived_at: datetime
    slips: tuple[str, ...] = ()
    correction: str = ""
    dirt: tuple[Dirt, ...] = ()


def plan(world: World, months: Sequence[date], dirt: Iterable[Dirt], *, until: date) -> list[Parcel]:
    """Every file about these months that has come by the end of the day `until`, in the order of arrival."""
    parameters = read_parameters()
    by_place: dict[tuple[str, date], list[Dirt]] = {}
    for one in dirt:
        for month in one.months:
            by_place.setdefault((one.unit, month), []).append(one)
    parcels: list[Parcel] = []
    for unit in world.places:
        for month in months:
            sender = _Sender(world, parameters, unit, month, by_place.get((unit, month), []))
            parcels += [parcel for parcel in sender.parcels() if parcel.arrived_at.date() <= until]
    return sorted(parcels, key=lambda parcel: (parcel.arrived_at, parcel.file_name))


class _Sender:
    """One unit in one month."""

    def __init__(self, world: World, parameters: dict, unit: str, month: date, dirt: list[Dirt]) -> None:
        self.unit, self.month, self.dirt = unit, month, dirt
        self.name = world.short_names[unit]
        self.ways = parameters["sending"]
        self.habit = self.ways["habits"][unit]
        self.factor = (self.ways["zone_factor"] if world.places[unit].is_zone else 1.0) * (
            self.ways["winter_factor"] if month.month in (1, 2) else 1.0
        )
        self.luck = random.Random(f"{parameters['seed']}:sent:{unit}:{month}")
        self.day = random.Random(f"{parameters['seed']}:day:{unit}:{month}").randint(0, 3)

    def parcels(self) -> list[Parcel]:
        """The first report, its corrections and what follows a return."""
        fate = self.luck.random()
        lost = self.ways["missing_share"] * self.factor
        late = self.ways["late_share"] * self.factor
        # One draw for each form, whatever becomes of it, so that a new fault elsewhere changes nothing here.
        revised = [form for form in FORMS if self.luck.random() < self.ways["revised_share"]]
        minutes, days_late = self.luck.randint(0, 500), self.luck.randint(9, 20)
        said = {one.action: one for one in self.dirt if one.action in SCHEDULED}
        complete = self.month in self.ways["complete_months"]
        if fate < lost and not complete and not self.dirt:
            return []
        is_late = "late" in said or (lost <= fate < lost + late and not complete and not self.dirt)
        sent_at = self._moment(self.day + 1 + (days_late if is_late else 0), minutes)
        missing = {one.form for one in self.dirt if one.action == "missing"}
        if "" in missing:
            return []
        soiled = {one.form for one in self.dirt}
        slips = tuple(form for form in revised if form not in soiled and "" not in soiled)
        slips += tuple(one.form for one in self.dirt if one.action.startswith("restated"))
        first = [form for form in self.habit["order"] if form not in missing]
        parcels = self._first(first, sent_at, slips)
        parcels += [self._revision(form, sent_at, self.luck) for form in slips if form not in soiled]
        for one in self.dirt:
            parcels += self._afterwards(one, sent_at)
        return parcels

    def _first(self, forms: list[str], sent_at: datetime, slips: tuple[str, ...]) -> list[Parcel]:
        groups = [forms] if self.habit["files"] == "one" else [[form] for form in forms]
        planted = tuple(one for one in self.dirt if one.action not in SCHEDULED)
        return [
            Parcel(
                unit=self.unit,
                month=self.month,
                forms=tuple(group),
                kind="first",
                file_name=self._file_name(group, ""),
                arrived_at=sent_at + timedelta(seconds=41 * step),
                slips=tuple(form for form in slips if form in group),
                dirt=tuple(one for one in planted if one.form in group or (not one.form and step == 0)),
            )
            for step, group in enumerate(groups)
        ]

    def _revision(self, form: str, sent_at: datetime, luck: random.Random) -> Parcel:
        # Before the next report where that one repeats the figures; within two months for the rest.
        next_report = self._moment(1, 0) + timedelta(days=28)
        days = luck.randint(3, max(3, (next_report - sent_at).days - 1))
        if form in ("platform", "allowance") and luck.random() < 0.4:
            days += 28
        return Parcel(
            unit=self.unit,
            month=self.month,
            forms=(form,),
            kind="revision",
            file_name=self._file_name([form], "更正"),
            arrived_at=sent_at + timedelta(days=days, minutes=luck.randint(0, 90)),
            correction=luck.choice(REASONS),
        )

    def _afterwards(self, one: Dirt, sent_at: datetime) -> list[Parcel]:
        """The clean form after a return; the same figures changed with or without a reason."""
        if not one.again_after_days:
            return []
        again = Parcel(
            unit=self.unit,
            month=self.month,
            forms=(one.form,) if one.form else tuple(self.habit["order"]),
            kind="repair",
            file_name=self._file_name([one.form] if one.form else self.habit["order"], "重报"),
            arrived_at=sent_at + timedelta(days=one.again_after_days, minutes=7),
        )
        if one.action == "restated_without_reason":
            reasoned = replace(
                again, kind="revision", correction=one.reason_zh,
                arrived_at=again.arrived_at + timedelta(days=3),
                file_name=again.file_name.replace("重报", "更正"),
            )  # fmt: skip
            return [again, reasoned]
        if one.reason_zh:
            name = again.file_name.replace("重报", "更正")
            return [replace(again, kind="revision", correction=one.reason_zh, file_name=name)]
        return [again]

    def _moment(self, day: int, minutes: int) -> datetime:
        following = (self.month.replace(day=28) + timedelta(days=4)).replace(day=1)
        return datetime.combine(following + timedelta(days=day - 1), time(9, 0), ZONE) + timedelta(minutes=minutes)

    def _file_name(self, forms: Sequence[str], mark: str) -> str:
        ending = {"xlsx": "xlsx", "xls": "xls", "csv": "csv", "html": "xls"}[self.habit["format"]]
        what = FORM_ZH[forms[0]] if len(forms) == 1 else "养老服务月报"
        mark = f"（{mark}）" if mark else ""
        return f"{self.name}{self.month.year}年{self.month.month}月{what}{mark}（{NAME_MARK_ZH}）.{ending}"
