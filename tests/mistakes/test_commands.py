"""Mistakes at the command line: what was typed, what the file was, and the one sentence about it on stderr."""

# ruff: noqa: E501  a case is one entry of a table

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from mistyped import what_is_wrong_with

from microgrand.cli.main import main

COMMAND = [sys.executable, "-m", "microgrand"]
FILES = {
    "good.csv": b"a,b\n1,x\n2,y\n3,x\n4,y\n",
    "empty.csv": b"",
    "header.csv": b"a,b\n",
    "numeric.csv": b"a,b\n1,0.5\n2,0.7\n3,0.1\n4,0.9\n",
    "table.xlsx": b"PK\x03\x04\x14\x00",
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1",
    "cut.csv.gz": gzip.compress(b"a,b\n1,x\n2,y\n")[:20],
    "sheet.csv.gz": gzip.compress(b"PK\x03\x04\x14\x00"),
    "archive.rar": b"Rar!\x1a\x07",
    "page.csv": b"<html><table></table></html>",
    "data.json": b'{"a": 1}',
    "bare.csv": b"1,2,x\n3,4,y\n1,2,x\n3,4,y\n",
    "nameless.csv": b"a,,b\n1,5,x\n2,5,y\n3,6,x\n4,6,y\n",
    "twice.csv": b"a,a\n1,x\n",
    "short.csv": b"a,b\n1\n",
    "comma.csv": b'a,b\n"1,5",x\n2.5,y\n3,x\n4,y\n',
    "percent.csv": b"a,b\n50%,x\n20,y\n3,x\n4,y\n",
    "under.csv": b"a,b\n5_1,x\n20,y\n3,x\n4,y\n",
    "huge.csv": b"a,b\n1,x\n1e308,y\n3,x\n-1.797e308,y\n",
    "gaps.csv": b"a,b\n1,x\nNA,y\n3,x\n4,y\n",
    "empty_cell.csv": b"a,b\n1,x\n,y\n3,x\n4,y\n",
    "word.csv": b"a,b\n1,x\ntwo,y\n3,x\n4,y\n",
    "ids.csv": b"id,b\n1,x\n2,y\n3,x\n4,y\n",
    "later.json": b'{"format": "microgrand classifier", "version": 9}',
    "twice.json": b'{"format": "a", "format": "b"}',
    "weka.csv": b"@relation iris\n@data\n1,x\n",
    "one_class.csv": b"a,b\n1,x\n2,x\n",
    "quote.csv": b'a,b\n1,x\n2,"y\n3,x\n',
    "binary.csv": b"a,b\n\x00\x01\x02",
    "folder": None,
}
COMMANDS = {  # what was typed, and words of the one sentence that it gets
    "draw 2x x=1": "write 2*x",
    "draw a^2 a=1": "write a**2",
    "draw x/0 x=1": "here is a division by zero",
    "draw x*y x=1": "y has no number: add y=",
    "draw x=3": "an expression has no =",
    "draw x*x x=2 --expand foo": "expand names 'foo', but nothing in this graph has steps",
    "draw sin(x) x=1 y=2": "y is given, but does not occur in the expression",
    "draw sen(x) x=1": "sen is no function of the table: did you mean sin?",
    "draw max(x,1) x=1": "did you mean maximum?",
    "draw math.sin(x) x=1": "functions have no dots before them: write sin(…)",
    "draw log(x,10) x=1": "write log(x): log takes 1 argument; got 2",
    "draw x[0] x=1": "a name is one number, and has no items: write x0 and x1",
    "draw 0<x<1 x=1": "compare two numbers at a time: (0 < x)*(x < 1)",
    "draw log(x) x=0": "log is defined on (0, ∞); got 0.0 at node 'x'",
    "draw dot(x,x) x=1": "write dot([…], […]): the brackets are lists",
    "draw [x,x] x=1": "the expression is a list: a graph has one number at its root",
    "draw 3": "the expression has no name in it, so there is nothing to differentiate in",
    "draw x x": "numbers are given as name=number, such as x=2; got 'x'",
    "draw x x=1,5": "x is a number; got '1,5': write a point, no comma",
    "draw x x=1/2": "x is a number; got '1/2': write 0.5 for 1/2",
    "draw x x=1 x=2": "x is given twice",
    "draw x*x x=2 --to y": "--to names 'y', but the expression has x",
    "draw x*x x=2 --show all": "show takes some of 'value'",
    "draw x*x x=2 -o x.jpg": "a drawing is saved as .dot, .svg, .png or .pdf; got 'x.jpg'",
    "draw x*x x=2 -o nowhere/x.dot": "nowhere/x.dot cannot be written: there is no such folder",
    f"draw {'+'.join(['x'] * 30_000)} x=1": "nested too deeply to be read: write a long sum as sum([a, b, c])",
    "step x*x x=2 --predict": "only a page can ask for numbers: name one, such as -o page.html",
    "step x*x x=2 -o .": "a walkthrough is saved as .html; got '.'",
    "step x*x x=2 -o page.pdf": "a walkthrough is saved as .html; got 'page.pdf'",
    "train nowhere.csv": "there is no file nowhere.csv",
    "train folder": "folder is a folder: name a CSV file in it",
    "train empty.csv": "empty.csv is empty",
    "train header.csv": "a header line and no rows",
    "train table.xlsx": "a spreadsheet or another archive: save its table as CSV",
    "train old.xls": "a spreadsheet: save its table as CSV",
    "train cut.csv.gz": "cut.csv.gz is compressed by gzip, and damaged: it cannot be unpacked",
    "train sheet.csv.gz": "a spreadsheet or another archive: save its table as CSV",
    "train weka.csv": "an ARFF file of Weka: save its table as CSV",
    "train numeric.csv": "holds 4 different numbers: this tells classes apart; name a column of classes with --target",
    "train archive.rar": "archive.rar is an archive: unpack it first",
    "train page.csv": "page.csv is a web page or XML: save its table as CSV",
    "train data.json": "data.json is JSON: write its table as CSV",
    "train bare.csv": "bare.csv has no header line: 'x', the name of the classes in its first line, is one of them",
    "train nameless.csv": "has a column without a name, number 2 in its header line: name it or leave it out",
    "train twice.csv": "has two columns named 'a'",
    "train short.csv": "line 2: the row has 1 cell, the header 2",
    "train comma.csv": "'1,5' is not a number: write it with a point, 1.5",
    "train percent.csv": "line 3, column 'a': '20' is not in the unit of '50%': write all numbers of the column in one",
    "train under.csv": "line 2, column 'a': '5_1' is not a number: write it without _, 51",
    "train huge.csv": "line 3, column 'a': 1e308 is too large to be standardised: give the column in another unit",
    "train gaps.csv --missing refuse": "line 3, column 'a': the number is missing",
    "train empty_cell.csv --missing refuse": "line 3, column 'a': the number is missing",
    "train word.csv": "line 3, column 'a': 'two' is not a number, as others of the column are: correct it, or mark it as",
    "train ids.csv": "no column beside the target 'b' that can be learnt from ('id', an id, another one in every row",
    "train good.csv --use z": "--use: good.csv has no column 'z'",
    "train good.csv --ignore b": "--ignore names 'b', which is the target",
    "train good.csv --category A": "--category: good.csv has no column 'A'; it has 'a', and names are compared letter",
    "train one_class.csv": "holds one class only, 'x': there is nothing to tell apart",
    "train quote.csv": "cannot be read as CSV text: a quotation mark is not closed",
    "train binary.csv": "binary.csv is no text: a CSV file is expected",
    "train good.csv --target B": "has no column 'B': its columns are 'a', 'b'; it has 'b', and names are compared letter by letter",
    "train good.csv --solver lbfgs --step 3": "lbfgs finds its own step",
    "predict nowhere.json good.csv": "there is no file nowhere.json",
    "predict data.json good.csv": "data.json is not a model that `microgrand train` wrote",
    "predict later.json good.csv": "later.json has version 9 of the format, a later one; this microgrand reads 2, 3 and 4",
    "predict twice.json good.csv": "twice.json is damaged: the field 'format' stands in it twice",
    "predict model.json good.csv --line 3": "a page is of one row: name both, such as --line 2 --page sample.html",
    "predict table.xlsx good.csv": "table.xlsx is not JSON, and no model that `microgrand train` wrote",
    "predict good.csv model.json": "the model comes first: microgrand predict model.json good.csv",
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:40])
def test_a_mistyped_command_gets_the_sentence_that_helps(tmp_path, monkeypatch, capsys, command):
    """Exit code 2, nothing on stdout, and on stderr one sentence that begins with the command; no traceback. Below it
    an expression is shown, with a mark at the mistake.
    """
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).mkdir() if content is None else (tmp_path / name).write_bytes(content)
    assert main(command.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"microgrand {command.split()[0]}: ")
    assert COMMANDS[command] in said.err
    assert "Traceback" not in said.err
    assert what_is_wrong_with(said.err.splitlines()[0]) == []


