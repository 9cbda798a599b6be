"""A file that comes in pieces."""

from studio.storage import Part, discard, link_or_move


def test_only_the_whole_has_its_name(tmp_path):
    part = Part(tmp_path / "deep" / "weights.bin")
    assert part.size == -1
    with part.filling() as append:
        append(b"one")
    assert part.size == 3
    assert not part.target.exists()
    with Part(part.target).filling() as append:  # another process, later
        append(b" two")
    assert part.finish().read_bytes() == b"one two"
    assert part.size == -1


def test_a_new_beginning(tmp_path):
    part = Part(tmp_path / "a")
    with part.filling() as append:
        append(b"wrong")
    with part.filling(anew=True) as append:
        append(b"ok")
    assert part.path.read_bytes() == b"ok"
    part.drop()
    part.drop()
    assert part.size == -1


def test_a_second_name_outlives_the_first(tmp_path):
    first, second = tmp_path / "a" / "x", tmp_path / "b" / "c" / "x"
    first.parent.mkdir()
    first.write_bytes(b"data")
    link_or_move(first, second)
    discard(first.parent)
    assert second.read_bytes() == b"data"
    assert not first.parent.exists()
