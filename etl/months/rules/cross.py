"""Rules across the units of a city, once all of them are accepted: outliers by population, sums against the city's own."""

import datetime as dt
from collections.abc import Iterator, Mapping
from statistics import median

from etl.months.findings import Finding
from etl.months.model import Context, History, text_of
from etl.months.periods import month_zh
from etl.months.read.layouts import Layout
from etl.months.rules.registry import rule

# Scales the median absolute deviation to a standard deviation of a bell curve.
_MAD_TO_SIGMA = 1.4826

Series = Mapping[tuple[str, str], History]
"""Accepted months by (form, unit)."""


def per_thousand(layouts: Mapping[str, Layout]) -> dict[str, list[str]]:
    """The indicators of each form that are compared between units by their people, as its versions declare."""
    found: dict[str, dict[str, None]] = {}
    for layout in layouts.values():
        for relation in layout.related("S9"):
            found.setdefault(layout.form_code, {}).update(dict.fromkeys(relation.by))
    return {form_code: list(codes) for form_code, codes in found.items()}


@rule("S9")
def unlike_the_others(series: Series, context: Context) -> Iterator[Finding]:
    """Per thousand residents of 60+, far from the median of the city's units; said in the month it begins."""
    limits = context.rules["S9"].limits
    for form_code, indicators in per_thousand(context.layouts).items():
        for city in {place.city_id for place in context.book.reporting()}:
            units = [place.area_id for place in context.book.reporting() if place.city_id == city]
            months = sorted({month for unit in units for month in series.get((form_code, unit), {})})
            for indicator in indicators:
                said: set[str] = set()
                for month in months:
                    outliers = _outliers(series, context, form_code, units, indicator, month, limits)
                    for unit, (value, middle) in outliers.items():
                        if unit not in said:
                            yield _outlier(series, context, form_code, unit, indicator, month, value, middle)
                    said = set(outliers)


def _outliers(series, context, form_code, units, indicator, month, limits) -> dict[str, tuple[float, float]]:
    rates = {}
    for unit in units:
        state = series.get((form_code, unit), {}).get(month)
        figure = state.figures.get((unit, indicator, "total")) if state else None
        people = context.populations.get((unit, "resident", "60_plus"))
        if figure is not None and figure.value and people:
            rates[unit] = figure.value / people[0] * 1000
    if len(rates) < limits["fewest_units"]:
        return {}
    middle = median(rates.values())
    spread = median(abs(rate - middle) for rate in rates.values()) * _MAD_TO_SIGMA
    return {
        unit: (rate, middle)
        for unit, rate in rates.items()
        if abs(rate - middle) > limits["deviations"] * spread
        and max(rate, middle) > limits["least_ratio"] * min(rate, middle)
    }


def _outlier(series, context, form_code, unit, indicator, month, value, middle) -> Finding:
    figure = series[form_code, unit][month].figures[unit, indicator, "total"]
    words = {
        "month": month_zh(month),
        "label": context.label(indicator),
        "reported": text_of(round(value, 2)),
        "computed": text_of(round(middle, 2)),
        "on": month.isoformat(),
        "form": form_code,
    }
    return Finding(
        rule="S9",
        cell=figure.cell,
        area=unit,
        indicator=indicator,
        breakdown="total",
        reported=value,
        computed=middle,
        words=words,
    )


@rule("S10")
def city_against_its_units(series: Series, context: Context) -> Iterator[Finding]:
    """A form of the city itself, say from the city's platform, against the sum of its units, when all reported."""
    for (form_code, area), history in series.items():
        place = context.book.places[area]
        if place.level_code != "city":
            continue
        units = [unit.area_id for unit in context.book.reporting() if unit.city_id == area]
        for month, state in sorted(history.items()):
            for (_, indicator, breakdown), figure in state.figures.items():
                known = context.catalog.indicators.get(indicator)
                is_summed = indicator not in context.about("S10", "not_summed")
                if known is None or breakdown != "total" or figure.value is None or not is_summed:
                    continue
                parts = [_of(series, form_code, unit, indicator, month) for unit in units]
                if None in parts or sum(parts) == figure.value:
                    continue
                words = {
                    "month": month_zh(month),
                    "label": known.label_zh,
                    "reported": text_of(figure.value),
                    "computed": text_of(sum(parts)),
                    "count": str(len(units)),
                    "on": month.isoformat(),
                    "form": form_code,
                }
                yield Finding(
                    rule="S10",
                    cell=figure.cell,
                    area=area,
                    indicator=indicator,
                    breakdown="total",
                    reported=figure.value,
                    computed=sum(parts),
                    words=words,
                )


def _of(series: Series, form_code: str, unit: str, indicator: str, month: dt.date) -> float | None:
    """The unit's value; 0 where the unit says that it has no such thing, None where it did not report."""
    state = series.get((form_code, unit), {}).get(month)
    figure = state.figures.get((unit, indicator, "total")) if state else None
    if figure is None:
        return None
    return 0.0 if figure.status == "not_applicable" else figure.value
