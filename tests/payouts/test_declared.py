"""What payout_rules.toml declares, as an office may leave it: every fault is told with its place."""

import pytest

from warehouse import FOLDER
from warehouse.errors import CatalogError
from warehouse.payouts import declared

SHIPPED = (FOLDER / "catalog" / declared.RULES_FILE).read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Another text in place of the file of rules; what was remembered of the shipped one is forgotten before and after."""

    def put(content: str | bytes) -> None:
        (tmp_path / "catalog").mkdir(exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / "catalog" / declared.RULES_FILE).write_bytes(data)
        monkeypatch.setattr(declared, "FOLDER", tmp_path)
        declared.rules.cache_clear()
        declared.parameters.cache_clear()

    yield put
    declared.rules.cache_clear()
    declared.parameters.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[parameters.tier_delay_months]", "[parameters.tier_delay_months", "读不出"),
        ("number = 0", 'number = "0"', "［parameters.tier_delay_months］ number：number应是整数"),
        ("number = 0", "number = 0.5", "number应是整数"),
        ("number = 0", "number = -1", "-1 小于0"),
        ("number = 0\n", "", "缺少字段"),
        ("number = 0", "number = 0\nmore = 1", "没有这个字段"),
        ('severity = "high"', 'severity = "grave"', "不认识“grave”"),
        ('direction = "overpaid"', "direction = 7", "direction应是非空的文字"),
        ('label_zh = "两地重复领取"\n', "", "［rules.paid_in_two_units］ label_zh：缺少字段"),
        ("[rules.paid_in_two_units]", "[rules.paid_in_three_units]", "不一致"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_place(written, old, new, told):
    assert old in SHIPPED
    written(SHIPPED.replace(old, new, 1))
    with pytest.raises(CatalogError, match=told):
        (declared.parameters(), declared.rules())


def test_a_number_or_a_part_that_is_gone_is_told(written):
    at, end = SHIPPED.index("[parameters.tier_delay_months]"), SHIPPED.index("[parameters.arrears_months_max]")
    written(SHIPPED[:at] + SHIPPED[end:])
    with pytest.raises(CatalogError, match="没有 tier_delay_months，程序要用"):
        declared.parameters()["tier_delay_months"]
    written("")
    with pytest.raises(CatalogError, match="没有 .rules. 一节"):
        declared.rules()
    written(SHIPPED.encode("gb18030"))
    with pytest.raises(CatalogError, match="读不出"):
        declared.parameters()
