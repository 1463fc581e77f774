"""The tables beside the Commerce Control List, with made-up marks, as the eCFR writes them."""

COLUMNS = ("CB 1", "CB 2", "NP 1", "NS 1")


def chart(rows=None, part="738", columns=COLUMNS):
    """`rows` are (name, footnotes, columns marked or the text of a row that points elsewhere)."""
    if rows is None:
        rows = [
            ("Chile", "", ("CB 1", "NS 1")),
            ("China", "3 6", ("CB 1", "CB 2", "NP 1", "NS 1")),
            ("Cuba", "", "See part 746 of the EAR."),
            ("Canada", "10", ()),
        ]
    return (
        f"""<?xml version="1.0" encoding="UTF-8"?>
    <DIV5 N="{part}" TYPE="PART"><HEAD>PART {part}</HEAD>
    <DIV9 N="Supplement No. 1 to Part {part}" TYPE="APPENDIX"
      hierarchy_metadata="{{&quot;path&quot;:&quot;/on/2026-01-15/title-15&quot;}}">
      <HEAD>Made up</HEAD><P>[Reason for control]</P>
      <DIV width="100%"><DIV class="gpotbl_div"><TABLE><THEAD>
        <TR><TH rowspan="2">Countries</TH><TH colspan="2">Chemical</TH><TH>Nuclear</TH><TH>Security</TH></TR>
        <TR>{"".join(f"<TH>{column.replace(' ', ' <br></br>')}</TH>" for column in columns)}</TR>
      </THEAD><TBODY>{"".join(row(*one, columns) for one in rows)}</TBODY></TABLE></DIV></DIV>
      <P><SU>3</SU> See elsewhere.</P>
    </DIV9></DIV5>"""
    ).encode()


def row(name, footnotes, marks, columns):
    head = f"<TD>{name}{f' <SU>{footnotes}</SU>' if footnotes else ''}</TD>"
    if isinstance(marks, str):
        return f'<TR>{head}<TD colspan="{len(columns)}">{marks}</TD></TR>'
    cells = "".join(f"<TD>{'X' if column in marks else ''}</TD>" for column in columns)
    return f"<TR>{head}{cells}</TR>"


def groups(body=None):
    body = (
        body
        or """
    <HD1>Country Group A</HD1>
    <TABLE><THEAD>
      <TR><TH>Country</TH><TH>[A:1] Toy states <SU>1</SU></TH><TH>[A:2] Drum regime</TH></TR></THEAD>
      <TBODY><TR><TD>Argentina</TD><TD>X</TD><TD></TD></TR>
      <TR><TD>India <SU>2</SU></TD><TD>X <SU>3</SU></TD><TD>X</TD></TR></TBODY></TABLE>
    <HD1>Country Group B</HD1>
    <TABLE><THEAD><TR><TH>Countries</TH></TR></THEAD>
      <TBODY><TR><TD>Chile</TD><TD>Ghana</TD></TR><TR><TD>Peru</TD><TD></TD></TR></TBODY></TABLE>
    <HD1>Country Group D</HD1>
    <TABLE><THEAD><TR><TH>Country</TH><TH>[D:5] Embargoed</TH></TR></THEAD>
      <TBODY><TR><TD>Cuba</TD><TD>X</TD></TR></TBODY></TABLE>"""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <DIV9 N="Supplement No. 1 to Part 740" TYPE="APPENDIX"><HEAD>Made up</HEAD>{body}</DIV9>""".encode()
