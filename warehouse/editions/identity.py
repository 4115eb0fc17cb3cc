"""Which edition: its place, month and letter, without anything of what stands in it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Which edition: place, month and letter. `key` in addresses and commands, `name_zh` for people: 濮阳 2026-10-A."""

    area_id: str
    area_zh: str
    city_area_id: str
    month: date
    letter: str

    @property
    def key(self) -> str:
        return f"{self.area_id}-{self.month:%Y-%m}-{self.letter}"

    @property
    def name_zh(self) -> str:
        return f"{self.area_zh} {self.month:%Y-%m}-{self.letter}"

    @property
    def is_city(self) -> bool:
        return self.area_id == self.city_area_id
