"""Delimited text: each trait of real files on a few lines that show it."""

import re

import pytest

from data.write import cells, csv_bytes, read_bytes, read_text
from studio.data.read import Choices, Limits, read_table
from studio.data.reading.repairs import NO_HEADER
from studio.errors import StudioError

CURLY = "text,label\r\n“Très bien” – it’s 5 €,positive\r\nNaïve façade,negative\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path, encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    table = read_bytes(tmp_path, mark + CURLY.encode(encoding))
    assert cells(table) == [["“Très bien” – it’s 5 €", "positive"], ["Naïve façade", "negative"]]
    assert table.columns == ["text", "label"]
    name = {"cp1252": "Windows-1252", "utf-8": "UTF-8", "utf-8-sig": "UTF-8"}.get(encoding, "UTF-16")
    assert table.reading.encoding == name
    assert bool(table.reading.notes) == (encoding == "cp1252")


def test_utf16_without_its_mark_is_told(tmp_path):
    table = read_bytes(tmp_path, CURLY.encode("utf-16-le"))
    assert len(table) == 2
    assert "UTF-16" in table.reading.notes[0]


def test_other_alphabets_are_not_read_as_western(tmp_path):
    text = "текст,метка\n" + "Очень хороший фильм и отличная игра актёров,хорошо\nСкучно и длинно,плохо\n" * 20
    table = read_text(tmp_path, text, encoding="cp1251")
    assert cells(table)[0] == ["Очень хороший фильм и отличная игра актёров", "хорошо"]
    assert "guessed" in table.reading.notes[0]
    assert read_text(tmp_path, text, encoding="cp1251", choices=Choices("Windows-1251")).reading.notes == ()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "«\xa0Été\xa0» déjà vu… naïve façade à côté,a\n"),
        ("cp1252", "Zürich – „Grüße“ für 5 € und größere Änderungen,a\n"),
        ("cp1252", "não são informações do coração,a\n"),
        ("cp1250", "Zażółć gęślą jaźń i proszę pięć łyżek,a\n"),
        ("cp1253", "Πολύ καλή ταινία με ωραία μουσική,a\n"),
        ("koi8-r", "Очень хороший фильм и отличная игра,a\n"),
        ("cp932", "この映画はとても面白かったです。音楽も素晴らしい,a\n"),
        ("gb18030", "这部电影非常好看而且音乐也很动人,a\n"),
    ],
)
def test_old_encodings_are_read_right_or_said_to_be_guessed(tmp_path, encoding, text):
    table = read_text(tmp_path, "text,label\n" + text * 10, encoding=encoding)
    right = table.column("text")[0] == text.split(",")[0]
    assert right if encoding == "cp1252" else right or "guessed" in table.reading.notes[0]
    assert (table.reading.encoding == "Windows-1252") == (encoding == "cp1252")


def test_damaged_utf8_is_refused_with_its_line(tmp_path):
    data = "text,label\nété déjà vu,a\nßüäö ünd so,b\nça va,a\n".encode().replace("ü".encode(), b"\xff", 1)
    with pytest.raises(StudioError) as refusal:
        read_bytes(tmp_path, data)
    assert "line 3" in str(refusal.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path, delimiter, line_end):
    rows = [["text", "label"], ["one, two; three", "a"], ["four | five\tsix", "b"], ['a "quoted" word', "a"]]
    table = read_bytes(tmp_path, csv_bytes(rows, delimiter, line_end))
    assert [table.columns, *cells(table)] == rows
    assert table.reading.delimiter == delimiter
    assert table.rows == range(2, 5)


def test_windows_line_ends_leave_no_trace_in_the_last_column(tmp_path):
    table = read_text(tmp_path, "text,label\r\ngood,pos\r\nbad,neg\r\n")
    assert table.columns == ["text", "label"]
    assert table.column("label") == ["pos", "neg"]


def test_a_european_file_is_not_one_column(tmp_path):
    table = read_text(tmp_path, "text;wert\nja, gut;1,5\nnein, schlecht;2,5\n")
    assert cells(table) == [["ja, gut", "1,5"], ["nein, schlecht", "2,5"]]


def test_excels_separator_line(tmp_path):
    table = read_text(tmp_path, "sep=|\r\ntext|label\r\na,b|x\r\nc,d|y\r\n")
    assert cells(table) == [["a,b", "x"], ["c,d", "y"]]
    assert table.rows == range(3, 5)
    assert table.reading.header_row == 2


def test_an_unquoted_comma_never_shifts_cells(tmp_path):
    table = read_text(tmp_path, "text,label\nslow, but good,pos\nbad,neg\nfine,pos\nnothing\n")
    assert cells(table) == [["bad", "neg"], ["fine", "pos"]]
    assert table.rows == range(3, 5)
    assert [problem.row for problem in table.reading.problems] == [2, 4, 5]  # 4: perhaps the rest of it is in line 5
    assert "3 cells where 2 are expected" in table.reading.problems[0].what
    assert table.reading.notes == ("2 rows left out for having more or fewer cells than there are columns.",)


