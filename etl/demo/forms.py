"""The forms a unit of the demonstration would hand in, as content for any layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from etl.demo.dynamics import Dynamics, Place, Values, tasks_of
from etl.demo.townships import NOT_APPLICABLE, township_rows
from etl.months.read.layouts import Layout
from etl.months.template.sheetwriter import FormContent
from warehouse.month import add_months

FORMS = ("facility", "training", "platform", "allowance")
WINTER_NOTES = {
    1: "服务工单、服务人次、当月活跃人数：临近春节，上门服务减少",
    2: "服务工单、服务人次、当月活跃人数：春节假期，上门服务减少",
    3: "服务工单、服务人次、当月活跃人数：春节后服务恢复",
}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林"


class Forms:
    """Clean forms of all units; `content(layout, unit, month)` is what a careful clerk writes."""

    def __init__(self, dynamics: Dynamics, names: Mapping[str, str], township_names: Mapping[str, str]):
        """names: unit → full name; township_names: township area id → name."""
        self.dynamics = dynamics
        self.names = names
        self.township_names = township_names
        self._values: dict[tuple[str, str, date], Values] = {}

    def values(self, form: str, unit: str, month: date) -> Values:
        """The truth of one form, remembered, since every month is also the last month of the next."""
        key = (form, unit, month)
        if key not in self._values:
            self._values[key] = self._heaped(unit, self.dynamics.values(form, unit, month))
        return self._values[key]

    def _heaped(self, unit: str, values: Values) -> Values:
        """Some clerks round: to tens, small figures to fives."""
        for indicator in self.dynamics.parameters["heaped"].get(unit, ()):
            if (indicator, "total") in values:
                step = 10 if values[indicator, "total"] >= 200 else 5
                values[indicator, "total"] = round(values[indicator, "total"] / step) * step
        return values

    def content(self, layout: Layout, unit: str, month: date, *, correction: str = "") -> FormContent:
        """One clean form: figures, last month's figures, tasks and particulars."""
        place = self.dynamics.places[unit]
        form = layout.form_code
        rows: dict[str, Values] = {unit: dict(self.values(form, unit, month))}
        names: dict[str, str] = {}
        if form == "allowance" and place.townships:
            rows |= self.dynamics.allowance_rows(unit, month)
            names = {area: self.township_names[area] for area in place.townships}
        if form == "facility" and any(block.rows == "township" for block in layout.blocks):
            rows |= township_rows(place, rows[unit], seed=self.dynamics.parameters["seed"])
            names = {area: self.township_names[area] for area in place.townships}
        self._fill_gaps(layout, rows[unit])
        before = add_months(month, -1)
        previous = self.values(form, unit, before) if before in self.dynamics.months else {}
        return FormContent(
            unit_id=unit,
            unit_name=self.names[unit],
            month=month,
            rows=rows,
            names=names,
            previous=previous,
            tasks=self._tasks(unit, month) if form == "training" else {},
            notes=self._explanations(form, unit, month, previous),
            meta=self.particulars(layout, place, month, correction=correction),
        )

    def _explanations(self, form: str, unit: str, month: date, previous: Values) -> dict[str, str]:
        """What a careful clerk writes beside a figure that changed for a reason; by figure, and for the whole row."""
        if form == "facility":
            homes = ("township_home_count", "total")
            now, before = self.values(form, unit, month).get(homes), previous.get(homes)
            if now is not None and before is not None and now < before:
                return dict.fromkeys((homes[0], unit), f"撤并小型敬老院{before - now}所，老人转入区域养老服务中心")
        if form == "platform" and month.month in WINTER_NOTES:
            return {unit: WINTER_NOTES[month.month]}
        if form == "training":
            return self._training_words(unit, month, previous)
        return {}

    def _training_words(self, unit: str, month: date, previous: Values) -> dict[str, str]:
        season = "春季" if month.month < 7 else "秋季"
        words, row = {}, []
        if self._is_rush(unit, month):
            said = f"{season}集中开班"
            words |= dict.fromkeys(("training_person_times", "training_people"), said)
            row.append(f"培训人次、培训人数：{said}")
        certificates = ("certificate_count", "total")
        if month.month > 1 and self.values("training", unit, month)[certificates] > previous.get(certificates, 0):
            words[certificates[0]] = f"{season}班次集中鉴定发证"
            row.append(f"取证人数：{words[certificates[0]]}")
        return {**words, unit: "；".join(row)} if row else words

    def _is_rush(self, unit: str, month: date) -> bool:
        """Clearly more trained than on average in the year before."""
        step = self.dynamics.months.index(month)
        earlier = [self.dynamics.trained(unit, one) for one in self.dynamics.months[max(0, step - 12) : step]]
        return bool(earlier) and self.dynamics.trained(unit, month) >= 1.15 * sum(earlier) / len(earlier)

    def particulars(self, layout: Layout, place: Place, month: date, *, correction: str = "") -> dict[str, str]:
        """The line under the title: who reports, who filled it in, when."""
        luck = self.dynamics._random("clerk", place.unit)
        office = "社会事业局" if place.is_zone else "民政局"
        following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        filled = following + timedelta(days=self.dynamics._random("day", place.unit, month).randint(0, 3))
        is_running = layout.period_kind == "year_to_date" and month.month > 1
        return {
            "unit": f"{self.names[place.unit]}{office}",
            "data_period": f"{month.year}年{'1—' if is_running else ''}{month.month}月",
            "pay_period": f"{following.year}年{following.month}月",
            "filled_by": luck.choice(SURNAMES) + "某",
            "reviewed_by": luck.choice(SURNAMES) + "某",
            "filled_on": f"{filled.year}年{filled.month}月{filled.day}日",
            "units": layout.units_zh,
            "correction": correction,
        }

    def _tasks(self, unit: str, month: date) -> dict[str, int]:
        city = self.dynamics.places[unit].city
        task = tasks_of(self.dynamics.parameters, city, month.year)[unit]
        return {"training_person_times": task, "training_task": task}

    def _fill_gaps(self, layout: Layout, figures: Values) -> None:
        for block in layout.blocks:
            for one in block.fields:
                if (
                    one.role == "value"
                    and block.rows in ("unit", "none")
                    and (one.indicator, one.breakdown) not in figures
                ):
                    figures[one.indicator, one.breakdown] = NOT_APPLICABLE


@dataclass(frozen=True, kw_only=True)
class World:
    """The places and names of the demonstration: plain data, so that it can be handed to another process.

    names and short_names: unit → name; township_names: township → name.
    """

    places: dict[str, Place]
    names: dict[str, str]
    short_names: dict[str, str]
    township_names: dict[str, str]

    def forms(self) -> Forms:
        """The clean forms of all units, under the name by which each calls itself."""
        dynamics = Dynamics(self.places)
        habits = dynamics.parameters["sending"]["habits"]
        written = {
            unit: self.short_names[unit] if habits[unit].get("name") == "short" else name
            for unit, name in self.names.items()
        }
        return Forms(dynamics, written, self.township_names)
