"""Invented payments of three units beside the forms of the demonstration: the same persons, with a few planted faults.

They are written as bureaus send them, taken by the ordinary road into the demonstration's own data home, audited, and
part of what was found is worked off. Numbers of identity are made of a place nobody is registered in.
"""

import csv
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from etl.demo.dynamics import TIERS, Dynamics, read_parameters
from etl.demo.world import read_world
from etl.payouts.add import add
from etl.payouts.audit import audit
from etl.payouts.keys import add_key, key_place
from warehouse.catalog import load_catalog
from warehouse.errors import PayoutError
from warehouse.home import Home
from warehouse.month import add_months
from warehouse.payouts.findings import give_feedback, worklist
from warehouse.payouts.store import PayoutStore

UNITS = ("nanle", "fanxian", "taiqian")
MONTHS = 6
SEED = 20261129
WHO = "演示数据生成器"
HEAD = (
    "序号", "姓名", "身份证号", "乡镇", "档次", "当月金额", "补发金额", "补发起止月", "追缴金额", "追缴起止月", "账号", "认证时间",
)  # fmt: skip
_TIERS_ZH = dict(zip(TIERS, ("80—89周岁", "90—99周岁", "100周岁以上"), strict=True))
_YEARS = {"age_80_89": (81, 88), "age_90_99": (91, 98), "age_100_plus": (101, 106)}
_WEIGHTS, _CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_PLACE = "9999"
_DEATHS_A_MONTH = 0.006
_STOPPED_SHARES = (0.62, 0.33, 0.05)
_REASONS_ZH = {
    "reason_death": "去世",
    "reason_moved": "户籍迁出",
    "reason_unverified": "未通过生存认证",
    "reason_other": "自愿放弃",
}
# How many persons each fault is planted in.
TWICE, TWO_UNITS, DEAD, STOPPED, LOW, WRONG_NUMBER, UNSEEN, ONE_ACCOUNT = 18, 9, 16, 9, 12, 7, 40, 6

Progress = Callable[[str, int, int], None]


@dataclass
class Person:
    """Somebody invented. born is chosen late: by the month of a tier reached, else anything that fits."""

    number: int
    unit: str
    town: str
    tier: str
    born: date | None = None
    account: int = 0
    is_wrong: bool = False
    is_unseen: bool = False


@dataclass
class Town:
    """Who is paid in one township, by tier, the oldest on the roster first."""

    unit: str
    area_id: str
    by_tier: dict[str, list[Person]] = field(default_factory=lambda: {tier: [] for tier in TIERS})


def build_payments(home: Home, *, months: int = MONTHS, progress: Progress | None = None) -> str:
    """Write, take and audit the payments of the demonstration in `home`; a sentence of what there is.

    Raises:
        PayoutError: the demonstration has payments already.
    """
    demo = home.demo()
    if PayoutStore(demo).submissions():
        raise PayoutError(
            "演示数据里已有发放明细，没有再生成。要重来，请先删去演示目录下的 payouts、payouts.pin 和 payouts.key"
        )
    demo.ensure()
    if not Path(key_place(demo)).exists():
        add_key(demo)
    with tempfile.TemporaryDirectory(prefix="yanglao-invented-") as place:
        folder = Path(place)
        _write(folder, months)
        done = add(demo, [folder], progress=progress)
        if not done.is_whole:
            raise PayoutError("演示数据：" + "；".join(text for each in done.files for text in each.problems_zh))
    found = audit(demo, progress=progress)
    _work_off(demo)
    return f"演示数据：{done.sentence_zh}；查出 {sum(found.counts.values())} 个疑点。运行 yanglao demo 后，高龄津贴页并列明细"


def _write(folder: Path, count: int) -> None:
    luck = random.Random(SEED)
    world = read_world(load_catalog())
    dynamics = world.forms().dynamics
    names, towns = world.names, {**world.names, **world.township_names}
    last = read_parameters()["last_month"]
    months = [add_months(last, back - count + 1) for back in range(count)]
    people = _Population(dynamics, luck)
    lines = {month: list(people.paid_in(month, is_first=month == months[0])) for month in months}
    left = {(unit, month): people.stopped_in(unit, month) for unit in UNITS for month in months[1:]}
    people.settle(months[0])
    marked = _planted(people, lines, months, luck)
    for month in months:
        for unit in UNITS:
            rows = [line for line in lines[month] if line["unit"] == unit]
            title = f"{names[unit]}{month:%Y年%-m月}高龄津贴发放明细（演示数据）"
            body = [_cells(number, line, towns, months) for number, line in enumerate(rows, start=1)]
            _csv(folder / f"{unit}-{month:%Y%m}.csv", title, HEAD, body)
    dead, stopped = marked["dead"], marked["stopped"]
    _csv(folder / "公安死亡名单.csv", "死亡注销名单（演示数据）", ("死者姓名", "死者身份证号", "死亡日期"),
         [("演示", _identity(each), f"{months[place % len(months)]:%Y-%m}-15") for place, each in enumerate(dead)])  # fmt: skip
    for month in months[1:]:
        mine = stopped if month == months[-1] else []
        _csv(
            folder / f"停止明细-{month:%Y%m}.csv",
            f"濮阳市{month:%Y年%-m月}停止明细（演示数据）",
            ("姓名", "身份证号", "县区", "乡镇", "停发原因", "停发时间"),
            [
                ("演示", _identity(each), names[each.unit], towns[each.town], reason, f"{month:%Y-%m}")
                for unit in UNITS
                for each, reason in zip(
                    [*(one for one in mine if one.unit == unit), *left[unit, month]],
                    people.reasons_of(unit, month),
                    strict=False,
                )
            ],
        )


