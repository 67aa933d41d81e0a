"""Every way in which a file, an option or a model can be wrong, as a table.

A row: what is wrong, how the file is made, the words after `caveat data`, the exit code, and a pattern for the one
line on stderr. Exit code 0 stands where the run goes on and the line says what was done.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEAD = "text,label,team\n"
ROWS = "I love it,positive,red\nI hate it,negative,blue\nIt is a table,neutral,red\n"
GOOD = HEAD + ROWS
Make = Callable[[Path], Any]


def written(name: str, content: str | bytes) -> Make:
    """Make a file of text or bytes."""

    def make(folder: Path) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)

    return make


def workbook(name: str = "a.xlsx", rows: str = GOOD) -> Make:
    def make(folder: Path) -> None:
        from openpyxl import Workbook

        book = Workbook()
        for line in rows.splitlines():
            book.active.append([cell or None for cell in line.split(",")])
        book.create_sheet("Notes")
        book.save(folder / name)

    return make


def parquet(columns: dict[str, list[Any]], name: str = "a.parquet") -> Make:
    def make(folder: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table(columns), folder / name)

    return make


def cut_parquet(folder: Path) -> None:
    parquet({"text": ["a b"] * 500, "label": ["neg"] * 500})(folder)
    whole = (folder / "a.parquet").read_bytes()
    (folder / "a.parquet").write_bytes(whole[: len(whole) // 2])


def cut_workbook(folder: Path) -> None:
    workbook()(folder)
    whole = (folder / "a.xlsx").read_bytes()
    (folder / "a.xlsx").write_bytes(whole[: len(whole) // 2])


def nothing(folder: Path) -> None:
    """Make no file."""


def lines(*rows: Any) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def table(text: str = GOOD) -> Make:
    return written("a.csv", text)


def both(*makers: Make) -> Make:
    def make(folder: Path) -> None:
        for one in makers:
            one(folder)

    return make


def link(to: str, name: str = "a.csv") -> Make:
    return lambda folder: (folder / name).symlink_to(to)


def archive(folder: Path) -> None:
    import zipfile

    with zipfile.ZipFile(folder / "a.xlsx", "w") as file:
        file.writestr("posts.csv", GOOD)


def charts_only(folder: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.create_chartsheet("Chart")
    book.save(folder / "a.xlsx")


def model_folder(**files: str) -> Make:
    """Make a table, and a folder "m" that is to be a model; a dot in a file's name is written as two underscores."""

    def make(folder: Path) -> None:
        table()(folder)
        (folder / "m").mkdir()
        for name, text in files.items():
            (folder / "m" / name.replace("__", ".")).write_text(text, encoding="utf-8")

    return make


