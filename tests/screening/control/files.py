"""Small control lists with made-up entries, in every form we read."""

import io
import json

from openpyxl import Workbook

EU_TEXT = """3A001 Toy circuits, as follows:
3A001.a Circuits that tick:
3A001.a Note: 3A001.a. does not control toys for children, as follows: a. Drums; b. Whistles.
3A001.a.1 Ticking more than 1,3 GSPS and standing 5 × 103 Gy;
3A001.a.1 Technical Note:
3A001.a.1 A tick is a tock (CAS 7783-70-2).
3A001.a.2 Filling 1 000 cm3 with wax (CAS 7783-70-2); or
3A001.b Not used."""


def eu_json(texts=None, **head):
    texts = texts or {"3A001": EU_TEXT, "1E001": '1E001 "Technology" for the toys of 3A001.a.'}
    content = {
        "valid_from": "2026-01-15",
        "source_url": "https://lists.example.org/",
        "attribution": "Made up",
        "entry_count": len(texts),
        "entries": [{"entry_code": code, "verbatim_text": text} for code, text in texts.items()],
    }
    return json.dumps({**content, **head}).encode()


def formex(language="EN", body=None, title=None, date="20260115"):
    words = {
        "EN": ("ANNEX I", "Note", "Toy circuits", "does not control", "Technology for toys of 3A001."),
        "ES": ("ANEXO I", "Nota", "Circuitos de juguete", "no somete a control", "Tecnología de 3A001."),
    }
    annex, note, circuits, excludes, technology = words[language]
    body = (
        body
        or f"""
      <NP><NO.P>1E001</NO.P><TXT>{technology}</TXT></NP>
      <NP><NO.P>3A001</NO.P><TXT><QUOT.START CODE="201C"/>{circuits}<QUOT.END CODE="201D"/>:</TXT>
        <P><LIST TYPE="alpha">
          <ITEM><NP><NO.P>a.</NO.P><TXT>5 × 10<HT TYPE="SUP">3</HT> Gy<NOTE><P>see OJ</P></NOTE>:</TXT>
            <P>{note}: 3A001.a. {excludes}:</P>
            <LIST TYPE="alpha"><ITEM><NP><NO.P>a.</NO.P><TXT>Drums;</TXT></NP></ITEM></LIST>
            <P><LIST TYPE="ARAB"><ITEM><NP><NO.P>1.</NO.P><TXT>1,3 GSPS</TXT></NP></ITEM></LIST></P>
          </NP></ITEM>
          <ITEM><NP><NO.P>b.</NO.P><TXT>CAS 7783-70-2</TXT></NP></ITEM>
          <ITEM><NP><NO.P>a.</NO.P><TXT>A table begins again.</TXT></NP></ITEM>
        </LIST></P>
      </NP>"""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <ANNEX><BIB.INSTANCE><LG.DOC>{language}</LG.DOC><DATE ISO="{date}">x</DATE></BIB.INSTANCE>
    <TITLE><TI><P>{title or annex}</P></TI></TITLE>
    <CONTENTS>{body}</CONTENTS></ANNEX>""".encode()


def ccl(body=None):
    body = (
        body
        or """
    <HD1>Category 3—Toys</HD1>
    <FP-2><B>3A001 Toy circuits (see List of Items Controlled).</B></FP-2>
    <FP-1><E T="04">License Requirements</E></FP-1>
    <FP-1><I>Reason for Control:</I> NS, AT</FP-1>
    <DIV><TABLE><TBODY>
      <TR><TD>NS applies to entire entry</TD><TD>NS Column 2.</TD></TR>
      <TR><TD>RS applies to 3A001.b.1 and .a</TD><TD>Macau or D:5.</TD></TR>
    </TBODY></TABLE></DIV>
    <P>a. This stands before the items and is none.</P>
    <FP><I>Items:</I> a. Ticking at 5 × 10 <SU>3</SU> Gy;</FP>
    <NOTE><HED>Note to 3A001.a:</HED><P>a. Does not control drums.</P></NOTE>
    <P>b.1.a. Filling 1,000 cm <SU>3</SU>;</P>
    <DIV><TABLE><TBODY><TR><TD>1. In a table</TD><TD>x</TD></TR></TBODY></TABLE></DIV>
    <P>a. The numbering starts again.</P>
    <HD2>Drums</HD2>
    <P>c. Under a heading of its own.</P>
    <HD1>Annex to Category 3</HD1>
    <P>1. In the annex.</P>
    <FP-2><B>1E001 Technology for 3A001.</B></FP-2>"""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <DIV9 N="Supplement No. 1 to Part 774" TYPE="APPENDIX"><HEAD>Made up</HEAD>{body}</DIV9>""".encode()


def jsonl(*rows, codes=None, **head):
    head = {"form": "istmo-control-list", "list": "pa-national", "valid_from": "2026-01-15", **head}
    head["codes"] = codes if codes is not None else sum("." not in row["code"] for row in rows)
    return "".join(json.dumps(row) + "\n" for row in (head, *rows)).encode()


def table(*rows, codes=1, columns="code,text_es,text_en,keywords_es,cas,hs,aliases,regimes,notes_es"):
    head = f"# list: pa-national\n# name: Lista nacional\n# valid_from: 2026-01-15\n# codes: {codes}\n"
    return (head + "\n".join((columns, *rows)) + "\n").encode()


def correlation(*rows, head=("CN code", "TARIC", "Dual-use code")):
    book = Workbook()
    sheet = book.active
    sheet.append(["Correlation, made up"])
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
