import errno

import pytest

from voices.errors import InputError, VoicesError
from voices.writing import check_folder, staged_file, staged_folder


def test_folder_appears_whole(tmp_path):
    out = tmp_path / "deep" / "out"
    with staged_folder(out) as stage:
        (stage / "a.csv").write_text("1")
        assert not out.exists()
    assert [p.name for p in out.iterdir()] == ["a.csv"]
    assert [p.name for p in out.parent.iterdir()] == ["out"]


def test_nothing_is_left_when_the_disk_is_full(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(VoicesError, match="disk is full") as caught, staged_folder(out) as stage:
        (stage / "half.csv").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_run_survives_a_failure(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("old")
    with pytest.raises(RuntimeError), staged_folder(out) as stage:
        (stage / "report.html").write_text("new")
        raise RuntimeError
    assert (out / "report.html").read_text() == "old"


def test_file_is_replaced_at_the_end_only(tmp_path):
    target = tmp_path / "coded.jsonl"
    target.write_text("old")
    with staged_file(target) as stage:
        stage.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["coded.jsonl"]


def test_half_a_file_is_removed(tmp_path):
    target = tmp_path / "coded.jsonl"
    with pytest.raises(VoicesError, match=r"coded\.jsonl: the disk is full"), staged_file(target) as stage:
        stage.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_full_folder_is_refused_without_force(tmp_path):
    (tmp_path / "something").touch()
    with pytest.raises(InputError, match="--force"):
        check_folder(tmp_path, force=False)
    check_folder(tmp_path, force=True)
    with pytest.raises(InputError, match="is a file"):
        check_folder(tmp_path / "something", force=True)
