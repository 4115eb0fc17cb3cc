"""Squares, one a place or ten: what is covered to the left, blanks to the right, what was not reported last.

Each kind has a shape of its own, so that they read apart in grey: full, half, middle tone, empty, hatched.
"""

from collections.abc import Sequence

from pages.ui.kit.html import esc

USED, IDLE, BUILT, BLANK, UNKNOWN = "used", "idle", "built", "blank", "unknown"
KINDS_ZH = {
    USED: "建成且运营",
    IDLE: "建成未运营",
    BUILT: "建成，运营未报",
    BLANK: "空白",
    UNKNOWN: "未报或未公布",
}
HALF = "half"
STEP, SIDE = 10, 8


def squares(counts: Sequence[tuple[str, int]], *, rows: int, each: int, alt_zh: str, size: float) -> str:
    """A waffle filled column by column, as one drawing.

    Args:
        counts: kind and number of places, in the order in which they are drawn.
        each: places a square stands for; a part of one is drawn as one.
        size: width of a column in the page's unit, so that the drawing grows with the type.
    """
    paths: dict[str, list[str]] = {}
    drawn = 0
    for kind, count in counts:
        for _ in range(-(-count // each)):
            column, row = divmod(drawn, rows)
            for part, path in _square(kind, column * STEP, row * STEP):
                paths.setdefault(part, []).append(path)
            drawn += 1
    if not drawn:
        return ""
    wide = -(-drawn // rows)
    high = min(rows, drawn)
    # The half of a square lies on it.
    body = "".join(
        f'<path class="{part}" d="{"".join(paths[part])}"/>' for part in sorted(paths, key=lambda part: part == HALF)
    )
    return (
        f'<svg class="squares" role="img" aria-label="{esc(alt_zh)}" viewBox="0 0 {wide * STEP} {high * STEP}"'
        f' style="width:{wide * size:.3f}rem;height:{high * size:.3f}rem">{body}</svg>'
    )


def _square(kind: str, x: int, y: int) -> list[tuple[str, str]]:
    """The parts of one square, each with the class that paints it."""
    box = f"M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z"
    inner = f"M{x + 1} {y + 1}h{SIDE - 2}v{SIDE - 2}h-{SIDE - 2}z"
    if kind == BLANK:
        return [(BLANK, inner)]
    if kind == UNKNOWN:
        return [(UNKNOWN, f"{inner}M{x + 1} {y + SIDE - 1}l{SIDE - 2}-{SIDE - 2}")]
    if kind == IDLE:
        return [(BUILT, box), (HALF, f"M{x} {y}v{SIDE}h{SIDE}z")]
    return [(kind, box)]


def key(kinds: Sequence[str]) -> str:
    """What the squares mean; only those that are drawn."""
    return "".join(
        f"<span>{squares([(kind, 1)], rows=1, each=1, alt_zh=f'1格：{told}', size=0.8)} {esc(told)}</span>"
        for kind, told in KINDS_ZH.items()
        if kind in kinds
    )
