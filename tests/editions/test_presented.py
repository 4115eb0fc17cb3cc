"""A signed edition on the wall and in another page's frame: its frozen bytes and figures, whatever was loaded since."""

import re

import pytest

from tests.browser.test_presenting import fetched
from tests.conftest import served
from tests.editions.conftest import CITY, OCTOBER, UNIT, signed
from tests.editions.test_frozen import amended
from warehouse.editions import frozen, record


@pytest.mark.bar("OP9")
def test_a_signed_edition_is_presented_from_its_bytes_and_its_card_names_it(home, releases):
    edition = signed(home, releases, month=OCTOBER)
    name = edition.identity.name_zh
    stage = next(one.name for one in frozen.files(home, edition.sha256) if one.name.endswith("_投影.html"))
    with served(home.root, YANGLAO_FRAMED_BY="https://portal.example") as url:
        status, told, policy = fetched(f"{url}/present/{edition.key}")
        assert status == 200 and told.encode() == frozen.read(home, edition.sha256, stage)
        assert name in told and "草稿·未签发" not in told
        # The one script that may run is the one in it.
        assert len(re.findall("'sha256-[^']+'", policy)) == 1 and "'unsafe-inline'" not in policy.split("script-src")[1]
        card = f"{url}/card?indicator=nursing_bed_share&area={UNIT}&edition={edition.key}"
        status, told, policy = fetched(f"{card}&embed=true")
        assert status == 200 and f"汇报版：{name}" in told and "来源：" in told and "版本：" in told
        assert "frame-ancestors https://portal.example" in policy
        # A whole page of its own nobody may frame; where no host is listed, nothing: `tests.browser.test_presenting`.
        assert "frame-ancestors 'none'" in fetched(card)[2]
        # Corrected since, both say so.
        new = amended(home, releases, edition)
        said = f"已被更正版 {new.identity.name_zh} 替代"
        assert said in fetched(f"{url}/present/{edition.key}")[1]
        assert said in fetched(f"{card}&embed=true")[1]
        assert said not in fetched(f"{url}/present/{new.key}")[1]
    assert record.edition(home, edition.key).replaced_by == new.key
    assert edition.identity.city_area_id == CITY
