"""What the units of the demonstration would truly have to report, month by month, before any dirt.

Everything is derived from `parameters.toml` and a fixed seed: two runs give the same numbers. Published totals hold
at their dates. Nothing here is a reported figure; a release made from it says 演示数据 everywhere.
"""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from etl.demo.arithmetic import drawn, interpolate, shared_out
from warehouse.month import months_between

TIERS = ("age_80_89", "age_90_99", "age_100_plus")
FUNNEL = (
    ("order_placed_count", None),
    ("order_dispatched_count", 0.97),
    ("order_accepted_count", 0.93),
    ("order_completed_count", 0.96),
    ("order_rated_count", 0.47),
    ("order_satisfied_count", 0.981),
)
# Months of the year in which buildings are finished.
COMPLETION_MONTHS = (6, 9, 11, 12)
POPULATION_MONTHS = (date(2020, 11, 1), date(2023, 7, 1), date(2025, 7, 1), date(2026, 10, 1))

Values = dict[tuple[str, str], float]


@cache
def read_parameters() -> dict:
    """The declared sizes and rhythms; one for all, so nobody changes it."""
    return tomllib.loads((Path(__file__).parent / "parameters.toml").read_text(encoding="utf-8"))


def tasks_of(parameters: dict, city: str, year: int) -> dict[str, int]:
    """The year's training task of each unit of a city; they sum to the city's."""
    plan = parameters["training"][city]
    return shared_out(plan["task"][str(year)], plan["share"])


@dataclass(frozen=True, kw_only=True)
class Place:
    """A reporting unit as the demonstration needs it.

    townships: area id to weight; empty for a zone without codes. villages: number of 村委会; None where unknown.
    grassroots: township → whether it is a street, how many communities, how many villages.
    """

    unit: str
    city: str
    is_zone: bool
    township_count: int
    villages: int | None
    townships: Mapping[str, float]
    grassroots: Mapping[str, tuple[bool, int, int]] = field(default_factory=dict)

    @property
    def towns(self) -> list[str]:
        """The townships that are no street, in the order of their codes."""
        return sorted(area for area, (is_street, _, _) in self.grassroots.items() if not is_street)