def test_a_class_that_was_not_trained_on_is_told(tmp_path, monkeypatch, capsys):
    """Its rows count as wrong, and the command says that they could not be right."""
    monkeypatch.chdir(tmp_path)
    Path("good.csv").write_bytes(FILES["good.csv"])
    Path("other.csv").write_bytes(b"a,b\n1,x\n2,q\n")
    assert main(["train", "good.csv"]) == 0
    capsys.readouterr()
    assert main(["predict", "microgrand-out/model.json", "other.csv"]) == 0
    assert "the model was not trained on 'q': no row of such a class can be right" in capsys.readouterr().err


def test_nobody_has_to_read_all_of_the_output(tmp_path):
    """`predict … | head` ends quietly, as other programs do."""
    (tmp_path / "good.csv").write_bytes(FILES["good.csv"])
    (tmp_path / "many.csv").write_text("a,b\n" + "1,x\n" * 50_000, encoding="utf-8")
    subprocess.run([*COMMAND, "train", "good.csv"], cwd=tmp_path, check=True, capture_output=True)
    job = subprocess.Popen(
        [*COMMAND, "predict", "microgrand-out/model.json", "many.csv"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert job.stdout.readline() == b"b,p(x),p(y)\n"
    job.stdout.close()
    said = job.stderr.read()
    job.stderr.close()
    assert job.wait(timeout=60) == 141
    assert said == b""