def unnamed_classes(folder: Path) -> None:
    """Make a table and a classifier whose three classes have no names."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    table()(folder)
    (folder / "m").mkdir()
    (folder / "m" / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlove\n", encoding="utf-8")
    torch.manual_seed(0)
    small = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    model = BertForSequenceClassification(BertConfig(vocab_size=6, num_labels=3, **small))
    model.save_pretrained(folder / "m")
    BertTokenizerFast(vocab=str(folder / "m" / "vocab.txt")).save_pretrained(folder / "m")


def labelled(*labels: str) -> Make:
    return table("text,label\n" + "".join(f"text {at},{label}\n" for at, label in enumerate(labels)))


A, X, J, P = "a.csv", "a.xlsx", "a.jsonl", "a.parquet"
WIDE = "text,label,id\n" + "".join(f"word {at},neg,{at}\n" for at in range(60))
NAMES = "text,label,who\n" + "".join(f"word {at},neg,name{at}x\n" for at in range(60))
TABLE: list[tuple[str, Make, list[str], int, str]] = [
    # The file as such.
    ("missing file", nothing, [A], 2, r"a\.csv: no such file\. Check the path"),
    ("missing file beside others", written("b.csv", GOOD), [A], 2, r"no such file\. In .*: b\.csv"),
    ("missing folder", nothing, ["no/a.csv"], 2, r"no such file\. There is no folder no"),
    ("folder", lambda f: (f / "d.csv").mkdir(), ["d.csv"], 2, r"d\.csv: is a folder\. Name one file"),
    ("empty file", table(""), [A], 2, r"the file is empty\. It needs a heading"),
    ("heading only", table(HEAD), [A], 2, r"has a heading and no rows"),
    ("blank lines only", table(HEAD + "\n\n\n"), [A], 2, r"has a heading and no rows"),
    ("empty heading", table(",,\na,b,c\n"), [A], 2, r"row 1 is empty\. It must name the columns"),
    ("unknown ending", written("a.docx", GOOD), ["a.docx"], 2, r"no reader for \.docx\. Known endings: \.csv, \.tsv"),
    ("no ending", written("posts", GOOD), ["posts"], 2, r"no reader for a file without an ending"),
    ("old Excel", written("a.xls", b"\xd0\xcf\x11\xe0" + b"0" * 99), ["a.xls"], 2, r"old Excel format\. Save it as"),
    ("workbook named .csv", table("PK\x03\x04rest"), [A], 2, r"an Excel workbook or a zip archive\. Name a workbook"),
    ("gzip", written("a.csv", b"\x1f\x8b\x08rest"), [A], 2, r"a gzip archive\. Unpack it first"),
    ("no file name", nothing, [""], 2, r"no file given: name a CSV"),
    ("file name too long", nothing, ["a" * 300 + ".csv"], 2, r"cannot be read \(.*long\)\. Check the path"),
    ("file name with a NUL", nothing, ["a\0.csv"], 2, r"a\\x00\.csv: no such file"),
    ("file under a file", written("b.csv", GOOD), ["b.csv/a.csv"], 2, r"no such file\. There is no folder b\.csv"),
    ("a link to nothing", both(link("gone.csv"), written("b.csv", GOOD)), [A], 2,
     r"is a link to gone\.csv, which is not there\. In \.: b\.csv\."),
    ("a link to itself", link("a.csv"), [A], 2, r"is a link to a\.csv, which is not there\. Check the path"),
    ("device", link("/dev/zero"), [A], 2, r"is a device or a pipe.*Save the rows as a file"),
    ("gzip by name", written("a.csv.gz", b"\x1f\x8b"), ["a.csv.gz"], 2, r"no reader for \.gz"),
    ("bzip2", written(A, b"BZh91AY&SY"), [A], 2, r"a bzip2 archive\. Unpack it first"),
    ("picture", written(A, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), [A], 2, r"a picture\. Export the table"),
    ("PDF", written(A, b"%PDF-1.7\n\x80\x81\0"), [A], 2, r"a PDF\. Export the table"),
    ("web page", table("<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"), [A], 2,
     r"a web page, perhaps one that"),
    ("pointer to a file", table("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"), [A], 2,
     r"a pointer of Git LFS .* git lfs pull"),
    ("JSON named .csv", table('[{"text": "a", "label": "neg"}]'), [A], 2, r"is JSON, not a table of lines\. Name it"),
    ("CSV named .json", written("a.json", GOOD), ["a.json"], 2, r"begins with 'text,label'\. JSON rows are objects"),
    ("Parquet named .csv", parquet({"text": ["a b"], "label": ["neg"]}, A), [A], 2,
     r"a Parquet file\. Name it \.parquet"),
    # Characters.
    ("NUL byte", table(GOOD + "a\0b,neg,red\n"), [A], 2, r"line 5: holds a NUL byte"),
    ("not UTF-8, Windows-1252", written(A, b"text,label\ncaf\xe9,neg\n"), [A], 0,
     r"Read as Windows-1252.*0xe9 in line 2"),
    ("neither", written(A, b"text,label\n\x81\xff,neg\n"), [A], 2, r"neither UTF-8 .* nor Windows-1252 .*--encoding"),
    ("wrong --encoding", written(A, b"text,label\ncaf\xe9,neg\n"), [A, "--encoding", "utf-8"], 2,
     r"is not utf-8 \(byte"),
    ("unknown --encoding", table(), [A, "--encoding", "utf-9"], 2,
     r"no encoding 'utf-9' for --encoding\. Such as: utf-8"),
    ("--encoding is no text codec", table(), [A, "--encoding", "zlib"], 2, r"no encoding 'zlib' for --encoding"),
    ("--encoding on Excel", workbook(), [X, "--encoding", "utf-8"], 2, r"--encoding is for CSV, TSV and JSON"),
    ("UTF-16", written(A, GOOD.encode("utf-16")), [A], 0, r"3 rows, 3 with a text, 3 with a label"),
    ("UTF-16 without mark", written(A, GOOD.encode("utf-16-le")), [A], 2, r"UTF-16 without .* --encoding utf-16-le"),
    ("cut UTF-16", written(A, GOOD.encode("utf-16")[:-1]), [A], 2, r"begins as utf-16 but .* It is damaged"),
    ("byte order mark", written(A, GOOD.encode("utf-8-sig")), [A], 0, r"3 rows, 3 with a text, 3 with a label"),
    # Rows and quotes.
    ("semicolons", table(GOOD.replace(",", ";")), [A], 0, r"3 rows, 3 with a text"),
    ("tabs in .csv", table(GOOD.replace(",", "\t")), [A], 0, r"3 rows, 3 with a text"),
    ("wrong delimiter", table(GOOD.replace(",", "^")), [A], 2,
     r"no column 'text' for --text\. Its columns: text\^label"),
    ("old Mac line ends", table(GOOD.replace("\n", "\r")), [A], 0, r"3 rows, 3 with a text, 3 with a label"),
    ("endless cell", table(HEAD + "ab " * 400_000 + ",neg,red\n"), [A], 2,
     r"line 2: a cell has more than 1,000,000 char"),
    ("sep= line", table("sep=;\n" + GOOD.replace(",", ";")), [A], 0, r"3 rows, 3 with a text"),
    ("long row", table(GOOD + "I said, no,negative,red\n"), [A], 2, r"line 5: 4 cells, but the heading has 3.*comma"),
    ("short row", table(GOOD + "only this\n"), [A], 2, r"line 5: 1 cells, but the heading has 3"),
    ("unclosed quote", table(GOOD + '"never closed,neg,red\n' + ROWS), [A], 2, r"line 5: a quotation mark is opened"),
    ("wrong quotes", table(GOOD + '"a" b,neg,red\n'), [A], 2, r"line 5: its quotation marks are wrong.*doubled"),
    # Columns.
    ("wrong column", table(), [A, "--text", "txt"], 2,
     r"no column 'txt' for --text\. Its columns: text, label, team.*'text'"),
    ("no label column", table("text\na\n"), [A], 2, r"no column 'label' for --label\. Its columns: text"),
    ("heading in capitals", table(GOOD.replace("label", "Label")), [A], 2, r"Did you mean 'Label'"),
    ("doubled heading", table("text,text,label\na,b,neg\n"), [A], 2, r"the column 'text' stands 2 times"),
    ("heading over two lines", table('"te\nxt",label\na b,neg\n'), [A], 2,
     r"Its columns: te\\nxt, label\. Did you mean"),
    ("empty --text", table(), [A, "--text", ""], 2, r"no column '' for --text"),
    ("no such group", table(), [A, "--group", "gender"], 2, r"no column 'gender' for --group"),
    ("no such cluster", table(), [A, "--cluster", "author"], 2, r"no column 'author' for --cluster"),
    ("no such annotator", table(), [A, "--annotator", "a1", "--annotator", "a2"], 2, r"no column 'a1' for --annotator"),
    ("one annotator", table(), [A, "--annotator", "label"], 2, r"--annotator label: agreement needs two"),
    ("group is the text", table(), [A, "--group", "text"], 2, r"'text' is given to --text and to --group"),
    ("label is the text", table(), [A, "--label", "text"], 2, r"'text' is given to --text and to --label"),
    ("group is the label", table(), [A, "--group", "label"], 2, r"'label' is given to --label and to --group"),
    ("cluster is the text", table(), [A, "--cluster", "text"], 2, r"'text' is given to --text and to --cluster"),
    ("one cluster", table("text,label,who\nI love it,pos,w\nI hate it,neg,w\n"), [A, "--cluster", "who"], 0,
     r"2 x one and the same 'who': kept; intervals need two or more"),
    ("clusters missing", table("text,label,who\nI love it,pos,w\nI hate it,neg,\n"), [A, "--cluster", "who"], 0,
     r"1 x no value in 'who': kept, each as a cluster of its own"),
    ("one group", table("text,label,team\nI love it,pos,red\nI hate it,neg,red\n"), [A, "--group", "team"], 0,
     r"2 x one and the same 'team': kept; no groups to compare"),
    ("annotator twice", table(), [A, "--annotator", "team", "--annotator", "team"], 2,
     r"--annotator team is given twice"),
    ("annotators never agree", table("text,one,two\nI love it,pos,neg\nI hate it,neg,pos\n"),
     [A, "--annotator", "one", "--annotator", "two"], 2, r"the annotators' majority gives no label in any of 2 rows"),
    ("group twice", table(), [A, "--group", "team", "--group", "team"], 2, r"--group team is given twice"),
    ("too many numbers", table(WIDE), [A, "--group", "id"], 2, r"'id' has more than 50 different.*--bins id=4"),
    ("too many names", table(NAMES), [A, "--group", "who"], 2, r"'who' has more than 50 different.*--cluster who"),
    ("bins on words", table(), [A, "--group", "team", "--bins", "team=3"], 2, r"row 2 .*'red', which is no number"),
    ("bins without group", table(), [A, "--bins", "team=3"], 2, r"--bins team: it is no --group column"),
    ("bins without number", table(), [A, "--group", "team", "--bins", "team"], 2, r"--bins 'team' is not of the form"),
    ("bins on infinity", table("text,label,age\na b,neg,inf\nb c,pos,3\n"), [A, "--group", "age", "--bins", "age=2"], 2,
     r"row 2 .* has 'inf', which is no number"),
    ("bins that fall", table(), [A, "--group", "team", "--bins", "team=30,20"], 2, r"or rising limits"),
    ("bins of nonsense", table(), [A, "--group", "team", "--bins", "team=few"], 2, r"--bins team=few: give a number"),
    ("target error", table(), [A, "--target-error", "10"], 2, r"--target-error 10.0: it is a share between 0 and 1"),
    ("target error no number", table(), [A, "--target-error", "few"], 2, r"Invalid value for '--target-error'.*--help"),
    ("unknown option", table(), [A, "--grup", "team"], 2, r"No such option: --grup .*--group.*See: .*--help"),
    # Texts.
    ("text without width", table(GOOD + "\u200b\ufeff,neg,red\n"), [A], 0, r"1 x empty text in 'text': left out"),
    ("half an emoji", written(J, '{"text": "so good \\ud83d", "label": "pos"}\n{"text": "bad", "label": "neg"}\n'),
     [J, "--include-texts"], 0,
     r"1 x text with half a character: kept, with \ufffd in its place"),
    ("all texts empty", table("text,label\n,neg\n ,pos\n"), [A], 2, r"'text' is empty in all 2 rows\. Name another"),
    ("some texts empty", table(GOOD + ",neg,red\n"), [A], 0, r"1 x empty text in 'text': left out"),
    ("numbers for texts", table("text,label\n12,neg\n13,pos\n"), [A], 2, r"holds numbers, not texts\. Name another"),
    ("repeated texts", table(GOOD + ROWS), [A], 0, r"3 x text that stood in an earlier row: kept"),
    ("contradiction", table(GOOD + "I love it,negative,red\n"), [A], 0,
     r"1 x text that stood before with another label"),
    ("groups missing", table(GOOD + "so so,neg,\n"), [A, "--group", "team"], 0,
     r"1 x no value in 'team': kept as the group"),
    # Labels.
    ("all labels missing", labelled("", "", ""), [A], 2, r"the column 'label' gives no label in any of 3 rows"),
    ("some labels missing", labelled("neg", '""', '""'), [A], 0, r"2 x no label: scored, but not judged"),
    ("a value for no label", labelled("neg", "", "NA", "NA"), [A], 0,
     r"2 x label 'NA', taken for no label: say with --data-labels what it means, if it is a label; scored, but not"),
    ("one label only", labelled("neg", "neg"), [A], 0, r"2 x every label is negative: kept; nothing can be said"),
    ("unknown label", labelled("neg", "burnout"), [A], 2, r"unknown label 'burnout' \(1\).*--data-labels burnout=\?"),
    ("number labels", labelled("0", "1", "1"), [A], 2, r"unknown labels '1' \(2\), '0' \(1\).*--data-labels 1=\?,0=\?"),
    ("stars", labelled("5 stars", "1 star"), [A], 2, r"unknown labels '5 stars' \(1\), '1 star' \(1\)"),
    ("yes and no", labelled("yes", "no"), [A], 2, r"unknown labels 'yes' \(1\), 'no' \(1\)"),
    ("label is the text column", table("label,text\n" + "".join(f"word {i},neg\n" for i in range(1100))),
     [A], 2, r"more than 1,000 different values, so it is no label column"),
    ("label with a control character", labelled("neg", "sa\x1b[31md"), [A], 2,
     r"unknown label 'sa\\x1b\[31md'.*TSV file"),
    ("every label mapped to none", labelled("sad"), [A, "--data-labels", "sad=none"], 2,
     r"gives no label in any of 1 rows"),
    ("map of a label that no row has", table(), [A, "--data-labels", "burnout=negative"], 0,
     r"names 'burnout', which no row has: nothing is changed by it"),
    ("map with two targets", labelled("sad"), [A, "--data-labels", "sad=negative,sad=positive"], 2,
     r"'sad' has two targets, negative and positive\. Leave one out"),
    ("map in which a label may be two", labelled("SAD"), [A, "--data-labels", "sad=negative,Sad=positive"], 2,
     r"unknown label 'SAD' \(1\), which may be 'sad' or 'Sad' of the map"),
    ("label without its sign", labelled("-1", "1", "1"), [A, "--data-labels=-1=negative,+1=positive"], 2,
     r"unknown label '1' \(2\)\. The map names '\+1', which no row has: sign and punctuation count"),
    ("map of a list", both(labelled("sad"), written("m.json", '["sad"]')), [A, "--data-labels", "m.json"], 2,
     r"m\.json must hold one object"),
    ("map of an unknown target", labelled("sad"), [A, "--data-labels", "sad=negatve"], 2,
     r"'negatve' \(for sad\) is no target\. Valid: negative.*mean negative"),
    ("map without equals", labelled("sad"), [A, "--data-labels", "sad"], 2, r"'sad' is not of the form label=target"),
    ("map is no file", labelled("sad"), [A, "--data-labels", "map.json"], 2, r"cannot read map\.json: No such file"),
    ("map is no JSON", lambda f: (labelled("sad")(f), (f / "m.json").write_text("sad: negative")),
     [A, "--data-labels", "m.json"], 2, r"m\.json, line 1: is not JSON"),
    ("map of three columns", lambda f: (labelled("sad")(f), (f / "m.tsv").write_text("a\tb\tc\n")),
     [A, "--data-labels", "m.tsv"], 2, r"m\.tsv, line 1: 3 columns\. It needs two"),
    ("map of some labels", labelled("sad", "glad"), [A, "--data-labels", "sad=negative"], 2,
     r"unknown label 'glad' \(1\)"),
    ("map to none", labelled("neg", "mixed"), [A, "--data-labels", "mixed=none"], 0,
     r"1 x label 'mixed', mapped to none"),
    # JSON.
    ("broken line", written(J, lines({"text": "a", "label": "neg"}, '{"text": "b", ')), [J], 2, r"line 2: is not JSON"),
    ("JSON is no rows", written(J, '"just a text"'), [J], 2, r"begins with '\"just a te'\. JSON rows are objects"),
    ("a line is no object", written(J, lines({"text": "a", "label": "neg"}, "[1, 2]")), [J], 2,
     r"line 2: is list, not an object"),
    ("JSON of blank lines", written(J, "\n \n"), [J], 2, r"holds no rows\. Each row is an object"),
    ("empty JSON list", written("a.json", "[]"), ["a.json"], 2, r"holds no rows"),
    ("JSON nested too deeply", written(J, '{"text":' + "[" * 9000 + "]" * 9000 + "}"), [J], 2,
     r"line 1: .*nested too deeply"),
    ("JSON of endless digits", written(J, '{"text":' + "9" * 9000 + "}"), [J], 2,
     r"is not JSON \(a number has too many"),
    ("JSON without a value", written(J, lines({"text": "a b", "label": "neg"}, {"text": "c d"})), [J], 0,
     r"1 x no label: scored, but not judged"),
    ("nested text", written(J, lines({"text": {"en": "a"}, "label": "neg"})), [J], 2,
     r"row 1, column 'text' is an object"),
    ("list of labels", written(J, lines({"text": "a", "label": ["neg"]})), [J], 2, r"row 1, column 'label' is a list"),
    ("unclosed JSON list", written("a.json", '[{"text": "a", "label": "neg"},'), ["a.json"], 2,
     r"row 2: is not JSON, or the list is never closed"),
    ("JSON by columns", written("a.json", '{"text": ["a"], "label": ["neg"]}'), ["a.json"], 2,
     r"row 1, column 'text' is a list"),
    ("number for a text", written(J, lines({"text": 7, "label": "neg"}, {"text": "a b", "label": "neg"})), [J], 0,
     r"1 x text that is only a number: kept"),
    # Excel and Parquet.
    ("cut workbook", cut_workbook, [X], 2, r"is not a whole Excel workbook"),
    ("no workbook at all", written(X, GOOD), [X], 2, r"is not a whole Excel workbook"),
    ("workbook with a password", written(X, b"\xd0\xcf\x11\xe0" + b"0" * 99), [X], 2,
     r"old \.xls workbook or has a password"),
    ("zip archive named .xlsx", archive, [X], 2, r"is not a whole Excel workbook"),
    ("workbook of charts", charts_only, [X], 2, r"is not a whole Excel workbook"),
    ("missing sheet", workbook(), [X, "--sheet", "Note"], 2,
     r"no sheet 'Note' for --sheet\. Its sheets: Sheet, Notes\. Did you mean 'Notes'"),
    ("empty sheet", workbook(), [X, "--sheet", "Notes"], 2, r"sheet Notes: row 1 is empty"),
    ("sheet of a CSV", table(), [A, "--sheet", "Notes"], 2, r"--sheet is for Excel workbooks"),
    ("several sheets", workbook(), [X], 0, r"Read the sheet 'Sheet'; not read: Notes"),
    ("cut Parquet", cut_parquet, [P], 2, r"is not a whole Parquet file"),
    ("no Parquet at all", written(P, GOOD), [P], 2, r"is not a whole Parquet file"),
    ("Parquet of numbers", parquet({"text": [1, 2], "label": ["neg", "pos"]}), [P], 2, r"holds numbers, not texts"),
    ("Parquet of bytes", parquet({"text": [b"a"], "label": ["neg"]}), [P], 2, r"column 'text' holds bytes, not text"),
    ("Parquet of lists", parquet({"text": [["a"]], "label": ["neg"]}), [P], 2, r"column 'text' is a list"),
    ("Parquet without rows", parquet({"text": [], "label": []}), [P], 2, r"has a heading and no rows"),
    ("Parquet without the column", parquet({"post": ["a"], "label": ["neg"]}), [P], 2,
     r"no column 'text'.*: post, label"),
    ("empty Parquet", written(P, b""), [P], 2, r"the file is empty"),
    # Hub.
    ("malformed Hub name", nothing, ["hub:a b"], 2, r"hub:a b: is no address of a data set\. Write hub:owner/name"),
    ("Hub name too long", nothing, ["hub:a/b/c/d:train"], 2, r"is no address of a data set"),
    ("Hub name without a name", nothing, ["hub:"], 2, r"is no address of a data set"),
    ("Hub name with an empty split", nothing, ["hub:owner/name:"], 2, r"is no address of a data set"),
    ("Hub without a connection", nothing, ["hub:nobody/never-cached:train", "--offline"], 3,
     r"not in the cache of this machine"),
    # Models and results.
    ("fill-mask model", table(), [A, "fill-mask"], 4,
     r"fill-mask is for fill-mask; labelled texts need a sentiment classifier"),
    ("no model", table(), [A, ""], 2, r"^caveat: no model given: name a Hub id, a folder"),
    ("model twice", table(), [A, "word-count", "word-count"], 2, r"the model word-count is given twice"),
    ("two models for one folder", table(), [A, "a/b", "a-b"], 2, r"a/b and a-b would both write to results.a-b"),
    ("malformed model", table(), [A, "no such model"], 2, r"'no such model' is no Hub id"),
    ("missing model folder", table(), [A, "./nowhere"], 2, r"^caveat: no folder \./nowhere"),
    ("model folder without config", model_folder(), [A, "./m"], 2, r"\./m has no config\.json"),
    ("model folder with a broken config", model_folder(config__json="{"), [A, "./m"], 3,
     r"config\.json of \./m is damaged"),
    ("model folder without weights", model_folder(config__json='{"architectures": ["BertForSequenceClassification"]}'),
     [A, "./m"], 3, r"\./m has no weights that PyTorch reads"),
    ("classes without names", unnamed_classes, [A, "./m"], 4, r"LABEL_0.*--labels LABEL_0="),
    ("--labels leaves a class out of a model that knows nothing", unnamed_classes,
     [A, "./m", "--labels", "LABEL_0=negative,LABEL_2=positive"], 4, r"does not tell plain positive"),
    ("--labels without a polarity", table(), [A, "sentiment", "--labels", "negative=bad"], 2,
     r"'bad' .*is not one of neg"),
    ("--revision of a bundled model", table(), [A, "word-count", "--revision", "v1"], 2,
     r"--revision does not go with"),
    ("unknown model", table(), [A, "nobody/never-cached", "--offline"], 3, r"nobody/never-cached"),
    ("labels of the model", table(), [A, "sentiment", "--labels", "LABEL_7=negative"], 2,
     r"LABEL_7 is no label of sentiment"),
    ("one of two models", table(), [A, "word-count", "nobody/never-cached", "--offline"], 5, r"nobody/never-cached"),
    ("format", table(), [A, "--format", "docx"], 2, r"No format 'docx' for --format"),
    ("rule of another suite", table(), [A, "--fail-on", "negation.failure > 0.2"], 2,
     r"'negation' is not run here"),
    ("rule without a number", table(), [A, "--fail-on", "data.accuracy"], 2, r"'data\.accuracy' is not a rule"),
    ("rule of an unknown figure", table(), [A, "--fail-on", "data.acuracy < 0.2"], 2, r"Did you mean 'accuracy'"),
    ("results folder is a file", lambda f: (table()(f), (f / "results").write_text("mine")), [A], 2,
     r"--out: .* cannot be a folder"),
]  # fmt: skip
