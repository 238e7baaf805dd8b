"""Decimals of the wire as integers of 1e-8, and how every kind of value is printed."""

import re

SCALE = 100_000_000
INT64_MAX = 2**63 - 1

_DECIMAL = re.compile(r"(-?)(\d+)(?:\.(\d{1,8}))?\Z")


class InputError(Exception):
    """Input that cannot be used: one line for a person."""


def parse_e8(text):
    """The integer of 1e-8 for a plain decimal; more than 8 decimals or beyond Int64 is an error."""
    match = _DECIMAL.match(text)
    if not match:
        raise InputError(f"not a decimal with at most 8 decimals: {text!r}")
    sign, whole, fraction = match.groups()
    value = int(whole + (fraction or "").ljust(8, "0"))
    if value > INT64_MAX:
        raise InputError(f"beyond Int64 at 1e-8: {text!r}")
    return -value if sign else value


def exact(units):
    """Exact decimal of an integer of 1e-8, without trailing zeros."""
    if units is None:
        return ""
    sign = "-" if units < 0 else ""
    whole, fraction = divmod(abs(units), SCALE)
    if fraction == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{fraction:08d}".rstrip("0")


def divide_half_even(numerator, denominator):
    """numerator / denominator (> 0) rounded to an integer, ties to even, exactly."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient


def fixed8_of_ratio(numerator, denominator):
    """A ratio that is already in units of 1e-8, printed with 8 decimals."""
    units = divide_half_even(numerator, denominator)
    sign = "-" if units < 0 else ""
    whole, fraction = divmod(abs(units), SCALE)
    return f"{sign}{whole}.{fraction:08d}"


def fixed(value, places):
    """A double with so many decimals, never a negative zero; empty when absent."""
    if value is None:
        return ""
    text = f"{value:.{places}f}"
    if text.startswith("-") and not text.strip("-0."):
        text = text[1:]
    return text
