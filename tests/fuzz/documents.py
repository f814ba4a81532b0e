"""Writes a small document of a format as a seed: documents.py FORMAT FOLDER."""
import pathlib
import sys
import zipfile
import zlib

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

BODY = """<w:body><w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>Zoë &amp; Oslo</w:t><w:tab/>
<w:br/></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r></w:p></w:tc><w:tc/></w:tr></w:tbl>
<w:txbxContent><w:p/></w:txbxContent></w:body>"""

HTML = """<!doctype html><html><head><meta charset=utf-8><title>A &amp; B</title><style>p {}</style></head>
<body><h1>Zo&euml;</h1><p hidden>x<p style="display:none">y</p><ul><li>one<li>two</ul><table><tr><td>a<td>b</table><pre>
c</pre><script>'</p>'</script><svg/><textarea>t</textarea><!-- c --><br>&#82;"""

MARKDOWN = """---
title: A
---
# Zoë *in* `Oslo`

- one
  1. [two](x)
> quoted[^1]

| a | b |
|---|---|
| c | d |

<div>html</div>

[^1]: note
```
code
```
"""

EML = b"""From: =?UTF-8?Q?Zo=C3=AB?= <a@example.org>\r
To: "B, C" <b@example.org>, D: e@example.org;\r
Subject: =?UTF-8?B?SW4gS8O2bG4=?=\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=x\r
\r
--x\r
Content-Type: text/plain; charset=utf-8; format=flowed\r
Content-Transfer-Encoding: quoted-printable\r
\r
Zo=C3=AB goes =\r
on \r
> and\r
--x\r
Content-Type: text/html\r
Content-Transfer-Encoding: base64\r
\r
PHA+YTxwPmI=\r
--x\r
Content-Type: message/rfc822\r
\r
Subject: inner\r
\r
text\r
--x--\r
"""

PAGE = b"q 1 0 0 1 0 0 cm BT /F 10 Tf 12 TL (In K\\366ln) Tj T* [(Os) -300 <6c6f>] TJ /G 9 Tf <00010002> Tj ET /X Do Q"
MAP = b"1 beginbfchar <0001> <005A> endbfchar 1 beginbfrange <0002> <0003> <0041> endbfrange"


def docx(folder):
    for name, method in ("stored", zipfile.ZIP_STORED), ("packed", zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(folder / name, "w", method) as file:
            file.writestr("[Content_Types].xml", "<Types/>")
            file.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}">{BODY}</w:document>')
            notes = f'<w:footnotes xmlns:w="{WORD}"><w:footnote><w:p/></w:footnote></w:footnotes>'
            file.writestr("word/footnotes.xml", notes)
            file.writestr("docProps/core.xml", "<a:b xmlns:a='b'><a:title>T</a:title></a:b>")


def pdf(folder):
    def stream(entries, content):
        return b"<<%s /Length %d>> stream\n%s\nendstream" % (entries, len(content), content)

    resources = b"/Font <</F 4 0 R /G 5 0 R>> /XObject <</X 7 0 R>>"
    inside = b"8 0 9 22 <</Title (A title)>> <</Type /Font>>"
    for name, pack in ("plain", False), ("packed", True):
        filters = b"/Filter /FlateDecode" if pack else b""
        packed = zlib.compress if pack else bytes
        objects = [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1 /Resources <<%s>>>>" % resources,
            b"<</Type /Page /Parent 2 0 R /Contents 6 0 R>>",
            b"<</Type /Font /Subtype /Type1 /Widths [500 600] /FirstChar 65"
            b"/Encoding <</Differences [1 /fi /uni0041]>>>>",
            b"<</Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 9 0 R"
            b"/DescendantFonts [<</DW 9 /W [1 [2] 3 4 5]>>]>>",
            stream(filters, packed(PAGE)),
            stream(b"/Subtype /Form /Matrix [1 0 0 1 0 0]" + filters, packed(b"/X Do BT /F 9 Tf (x) ' ET")),
            stream(b"/Type /ObjStm /N 2 /First 9" + filters, packed(inside)),
            stream(filters, packed(MAP)),
        ]
        out, offsets = b"%PDF-1.5\n", []
        for number, item in enumerate(objects, 1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        size = len(objects) + 1
        end = b"trailer <</Size %d /Root 1 0 R /Info 8 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
        (folder / name).write_bytes(out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end)


format, folder = sys.argv[1], pathlib.Path(sys.argv[2])
match format:
    case "docx":
        docx(folder)
    case "pdf":
        pdf(folder)
    case "html":
        (folder / "page").write_text(HTML)
    case "markdown":
        (folder / "text").write_text(MARKDOWN)
    case "eml":
        (folder / "message").write_bytes(EML)