def test_missing_looking_words_and_numbers_stay_text(tmp_path):
    words = ["NA", "None", "null", "nan", "N/A", "", "007", "1.0", "1e5", "TRUE", "2026-11-22", " spaced "]
    table = read_bytes(tmp_path, csv_bytes([["text", "label"], *[[word, "x"] for word in words]]))
    assert table.column("text") == words


def test_quoted_line_breaks_keep_the_line_numbers_of_the_file(tmp_path):
    table = read_text(tmp_path, 'text,label\n"one\ntwo\r\nthree",a\nfour,b\n\n"five\nsix",c\n')
    assert table.column("text") == ["one\ntwo\r\nthree", "four", "five\nsix"]
    assert table.rows == (2, 5, 7)


def test_broken_quotation_marks_cost_their_row_alone(tmp_path):
    table = read_text(tmp_path, 'text,label\n"He said "hi" to me",pos\n"well, ok",neg\n"unclosed,pos\nfine,"neg"\n')
    assert cells(table) == [["well, ok", "neg"], ["fine", "neg"]]
    assert [problem.row for problem in table.reading.problems] == [2, 4]
    assert "2 rows left out for broken quotation marks." in table.reading.notes


def test_a_swallowed_row_is_told(tmp_path):
    text = 'text,label\n"good,pos\nbad,neg\nfine,pos\npoor,neg\ndone",pos\nbad,neg\n'
    assert any("closing quotation mark" in note for note in read_text(tmp_path, text).reading.notes)


def test_marks_inside_tab_separated_texts_are_plain(tmp_path):
    text = 'text\tlabel\n" bad " is too kind , really\tneg\n"fine\tpos\nno marks\tneg\n'
    table = read_text(tmp_path, text)
    assert table.column("text") == ['" bad " is too kind , really', '"fine', "no marks"]
    assert "plain characters" in table.reading.notes[0]


def test_header_names_are_mended_and_told(tmp_path):
    table = read_text(tmp_path, " text , label,text,,text (2),\na,b,c,d,e,\n")
    assert table.columns == ["text", "label", "text (3)", "Column 4", "text (2)"]
    assert len(table.reading.notes) == 4
    assert cells(table) == [["a", "b", "c", "d", "e"]]


def test_empty_rows_and_ghost_columns_go_with_a_note(tmp_path):
    table = read_text(tmp_path, ",text,label,,\n0,a,x,,\n,,,,\n1,b,y,,\n , ,,,\n")
    assert table.columns == ["Column 1", "text", "label"]
    assert table.rows == (2, 4)
    assert "2 empty rows left out." in table.reading.notes
    assert "2 columns without name and content left out." in table.reading.notes


def test_empty_cells_beyond_the_last_column_are_cut_off(tmp_path):
    table = read_text(tmp_path, "text,label\na,x,,\nb,y\n")
    assert cells(table) == [["a", "x"], ["b", "y"]]
    assert "Empty cells beyond the last column were cut off in 1 row." in table.reading.notes


def test_one_column_is_read(tmp_path):
    table = read_text(tmp_path, 'text\n"a, b"\nc\n"d ""e"""\n')
    assert cells(table) == [["a, b"], ["c"], ['d "e"']]
    assert table.reading.delimiter == ""


def test_sentences_with_commas_stay_one_column(tmp_path):
    table = read_text(tmp_path, "text\nwell, it is fine\nso, no, never\nyes\n")
    assert cells(table) == [["well, it is fine"], ["so, no, never"], ["yes"]]


def test_a_column_too_few_in_the_header_is_told(tmp_path):
    table = read_text(tmp_path, "text\n" + "good film,pos\nbad film,neg\n" * 5)
    assert "2 cells separated by commas" in table.reading.notes[0]


def test_a_tie_between_delimiters_is_told(tmp_path):
    table = read_text(tmp_path, "a,b;c\n1,2;3\n4,5;6\n")
    assert table.reading.delimiter == ";"
    assert "or by commas" in table.reading.notes[0]
    assert read_text(tmp_path, "a,b;c\n1,2;3\n4,5;6\n", choices=Choices(delimiter=",")).columns == ["a", "b;c"]


