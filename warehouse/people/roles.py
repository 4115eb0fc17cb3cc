"""Roles, what each may do, and the grants that give a role to a person for an area and a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from warehouse.desk.journal import opened
from warehouse.errors import AccountError
from warehouse.home import Home
from warehouse.people import audit

BEIJING = ZoneInfo("Asia/Shanghai")
TABLES = """
create table if not exists granted_role (
    grant_id integer primary key,
    login text not null,
    role_code text not null,
    area_id text not null,
    from_on text not null,
    until_on text,
    granted_by text not null,
    granted_at text not null,
    revoked_by text,
    revoked_at text
);
"""


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its name, what it may do, and whether it is held for a unit, a city or everything ("")."""

    label_zh: str
    rights: frozenset[str]
    for_zh: str


RIGHTS = {
    "read": "阅读汇报页",
    "query": "查询",
    "export": "导出",
    "report": "填报",
    "review": "审核",
    "sign": "签发",
    "draft": "起草汇报版、写评述",
    "ask": "追问",
    "publish": "发布、回退、撤销",
    "audit_payouts": "看津贴稽核",
    "administer": "管理账户与角色、查看审计",
}
ROLES = {
    "administrator": Role("管理员", frozenset({"read", "administer"}), "全部"),
    "operator": Role("操作员", frozenset({"read", "query", "export", "publish"}), "全部"),
    "clerk": Role("填报员", frozenset({"read", "report", "export"}), "一个单位"),
    "reviewer": Role("审核人", frozenset({"read", "query", "export", "review", "draft"}), "一个市"),
    "signer": Role("签发人", frozenset({"read", "export", "sign", "ask"}), "一个市"),
    "analyst": Role("分析员", frozenset({"read", "query", "export", "draft"}), "一个市或单位"),
    "auditor": Role("稽核员", frozenset({"read", "export", "audit_payouts"}), "一个市或单位"),
    "leader": Role("领导", frozenset({"read", "export", "ask"}), "一个市或单位"),
}


EVERYWHERE_ZH = "全部"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role given to a person. `area_id` is empty for all areas; the last day of `until_on` still counts."""

    grant_id: int
    login: str
    role_code: str
    area_id: str
    from_on: date
    until_on: date | None
    granted_by: str

    def holds_on(self, day: date) -> bool:
        """Whether the grant is in force that day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def is_unit(one: Grant) -> bool:
    """Whether the role is held for a unit, so that its person reads that unit's scope; cities are read whole."""
    return bool(one.area_id) and one.area_id not in _cities()


def scope_of(units: Collection[str]) -> str:
    """The name of the scope of these units, in the order of the alphabet joined by +."""
    return "+".join(sorted(set(units)))


def scope_units(scope: str) -> tuple[str, ...]:
    """The units of a scope; none for "", which is everything."""
    return tuple(scope.split("+")) if scope else ()


def covers(scope: str, taken_from: str) -> bool:
    """Whether who reads `scope` may read what was taken from another one: its units are all among their own."""
    return not scope or (bool(taken_from) and set(scope_units(taken_from)) <= set(scope_units(scope)))


@cache
def _cities() -> frozenset[str]:
    # Imported here: the catalogue brings polars, and every command knows the roles.
    from warehouse.catalog.cities import city_folders

    return frozenset(folder.name for folder in city_folders())


@cache
def _places() -> dict[str, frozenset[str]]:
    """Every code and name of a city or reporting unit, and the areas it may mean."""
    from warehouse.catalog import load_catalog

    found: dict[str, set[str]] = {}
    for area in load_catalog().areas.values():
        if area.level_code == "city" or area.is_reporting:
            for name in (area.area_id, area.name_zh, area.short_name_zh, *area.aliases):
                found.setdefault(name, set()).add(area.area_id)
    return {name: frozenset(areas) for name, areas in found.items()}


def checked(role_code: str, area: str) -> str:
    """The area meant by a code or name, for which this role may be given; "" stays, which is all areas.

    Raises:
        AccountError: no such role, a unit's role without a unit; nobody reports under that name, or several do: who held
            it would find every page shut.
    """
    if role_code not in ROLES:
        known = "、".join(f"{code}（{role.label_zh}）" for code, role in ROLES.items())
        raise AccountError(f"角色“{role_code}”：没有这个角色；可用的有 {known}")
    if role_code == "clerk" and not area:
        raise AccountError("填报员须写明单位，例如 --area qingfeng")
    return _area_named(area)


