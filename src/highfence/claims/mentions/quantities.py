"""Numbers with their units, ranges, comparators and precision."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from highfence.claims.mentions.currencies import CURRENCY, MONEY, currency
from highfence.claims.mentions.folding import Folded
from highfence.claims.mentions.lexicon import lexicon
from highfence.claims.mentions.marks import (
    AFTER,
    BEFORE,
    BETWEEN,
    FROM,
    GENERIC,
    HALF_TIME,
    HALF_WORD,
    JOIN,
    MONTHLY,
    ONE_IN,
    RATE,
    STOP,
    SYMBOLS,
    TENTHS,
    WORD,
)
from highfence.claims.mentions.numerals import DIGITS, NUMBER, Number, read
from highfence.claims.mentions.scales import (
    ALL,
    NOT_THIRD,
    RANK_EN,
    RANK_HAN,
    RANKED,
    exact,
    latin_edge,
    ordinal,
    ranking,
    replace_scale,
    scale_of,
)
from highfence.claims.model import Lang, Mention, Quantity


@dataclass(frozen=True, slots=True)
class _Part:
    """A number with the unit behind it."""

    number: Number
    end: int
    unit: str
    factor: float
    of: str
    currency: str


def quantities(folded: Folded, taken: bytearray, names: Sequence[Mention], lang: Lang) -> list[Mention]:
    """Return every quantity outside of names, dates and what else is taken, in order.

    >>> from highfence.claims.mentions.folding import fold
    >>> def read(text, lang="zh"):
    ...     return [(q.quantity.value, q.quantity.unit) for q in
    ...             quantities(fold(text), bytearray(len(text)), (), lang)]
    >>> read("超過3000億元，三成，15%-30%")
    [(300000000000.0, 'CNY'), (0.3, 'share'), (0.225, 'share')]
    >>> read("at least $4.5 billion and half of 20 GB/s", "en")
    [(4500000000.0, 'USD'), (0.5, 'share'), (20000000000.0, 'B/s')]
    """
    return _Reader(folded, taken, {m.start: m for m in names}, lang).all()


@dataclass
class _Reader:
    folded: Folded
    taken: bytearray
    names: dict[int, Mention]
    lang: Lang

    def all(self) -> list[Mention]:
        ranks = list(self._ranks())
        for rank in ranks:
            self.taken[rank.start : rank.end] = b"\1" * (rank.end - rank.start)
        found: list[Mention] = []
        at = 0
        low = self.folded.low
        while match := NUMBER.search(low, at):
            at = match.end()
            number = None if any(self.taken[match.start() : match.end()]) else read(match, low)
            if number is None or not self._stands_alone(number, match):
                at = match.end()
                continue
            mention, at = self._mention(number)
            if mention is not None:
                found.append(mention)
            else:
                at = max(match.start() + 1, min(at, match.end()))
        return sorted([*found, *ranks], key=lambda m: m.start)

    def _stands_alone(self, n: Number, match: re.Match[str]) -> bool:
        """Whether the number is no part of a word or code."""
        low, start = self.folded.low, n.start
        before = low[start - 1 : start]
        if before == "第":
            return False
        if n.small and not match.group("han") and not match.group("hanvague"):
            return self._fraction_holds(match)
        if before.isascii() and (before.isalpha() or before in tuple("._#@&")) and not currency(low, start):
            return False
        if (
            before in ("-", "/")
            and low[start - 2 : start - 1].isascii()
            and low[start - 2 : start - 1].isalnum()
            and not low[start - 2 : start - 1].isdigit()
        ):
            return False
        return n.small or not (self.folded.text[start - 1 : start] == "," and low[start - 2 : start - 1].isdigit())

    def _fraction_holds(self, match: re.Match[str]) -> bool:
        low, words = self.folded.low, match.group()
        if match.lastgroup != "fraction":
            return not (match.lastgroup == "english" and ONE_IN.search(low, max(0, match.start() - 10), match.start()))
        if words.endswith("half"):
            if HALF_TIME.search(low, max(0, match.start() - 8), match.start()):
                return False
            return not HALF_WORD.match(low, match.end())
        if words.endswith(("third",)):
            return not NOT_THIRD.match(low, match.end())
        if words in ("a quarter", "one quarter", "a-quarter"):
            return low.startswith(" of", match.end())
        return True

    def _mention(self, n: Number) -> tuple[Mention | None, int]:
        low = self.folded.low
        part = self._part(n)
        n = part.number
        start = n.start - len(part.currency_text) if isinstance(part, _Money) else n.start
        other: _Part | None = None
        join = JOIN.match(low, part.end)
        if join and self._joins(join, start):
            other = self._second(join.end())
        if other is not None and not self._alike(part, other):
            other = None
        if (
            other is not None
            and FROM.search(low, max(0, start - 30), start)
            and join
            and (join["to"] or join[0].strip() in "至到")
        ):
            other = None
        end = other.end if other else part.end
        if not part.unit and not part.currency and not self._bare(n, other):
            return None, n.end
        if n.small and not n.scaled and not n.share and n.value == 1 and part.of in GENERIC and other is None:
            return None, n.end
        quantity = self._quantity(n, part, other)
        quantity, start, end = self._compared(quantity, start, end, n)
        if rate := RATE.match(low, end):
            if quantity.unit in MONEY:
                quantity = replace(quantity, unit=f"{quantity.unit}/{'Mtok' if rate['tok'] else 'h'}")
                end = rate.end()
        elif quantity.count_of == "wafers" or quantity.unit == "units":
            monthly = MONTHLY.match(low, end)
            if monthly and ("wafer" in monthly.group() or quantity.count_of in ("wafers", "pieces")):
                quantity = replace(quantity, unit="wafers/month", count_of="wafers")
                end = monthly.end()
        printed = self.folded.text[start:end]
        return Mention(start, end, "quantity", quantity=replace(quantity, printed=printed)), end

    def _part(self, n: Number) -> _Part:
        """Read the currency before and the unit behind a number."""
        low = self.folded.low
        sign = currency(low, n.start)
        end, unit, factor, of = self._unit(n)
        if unit == "share" and factor == 0.1 and (rest := TENTHS.match(low, end)):
            more = 0.5 if rest.group() == "半" else float(DIGITS[rest.group()]) / 10
            n = replace(n, low=n.low + more, high=n.high + more, step=0.1)
            end = rest.end()
        if n.letter and not sign and not self._letter_holds(n, unit):
            back = n.end - 1
            n = replace_scale(n)
            end, unit, factor, of = self._unit(n)
            if not unit:
                end = back
        if sign:
            text, code = sign
            if code == "CNY" and text == "¥" and self.lang == "en" and " yen" in low:
                code = "JPY"
            tail = end if unit in MONEY else n.end
            return _Money(n, tail, code, 1.0, "", code, currency_text=text)
        return _Part(n, end, unit, factor, of, "")

    def _letter_holds(self, n: Number, unit: str) -> bool:
        return bool(unit) or (
            self.folded.plain[n.end - 1].isupper() and self.folded.low[n.end - 2].isdigit() and n.letter in "bkt"
        )

    def _unit(self, n: Number) -> tuple[int, str, float, str]:
        units, plain, low = lexicon().units, self.folded.plain, self.folded.low
        at = n.end
        more = low[at : at + 1] if low[at : at + 1] in ("多", "余", "+", "来") else ""
        at += len(more)
        gaps = (at, at + 1) if low[at : at + 1] in (" ", "-") else (at,)
        for begin in reversed(gaps):
            for size in range(min(28, len(low) - begin), 0, -1):
                end = begin + size
                found = units["exact"].get(plain[begin:end]) or units["any"].get(low[begin:end])
                if found and self._unit_ends(begin, end, low) and self._unit_fits(n, low[begin:end], begin > at, found):
                    return end, found[0], found[1], found[2]
        return self._far_noun(n, at)

    def _unit_ends(self, begin: int, end: int, low: str) -> bool:
        if any(self.taken[begin:end]):
            return False
        last, following = low[end - 1], low[end : end + 1]
        return not (
            last.isascii() and last.isalpha() and following.isascii() and (following.isalpha() or following.isdigit())
        )

    def _unit_fits(self, n: Number, word: str, gap: bool, found: list[object]) -> bool:
        if n.share and found[0] != "share":
            return found[0] not in ("1", "units", "times", "points")
        following = self.folded.low[n.end + len(word) : n.end + len(word) + 2]
        if word == "成":
            return (
                n.value <= 10
                and (n.small or n.value == int(n.value))
                and not following.startswith(("为", "功", "立", "本", "员", "长", "果", "熟", "都", "分", "品", "就"))
            )
        if word == "人":
            return not following.startswith(("工", "民", "类", "形", "才"))
        if word == "国":
            return n.small and n.value > 2 and not following.startswith(("家", "产", "内", "际"))
        if word == "代":
            return False
        if word == "年":
            return n.value < 1000
        if word in ("第",):
            return False
        if word == "x":
            return not gap
        return not (word == "名" and following.startswith(("义", "单", "称")))

    def _far_noun(self, n: Number, at: int) -> tuple[int, str, float, str]:
        """Look past a name or two words for what is counted: "300,000 H20 chips"."""
        low, units = self.folded.low, lexicon().units["any"]
        begin = at + 1 if low[at : at + 1] in (" ", "-") else at
        name = self.names.get(begin)
        if name is not None and name.type in ("chip", "product", "system", "place", "firm", "group", "technology"):
            noun = WORD.match(low, name.end)
            found = units.get(noun.group(1)) if noun else None
            if found and found[0] in ("1", "units"):
                return n.end, found[0], 1.0, found[2]
            if name.type == "chip" and not n.small:
                return n.end, "units", 1.0, "chips"
        step = at
        if of := re.compile(r" of (?:the|its|these|those|such)(?= )").match(low, at):
            step = of.end()
        for _ in range(3):
            word = WORD.match(low, step)
            if not word or word.group(1) in STOP or (low[step] == "-" and step != at):
                break
            found = units.get(word.group(1))
            if found and found[0] in ("1", "units") and step != at:
                return n.end, found[0], 1.0, found[2]
            step = word.end()
        return n.end, "", 1.0, ""

    def _joins(self, join: re.Match[str], start: int) -> bool:
        low = self.folded.low
        return join["and"] != "or" and (not join["and"] or BETWEEN.search(low, max(0, start - 20), start) is not None)

    def _second(self, at: int) -> _Part | None:
        low = self.folded.low
        begin = at
        for text, _ in CURRENCY:
            if low.startswith(text, at):
                begin = at + len(text)
                break
        match = NUMBER.match(low, begin)
        if not match or any(self.taken[match.start() : match.end()]):
            return None
        number = read(match, low)
        return None if number is None else self._part(number)

    @staticmethod
    def _alike(one: _Part, two: _Part) -> bool:
        if one.unit and two.unit:
            return one.unit == two.unit or (one.unit in MONEY and two.unit in MONEY)
        return bool(two.unit or two.currency or one.currency) or (not one.unit and not two.unit)

    def _bare(self, n: Number, other: _Part | None) -> bool:
        """Whether a number without a unit is worth a mention."""
        if other is not None and (other.unit or other.currency):
            return True
        if n.share or n.times:
            return True
        if n.small:
            return (n.scaled and n.value >= 1000 and not n.vague) or (n.scaled and n.vague and n.value >= 1e4)
        following = self.folded.low[n.end : n.end + 1]
        if (following.isascii() and following.isalpha()) or following in ("/", ":", "年", "月", "日", "号"):
            return False
        before = self.folded.low[n.start - 1 : n.start]
        return before not in (":", "/", "-") or n.scaled

    def _quantity(self, n: Number, part: _Part, other: _Part | None) -> Quantity:
        unit, factor, of = part.unit, part.factor, part.of
        if part.currency:
            unit, factor = part.currency, 1.0
        if n.times:
            unit, factor = "times", 1.0
        if n.share:
            unit, factor, of = "share", 1.0, ""
        if other is None:
            unit = unit or "1"
            return Quantity(
                exact(n.value * factor),
                unit,
                exact(n.low * factor) if n.low != n.high else None,
                exact(n.high * factor) if n.low != n.high else None,
                exact(n.step * factor / 2),
                "~" if n.vague else "=",
                n.vague,
                of,
            )
        second = other.number
        factor_two = 1.0 if other.currency else other.factor
        if not unit:
            unit, of, factor = other.currency or other.unit or "1", other.of, factor_two
        scale = 1.0
        if second.scaled and not n.scaled and second.low > 0:
            scale = scale_of(second)
            if n.low >= second.low:
                scale = 1.0
        low, high = sorted((n.low * scale * factor, second.high * factor_two))
        return Quantity(
            exact((low + high) / 2),
            unit,
            exact(low),
            exact(high),
            exact(second.step * factor_two / 2),
            "=",
            False,
            of,
        )

    def _compared(self, q: Quantity, start: int, end: int, n: Number) -> tuple[Quantity, int, int]:
        """Add what the words before and behind say of the number."""
        low = self.folded.low
        comparator, approximate = q.comparator, q.approximate
        more = low[n.end : n.end + 1] if low[n.end : n.end + 1] in ("多", "余", "+") and not n.vague else ""
        if not n.vague and not more:
            more = next((c for c in "多余" if c in low[n.start : n.end]), "")
        if more:
            comparator, approximate = ">", more != "+"
        if n.vague and n.low < n.high and low[n.start] in "上逾过":
            comparator = ">="
        symbol = low[start - 1 : start].strip() or low[start - 2 : start - 1]
        if symbol in SYMBOLS:
            comparator = SYMBOLS[symbol]
        elif found := BEFORE.search(low, max(0, start - 26), start):
            if found["above"] and latin_edge(low, found.start()):
                words = found["above"]
                comparator = (
                    ">="
                    if words
                    in (
                        "at least",
                        "no less than",
                        "not less than",
                        "no fewer than",
                        "至少",
                        "不少于",
                        "不低于",
                        "minimum of",
                        "起码",
                    )
                    else ">"
                )
            elif found["below"] and latin_edge(low, found.start()):
                words = found["below"]
                loose = (
                    "at most",
                    "no more than",
                    "not more than",
                    "up to",
                    "as much as",
                    "as many as",
                    "as high as",
                    "maximum of",
                    "不超过",
                    "不高于",
                    "至多",
                    "最多",
                    "最高",
                )
                as_many = words in ("多达", "高达", "as many as", "as high as")
                comparator = comparator if as_many else "<=" if words in loose else "<"
            elif found["near"] and latin_edge(low, found.start()):
                comparator, approximate = "~", True
        if behind := AFTER.match(low, end):
            if behind["above"]:
                comparator = ">=" if behind["above"] not in ("+", "多", "余") else ">"
            elif behind["below"]:
                comparator = "<="
            else:
                comparator, approximate = ("~" if comparator == "=" else comparator), True
            end = behind.end()
        negative = (
            symbol == "-"
            and low[start - 1 : start] == "-"
            and self.folded.text[start - 1] in "-−"
            and (start < 2 or low[start - 2] in " (:," or not low[start - 2].isascii())
        )
        if negative and q.low is None:
            return replace(q, value=-q.value, comparator=comparator, approximate=approximate), start - 1, end
        return replace(q, comparator=comparator, approximate=approximate), start, end

    def _ranks(self) -> Iterator[Mention]:
        low = self.folded.low
        for match in RANK_HAN.finditer(low):
            if any(self.taken[match.start() : match.end() - len(match["rest"] or "")]):
                continue
            if match["top"]:
                if (
                    match["top"] != "前"
                    or match["n"] == "一"
                    or low[match.end() : match.end() + 1] in "个季月天年日周几期十百步排"
                ):
                    continue
                value, end, comparator = ordinal(match["n"]), match.end(), "<="
                if (
                    not match["tail"]
                    and low[match.end() : match.end() + 1].isalnum()
                    and low[match.end()] not in "的大"
                ):
                    continue
            else:
                end = match.end() - len(match["rest"] or "")
                rest = match["rest"] or ""
                led = RANKED.search(low, max(0, match.start() - 6), match.start())
                if not match["tail2"] and not (led and rest in ("", "的", "和", "与", "且", "但")):
                    continue
                value, comparator = ordinal(match["m"]), "="
            if value:
                yield ranking(match.start(), end, value, comparator, self.folded.text)
        if self.lang == "en" or "top" in low or "no." in low:
            for match in RANK_EN.finditer(low):
                if any(self.taken[match.start() : match.end()]):
                    continue
                word = next(
                    (
                        g
                        for g in (
                            match["ord"],
                            match["num"],
                            match["ord2"],
                            match["word"],
                            match["no"],
                            match["hash"],
                            match["topn"],
                        )
                        if g
                    ),
                    "1",
                )
                value = float(ALL.get(word) or int(word))
                end = match.end("ord2") if match["ord2"] else match.end()
                yield ranking(match.start(), end, value, "<=" if match["topn"] else "=", self.folded.text)


@dataclass(frozen=True, slots=True)
class _Money(_Part):
    currency_text: str = ""