@pytest.mark.parametrize(
    "text", ["1,english\n2,german\n3,french\n", "good film,pos\nbad film,neg\nfine,pos\npoor,neg\nnice,pos\n"]
)
def test_a_first_row_like_data_is_told(tmp_path, text):
    table = read_text(tmp_path, text)
    assert any("looks like data" in note for note in table.reading.notes)
    assert table.columns == ["Column 1", "Column 2"]
    assert table.reading.sentence == "Read as CSV: UTF-8, separated by commas, without column names."
    whole = read_text(tmp_path, text, choices=Choices(header_row=NO_HEADER))
    assert whole.columns == ["Column 1", "Column 2"]
    assert len(whole) == len(text.splitlines())
    assert whole.rows[0] == 1


def test_choices_overrule(tmp_path):
    text = "My table;x\ntext;label\né;y\n"
    table = read_text(tmp_path, text, encoding="cp1252", choices=Choices("Windows-1252", ";", 2))
    assert (table.columns, cells(table), table.rows) == (["text", "label"], [["é", "y"]], range(3, 4))
    for wrong in (Choices("rot13"), Choices(delimiter="::"), Choices(header_row=99), Choices(encoding="UTF-8")):
        with pytest.raises(StudioError):
            read_text(tmp_path, text, encoding="cp1252", choices=wrong)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n  \n", "empty"),
        (b",,\n,,\n", "empty"),
        (b"text,label\n", "no rows"),
        (b"%PDF-1.7 stuff", "PDF"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"\n <html><body>Log in", "web page"),
        (b"PK\x03\x04 not really", "damaged archive"),
        (b"\x1f\x8b\x08abc", "damaged archive"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x80\x04\x95abc", "pickle"),
        (b"text,label\nab\x00c,d\n", "zero bytes"),
        (bytes(range(256)) * 10, "zero bytes"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, data, said):
    with pytest.raises(StudioError) as refusal:
        read_bytes(tmp_path, data)
    assert said in str(refusal.value)
    assert refusal.value.fix


def test_limits_refuse_politely(tmp_path, monkeypatch):
    text = "text,label\n" + "word,x\n" * 100
    monkeypatch.setenv("STUDIO_MAX_UPLOAD_MB", "0.0005")
    with pytest.raises(StudioError, match=r"0\.000711 MB, the limit is 0\.0005 MB.*STUDIO_MAX_UPLOAD_MB"):
        read_text(tmp_path, text)
    monkeypatch.setenv("STUDIO_MAX_UPLOAD_MB", "lots")
    with pytest.raises(StudioError, match="lots"):
        Limits()
    monkeypatch.delenv("STUDIO_MAX_UPLOAD_MB")
    assert Limits().file_bytes == 200_000_000
    for limits in (Limits(rows=99), Limits(columns=1), Limits(cell_characters=3)):
        with pytest.raises(StudioError, match="the limit is"):
            read_text(tmp_path, text, limits=limits)


@pytest.mark.parametrize(
    ("name", "told", "field", "value"),
    [
        ("STUDIO_MAX_ROWS", "500", "rows", 500),
        ("STUDIO_MAX_COLUMNS", "20", "columns", 20),
        ("STUDIO_MAX_CELL_CHARACTERS", "80", "cell_characters", 80),
        ("STUDIO_MAX_UNPACKED_MB", "1.5", "most_unpacked", 1_500_000),
        ("STUDIO_MAX_READING_SECONDS", "9", "seconds", 9.0),
        ("STUDIO_MAX_READING_MB", "300", "memory_bytes", 300_000_000),
    ],
)
def test_every_limit_is_a_setting(monkeypatch, name, told, field, value):
    usual = getattr(Limits(), field)
    monkeypatch.setenv(name, told)
    assert getattr(Limits(), field) == value != usual
    monkeypatch.setenv(name, "-3")
    with pytest.raises(StudioError, match=name):
        Limits()


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as sparse:
        sparse.truncate(500_000_000)
    with pytest.raises(StudioError, match="500 MB, the limit is 200 MB"):
        read_table(path)


def test_digest_and_sentence(tmp_path):
    table = read_text(tmp_path, "text;label\na;b\n", "my table.csv")
    assert table.reading.sentence == "Read as CSV: UTF-8, separated by semicolons, header in line 1."
    assert table.name == "my table.csv"
    assert len(table.sha256) == 64


def test_a_file_full_of_broken_marks_is_refused(tmp_path):
    with pytest.raises(StudioError, match="More than 1000 rows have broken quotation marks"):
        read_text(tmp_path, "text,label\n" + 'a,"b, b"c\n' * 20_000)


def test_notes_name_only_what_a_person_can_do(tmp_path):
    """Each remedy is tried: the page has no controls for how a file is read."""
    western = "text,label\n" + "café au lait,a\nthé vert,b\n" * 5
    (note,) = read_text(tmp_path, western, encoding="cp1252").reading.notes
    assert "save it as “CSV UTF-8”" in note
    headless = "text one,5\ntext two,6\ntext three,7\n"
    note = read_text(tmp_path, headless).reading.notes[-1]
    assert "add a row with names above it" in note
    assert len(read_text(tmp_path, "text,label\n" + headless)) == 3
    either = "text,note;label\na,b;c\nd,e;f\n"
    (note,) = read_text(tmp_path, either).reading.notes
    (line,) = re.findall("“(sep=.)”", note)
    assert read_text(tmp_path, f"{line}\n{either}").columns == ["text", "note;label"]


def test_backslashed_marks_are_marks(tmp_path):
    text = 'text,label\n"He said \\"hi, you\\" to me",pos\n"C:\\\\new",neg\n"well",neg\n'
    table = read_text(tmp_path, text)
    assert table.column("text") == ['He said "hi, you" to me', "C:\\\\new", "well"]
    assert any("backslash" in note for note in table.reading.notes)
    many = read_text(tmp_path, "text,label\n" + '"a \\"b\\" c",pos\n' * 3000)
    assert (len(many), many.reading.problems) == (3000, ())


def test_comments_and_repeated_headers_are_no_rows(tmp_path):
    text = "# made by a tool\n# on Monday\ntext,label\ngood,pos\nbad,neg\ntext,label\nfine,pos\n"
    table = read_text(tmp_path, text)
    assert (table.columns, table.column("text")) == (["text", "label"], ["good", "bad", "fine"])
    assert table.reading.header_row == 3
    assert [problem.row for problem in table.reading.set_aside] == [6]
    assert "above the column names" in table.reading.notes[0]


def test_the_sentence_counts_what_was_mended_and_what_was_set_aside(tmp_path):
    text = "text;label;\ngood;pos;\nshort;neg\nlong;pos;;;\nbad;neg;x\na;b;c;d;e\n" + "fine;pos;\n" * 6
    table = read_text(tmp_path, text)
    assert len(table) == 10
    assert table.reading.sentence == (
        "Read as CSV: UTF-8, separated by semicolons, header in line 1; 2 rows repaired (lines 3, 4), "
        "1 row set aside (line 6: 5 cells where 3 are expected)."
    )
    assert [problem.row for problem in table.reading.problems] == [3, 4, 6]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-32"])
@pytest.mark.parametrize("text", ["text,label\nfine,a\n", "текст,метка\nхорошо,да\nплохо,нет\n"])
def test_unicode_without_its_mark(tmp_path, encoding, text):
    table = read_text(tmp_path, text * 3, encoding=encoding)
    assert ["\n".join(map(",".join, [table.columns]))] == [text.split("\n")[0]]
    assert table.reading.encoding == encoding[:6].upper()


def test_japanese_in_seven_bits(tmp_path):
    table = read_text(tmp_path, "text,label\nとても面白い,良い\n退屈です,悪い\n", encoding="iso2022_jp")
    assert table.column("text") == ["とても面白い", "退屈です"]
    assert "ISO-2022-JP" in table.reading.notes[0]


@pytest.mark.parametrize(
    ("encoding", "text", "title"),
    [
        ("cp1250", "Zażółć gęślą jaźń i proszę pięć łyżek,a\n", "Windows-1250"),
        ("cp1254", "Bu ürün çok güzel değil ama kargo hızlı geldi şimdi,a\n", "Windows-1254"),
        ("cp1255", "המוצר טוב מאוד והשירות מהיר,a\n", "Windows-1255"),
        ("cp1256", "المنتج ممتاز والخدمة سريعة جدا,a\n", "Windows-1256"),
        ("cp1257", "Labai geras gaminys ir greitas pristatymas ačiū už puikų aptarnavimą,a\n", "Windows-1257"),
        ("koi8-r", "Очень хороший фильм и отличная игра,a\n", "KOI8-R"),
        ("cp866", "Очень хороший фильм и отличная игра,a\n", "DOS 866"),
        ("cp850", "größer als für schöne Übungen,a\n", "DOS 850"),
        ("cp949", "배송이 빠르고 상품이 아주 좋습니다,a\n", "EUC-KR"),
        ("big5", "這個產品很好我們都很喜歡謝謝,a\n", "Big5"),
        ("gb18030", "这部电影非常好看而且音乐也很动人,a\n", "GB18030"),
        ("euc_jp", "この映画はとても面白かったです,a\n", "EUC-JP"),
    ],
)
def test_old_encodings_are_told_by_their_letters(tmp_path, encoding, text, title):
    table = read_text(tmp_path, "text,label\n" + text * 3, encoding=encoding)
    assert table.reading.encoding == title
    assert table.column("text")[0] == text.split(",")[0]
    assert "guessed" in table.reading.notes[0]


def test_a_doubtful_encoding_names_the_others(tmp_path):
    table = read_text(tmp_path, "text,label\nšok,a\n", encoding="cp1250")
    assert "it could be" in table.reading.notes[0]
