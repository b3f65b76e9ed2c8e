"""Files, bytes and texts become documents whose offsets hold, or are refused with a reason."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from highfence.claims.ingest import MAX_BYTES, docx, read
from highfence.core.errors import HighfenceError, InputError, NoAnswer

SIMPLIFIED = (
    "美国放行H20\n\n2025年7月16日，商务部表示，英伟达将恢复向中国市场销售H20芯片，此前的禁令让公司计提了45亿美元。\n"
)
TRADITIONAL = (
    "美國放行H20\n\n2025年7月16日，商務部表示，輝達將恢復向中國市場銷售H20晶片，此前的禁令讓公司計提了45億美元。\n"
)
ENGLISH = (
    "US clears the H20\n\nJuly 16, 2025\n\nNVIDIA said it would resume sales of the H20 to China, months after a ban.\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"])
def test_simplified_text_in_any_encoding(encoding: str) -> None:
    found = read(SIMPLIFIED.encode(encoding))
    assert (found.text, found.lang, found.script) == (SIMPLIFIED, "zh", "hans")
    assert found.published == date(2025, 7, 16)
    assert found.title == "美国放行H20"


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "utf-16-be"])
def test_traditional_text_in_any_encoding(encoding: str) -> None:
    found = read(TRADITIONAL.encode(encoding))
    assert (found.text, found.lang, found.script) == (TRADITIONAL, "zh", "hant")


def test_english_text() -> None:
    found = read(ENGLISH)
    assert (found.lang, found.script, found.published) == ("en", "", date(2025, 7, 16))
    assert [role for *_, role in found.blocks] == ["title", "heading", "body"]


def test_what_the_caller_knows_goes_first() -> None:
    found = read(ENGLISH, published="2025-08-01", lang="zh")
    assert (found.lang, found.published) == ("zh", date(2025, 8, 1))


def test_a_text_without_a_date_says_so() -> None:
    assert any("no day of publication" in w.en for w in read("The chip was banned last year.").warnings)


def test_a_date_inside_a_sentence_is_not_the_day_of_publication() -> None:
    text = (
        "Analysts have long argued about the rule, and about the letter of October 17, 2023, which closed the gap "
        "that "
        "the first one had left open."
    )
    assert read(text).published is None


def test_markdown_keeps_its_offsets_and_gives_its_parts() -> None:
    text = (
        "---\ntitle: On chips\ndate: 2025-07-16\n---\n# Chips\n\nSome *text* here,\ntwo lines.\n\n> A quote.\n\n- "
        "one\n\n```\ncode 5%\n```\n"
    )
    found = read(text, format="md")
    assert (found.text, found.title, found.published) == (text, "On chips", date(2025, 7, 16))
    assert [(text[s:e], role) for s, e, role in found.blocks] == [
        ("Chips", "title"),
        ("Some *text* here,\ntwo lines.", "body"),
        ("A quote.", "quote"),
        ("- one", "list"),
    ]


PAGE = """<!doctype html><html><head><title>US clears the H20</title>
<meta property="article:published_time" content="2025-07-16T09:00:00+08:00"><style>p{color:red}</style></head><body>
<nav>Home 100% News</nav><article><h1>US clears the H20</h1><p>NVIDIA said on July 15 that it would resume
sales of the H20 to China, a chip that had been barred since April.</p><script>alert("45%")</script>
<blockquote>We are very happy.</blockquote>
<p>The company wrote off $4.5 billion in the quarter that ended in April, and said it lost a further $2.5
billion of sales that it could not ship.</p></article><footer>Copyright 2025</footer></body></html>"""


@pytest.mark.parametrize("library", [True, False])
def test_a_page_without_its_scripts_and_menus(library: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not library:
        monkeypatch.setattr("highfence.claims.ingest.web._by_library", lambda page: "")
    found = read(PAGE.encode())
    assert found.format == "html"
    assert (found.title, found.published) == ("US clears the H20", date(2025, 7, 16))
    assert "$4.5 billion" in found.text
    for hidden in ("alert", "Copyright", "color", "Home"):
        assert hidden not in found.text
    assert all(found.text[s:e].strip() == found.text[s:e] != "" for s, e, _ in found.blocks)


def _word(text: str) -> bytes:
    docx_library = pytest.importorskip("docx", reason="python-docx is not installed")
    document = docx_library.Document()
    document.add_heading("美国放行H20", 1)
    for line in text.splitlines():
        document.add_paragraph(line)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def test_a_word_file() -> None:
    found = read(_word("英伟达计提了45亿美元。\n市场份额降至50%。"))
    assert found.text == "美国放行H20\n\n英伟达计提了45亿美元。\n\n市场份额降至50%。"
    assert [found.text[s:e] for s, e, role in found.blocks if role == "heading"] == ["美国放行H20"]
    assert any("file's own" in w.en for w in found.warnings)


def _bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (docx.MAX_UNPACKED + 1))
    return held.getvalue()


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    with pytest.raises(InputError, match="unpacks to far more"):
        read(_bomb())


def _pdf(pages: list[str]) -> bytes:
    """Write a PDF by hand, one line of text a page."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{4 + 2 * i} 0 R' for i in range(len(pages)))}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{p:010d} 00000 n \n" for p in places)
    return (out + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").encode("latin-1")


def test_a_pdf_page_by_page() -> None:
    pytest.importorskip("pypdf", reason="pypdf is not installed")
    found = read(
        _pdf(["NVIDIA took a charge of $4.5 billion in the quarter.", "Its share of the market fell to 50% in May."])
    )
    assert found.format == "pdf"
    assert [place for _, place in found.places] == ["page 1", "page 2"]
    assert found.text[found.places[1][0] :].startswith("Its share")


def test_a_scan_has_no_answer() -> None:
    pytest.importorskip("pypdf", reason="pypdf is not installed")
    with pytest.raises(NoAnswer, match="scan"):
        read(_pdf(["", ""]))


def test_an_encrypted_pdf_is_refused() -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(_pdf(["A text of some length that nobody may read."])))
    writer.encrypt("secret", algorithm="RC4-128")
    held = io.BytesIO()
    writer.write(held)
    with pytest.raises(InputError, match="encrypted"):
        read(held.getvalue())


