"""A file check is no oracle: what it answers depends on nothing that whoever asks may not know."""

import pytest

from etl.months.check import Known, check_file
from etl.months.received import Incoming, receive
from etl.refresh import refresh
from tests.build.test_months import JULY, came, paper
from tests.clean_forms import UNIT, month_of
from tests.forms import FormData, to_csv, to_xlsx
from warehouse.home import Home
from warehouse.read import Releases

REASONS = ("stopped_moved", "stopped_other")


@pytest.fixture(scope="module")
def home(tmp_path_factory, context) -> Home:
    """清丰县's allowance form of July 2025, published: its stops by reason are one to four persons, masked."""
    home = Home(tmp_path_factory.mktemp("oracle"))
    home.ensure()
    form = paper("allowance", JULY, context)
    receive(home, [Incoming(name="七月.xlsx", data=to_xlsx(form), received_at=came(JULY))], who="清丰县")
    refresh(home)
    return home


def reasons(data: FormData) -> tuple[dict, list[str]]:
    """The row of stops by reason and the codes in it that hold one to four."""
    row = next(row for row in data.rows.values() if any("death" in code for code in row))
    return row, [code for code, value in row.items() if isinstance(value, int) and 0 < value < 5]


def guessed(context, moved: int):
    """The form with `moved` persons taken from one reason to another: the true one for 0."""

    def change(data: FormData) -> None:
        row, small = reasons(data)
        death = next(code for code in row if "death" in code)
        row[small[0]] += moved
        row[death] -= moved

    return paper("allowance", JULY, context, change)


def answers(home: Home, context, known: Known) -> list[tuple]:
    """What is said of each guess: states and rules with their sentences, without the guess's own cell texts."""
    with Releases(home).acquire() as release:
        checked = [
            check_file(
                to_csv(guessed(context, moved)), "猜.csv", context=context, known=known, home=home, release=release
            )
            for moved in (0, 1, 2, 3)
        ]
    return [
        (
            [form.state_code for form in one.forms],
            [(row["rule_code"], row["sentence_zh"]) for row in one.issues],
            one.already_zh,
            one.left_out_zh,
        )
        for one in checked
    ]


def test_guesses_at_masked_cells_are_all_answered_alike(home, context):
    with Releases(home).acquire() as release:
        masked = release.rows(
            "select count(*) from mart.indicator_month where area_id = $1 and month = $2 and status_code = 'suppressed'"
            " and indicator_code = 'allowance_stopped_count'",
            [UNIT, month_of(JULY)],
        ).frame.item()
    assert masked >= 2
    first, *others = answers(home, context, Known.RELEASED)
    assert others == [first] * 3
    assert "是否与收到过的文件相同" in first[3]


def test_those_who_may_know_are_told(home, context):
    """The operator's command compares with everything accepted: each wrong guess changes two figures without a word."""
    true, *others = answers(home, context, Known.RELEASED | Known.RECEIVED)
    assert [rule for rule, _ in true[1]] == [] and true[3] == []
    # Filed anew long after its month, it is also asked whether it is that month's (E20).
    assert all(any(rule == "E18" and "→" in told for rule, told in other[1]) for other in others)


def test_without_the_right_the_same_bytes_are_not_recognised(home, context):
    same = to_xlsx(paper("allowance", JULY, context))
    assert "逐字节相同" in check_file(same, "七月.xlsx", context=context, known=Known.RECEIVED, home=home).already_zh
    with Releases(home).acquire() as release:
        checked = check_file(same, "七月.xlsx", context=context, known=Known.RELEASED, home=home, release=release)
    assert checked.already_zh == ""
