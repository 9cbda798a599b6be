"""Files that were once read as another table without a word: each is read right now, told row by row, or refused."""

import json
import zipfile
from io import BytesIO

import pytest

from data.write import cells, read_bytes, read_text, workbook
from studio.errors import StudioError


def refused(folder, data, name="table.csv"):
    with pytest.raises(StudioError) as error:
        read_bytes(folder, data if isinstance(data, bytes) else data.encode(), name)
    assert error.value.fix
    return str(error.value)


def set_aside(table):
    return [problem.row for problem in table.reading.set_aside]


def test_an_empty_cell_too_many_may_mean_a_shift(tmp_path):
    rows = [f"some text {n},{'ab'[n % 2]},{'' if n % 3 else 'note'}" for n in range(30)]
    for odd, is_shifted in (
        ("hello there, my friend,a,", True),
        ("hello there,b,,", False),
        ("hi, you,a,", True),
        ("hi,a,note,", False),
    ):
        table = read_text(tmp_path, "\n".join(["text,label,note", *rows, odd]))
        assert set(table.column("label")) == {"a", "b"}, odd
        assert len(table) == 31 - is_shifted
        assert [problem.row for problem in table.reading.set_aside] == [32] * is_shifted
        assert [problem.row for problem in table.reading.repaired] == [32] * (not is_shifted)
        assert ("Empty cells beyond" in " ".join(table.reading.notes)) == (not is_shifted)
    full = [row if row[-1] != "," else f"{row}note" for row in rows]  # the last column is never empty
    assert len(read_text(tmp_path, "\n".join(["text,label,note", *full, "hello,c,note,"]))) == 31
    ended = [f"{row}," for row in rows]  # as the file is written
    assert len(read_text(tmp_path, "\n".join(["text,label,note", *ended]))) == 30


def test_a_shift_where_no_column_repeats_itself(tmp_path):
    rows = [f"some text {n},answer {n},{'' if n % 3 else 'note'}{n if not n % 3 else ''}" for n in range(30)]
    assert len(read_text(tmp_path, "\n".join(["text,answer,note", *rows, "hello, you,yes,"]))) == 30


def test_full_width_commas(tmp_path):
    rows = "".join(f"第{n}句话,很好。，{'是否'[n % 2]}\n" for n in range(20))
    table = read_text(tmp_path, f"文本，标签\n{rows}")
    assert table.columns == ["文本", "标签"]
    assert cells(table)[1] == ["第1句话,很好。", "否"]
    assert "separated by full-width commas" in table.reading.sentence
    sentences = "".join(f"第{n}句话，{'很好，' * (n % 3)}谢谢\n" for n in range(20))
    assert read_text(tmp_path, f"文本\n{sentences}").columns == ["文本"]


def test_the_separator_explains_the_names_too(tmp_path):
    rows = "".join(f"the parcel, number {i}, is late;{'ab'[i % 2]}\n" for i in range(9))
    table = read_text(tmp_path, "tickets of may\ntext;topic\n" + rows)
    assert table.columns == ["text", "topic"]
    assert table.reading.header_row == 2
    assert cells(table)[1] == ["the parcel, number 1, is late", "b"]


def test_a_list_of_sentences_with_commas_keeps_its_name(tmp_path):
    table = read_text(tmp_path, "text\nhello, you\ngood bye, you\nand so on, again\n")
    assert table.columns == ["text"]
    assert len(table) == 3


@pytest.mark.parametrize("separator", ["^", "~", "\x01", "\x1f"])
def test_rare_separators(tmp_path, separator):
    text = "text,label\nso it is,a\nso it was,b\n".replace(",", separator)
    assert cells(read_text(tmp_path, text)) == [["so it is", "a"], ["so it was", "b"]]


def test_a_pair_of_signs_and_columns_of_spaces_are_refused_by_name(tmp_path):
    assert "::" in refused(tmp_path, "text::label\nso it is::a\nso it was::b\nand is::a\n")
    aligned = "text        label\nso it is    a\nso it was   b\nand is      a\n"
    assert "aligned by spaces" in refused(tmp_path, aligned)
    right = "      text  label\n  so it is      a\n so it was      b\n    and is      a\n"
    assert "aligned by spaces" in refused(tmp_path, right)
    prose = "the  text\nsome words here\nno such gap\nis in these lines\n"
    assert len(read_text(tmp_path, prose)) == 3