class _Population:
    """Persons of all townships of UNITS, so many in each tier as the forms say."""

    def __init__(self, dynamics: Dynamics, luck: random.Random) -> None:
        self._dynamics, self._luck = dynamics, luck
        self.people: list[Person] = []
        self._owed: set[int] = set()
        self._left: dict[tuple[str, date], list[Person]] = {}
        # Apart from the rest, so that who is paid does not hang on who is stopped.
        self._fate = random.Random(SEED + 1)
        self._towns = {(unit, area): Town(unit, area) for unit in UNITS for area in dynamics.places[unit].townships}

    def paid_in(self, month: date, *, is_first: bool) -> Iterator[dict]:
        """A line for each person paid in a month, with arrears and recoveries; the rosters move on to that month."""
        standards = dict(zip(TIERS, self._dynamics.parameters["allowance"]["standard_yuan"]["puyang"], strict=True))
        for unit in UNITS:
            for area, values in self._dynamics.allowance_rows(unit, month).items():
                town = self._towns[unit, area]
                self._move_on(
                    town,
                    month,
                    {tier: int(values["allowance_recipient_count", tier]) for tier in TIERS},
                    is_first=is_first,
                )
                for tier in TIERS:
                    back = _spread(town.by_tier[tier], values, "recovered", tier, standards[tier])
                    owed = _spread(self._owed_last(town.by_tier[tier]), values, "arrears", tier, standards[tier])
                    self._owed.update(owed)
                    for person in town.by_tier[tier]:
                        yield {
                            "person": person, "unit": unit, "town": area, "tier": tier, "yuan": standards[tier],
                            "owed": owed.get(person.number, 0), "back": back.get(person.number, 0),
                            "standard": standards[tier],
                        }  # fmt: skip

    def _owed_last(self, people: Sequence[Person]) -> list[Person]:
        """Those last to whom arrears of before the first month can be due: of their tier by then, and not paid them yet."""
        return sorted(people, key=lambda person: person.born is None and person.number not in self._owed)

    def settle(self, first: date) -> None:
        """Give everybody who reached no tier meanwhile a month of birth that fits the tier held all along."""
        for person in self.people:
            if person.born is None:
                years = self._luck.randint(*_YEARS[person.tier])
                person.born = date(first.year - years, self._luck.randint(1, 12), 1)

    def _move_on(self, town: Town, month: date, wanted: Mapping[str, int], *, is_first: bool) -> None:
        rosters = town.by_tier
        if not is_first:
            self._leave(town, "age_80_89", round(len(rosters["age_80_89"]) * _DEATHS_A_MONTH), month)
        for tier, below, years in (("age_100_plus", "age_90_99", 100), ("age_90_99", "age_80_89", 90)):
            self._leave(town, tier, len(rosters[tier]) - wanted[tier], month)
            while len(rosters[tier]) < wanted[tier]:
                old = None if is_first else next((one for one in rosters[below] if one.born is None), None)
                if old is None:
                    rosters[tier].append(self._new(town, tier, None if is_first else add_months(month, -12 * years)))
                else:
                    rosters[below].remove(old)
                    old.born, old.tier = add_months(month, -12 * years), tier
                    rosters[tier].append(old)
        young = rosters["age_80_89"]
        self._leave(town, "age_80_89", len(young) - wanted["age_80_89"], month)
        while len(young) < wanted["age_80_89"]:
            young.append(self._new(town, "age_80_89", None if is_first else add_months(month, -12 * 80)))

    def _leave(self, town: Town, tier: str, count: int, month: date) -> None:
        """Take so many of the oldest off a roster, none where it is below zero."""
        gone = town.by_tier[tier][: max(0, count)]
        del town.by_tier[tier][: len(gone)]
        self._left.setdefault((town.unit, month), []).extend(gone)

    def reasons_of(self, unit: str, month: date) -> list[str]:
        """Why the form says people of a unit were stopped in a month, one a person."""
        told = self._dynamics.allowance(unit, month)
        return [text for code, text in _REASONS_ZH.items() for _ in range(int(told["allowance_stopped_count", code]))]

    def stopped_in(self, unit: str, month: date) -> list[Person]:
        """As many as the form says were stopped: who left the roster then, and others who were not paid lately."""
        found = self._left.get((unit, month), [])[: len(self.reasons_of(unit, month))]
        towns = [town for (place, _), town in self._towns.items() if place == unit]
        while len(found) < len(self.reasons_of(unit, month)):
            tier = self._fate.choices(TIERS, _STOPPED_SHARES)[0]
            found.append(self._new(self._fate.choice(towns), tier, None))
        return found

    def _new(self, town: Town, tier: str, born: date | None) -> Person:
        number = len(self.people)
        self.people.append(Person(number, town.unit, town.area_id, tier, born, account=number))
        return self.people[-1]


