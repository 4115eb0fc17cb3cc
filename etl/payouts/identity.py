"""What an identity number says: month of birth, sex, and what is wrong with it. Numbers come and go as columns."""

from datetime import date

import numpy as np
import polars as pl

OLDEST_YEARS = 120
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)
_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
_WIDE = {chr(0xFEE0 + ord(sign)): sign for sign in "0123456789XxEe.+-"} | dict.fromkeys("×✕хХΧ", "X")
"""Signs that mean another: of full width, and those that only look like an X."""
# Blanks and quotes, also those nobody sees and the `="…"` by which a number is kept a text in a spreadsheet.
_AROUND = r"[\s\p{Cc}\p{Cf}'‘’`\"“”=-]"
_LOST = r"^\+?\d+(\.\d*)?E\+?\d+$|^\d{15,}\.\d*$"
EXACT_DIGITS = 15
FEWEST_LOST = 9
"""So many digits that became 0 are no chance: three numbers of 18, nine of 16."""
FEWEST_DIGITS = 6
"""What has fewer is no number of a person but a remark (无, 待补) or a name."""


def normal(texts: pl.Series) -> pl.Series:
    """Numbers as compared: half width, without blanks and quotes, X in upper case; null where nothing is written."""
    tidy = texts.str.replace_many(_WIDE).str.replace_all(_AROUND, "").str.to_uppercase()
    return tidy.set(tidy == "", None)


def is_lost(numbers: pl.Series) -> pl.Series:
    """Which numbers, as `normal` gives them, a spreadsheet took for quantities, so that their last digits are lost.

    As 4.1E+17 or with a decimal point; or as whole numbers whose digits behind the fifteenth became 0, if most are so:
    one alone may be right.
    """
    lost = numbers.str.contains(_LOST).fill_null(value=False)
    long = numbers.str.contains(rf"^\d{{{EXACT_DIGITS + 1},}}$").fill_null(value=False)
    rounded = numbers.str.contains(rf"^\d{{{EXACT_DIGITS}}}0+$").fill_null(value=False)
    gone = int(numbers.filter(rounded).str.len_chars().sum() or 0) - EXACT_DIGITS * rounded.sum()
    return lost | rounded if gone >= FEWEST_LOST and rounded.sum() * 2 > long.sum() else lost


def is_number(numbers: pl.Series) -> pl.Series:
    """Which of them, as `normal` gives them, are numbers of a person at all, right or wrong."""
    return (numbers.str.count_matches(r"\d") >= FEWEST_DIGITS).fill_null(value=False)


def lengthened(numbers: pl.Series) -> pl.Series:
    """Numbers of 15 digits as the 18 digits the same person has today; all others as they are.

    GB 11643-1999: the century is 19, the last digit is worked out.
    """
    old = numbers.str.contains(r"^\d{15}$").fill_null(value=False)
    if not old.any():
        return numbers
    short = numbers.filter(old)
    long = short.str.slice(0, 6) + "19" + short.str.slice(6)
    digits = _matrix(long, 17)[:, :17].astype(np.int64) - 48
    checks = pl.Series([chr(each) for each in _CHECKS[(digits @ _WEIGHTS) % 11]], dtype=pl.String)
    return numbers.scatter(old.arg_true(), long + checks)


def told(numbers: pl.Series, *, until: date) -> pl.DataFrame:
    """What each number says: birth_month, sex_code, id_fault_code; a row a number, in order.

    A number with a fault says nothing else. id_fault_code: missing, length, characters, birth_date, checksum.

    Args:
        numbers: as `normal` and `lengthened` give them.
        until: no one is born after this day, or more than 120 years before it.
    """
    size = len(numbers)
    fault = np.full(size, "", dtype=object)
    born = np.full(size, None, dtype=object)
    sex = np.full(size, None, dtype=object)
    missing = numbers.is_null().to_numpy()
    lengths = numbers.str.len_chars().fill_null(0).to_numpy()
    written = numbers.str.contains(r"^\d{17}[\dX]$").fill_null(value=False).to_numpy()
    fault[lengths != 18] = "length"
    fault[(lengths == 18) & ~written] = "characters"
    fault[missing] = "missing"
    places = np.flatnonzero(written)
    if places.size:
        signs = _matrix(numbers.gather(places), 18)
        digits = signs[:, :17].astype(np.int64) - 48
        year = digits[:, 6:10] @ np.array([1000, 100, 10, 1])
        month, day = digits[:, 10] * 10 + digits[:, 11], digits[:, 12] * 10 + digits[:, 13]
        is_month = (month >= 1) & (month <= 12)
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        last = np.where((month == 2) & ~leap, 28, _DAYS[np.where(is_month, month - 1, 0)])
        can_be = is_month & (day >= 1) & (day <= last)
        number = year * 10000 + month * 100 + day
        today = until.year * 10000 + until.month * 100 + until.day
        can_be &= (number <= today) & (number > today - OLDEST_YEARS * 10000)
        right = _CHECKS[(digits @ _WEIGHTS) % 11] == signs[:, 17]
        fault[places[~right]] = "checksum"
        fault[places[~can_be]] = "birth_date"
        good = can_be & right
        months = (year[good].astype("datetime64[Y]") - 1970).astype("datetime64[M]") + (month[good] - 1)
        born_column = np.full(size, np.datetime64("NaT", "M"))
        born_column[places[good]] = months
        sex[places[good]] = np.where(digits[good, 16] % 2 == 1, "male", "female")
        born = born_column
    births = pl.Series("birth_month", born.astype("datetime64[D]") if places.size else born, dtype=pl.Date)
    return pl.DataFrame(
        {
            "birth_month": births,
            "sex_code": pl.Series(sex.tolist(), dtype=pl.String),
            "id_fault_code": pl.Series([each or None for each in fault.tolist()], dtype=pl.String),
        }
    )


def _matrix(numbers: pl.Series, width: int) -> np.ndarray:
    """The signs of texts of one length as bytes, a row each."""
    joined = "".join(numbers.to_list()).encode("ascii")
    return np.frombuffer(joined, dtype=np.uint8).reshape(len(numbers), -1)[:, :width]