def test_another_separator_from_some_line_on(tmp_path):
    text = "text,label\n" + "good day,a\n" * 9 + "good night;b\n" * 9
    assert "from line 11 on" in refused(tmp_path, text)


def test_spaces_behind_the_separators(tmp_path):
    table = read_text(tmp_path, 'text, label\n"one, two", a\nthree, "b, c"\n')
    assert table.columns == ["text", "label"]
    assert cells(table) == [["one, two", "a"], ["three", "b, c"]]
    assert any("spaces behind" in note for note in table.reading.notes)


def test_a_lone_cell_may_be_a_part_of_its_neighbor(tmp_path):
    rows = [f"some text of number {i},{'ab'[i % 2]}" for i in range(60)]
    rows[20] = "broken over\ntwo lines,a"
    table = read_text(tmp_path, "text,label\n" + "\n".join(rows) + "\n")
    assert set_aside(table) == [22, 23]
    rows[20] = "# one remark\n# and another"
    table = read_text(tmp_path, "text,label\n" + "\n".join(rows) + "\n")
    assert set_aside(table) == [22, 23]
    assert len(table) == 59


def test_markdown(tmp_path):
    table = read_text(tmp_path, "| text | label |\n|:-----|------:|\n| so   | a     |\n| no   | b     |\n")
    assert table.columns == ["text", "label"]
    assert cells(table) == [["so", "a"], ["no", "b"]]
    assert table.rows == range(3, 5)


def test_lines_in_quotation_marks_as_a_whole(tmp_path):
    text = '"text,label"\n"so it is,a"\n"""is it, really"",b"\n'
    table = read_text(tmp_path, text)
    assert cells(table) == [["so it is", "a"], ["is it, really", "b"]]
    assert table.rows == range(2, 4)


def test_a_second_row_of_names(tmp_path):
    below = "text,label\n" + "a longer text than that,good\n" * 4
    table = read_text(tmp_path, "Input,Output\n" + below)
    assert set_aside(table) == [2]
    table = read_text(tmp_path, "Input,,Output\ntext,category,label\n" + "a longer text than that,x,good\n" * 4)
    assert table.columns == ["text", "category", "label"]


def test_facts_of_two_cells_above(tmp_path):
    table = read_text(tmp_path, "Report,export\nCreated,2024-01-02\n\ntext,label,id\nso it is,a,1\nit was,b,2\n")
    assert table.columns == ["text", "label", "id"]
    assert len(table) == 2


def test_row_numbers_without_a_name_as_from_r(tmp_path):
    table = read_text(tmp_path, '"text","label"\n"1","so it is","a"\n"2","it was","b"\n"3","it is","b"\n')
    assert table.columns == ["Column 1", "text", "label"]
    assert cells(table)[0] == ["1", "so it is", "a"]
    assert any("one cell more" in note for note in table.reading.notes)


def test_decimal_commas_are_not_taken_for_such_numbers(tmp_path):
    text = "id,amount\n" + "".join(f"{i},12,{i + 10}\n" for i in range(1, 9))
    assert "No row can be read: 3 cells where 2 are expected" in refused(tmp_path, text)


@pytest.mark.parametrize(("good", "odd"), [("so it is,a", "it was,b,x"), ("so it is,a,x,1", "it was,b,x")])
def test_a_header_that_most_rows_do_not_fit_is_refused(tmp_path, good, odd):
    text = "text,label,note\n" + f"{good}\n" * 20 + f"{odd}\n" * 2
    said = refused(tmp_path, text)
    assert f"There are 3 column names, but 20 rows (most of them) have {good.count(',') + 1} cells" in said
    assert "line 1, and first in line 2" in said
    assert len(read_text(tmp_path, "text,label,note\n" + f"{good}\n" * 20 + f"{odd}\n" * 21)) == 21


def test_the_names_once_more_in_one_row_are_told_in_the_singular(tmp_path):
    table = read_text(tmp_path, "text,label\nso it is,a\ntext,label\nit was,b\n")
    assert "The column names stand in 1 further row, which was left out." in table.reading.notes


def test_a_name_twice_in_one_object_is_not_called_no_object(tmp_path):
    table = read_text(tmp_path, '{"text": "a", "label": "x"}\n{"text": "b", "text": "c", "label": "y"}\n', "t.jsonl")
    assert "1 row left out for what is told at each." in table.reading.notes
    assert "stands twice in one object" in table.reading.set_aside[0].what