def _spread(people: Sequence[Person], values: Mapping, measure: str, tier: str, standard: int) -> dict[int, int]:
    """Months in arrears or recovered by person, so that persons and amounts are those of the form."""
    count = int(values[f"allowance_{measure}_person_count", tier])
    whole = round(values[f"allowance_{measure}_yuan", tier] / standard)
    chosen = people[-count:] if measure == "arrears" else people[:count]
    return (
        {person.number: whole // count + (place < whole % count) for place, person in enumerate(chosen)}
        if count
        else {}
    )


def _planted(
    people: _Population, lines: dict[date, list[dict]], months: list[date], luck: random.Random
) -> dict[str, list[Person]]:
    """Plant the faults, each in persons of its own who are paid all along; those of the lists."""
    always = set.intersection(*({line["person"].number for line in lines[month]} for month in months))
    young = [people.people[number] for number in sorted(always) if people.people[number].tier == "age_80_89"]
    luck.shuffle(young)
    cut = iter(young)

    def some(count: int, unit: str = "") -> list[Person]:
        return [person for person, _ in zip((each for each in cut if unit in ("", each.unit)), range(count))]  # noqa: B905

    twice, two, low = some(TWICE), some(TWO_UNITS, "nanle"), some(LOW)
    dead, stopped, account = some(DEAD), some(STOPPED), some(ONE_ACCOUNT)
    for person in some(WRONG_NUMBER):
        person.is_wrong = True
    for person in some(UNSEEN):
        person.is_unseen = True
    for person in account:
        person.account = account[0].account
    for place, month in enumerate(months):
        mine = {line["person"].number: line for line in lines[month]}
        again = [mine[person.number] for person in twice[place : place + 6 + 2 * place]]
        lines[month] += [{**line, "owed": 0, "back": 0} for line in again]
        if place * 2 >= len(months):
            moved = [mine[person.number] for person in two]
            lines[month] += [{**line, "unit": "taiqian", "town": "", "owed": 0, "back": 0} for line in moved]
        for person in low:
            mine[person.number]["yuan"] -= 10
    return {"dead": dead, "stopped": stopped}


def _cells(number: int, line: Mapping, towns: Mapping[str, str], months: list[date]) -> tuple:
    """One line of a file. Arrears and recoveries are for months before the first, so that nothing was paid twice."""
    person = line["person"]
    told = {}
    for name in ("owed", "back"):
        count = line[name]
        span = f"{add_months(months[0], -count):%Y-%m}至{add_months(months[0], -1):%Y-%m}" if count else ""
        told[name] = (count * line["standard"] if count else "", span)
    seen = add_months(months[0], -18 if person.is_unseen else 0)
    return (
        number, "演示", _identity(person), towns.get(line["town"], ""), _TIERS_ZH[line["tier"]], line["yuan"],
        *told["owed"], *told["back"], f"6200{person.account:015d}", f"{seen:%Y-%m}",
    )  # fmt: skip


def _identity(person: Person) -> str:
    """A number nobody has: of a place that does not exist, with a right last sign but where it is to be wrong."""
    day, order = person.number % 28 + 1, person.number // 28 % 999 + 1
    body = f"{_PLACE}{person.number // 27_972:02d}{person.born:%Y%m}{day:02d}{order:03d}"
    rest = sum(int(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True)) + person.is_wrong
    return body + _CHECKS[rest % 11]


def _csv(path: Path, title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([title, *[""] * (len(head) - 1)])
        writer.writerow(head)
        writer.writerows(rows)


def _work_off(demo: Home) -> None:
    """As far as the demonstration's clerks have come: most of what was paid twice, some of the dead, some mistaken."""
    rows = worklist(demo)
    for rule, right, wrong in (
        ("paid_twice_in_month", 14, 1),
        ("paid_after_death", 8, 0),
        ("never_authenticated", 6, 6),
    ):
        found = [row for row in rows.iter_rows(named=True) if row["rule_code"] == rule][: right + wrong]
        for place, row in enumerate(found):
            if place >= right:
                give_feedback(demo, row["token"], "mistaken", who=WHO)
            elif rule == "never_authenticated":
                give_feedback(demo, row["token"], "confirmed", who=WHO)
            else:
                give_feedback(demo, row["token"], "recovered", yuan=float(row["money_yuan"]), who=WHO)