def test_too_many_pages_are_refused() -> None:
    pytest.importorskip("pypdf", reason="pypdf is not installed")
    with pytest.raises(InputError, match="too many pages"):
        read(_pdf(["x"] * 501))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Office"),
        (b"PK\x03\x04broken", "broken"),
        (bytes(range(30)) * 50, "no text"),
        (b"%PDF-1.7 nothing", "cannot be read"),
    ],
)
def test_what_is_no_article_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(data)


def test_an_enormous_file_is_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="too large"):
        read(big)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.txt")


@pytest.mark.parametrize("empty", ["", " \n\t ", "<html><script>1</script></html>"])
def test_nothing_to_read_is_a_document_with_a_warning(empty: str) -> None:
    found = read(empty)
    assert not found.text.strip()
    assert any("no text" in w.en for w in found.warnings)


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs",)) | st.sampled_from("# >-*`\n\r。，12億%a"), max_size=300
)


@given(TEXTS, st.sampled_from(["txt", "md"]))
@settings(deadline=None, max_examples=150)
def test_offsets_are_the_texts_own(text: str, format: str) -> None:
    found = read(text, format=format)
    assert found.text == text
    ends = [0, *(place for s, e, _ in found.blocks for place in (s, e))]
    assert ends == sorted(ends) and ends[-1] <= len(text)
    assert all(text[s:e] == text[s:e].strip() != "" for s, e, _ in found.blocks)


@given(
    st.binary(max_size=400)
    | st.binary(max_size=200).map(lambda b: b"%PDF-1.4\n" + b)
    | st.binary(max_size=200).map(lambda b: b"PK\x03\x04" + b)
    | st.binary(max_size=200).map(lambda b: b"<html><p>" + b)
)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = read(data)
    except HighfenceError:
        return
    assert all(0 <= s < e <= len(found.text) for s, e, _ in found.blocks)


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<script>",
                "</script>",
                "<article>",
                "</div>",
                "<!--",
                "-->",
                "45%",
                "<![",
                "<a href='",
                "文",
                "</",
                "&#x",
                "<blockquote>",
            ]
        ),
        max_size=40,
    )
)
@settings(deadline=None, max_examples=100)
def test_any_page_is_read(pieces: list[str]) -> None:
    found = read("<html>" + "".join(pieces), format="html")
    assert all(found.text[s:e].strip() for s, e, _ in found.blocks)
