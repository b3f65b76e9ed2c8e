"""Signs and codes of currencies before a number."""

from __future__ import annotations

CURRENCY = (
    ("us$", "USD"),
    ("u.s.$", "USD"),
    ("u.s. $", "USD"),
    ("usd", "USD"),
    ("hk$", "HKD"),
    ("nt$", "TWD"),
    ("s$", "SGD"),
    ("a$", "AUD"),
    ("c$", "CAD"),
    ("r$", "BRL"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₩", "KRW"),
    ("¥", "CNY"),
    ("rmb", "CNY"),
    ("cny", "CNY"),
    ("人民币", "CNY"),
    ("eur", "EUR"),
    ("jpy", "JPY"),
    ("krw", "KRW"),
    ("ntd", "TWD"),
    ("twd", "TWD"),
    ("hkd", "HKD"),
    ("新台币", "TWD"),
    ("港币", "HKD"),
    ("₹", "INR"),
    ("inr", "INR"),
    ("chf", "CHF"),
)


MONEY = frozenset(code for _, code in CURRENCY) | {"SEK"}


def currency(low: str, start: int) -> tuple[str, str] | None:
    """Return the currency that ends right before a number: what is printed, and its code."""
    before = low[max(0, start - 8) : start]
    for sign, code in CURRENCY:
        for space in ("", " "):
            if before.endswith(sign + space):
                lead = before[: len(before) - len(sign + space)][-1:]
                if sign[0].isascii() and sign[0].isalpha() and lead.isascii() and lead.isalpha():
                    continue
                return sign + space, code
    return None