def test_no_row_that_fits(tmp_path):
    """A table without rows, all of them set aside, is no table."""
    refusal = refused(tmp_path, "text;label\n" + "so it is;a;b;c\n" * 5)
    assert "4 cells where 2 are expected" in refusal
    assert "line 2" in refusal
    names = [["text", "label"]]
    assert "column names once more" in refused(tmp_path, workbook({"S": names * 3}), "t.xlsx")


def test_rows_that_may_be_incomplete_are_no_repaired_ones(tmp_path):
    rows = [f"{i},{'ab'[i % 2]}" for i in range(60)]
    rows[20] = "alone"
    reading = read_text(tmp_path, "number,label\n" + "\n".join(rows) + "\n").reading
    assert [problem.row for problem in reading.doubtful] == [21, 23]
    assert not reading.repaired
    assert [problem.row for problem in reading.problems] == [21, 22, 23]
    assert "2 rows perhaps incomplete (lines 21, 23)" in reading.sentence


def test_bytes_that_are_no_utf8_in_a_row(tmp_path):
    rows = [f"größer als {i},a\n".encode() for i in range(30)]
    rows[7] = b"gr\xf6\xdfer,b\n"
    table = read_bytes(tmp_path, b"text,label\n" + b"".join(rows))
    assert set_aside(table) == [9]
    assert "\ufffd" in table.reading.set_aside[0].value
    assert table.reading.encoding == "UTF-8"
    assert "column's name" in refused(tmp_path, b"te\xffxt,label\n" + rows[0] * 30)
    half = b"text,label\n" + b"".join(rows[:15]) + "größer,b\n".encode("cp1252") * 15
    assert "16 of 31 lines" in refused(tmp_path, half)


def test_marks_twice_and_of_a_second_file(tmp_path):
    text = "\ufeff\ufefftext,label\nso,a\nno,b\n\ufefftext,label\nyes,a\n"
    table = read_text(tmp_path, text)
    assert table.columns == ["text", "label"]
    assert cells(table) == [["so", "a"], ["no", "b"], ["yes", "a"]]
    assert set_aside(table) == [4]


def test_broken_quotation_marks_alone(tmp_path):
    assert "quotation marks are broken" in refused(tmp_path, 'text,label\n"a" b, and,x\n"c" d,y\n')


def test_no_text(tmp_path):
    assert "not text" in refused(tmp_path, bytes(range(1, 256)) * 3)


def damaged_workbook(packed):
    sink = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook({"S": [["text", "label"], ["a letter", "x"]]}))) as old,
        zipfile.ZipFile(sink, "w", packed) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
    return sink.getvalue()


def test_a_workbook_with_a_wrong_checksum(tmp_path):
    data = damaged_workbook(zipfile.ZIP_STORED)
    assert cells(read_bytes(tmp_path, data, "t.xlsx")) == [["a letter", "x"]]
    assert "checksums" in refused(tmp_path, data.replace(b"a letter", b"a better"), "t.xlsx")


def test_json_by_its_shape(tmp_path):
    rows = [{"text": "so it is", "stars": 1.50}, {"text": "no", "stars": 2}]
    right = [["so it is", "1.5"], ["no", "2"]]
    for shape in (
        {"version": 1, "data": rows},
        {name: {str(i): row[name] for i, row in enumerate(rows)} for name in rows[0]},
        {name: [row[name] for row in rows] for name in rows[0]},
    ):
        table = read_text(tmp_path, json.dumps(shape), "t.json")
        assert table.columns == ["text", "stars"]
        assert cells(table) == right
        assert table.reading.notes
    for shape, what in (
        ({"train": rows, "test": rows}, "2 lists"),
        ({"0": rows[0], "1": rows[1]}, "an object of"),
        ({"text": ["a", "b"], "label": ["x"]}, "different length"),
        ({"text": ["a"], "label": {"0": "x"}}, "some lists"),
    ):
        assert what in refused(tmp_path, json.dumps(shape), "t.json")
    assert cells(read_text(tmp_path, '{"text": "a", "label": "b"}', "t.json")) == [["a", "b"]]
    assert "behind the end" in refused(tmp_path, json.dumps(rows) + "\n" + json.dumps(rows), "t.json")


def test_a_name_twice_in_an_object(tmp_path):
    table = read_text(tmp_path, '{"text": "a"}\n{"text": "b", "text": "c"}\n{"text": "d"}\n', "t.jsonl")
    assert cells(table) == [["a"], ["d"]]
    assert [problem.row for problem in table.reading.problems] == [2]
