"""Numbers with their units, ranges, comparators and precision."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from highfence.claims.mentions.folding import Folded
from highfence.claims.mentions.lexicon import lexicon
from highfence.claims.mentions.numerals import DIGITS, NUMBER, ORDINALS, Number, han_integer, read
from highfence.claims.model import Lang, Mention, Quantity

_CURRENCY = (
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
_MONEY = frozenset(code for _, code in _CURRENCY) | {"SEK"}
_BEFORE = re.compile(
    r"(?:(?P<above>more than|greater than|over|at least|above|upwards of|in excess of|exceed(?:s|ed|ing)?|"
    r"surpass(?:es|ed|ing)?|"
    r"north of|no less than|not less than|no fewer than|well over|as low as|beyond|minimum of|"
    r"远超|超过了?|超出|超|逾|多于|至少|不少于|不低于|大于|高于|突破了?|超逾|达到或超过|不止|起码|冲破)|"
    r"(?P<below>less than|fewer than|below|under|at most|no more than|not more than|up to|as much as|as many as|as "
    r"high as|just under|"
    r"maximum of|不到|不足|低于|少于|不超过|不高于|小于|未达|至多|最多|未满|最高|多达|高达|仅不到)|"
    r"(?P<near>nearly|almost|close to|approaching|about|around|roughly|approximately|approx\.?|circa|some|an "
    r"estimated|estimated|"
    r"~|将近|接近|近|约为|约|大约|大概|几乎|差不多|估计|逼近|约合|大致|≈)|"
    r"(?P<only>only|just|merely|仅为|仅|只有|只|才))(?:\s|of\s|the\s|a\s|达|有|为|了|:)*$"
)
_SYMBOLS = {"≥": ">=", ">": ">", "≤": "<=", "<": "<"}
_AFTER = re.compile(
    r"\s?(?:(?P<above>\+|以上|或以上|多|余|or more|or higher|plus\b|and above|之上)|"
    r"(?P<below>以下|以内|之内|or less|or fewer|or below|之下|封顶)|"
    r"(?P<near>左右|上下|or so|or thereabouts|\(?estimated\)?|前后|来))"
)
_JOIN = re.compile(r"\s?(?P<dash>-|~|至|到)\s?|\s(?P<to>to)\s|\s(?P<and>and|or)\s|(?P<hyphen>-to-)")
_FROM = re.compile(r"(?:(?<![a-z])from|从|由|自)[^,，。;；.]{0,24}$")
_BETWEEN = re.compile(r"(?<![a-z])between\s[^,.]{0,12}$|介于.{0,8}$|在.{0,8}$")
_RATE = re.compile(
    r"\s?(?:(?:per|an|each|/)\s?(?:gpu[- ])?(?P<h>hour|hr|h)\b|/小时|每小时|/?(?P<tok>per million tokens|"
    r"每百万tokens?|/百万tokens?|per million input tokens|per million output tokens))"
)
_MONTHLY = re.compile(
    r"(?:\s?(?:12-inch |300mm |8-inch )?wafers?)?\s?(?:a month|per month|monthly|each month|/month|"
    r"/月|每月)"
)
_TENTHS = re.compile(r"(?:半|[一二三四五六七八九](?![年个月天家十成分]))(?!以)")
_WORD = re.compile(r"[ -]([a-z][a-z'.-]*)")
_RANK_HAN = re.compile(
    r"(?P<top>前|top\s?)(?P<n>[一二两三四五六七八九十]{1,3}|\d{1,3})(?P<tail>大|名|强|位|甲)?|"
    r"第(?P<m>[一二三四五六七八九十]{1,3}|\d{1,3})(?P<tail2>大|名|位|高|多|强|快)?(?P<rest>[\u3400-\u9fff]?)"
)
_RANKED = re.compile(
    r"(?:全球|世界|国内|中国|美国|排名|排行|位列|位居|居|列|名列|跻身|跃居|升至|冲上|杀进|进入|市场|行业|业界|其|稳居|仅次于|为|是|排|降至|跌至|成为|占据|拿下|"
    r"夺下|夺得|挤进|挤入|奪下|世|,|、|\s)$"
)
_RANK_EN = re.compile(
    r"(?<![a-z])(?:(?:(?P<ord>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)|(?P<num>\d{1,2})(?:st|"
    r"nd|rd|th))"
    r"[- ](?P<sup>largest|biggest|highest|most|fastest|strongest|smallest|lowest|place|spot|position|in the world|"
    r"globally|worldwide|best)"
    r"|(?:ranked|ranks|ranking|rank|came|placed|place|finished|in)\s(?P<ord2>first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth)"
    r"(?= (?:in|among|globally|worldwide|place|with|behind|after|by)|[,.;])|no\.? ?1\b|number[- ](?P<word>one|two|"
    r"three|four|five)|"
    r"no\.? ?(?P<no>\d{1,2})\b|#(?P<hash>\d{1,2})\b|top (?P<topn>\d{1,3}|two|three|four|five|six|seven|eight|nine|"
    r"ten)(?![a-z0-9]))"
)
_ALL = {
    **ORDINALS,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_NOT_THIRD = re.compile(
    r"[- ](?:part|countr|time|phase|generation|batch|year|round|option|stage|world|plant|fab|"
    r"factor|quarter|person|term)"
)
_HALF_WORD = re.compile(r"[- ](?:year|time|decade|century|hour|day|baked|life)|-[a-z]")
_HALF_TIME = re.compile(r"(?:first|second|latter|last|other|this|next|each|per|better)[ -]$|[上下]$")
_ONE_IN = re.compile(r"(?<![a-z])(?:one|two|three) in $")
_GENERIC = frozenset(
    {
        "items",
        "firms",
        "people",
        "countries",
        "cities",
        "plants",
        "days",
        "pieces",
        "years",
        "layers",
        "cards",
        "users",
        "months",
        "quarters",
        "cores",
    }
)


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
        if before.isascii() and (before.isalpha() or before in tuple("._#@&")) and not _currency(low, start):
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
            return not (match.lastgroup == "english" and _ONE_IN.search(low, max(0, match.start() - 10), match.start()))
        if words.endswith("half"):
            if _HALF_TIME.search(low, max(0, match.start() - 8), match.start()):
                return False
            return not _HALF_WORD.match(low, match.end())
        if words.endswith(("third",)):
            return not _NOT_THIRD.match(low, match.end())
        if words in ("a quarter", "one quarter", "a-quarter"):
            return low.startswith(" of", match.end())
        return True

    def _mention(self, n: Number) -> tuple[Mention | None, int]:
        low = self.folded.low
        part = self._part(n)
        n = part.number
        start = n.start - len(part.currency_text) if isinstance(part, _Money) else n.start
        other: _Part | None = None
        join = _JOIN.match(low, part.end)
        if join and self._joins(join, start):
            other = self._second(join.end())
        if other is not None and not self._alike(part, other):
            other = None
        if (
            other is not None
            and _FROM.search(low, max(0, start - 30), start)
            and join
            and (join["to"] or join[0].strip() in "至到")
        ):
            other = None
        end = other.end if other else part.end
        if not part.unit and not part.currency and not self._bare(n, other):
            return None, n.end
        if n.small and not n.scaled and not n.share and n.value == 1 and part.of in _GENERIC and other is None:
            return None, n.end
        quantity = self._quantity(n, part, other)
        quantity, start, end = self._compared(quantity, start, end, n)
        if rate := _RATE.match(low, end):
            if quantity.unit in _MONEY:
                quantity = replace(quantity, unit=f"{quantity.unit}/{'Mtok' if rate['tok'] else 'h'}")
                end = rate.end()
        elif quantity.count_of == "wafers" or quantity.unit == "units":
            monthly = _MONTHLY.match(low, end)
            if monthly and ("wafer" in monthly.group() or quantity.count_of in ("wafers", "pieces")):
                quantity = replace(quantity, unit="wafers/month", count_of="wafers")
                end = monthly.end()
        printed = self.folded.text[start:end]
        return Mention(start, end, "quantity", quantity=replace(quantity, printed=printed)), end

    def _part(self, n: Number) -> _Part:
        """Read the currency before and the unit behind a number."""
        low = self.folded.low
        sign = _currency(low, n.start)
        end, unit, factor, of = self._unit(n)
        if unit == "share" and factor == 0.1 and (rest := _TENTHS.match(low, end)):
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
            tail = end if unit in _MONEY else n.end
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
            noun = _WORD.match(low, name.end)
            found = units.get(noun.group(1)) if noun else None
            if found and found[0] in ("1", "units"):
                return n.end, found[0], 1.0, found[2]
            if name.type == "chip" and not n.small:
                return n.end, "units", 1.0, "chips"
        step = at
        if of := re.compile(r" of (?:the|its|these|those|such)(?= )").match(low, at):
            step = of.end()
        for _ in range(3):
            word = _WORD.match(low, step)
            if not word or word.group(1) in _STOP or (low[step] == "-" and step != at):
                break
            found = units.get(word.group(1))
            if found and found[0] in ("1", "units") and step != at:
                return n.end, found[0], 1.0, found[2]
            step = word.end()
        return n.end, "", 1.0, ""

    def _joins(self, join: re.Match[str], start: int) -> bool:
        low = self.folded.low
        return join["and"] != "or" and (not join["and"] or _BETWEEN.search(low, max(0, start - 20), start) is not None)

    def _second(self, at: int) -> _Part | None:
        low = self.folded.low
        begin = at
        for text, _ in _CURRENCY:
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
            return one.unit == two.unit or (one.unit in _MONEY and two.unit in _MONEY)
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
                _exact(n.value * factor),
                unit,
                _exact(n.low * factor) if n.low != n.high else None,
                _exact(n.high * factor) if n.low != n.high else None,
                _exact(n.step * factor / 2),
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
            scale = _scale_of(second)
            if n.low >= second.low:
                scale = 1.0
        low, high = sorted((n.low * scale * factor, second.high * factor_two))
        return Quantity(
            _exact((low + high) / 2),
            unit,
            _exact(low),
            _exact(high),
            _exact(second.step * factor_two / 2),
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
        if symbol in _SYMBOLS:
            comparator = _SYMBOLS[symbol]
        elif found := _BEFORE.search(low, max(0, start - 26), start):
            if found["above"] and _latin_edge(low, found.start()):
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
            elif found["below"] and _latin_edge(low, found.start()):
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
            elif found["near"] and _latin_edge(low, found.start()):
                comparator, approximate = "~", True
        if behind := _AFTER.match(low, end):
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
        for match in _RANK_HAN.finditer(low):
            if any(self.taken[match.start() : match.end() - len(match["rest"] or "")]):
                continue
            if match["top"]:
                if (
                    match["top"] != "前"
                    or match["n"] == "一"
                    or low[match.end() : match.end() + 1] in "个季月天年日周几期十百步排"
                ):
                    continue
                value, end, comparator = _ordinal(match["n"]), match.end(), "<="
                if (
                    not match["tail"]
                    and low[match.end() : match.end() + 1].isalnum()
                    and low[match.end()] not in "的大"
                ):
                    continue
            else:
                end = match.end() - len(match["rest"] or "")
                rest = match["rest"] or ""
                led = _RANKED.search(low, max(0, match.start() - 6), match.start())
                if not match["tail2"] and not (led and rest in ("", "的", "和", "与", "且", "但")):
                    continue
                value, comparator = _ordinal(match["m"]), "="
            if value:
                yield _rank(match.start(), end, value, comparator, self.folded.text)
        if self.lang == "en" or "top" in low or "no." in low:
            for match in _RANK_EN.finditer(low):
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
                value = float(_ALL.get(word) or int(word))
                end = match.end("ord2") if match["ord2"] else match.end()
                yield _rank(match.start(), end, value, "<=" if match["topn"] else "=", self.folded.text)


@dataclass(frozen=True, slots=True)
class _Money(_Part):
    currency_text: str = ""


_STOP = frozenset(
    [
        "of",
        "in",
        "and",
        "or",
        "the",
        "a",
        "an",
        "to",
        "from",
        "by",
        "for",
        "on",
        "at",
        "with",
        "as",
        "than",
        "is",
        "was",
        "were",
        "are",
        "be",
        "that",
        "which",
        "who",
        "per",
        "this",
        "its",
        "since",
        "until",
        "before",
        "after",
        "but",
        "while",
        "if",
        "when",
        "years",
        "year",
        "months",
        "days",
    ]
)


def _currency(low: str, start: int) -> tuple[str, str] | None:
    """Return the currency that ends right before a number: what is printed, and its code."""
    before = low[max(0, start - 8) : start]
    for sign, code in _CURRENCY:
        for space in ("", " "):
            if before.endswith(sign + space):
                lead = before[: len(before) - len(sign + space)][-1:]
                if sign[0].isascii() and sign[0].isalpha() and lead.isascii() and lead.isalpha():
                    continue
                return sign + space, code
    return None


def replace_scale(n: Number) -> Number:
    """Take back a scale letter that turned out to be none."""
    size = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}[n.letter]
    return Number(n.start, n.end - 1, n.low / size, n.high / size, n.step / size)


def _scale_of(n: Number) -> float:
    scale = 1.0
    for size in (1e12, 1e9, 1e8, 1e6, 1e4, 1e3):
        if n.step * 1e3 >= size and n.high >= size and n.step <= size:
            scale = size
            break
    return scale


def _exact(value: float) -> float:
    """Take back what the last bit of a product adds: 35 % is 0.35."""
    return float(f"{value:.13g}")


def _latin_edge(low: str, at: int) -> bool:
    return not (low[at].isascii() and low[at].isalpha() and at and low[at - 1].isascii() and low[at - 1].isalpha())


def _ordinal(word: str) -> float:
    return float(word) if word.isdigit() else float(han_integer(word) or 0)


def _rank(start: int, end: int, value: float, comparator: str, text: str) -> Mention:
    return Mention(
        start, end, "quantity", quantity=Quantity(value, "rank", comparator=comparator, printed=text[start:end])
    )