class Dynamics:
    """Truth of all units: `values(form, unit, month)` gives (indicator, breakdown) → number."""

    def __init__(self, places: Mapping[str, Place], parameters: dict | None = None):
        self.places = places
        self.parameters = parameters or read_parameters()
        self.months = months_between(self.parameters["first_month"], self.parameters["last_month"])
        self._index = {month: step for step, month in enumerate(self.months)}
        self._platform_months: dict[tuple[str, date], Values] = {}
        self._first_drawn: dict[tuple, float] = {}
        self._steps_drawn: dict[tuple[str, str], list[float]] = {}

    def values(self, form: str, unit: str, month: date) -> Values:
        """What `unit` would report in `form` for `month`: unit-level figures, keyed (indicator, breakdown).

        Counts are whole, money is yuan. Figures that do not exist for the unit (villages in a zone) are absent.
        """
        return {
            "facility": self.facility,
            "training": self.training,
            "platform": self.platform,
            "allowance": self.allowance,
        }[form](unit, month)

    # -- helpers

    def _random(self, *names: object) -> random.Random:
        return random.Random(":".join(map(str, (self.parameters["seed"], *names))))

    def _uniform(self, low: float, high: float, *names: object) -> float:
        """The first number drawn under these names; drawn once, since to begin a chance takes longest."""
        if (low, high, names) not in self._first_drawn:
            self._first_drawn[low, high, names] = self._random(*names).uniform(low, high)
        return self._first_drawn[low, high, names]

    def _anchor(self, city: str, name: str, month: date) -> float:
        points = self.parameters["anchors"][city][name]
        return interpolate({date.fromisoformat(f"{text}-01"): value for text, value in points.items()}, month)

    def _units(self, city: str) -> list[str]:
        return [unit for unit, place in self.places.items() if place.city == city]

    def aged_60(self, unit: str, month: date) -> float:
        """Residents aged 60 and over, census 2020 and projected points, interpolated."""
        points = self.parameters["units"][unit]["aged_60"]
        return interpolate(dict(zip(POPULATION_MONTHS, points, strict=True)), month)

    def _weights(self, city: str, month: date, *, spread: float, name: str) -> dict[str, float]:
        return {
            unit: self.aged_60(unit, month) * (1 + spread * self._uniform(-1, 1, name, unit))
            for unit in self._units(city)
        }

    @cached_property
    def _city_totals(self) -> dict[tuple[str, str, date], dict[str, int]]:
        totals = {}
        for city in dict.fromkeys(place.city for place in self.places.values()):
            for month in self.months:
                enrolled = self._anchor(city, "enrolled_count", month) * self._cleaning(month)
                totals[city, "enrolled_count", month] = shared_out(
                    round(enrolled), self._weights(city, month, spread=0.04, name="enrolled")
                )
                totals[city, "care_bed_count", month] = shared_out(
                    round(self._anchor(city, "care_bed_count", month)),
                    self._weights(city, month, spread=0.25, name="beds"),
                )
        return totals

    @staticmethod
    def _cleaning(month: date) -> float:
        """Registers grow by the dead until they are struck off at the end of each quarter."""
        return 1 + 0.0025 * ((month.month % 3) - 1)

    def _built(self, unit: str, indicator: str, at_document: int, month: date, *, yearly: float) -> int:
        """A stock that is `at_document` at the month of the city's document and grows as buildings are finished."""
        steps = [m for m in self.months if m.month in COMPLETION_MONTHS]
        if (unit, indicator) not in self._steps_drawn:
            chooser = self._random("built", unit, indicator)
            self._steps_drawn[unit, indicator] = [chooser.random() for _ in steps]
        size = at_document * yearly / len(COMPLETION_MONTHS)
        counted = self.parameters["document_month"][self.places[unit].city]
        grown = 0
        for step, chance in zip(steps, self._steps_drawn[unit, indicator], strict=True):
            added = int(size + chance)
            if counted < step <= month:
                grown += added
            elif month < step <= counted:
                grown -= added
        return max(0, at_document + grown)

    # -- the four forms

    def facility(self, unit: str, month: date) -> Values:
        """设施与床位: networks built and operating, beds, residents, visits (stocks at the end of the month)."""
        place, known = self.places[unit], self.parameters["facilities"].get(unit, {})
        values: Values = {}
        growth = {
            "community_day_care_count": 0.02,
            "village_home_count": 0.012,
            "community_home_care_centre_count": 0.08,
        }
        for indicator, count in known.items():
            if indicator == "township_home_count":
                # Small homes are merged: at most one fewer a year, and never a failure.
                merged = sum(
                    1
                    for year in (2024, 2025, 2026)
                    if month >= date(year, 9, 1) and self._random("merge", unit, year).random() < 0.18
                )
                values[indicator, "total"] = max(0, count - merged) if count else 0
            else:
                values[indicator, "total"] = self._built(
                    unit, indicator, count, month, yearly=growth.get(indicator, 0.0)
                )
        if "village_home_count" in known and place.villages:
            values["village_home_count", "total"] = min(values["village_home_count", "total"], place.villages)
            values["village_home_operating_count", "total"] = self._operating(
                unit, "village", values["village_home_count", "total"], month, 0.62, 0.78
            )
        if "community_day_care_count" in known:
            values["community_day_care_operating_count", "total"] = self._operating(
                unit, "day_care", values["community_day_care_count", "total"], month, 0.78, 0.90
            )
        if place.towns:
            values["regional_centre_count", "total"] = round(
                len(place.towns) * self._anchor(place.city, "regional_share", month)
            )
        values["county_destitute_facility_count", "total"] = int(not place.is_zone and month >= date(2023, 6, 1))
        counted = self.parameters["document_month"][place.city]
        values["meal_site_count", "total"] = self._built(
            unit, "meal", round(self.aged_60(unit, counted) / 2600), month, yearly=0.18
        )
        values |= self._beds(unit, month) | self._visits(unit, month)
        return values

    def _operating(self, unit: str, name: str, built: float, month: date, low: float, high: float) -> int:
        share = low + (high - low) * self._index[month] / len(self.months)
        wobble = self._uniform(-0.06, 0.06, "operating", name, unit)
        season = -0.03 if month.month in (1, 2) else 0.0
        return round(built * min(0.98, share + wobble + season))

    def _beds(self, unit: str, month: date) -> Values:
        city = self.places[unit].city
        beds = self._city_totals[city, "care_bed_count", month][unit]
        tilt = self._random("beds", unit)
        institution = round(beds * tilt.uniform(0.54, 0.62))
        nursing = round(institution * (self._anchor(city, "nursing_share", month) + tilt.uniform(-0.05, 0.05)))
        private = round(institution * (0.56 + tilt.uniform(-0.06, 0.08) + 0.0012 * self._index[month]))
        occupancy = self._anchor(city, "occupancy", month) + tilt.uniform(-0.06, 0.06)
        occupancy += self._random("occupancy", unit, month).uniform(-0.008, 0.008)
        institutions = max(1, round(institution / 92))
        return {
            ("care_bed_count", "total"): beds,
            ("institution_bed_count", "total"): institution,
            ("community_bed_count", "total"): beds - institution,
            ("nursing_bed_count", "total"): nursing,
            ("private_bed_count", "total"): min(private, institution),
            ("public_bed_count", "total"): institution - min(private, institution),
            ("family_bed_count", "total"): round(self.aged_60(unit, month) * 0.0004 * (1 + 0.03 * self._index[month])),
            ("institution_resident_count", "total"): round(institution * occupancy),
            ("care_institution_count", "total"): institutions,
            ("private_institution_count", "total"): round(institutions * 0.58),
            ("public_institution_count", "total"): institutions - round(institutions * 0.58),
        }

    def _visits(self, unit: str, month: date) -> Values:
        due = self.aged_60(unit, month) * 0.021 * (1 + 0.05 * self._uniform(-1, 1, "due", unit))
        due = round(due * (1 + self._random("due", unit, month).uniform(-0.012, 0.012)))
        rate = self._anchor(self.places[unit].city, "visit_rate", month) + {2: -0.025, 7: -0.012, 8: -0.014}.get(
            month.month, 0.0
        )
        rate += self._random("visit", unit, month).uniform(-0.008, 0.006)
        return {("visit_due_count", "total"): due, ("visited_count", "total"): min(due, round(due * rate))}

    def training(self, unit: str, month: date) -> Values:
        """培训: 人次, 人 and certificates since January, social workers at the end of the month."""
        times = sum(self.trained(unit, date(month.year, number, 1)) for number in range(1, month.month + 1))
        # A certificate follows its training by about two months.
        earlier = sum(self.trained(unit, date(month.year, number, 1)) for number in range(1, month.month - 1))
        return {
            ("training_person_times", "total"): times,
            ("training_people", "total"): self._people(unit, month.year, times),
            ("training_people_month", "total"): self._people(unit, month.year, times)
            - self._people(unit, month.year, times - self.trained(unit, month)),
            ("certificate_count", "total"): round(earlier * self._uniform(0.42, 0.58, "certificate", unit, month.year)),
            ("social_worker_count", "total"): round(
                self.aged_60(unit, month)
                / 1000
                * (0.62 + 0.008 * self._index[month])
                * self._uniform(0.85, 1.15, "social", unit)
            ),
        }

    @cached_property
    def _year_done(self) -> dict[tuple[str, int], int]:
        done = {}
        for city in dict.fromkeys(place.city for place in self.places.values()):
            plan = self.parameters["training"][city]
            for text, total in plan["done"].items():
                year = int(text)
                behind = self.parameters["training"]["lagging_2026"] if year == 2026 else {}
                weights = {
                    unit: share * behind.get(unit, 1.0) * self._uniform(0.93, 1.07, "year", unit, year)
                    for unit, share in plan["share"].items()
                }
                done |= {(unit, year): count for unit, count in shared_out(total, weights).items()}
        return done

    @cached_property
    def _month_done(self) -> dict[tuple[str, int], list[int]]:
        split = {}
        for (unit, year), total in self._year_done.items():
            rhythm = {
                str(number): share * self._uniform(0.75, 1.25, "rhythm", unit, year, number)
                for number, share in enumerate(self.parameters["training"]["month_share"], start=1)
            }
            months = shared_out(total, rhythm)
            split[unit, year] = [months[str(number)] for number in range(1, 13)]
        return split

    def _people(self, unit: str, year: int, person_times: int) -> int:
        printed = self._printed_people.get((unit, year))
        if printed is not None:
            return round(person_times * printed / self._year_done[unit, year])
        return round(person_times * self._uniform(0.88, 0.96, "people", unit))

    @cached_property
    def _printed_people(self) -> dict[tuple[str, int], int]:
        """People trained in the years for which a document prints the city's number, unit by unit."""
        people = {}
        for city in dict.fromkeys(place.city for place in self.places.values()):
            for text, total in self.parameters["training"][city].get("persons", {}).items():
                weights = {unit: count for (unit, year), count in self._year_done.items() if year == int(text) and self.places[unit].city == city}  # fmt: skip
                people |= {(unit, int(text)): count for unit, count in shared_out(total, weights).items()}
        return people

    def trained(self, unit: str, month: date) -> int:
        """Person-times of that month alone."""
        return self._month_done[unit, month.year][month.month - 1]

    def platform(self, unit: str, month: date) -> Values:
        """智慧平台: registered at the end of the month; active persons, services and orders of the month; services so far."""
        values = dict(self._platform_month(unit, month))
        live = self.parameters["platform_live"].get(unit)
        values["smart_platform_count", "total"] = int(live is not None and month >= live)
        earlier = (m for m in self.months if m <= month)
        served = sum(self._platform_month(unit, m)["service_person_times", "total"] for m in earlier)
        values["service_person_times_total", "total"] = self.parameters["served_before"].get(unit, 0) + served
        return values

    def _platform_month(self, unit: str, month: date) -> Values:
        if (unit, month) in self._platform_months:
            return self._platform_months[unit, month]
        enrolled = self._city_totals[self.places[unit].city, "enrolled_count", month][unit]
        noise = self._random("orders", unit, month)
        active_share = (0.018 + 0.00035 * self._index[month]) * self._uniform(0.8, 1.2, "active", unit)
        active = round(enrolled * active_share * noise.uniform(0.97, 1.03) * (0.90 if month.month in (1, 2) else 1.0))
        orders = round(active * noise.uniform(1.19, 1.26))
        values: Values = {("enrolled_count", "total"): enrolled, ("active_person_count", "total"): active}
        for indicator, share in FUNNEL:
            if share is not None:
                wobble = 0.008 if share > 0.6 else 0.012
                drift = self._random(indicator, unit, month).uniform(-wobble, wobble)
                if indicator == "order_rated_count":
                    share += self._uniform(-0.09, 0.11, "rating", unit)
                orders = min(orders, round(orders * min(0.999, share + drift)))
            values[indicator, "total"] = orders
        completed = values["order_completed_count", "total"]
        # Somebody active was served at least once, some of them without an order (by telephone, on the spot).
        values["service_person_times", "total"] = max(active, completed) + round(0.04 * completed)
        self._platform_months[unit, month] = values
        return values

    def allowance(self, unit: str, month: date) -> Values:
        """高龄津贴, unit level: recipients and yuan by tier and in all, arrears, recoveries, stops by reason."""
        rows = self.allowance_rows(unit, month)
        values: Values = {}
        for row in rows.values():
            for key, value in row.items():
                values[key] = values.get(key, 0) + value
        return values | self._stops(unit, month, values["allowance_recipient_count", "total"])

    def allowance_rows(self, unit: str, month: date) -> dict[str, Values]:
        """The rows of the form: township id → figures; a zone without township codes has one row under its own id."""
        place = self.places[unit]
        city = place.city
        scale = self.parameters["allowance"]["taken_up"][city] * self.parameters["units"][unit]["registered"]
        sizes = self.parameters["units"][unit]
        points = {
            date(2023, 1, 1): sizes["aged_80_2025"] * 0.938,
            date(2025, 7, 1): sizes["aged_80_2025"],
            date(2026, 10, 1): sizes["aged_80_2025"] + 0.55 * (sizes["aged_80_2026"] - sizes["aged_80_2025"]),
        }
        recipients = round(interpolate(points, month) * scale)
        tiers = shared_out(recipients, dict(zip(TIERS, self.parameters["allowance"]["tier_share"][city], strict=True)))
        weights = dict(place.townships) or {unit: 1.0}
        by_tier = {tier: shared_out(count, weights) for tier, count in tiers.items()}
        standards = dict(zip(TIERS, self.parameters["allowance"]["standard_yuan"][city], strict=True))
        return {
            area: self._allowance_row(area, month, {tier: by_tier[tier][area] for tier in TIERS}, standards)
            for area in weights
        }

    def _allowance_row(
        self, area: str, month: date, recipients: Mapping[str, int], standards: Mapping[str, int]
    ) -> Values:
        luck = self._random("arrears", area, month)
        values: Values = {}
        for tier, count in recipients.items():
            owed, back = drawn(luck, count, 0.0055), drawn(luck, count, 0.0004)
            owed_yuan = sum(standards[tier] * luck.randint(1, 3) for _ in range(owed))
            back_yuan = sum(standards[tier] * luck.randint(1, 3) for _ in range(back))
            # Recoveries are set against the month's payment, never beyond it.
            if back_yuan > count * standards[tier] + owed_yuan:
                back = back_yuan = 0
            values["allowance_recipient_count", tier] = count
            values["allowance_arrears_person_count", tier] = owed
            values["allowance_arrears_yuan", tier] = owed_yuan
            values["allowance_recovered_person_count", tier] = back
            values["allowance_recovered_yuan", tier] = back_yuan
            values["allowance_paid_yuan", tier] = count * standards[tier] + owed_yuan - back_yuan
        for indicator in {indicator for indicator, _ in values}:
            values[indicator, "total"] = sum(values[indicator, tier] for tier in recipients)
        return values

    def _stops(self, unit: str, month: date, recipients: float) -> Values:
        """Stops by reason; recipients who were not authenticated in May and November are stopped a month later."""
        luck = self._random("stops", unit, month)
        season = self.parameters["allowance"]["month_deaths"][month.month - 1]
        stops = {
            "reason_death": round(
                recipients * self.parameters["allowance"]["death_share"] * season * luck.uniform(0.9, 1.1)
            ),
            "reason_moved": round(recipients * 0.0005 * luck.uniform(0.5, 1.5)),
            "reason_unverified": round(recipients * 0.0015 * luck.uniform(0.7, 1.3)) if month.month in (6, 12) else 0,
            "reason_other": round(recipients * 0.0003 * luck.uniform(0.0, 2.0)),
        }
        values: Values = {("allowance_stopped_count", reason): count for reason, count in stops.items()}
        values["allowance_stopped_count", "total"] = sum(stops.values())
        return values
