"""Turn one of our templates into a PDF that is both archivable (PDF/A-3a) and accessible (PDF/UA-1).

Nothing is fetched: pictures come along as data, fonts are our own files, every other address is refused.
"""

import base64
import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from unicodedata import category, normalize

import pikepdf
import weasyprint
from anyascii import anyascii
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, String
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

FONT_SCHEME = "portal-font:"
FONTS = frozenset(
    f"{family}-{subset}-{weight}-normal.woff2"
    for family, subsets in {
        "source-sans-3": (
            "latin",
            "latin-ext",
            "cyrillic",
            "cyrillic-ext",
            "greek",
            "greek-ext",
            "vietnamese",
        ),
        "noto-sans-arabic": ("arabic",),
        "source-code-pro": ("latin", "latin-ext"),
    }.items()
    for subset in subsets
    for weight in (400, 700)
)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # Unicode categories without a picture
SEAL_FIELD = "Sello"
SEAL_LABEL = "Sello electrónico del organismo emisor"

# PDF/UA is claimed in the metadata, and PDF/A wants every claim's vocabulary described there too.
PDF_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"\
 pdfuaid:part="1"/>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"\
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"\
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 the document conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the PDF that says for machines what the pages say for people."""

    name: str
    description: str
    content: bytes


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
    """Hand out data: addresses and our own fonts, whatever a document asks for."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        name = url.removeprefix(FONT_SCHEME)
        if name in FONTS and name != url:
            return URLFetcherResponse(url, font(name), {"Content-Type": "font/woff2"})
        return super().fetch(url, headers)


def render(template: str, context: dict[str, Any], *, data: Attachment, made_at: datetime) -> bytes:
    """Return the template as PDF/A-3a and PDF/UA-1 with an empty field for the seal.

    The same input gives the same bytes: dates are `made_at`, the identifier comes from `data`. The style
    sheet stands beside the template, with the ending .css.
    """
    fetcher = OwnFilesOnly()
    style, fonts = _style(template.removesuffix(".html") + ".css")
    html = render_to_string(template, {**context, "made_at": made_at.isoformat()})
    attachment = weasyprint.Attachment(
        string=data.content,
        name=data.name,
        description=data.description,
        relationship="Data",
        created=made_at,
        modified=made_at,
        url_fetcher=fetcher,
    )
    content = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(
        stylesheets=[style],
        font_config=fonts,
        pdf_variant="pdf/a-3a",
        pdf_identifier=hashlib.sha256(data.content).digest()[:16],
        attachments=[attachment],
    )
    return _finished(content)


@cache
def _style(name: str) -> tuple[weasyprint.CSS, FontConfiguration]:
    fonts = FontConfiguration()
    css = weasyprint.CSS(string=render_to_string(name), font_config=fonts, url_fetcher=OwnFilesOnly())
    return css, fonts


def _finished(content: bytes) -> bytes:
    """Claim PDF/UA beside PDF/A, show the title, and add the field the seal will go into."""
    with pikepdf.open(io.BytesIO(content)) as document:
        metadata = document.Root.Metadata.read_bytes()
        stream = pikepdf.Stream(document, metadata.replace(b"</rdf:RDF>", PDF_UA + b"</rdf:RDF>"))
        stream.Type, stream.Subtype = Name.Metadata, Name.XML
        document.Root.Metadata = document.make_indirect(stream)
        document.Root.AF = Array([document.Root.AF[0]])  # the renderer names the one attachment twice
        document.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        _add_seal_field(document)
        out = io.BytesIO()
        document.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()


def _add_seal_field(document: pikepdf.Pdf) -> None:
    """Add an invisible signature field that has a name and a place in the structure tree.

    A field the signing library adds by itself has neither, and the document would no longer be PDF/UA.
    """
    root, page = document.Root, document.pages[0].obj
    tree = root.StructTreeRoot
    numbers = tree.ParentTree.Nums
    key = max(int(numbers[at]) for at in range(0, len(numbers), 2)) + 1
    parent = tree.K[0] if isinstance(tree.K, Array) else tree.K
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(SEAL_FIELD),
            TU=String(SEAL_LABEL),
            Rect=Array([0, 0, 0, 0]),
            F=132,  # printed, locked
            P=page,
            StructParent=key,
        )
    )
    element = document.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Form,
            P=parent,
            Pg=page,
            Alt=String(SEAL_LABEL),
            K=Dictionary(Type=Name.OBJR, Obj=field, Pg=page),
        )
    )
    children = parent.K if isinstance(parent.K, Array) else Array([parent.K])
    children.append(element)
    parent.K = children
    numbers.append(key)
    numbers.append(element)
    tree.ParentTreeNextKey = key + 1
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(field)
    page.Tabs = Name.S
    root.AcroForm = document.make_indirect(Dictionary(Fields=Array([field]), SigFlags=0, DR=Dictionary()))


def built(name: str) -> Path:
    """Return where a built static file is. Raises FileNotFoundError if the front end was not built."""
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(f"{name}: build the front end first (npm run build)")
    return Path(found)


@cache
def font(name: str) -> bytes:
    return built(f"fonts/{name}").read_bytes()


@cache
def picture(name: str) -> str:
    """Return one of our SVG pictures as a data: address."""
    return "data:image/svg+xml;base64," + base64.b64encode(built(f"img/{name}").read_bytes()).decode()


@cache
def glyphs() -> frozenset[int]:
    """Return every character that our fonts can print in running text."""
    names = sorted(name for name in FONTS if "-400-" in name and not name.startswith("source-code"))
    return frozenset(point for name in names for point in TTFont(io.BytesIO(font(name))).getBestCmap())


def printable(text: str) -> str:
    """Return the text in characters we can print.

    What no font of ours has is spelled in Latin letters between brackets, so that no name turns into empty
    boxes. Invisible characters that change the direction or hide text are left out.
    """
    visible = (character for character in text if character == "\n" or category(character) not in UNSEEN)
    return "".join(
        part if has_glyphs else _spelled(part)
        for has_glyphs, part in ((key, "".join(run)) for key, run in groupby(visible, key=_has_glyph))
    )


def _has_glyph(character: str) -> bool:
    return character.isspace() or ord(character) in glyphs()


def _spelled(part: str) -> str:
    """Return plainer forms of the same characters, such as 2 for a small 2, or else Latin letters."""
    plainer = normalize("NFKC", part)
    if all(map(_has_glyph, plainer)):
        return plainer
    return f"[{anyascii(part).strip() or '?'}]"