def _area_named(text: str) -> str:
    meant = _places().get(text, frozenset()) if text else frozenset({""})
    if len(meant) == 1:
        return next(iter(meant))
    if meant:
        raise AccountError(f"地区“{text}”：有几处叫这个名字。请写地区代码：{'、'.join(sorted(meant))}")
    raise AccountError(f"地区“{text}”：没有这个市或报送单位。请写代码或全称，如 puyang、清丰县；给全部地区的就不写")


def today() -> date:
    """The day in Beijing, by which grants begin and end."""
    return datetime.now(BEIJING).date()


def grants(home: Home, login: str | None = None) -> list[Grant]:
    """Grants not taken back, of one person or of all, in the order they were given; ended ones among them."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        found = connection.execute(
            "select grant_id, login, role_code, area_id, from_on, until_on, granted_by from granted_role"
            " where revoked_at is null and (? is null or login = ?) order by grant_id",
            (login, login),
        ).fetchall()
    return [
        Grant(number, name, role, area, date.fromisoformat(first), date.fromisoformat(last) if last else None, by)
        for number, name, role, area, first, last, by in found
    ]


def rights_of(held: Collection[Grant], day: date, *, area_path: Collection[str] = ()) -> frozenset[str]:
    """What these grants allow that day: everything held for all areas, and what is held for an area of `area_path`.

    Args:
        area_path: the area asked about and all above it; empty asks for rights held anywhere.
    """
    allowed: set[str] = set()
    for grant in held:
        if grant.holds_on(day) and (not grant.area_id or not area_path or grant.area_id in area_path):
            allowed |= ROLES[grant.role_code].rights
    return frozenset(allowed)


def areas_of(held: Collection[Grant], day: date, right: str) -> frozenset[str]:
    """For which areas these grants give a right that day; "" among them stands for all."""
    return frozenset(one.area_id for one in held if one.holds_on(day) and right in ROLES[one.role_code].rights)


def grant(
    home: Home,
    *,
    login: str,
    role_code: str,
    area_id: str = "",
    by: str,
    from_on: date | None = None,
    until_on: date | None = None,
) -> int:
    """Give a role; the number of the grant. Recorded in the audit trail.

    Args:
        area_id: code or name of a city or unit.

    Raises:
        AccountError: no such role or area, a person giving to himself, a unit's role without a unit, an end before the
            start.
    """
    area_id = checked(role_code, area_id)
    if login == by:
        raise AccountError("不能给自己授予角色。请由另一位管理员授予")
    first = from_on or today()
    if until_on is not None and until_on < first:
        raise AccountError(f"角色的截止日期 {until_on} 早于开始日期 {first}。请更正其中一个")
    with opened(home, TABLES) as connection:
        number = connection.execute(
            "insert into main.granted_role (login, role_code, area_id, from_on, until_on, granted_by, granted_at)"
            " values (?, ?, ?, ?, ?, ?, ?) returning grant_id",
            (login, role_code, area_id, first.isoformat(), until_on and until_on.isoformat(), by, _now()),
        ).fetchall()[0][0]
    audit.record(
        home,
        "granted",
        who=by,
        subject=login,
        details={"role": role_code, "area": area_id or EVERYWHERE_ZH, "from": first, "until": until_on},
    )
    return number


def revoke(home: Home, grant_id: int, *, by: str) -> None:
    """Take a role back. Recorded in the audit trail.

    Raises:
        AccountError: no such grant, or it is the last administrator's.
    """
    found = next((one for one in grants(home) if one.grant_id == grant_id), None)
    if found is None:
        raise AccountError(f"授权 {grant_id}：没有这一条，或已收回。请用 yanglao account list 查看")
    if found.role_code == "administrator" and _administrators(home, without=grant_id) == 0:
        raise AccountError("这是最后一位管理员，不能收回。请先授予另一位管理员")
    with opened(home, TABLES) as connection:
        connection.execute(
            "update main.granted_role set revoked_by = ?, revoked_at = ? where grant_id = ?", (by, _now(), grant_id)
        )
    audit.record(
        home,
        "revoked",
        who=by,
        subject=found.login,
        details={"role": found.role_code, "area": found.area_id or EVERYWHERE_ZH},
    )


def _administrators(home: Home, *, without: int) -> int:
    day = today()
    return sum(
        one.role_code == "administrator" and one.grant_id != without and one.holds_on(day) and one.until_on is None
        for one in grants(home)
    )


def _now() -> str:
    return datetime.now(BEIJING).isoformat()
