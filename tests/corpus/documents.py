"""Files of other formats, made as the programs make them that papers use."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Printed(NamedTuple):
    """One line of a printed page: its place from the top left in points, and its size of type."""

    text: str
    left: float
    top: float
    size: float = 10


def pdf(pages: Sequence[Sequence[Printed]], width: int = 600, height: int = 800) -> bytes:
    """A PDF in a standard Chinese font that is not embedded; its text is UTF-16 by a known map."""
    font = (
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts"
        "[<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/CIDSystemInfo"
        "<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor<</Type/FontDescriptor"
        "/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
        "/Descent -120/CapHeight 880/StemV 93>>>>]>>"
    )
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        font,
    ]
    for number, lines in enumerate(pages):
        stream = "BT " + " ".join(
            f"/F {line.size} Tf 1 0 0 1 {line.left} {height - line.top - line.size} Tm"
            f" <{line.text.encode('utf-16-be').hex()}> Tj"
            for line in lines
        )
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]"
            f"/Resources<</Font<</F 3 0 R>>>>/Contents {5 + 2 * number} 0 R>>"
        )
        objects.append(f"<</Length {len(stream) + 3}>>stream\n{stream} ET\nendstream")
    body = "%PDF-1.5\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer<</Size {size}/Root 1 0 R>>"
    return f"{body}{table}\nstartxref\n{len(body)}\n%%EOF".encode()


def column(text: str, left: float, top: float, width: int, size: float = 10) -> list[Printed]:
    """Paragraphs set in a column of `width` characters, the first line of each indented."""
    lines = []
    for paragraph in text.split("\n"):
        rest, indent = paragraph, 2
        while rest:
            fitting = width - indent
            lines.append(Printed(rest[:fitting], left + indent * size, top, size))
            rest, indent, top = rest[fitting:], 0, top + 1.5 * size
    return lines


def scanned(picture: bytes, width: int, height: int) -> bytes:
    """A PDF of one page that is nothing but a picture."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    image = pypdfium2.PdfImage.new(document)
    image.load_jpeg(io.BytesIO(picture))
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = document.new_page(width, height)
    page.insert_obj(image)
    page.gen_content()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def packed(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
