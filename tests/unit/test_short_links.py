"""Addresses as they are printed: short, and leading back to the very address."""

from urllib.parse import parse_qsl

import pytest

from pages.ui.frame.short_links import lengthened, shortened

HOST = "http://10.1.2.3:8501"


@pytest.mark.parametrize(
    ("place", "parameters", "printed"),
    [
        ("/coverage", {"release": "20261129-01", "data": "demo", "city": "puyang"}, "/s/coverage.20261129-01.demo.puyang"),
        ("/", {"release": "20261129-01"}, "/s/overview.20261129-01"),
        ("/trends", {"month": "2026-10", "indicator": "monthly_visit_rate"}, "/s/trends.2026-10?indicator=monthly_visit_rate"),
        # What would read as something else keeps its name: a city called demo, a release that is none.
        ("/profile", {"city": "demo", "release": "x", "q": "日间 照料"}, "/s/profile?city=demo&q=%E6%97%A5%E9%97%B4+%E7%85%A7%E6%96%99&release=x"),
    ],
)  # fmt: skip
def test_what_is_printed_is_short_and_leads_back(place, parameters, printed):
    short = shortened(f"{HOST}{place}", parameters)
    assert short == f"{HOST}{printed}"
    words, _, query = short.removeprefix(f"{HOST}/s/").partition("?")
    path, _, told = lengthened(words, query).partition("?")
    assert path == f"..{place}"
    assert dict(parse_qsl(told)) == parameters


@pytest.mark.parametrize("place", [HOST, f"{HOST}/", f"{HOST}/yanglao", f"{HOST}/yanglao/"])
def test_the_first_page_stands_at_the_root_of_a_host_or_of_a_gateways_prefix(place):
    assert shortened(place, {"data": "demo"}) == f"{place.rstrip('/')}/s/overview.demo"
