import pytest

from voices.config import Settings, settings_from
from voices.errors import InputError


def test_options_beat_the_file(tmp_path):
    path = tmp_path / "voices.toml"
    path.write_text('min-group = 20\nperiod = "week"\nnegative_floor = 0\n')
    settings = settings_from(path, {"period": "quarter", "language": None})
    assert (settings.min_group, settings.period, settings.language) == (20, "quarter", "auto")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("perod = 'week'", "did you mean period"),
        ("min-group = 'ten'", "must be of type int"),
        ("min-group = true", "must be of type int"),
        ("period = 'year'", "--period year: choose one of week, month, quarter"),
        ("min-group = 0", "must be 1 or more"),
        ("= nonsense", "not a TOML file"),
    ],
)
def test_bad_files_are_refused_with_one_line(tmp_path, content, message):
    path = tmp_path / "voices.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        settings_from(path, {})
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        settings_from(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    "values", [{"device": "tpu"}, {"negative_floor": 1.0}, {"threads": -1}, {"report_language": "de"}]
)
def test_values_that_no_run_can_use(values):
    with pytest.raises(InputError):
        Settings(**values)
