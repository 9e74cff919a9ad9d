"""One text for one value, however it was written down.

Belongs here: what pandas makes of whole numbers and of yes or no. Does not: reading a column.

A column of whole numbers with one empty cell is written as 1.0, 2.0, … by pandas, and a column of yes and no as True
and False where Arrow and JSON say true and false. Read as different texts these would be different classes.
"""

from __future__ import annotations

from collections.abc import Iterable

from labeling_pipeline.core.errors import InputError

TRUTHS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}


def plain_id(text: str) -> str:
    """A whole number without its decimal zero; any other text as it is.

    >>> [plain_id(text) for text in ("12.0", "-3.0", "1.10", "v1.0", "01.0")]
    ['12', '-3', '1.10', 'v1.0', '01.0']
    """
    number = text.removesuffix(".0")
    digits = number.removeprefix("-")
    is_whole = digits.isascii() and digits.isdigit() and (digits == "0" or not digits.startswith("0"))
    return number if is_whole else text


def plain_label(text: str) -> str:
    """The same for labels, which may also be true or false; of blanks nothing is left: they are no label.

    >>> [plain_label(text) for text in ("1.0", "True", "false", "Toxic", " ")]
    ['1', 'true', 'false', 'Toxic', '']
    """
    return TRUTHS.get(text) or ("" if text.isspace() else plain_id(text))


def undecoded(cells: Iterable[object], name: object) -> InputError:
    """The error for a column with a text that is no Unicode, as reading another encoding leniently leaves it."""
    row = next(
        i for i, cell in enumerate(cells) if isinstance(cell, str) and not cell.isprintable() and _is_broken(cell)
    )
    return InputError(
        f"column {name!r}, row {row + 1}: text that is no Unicode",
        expected="UTF-8",
        remedy="read the file in its own encoding, such as encoding='latin-1'",
    )


def _is_broken(text: str) -> bool:
    return any(0xD800 <= ord(character) <= 0xDFFF for character in text)
