import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voices.align.units import match_units, read_unit_map, read_unit_values, spelling_of, words_of
from voices.errors import InputError


def matched(employee, customer, mapping=None):
    """Give (employee names, customer names) -> how, of all units of both voices."""
    found = match_units(employee, customer, mapping)
    return {(match.employee, match.customer): match.how for match in found.both}


@pytest.mark.parametrize(
    ("employee", "customer", "how"),
    [
        ("Utrecht", "Utrecht", "same"),
        ("Utrecht ", " Utrecht", "same"),
        ("Utrecht", "UTRECHT", "spelling"),
        ("Café Zuid", "cafe zuid", "spelling"),
        ("Den  Haag", "Den Haag", "spelling"),
        ("Den-Haag", "Den Haag", "spelling"),
        ("Haag, Den", "Den Haag", "spelling"),
        ("Store 012", "Store 12", "spelling"),
        ("000", "0", "spelling"),
        ("Store12", "Store 12", "spelling"),
        ("Straße 3", "STRASSE 3", "spelling"),
        ("Store 12", "Winkel 12", "kind"),
        ("Store 0012", "filiaal nr. 12", "kind"),
        ("De Bilt", "Bilt", "kind"),
        ("Store 12", "12 - Utrecht", "part"),
        ("12 - Utrecht", "Vestiging 12", "part"),
        ("Utrecht Centrum", "Store 12 Utrecht Centrum", "part"),
    ],
)
def test_one_unit_in_two_spellings_is_matched(employee, customer, how):
    assert matched([employee], [customer]) == {((employee,), (customer,)): how}


@pytest.mark.parametrize(
    ("employee", "customer"),
    [
        ("Store 1", "Store 11"),
        ("Store 12", "Store 120"),
        ("12 - Utrecht", "13 - Utrecht"),
        ("Team", "Store"),
        ("", "x"),
    ],
)
def test_units_that_only_look_alike_are_not_matched(employee, customer):
    found = match_units([employee], [customer])
    assert (found.both, found.employee_only, found.customer_only) == ((), (employee,), (customer,))


@pytest.mark.parametrize(("employee", "customer"), [("?", "-"), ("***", "!!!"), ("\N{CLOUD}", "\N{COMET}")])
def test_names_without_letters_and_digits_are_not_taken_for_one(employee, customer):
    assert matched([employee], [customer]) == {}
    assert matched([employee, customer], [employee, customer]) == {
        ((name,), (name,)): "same" for name in (employee, customer)
    }


def test_spellings_keep_what_tells_units_apart():
    assert spelling_of("Store 012") == ("store", "12")
    assert words_of("Store 012") == words_of("winkel 12") == ("12",)
    assert words_of("Team") == ("team",)
    assert words_of("Store 12") != words_of("Store 120")


def test_numbers_in_another_order_are_other_units():
    mine, theirs = ["Region 1 Store 12", "Region 12 Store 1"], ["region-1-store-12", "region-12-store-1"]
    found = match_units(mine, theirs)
    assert [(match.employee, match.customer) for match in found.both] == [
        ((a,), (b,)) for a, b in zip(mine, theirs, strict=True)
    ]
    assert match_units(["Region 3 Store 4"], ["region-4-store-3"]).both == ()


@pytest.mark.parametrize("customer", [["Store 3"], ["3"], ["Winkel 3"], ["3 Utrecht"]])
def test_two_kinds_of_unit_on_one_side_are_not_merged(customer):
    found = match_units(["Team 3", "Store 3"], customer)
    assert all(len(match.employee) == 1 for match in found.both)
    expected = ["Store 3"] if customer == ["Store 3"] else []
    assert [match.employee[0] for match in found.both] == expected


def test_two_candidates_leave_all_of_them_unmatched():
    found = match_units(["Utrecht"], ["Utrecht Noord", "Utrecht Zuid", "Breda"])
    assert found.both == ()
    assert found.employee_only == ("Utrecht",)
    assert found.customer_only == ("Breda", "Utrecht Noord", "Utrecht Zuid")
    assert matched(["Winkel 3", "Filiaal 3"], ["Store 3"]) == {}


def test_spellings_of_one_unit_on_one_side_are_one_unit():
    found = match_units(["store 3", "STORE 3"], ["Store 3"])
    assert [(match.employee, match.how) for match in found.both] == [(("STORE 3", "store 3"), "spelling")]


def test_another_spelling_joins_a_unit_that_is_spelled_the_same_elsewhere():
    found = match_units(["Store 3", "store 3"], ["Store 3"])
    assert found.employee_only == ()
    assert [set(match.employee) for match in found.both] == [{"Store 3", "store 3"}]


def test_a_better_match_leaves_the_other_name_alone():
    found = match_units(["Store 12", "Store 12 Oost"], ["Store 12"])
    assert [(match.employee, match.how) for match in found.both] == [(("Store 12",), "same")]
    assert found.employee_only == ("Store 12 Oost",)


def test_a_mapping_goes_before_everything_else():
    told = {"employee": {"North": "Utrecht", "South": "Breda"}, "customer": {"U1": "Utrecht", "B1": "Breda"}}
    found = match_units(["North", "South"], ["U1", "B1", "South"], told)
    assert {match.name: (match.employee, match.customer, match.how) for match in found.both} == {
        "Utrecht": (("North",), ("U1",), "mapped"),
        "Breda": (("South",), ("B1",), "mapped"),
    }
    assert found.customer_only == ("South",)


def test_a_mapping_may_merge_names_of_one_side():
    told = {"employee": {"Team 3": "Three", "Team 4": "Three"}, "customer": {"S3": "Three"}}
    assert matched(["Team 3", "Team 4"], ["S3"], told) == {(("Team 3", "Team 4"), ("S3",)): "mapped"}


def test_mapped_names_that_one_side_lacks_are_matched_as_all_others():
    told = {"employee": {"Store 3": "Three"}, "customer": {"S3": "Three"}}
    assert matched(["Store 3"], ["store 3"], told) == {(("Store 3",), ("store 3",)): "spelling"}


def test_index_gives_every_name_its_unit():
    found = match_units(["b", "a ", "x"], ["A", "B", "y"])
    assert found.index("employee") == {"a ": 0, "b": 1}
    assert found.index("customer") == {"A": 0, "B": 1}


NAMES = st.lists(
    st.one_of(
        st.sampled_from(
            ["Store 1", "store 01", "Winkel 1", "1", "1 - Utrecht", "Utrecht", "UTRECHT", "Utrecht Zuid", "Team 1", "?"]
        ),
        st.text("aA1 -é?", max_size=5),
    ),
    max_size=12,
)


@given(employee=NAMES, customer=NAMES, data=st.data())
def test_every_name_is_in_exactly_one_place_whatever_the_order(employee, customer, data):
    units = st.sampled_from(["one", "two", "Utrecht"])
    told = {
        voice: data.draw(st.dictionaries(st.sampled_from(names), units)) if names else {}
        for voice, names in (("employee", employee), ("customer", customer))
    }
    found = match_units(employee, customer, told)
    for voice, names in (("employee", employee), ("customer", customer)):
        placed = [name for match in found.both for name in getattr(match, voice)] + list(
            getattr(found, f"{voice}_only")
        )
        assert sorted(placed) == sorted(set(names))
        assert all(getattr(match, voice) for match in found.both)
        assert sorted(found.index(voice)) == sorted(name for match in found.both for name in getattr(match, voice))
    again = match_units(data.draw(st.permutations(employee)), data.draw(st.permutations(customer)), told)
    assert again == found


@given(employee=NAMES, customer=NAMES)
def test_matching_is_the_same_from_both_sides(employee, customer):
    there, back = match_units(employee, customer), match_units(customer, employee)
    assert {(m.employee, m.customer, m.how) for m in there.both} == {(m.customer, m.employee, m.how) for m in back.both}


def test_many_units_are_matched_quickly():
    names = [f"Store {n} - Place {n}" for n in range(4000)]
    found = match_units(names, [f"{n:05d} / place {n} / winkel" for n in range(4000)])
    assert len(found.both) == 4000


def written(path, *rows, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return path


def test_a_mapping_file_of_two_names(tmp_path):
    path = written(tmp_path / "map.csv", ["Employee", "Customer"], ["Team A", "S 1"], ["Team B", "S 1"], ["", "S 2"])
    found = read_unit_map(path)
    assert found == {"employee": {"Team A": "S 1", "Team B": "S 1"}, "customer": {"S 1": "S 1"}}
    assert matched(["Team A", "Team B"], ["S 1"], found) == {(("Team A", "Team B"), ("S 1",)): "mapped"}


def test_a_mapping_file_may_name_the_unit(tmp_path):
    path = written(
        tmp_path / "map.csv", ["eenheid", "medewerkers", "klanten"], ["Breda", "Team A", "S 1"], delimiter=";"
    )
    assert read_unit_map(path) == {"employee": {"Team A": "Breda"}, "customer": {"S 1": "Breda"}}


def test_several_names_of_the_customers_may_be_one_unit(tmp_path):
    path = written(tmp_path / "map.csv", ["employee", "customer"], ["Team A", "S 1"], ["Team A", "S 2"])
    found = read_unit_map(path)
    assert matched(["Team A"], ["S 1", "S 2"], found) == {(("Team A",), ("S 1", "S 2")): "mapped"}


def test_a_mapping_file_of_names_and_units(tmp_path):
    path = written(tmp_path / "map.csv", ["name", "unit"], ["Team A", "Breda"], ["S 1", "Breda"], ["S 9", ""])
    both = {"Team A": "Breda", "S 1": "Breda"}
    assert read_unit_map(path) == {"employee": both, "customer": both}


def test_a_name_may_be_mapped_to_the_name_that_the_other_side_uses(tmp_path):
    path = written(tmp_path / "map.csv", ["name", "unit"], ["Team A", "Breda"], ["Team B", "Tilburg"])
    found = matched(["Team A", "Team B"], ["Breda", "Tilburg"], read_unit_map(path))
    assert found == {(("Team A",), ("Breda",)): "mapped", (("Team B",), ("Tilburg",)): "mapped"}


def refused(read, *arguments):
    with pytest.raises(InputError) as error:
        read(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_name_of_two_units_is_refused_with_its_row(tmp_path):
    path = written(tmp_path / "map.csv", ["name", "unit"], ["Team A", "Breda"], ["Team A", "Tilburg"])
    message = refused(read_unit_map, path)
    assert "row 3" in message
    assert all(word in message for word in ("--units", "'Team A'", "'Breda'", "'Tilburg'"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column 'unit'"),
        ("a,b\n1,2\n", "a, b"),
        ("unit,other\nx,y\n", "employee and customer, or name and unit"),
        ("employee\nx\n", "employee and customer, or name and unit"),
    ],
)
def test_a_mapping_file_without_its_columns_is_refused(tmp_path, text, says):
    path = tmp_path / "map.csv"
    path.write_text(text, encoding="utf8")
    message = refused(read_unit_map, path)
    assert says in message
    assert "map.csv" in message


def test_files_that_cannot_be_read_are_refused(tmp_path):
    assert "there is no such file" in refused(read_unit_map, tmp_path / "none.csv")
    path = tmp_path / "map.csv"
    path.write_bytes("name,unit\nCafé,Één\n".encode("latin-1"))
    assert "UTF-8" in refused(read_unit_map, path)
    assert "--units" in refused(read_unit_map, tmp_path)


def test_values_of_units_take_a_point_or_a_comma(tmp_path):
    path = written(tmp_path / "contact.csv", ["Unit", "Contact"], ["a", "1,5"], ["b", "2.5"], ["c", ""], delimiter=";")
    assert read_unit_values(path, "contact") == {"a": 1.5, "b": 2.5}


def test_values_of_units_must_be_numbers(tmp_path):
    path = written(tmp_path / "contact.csv", ["unit", "contact"], ["a", "1"], ["b", "much"])
    message = refused(read_unit_values, path, "contact")
    assert "row 3" in message
    assert "'much'" in message
    assert "inf" in refused(read_unit_values, written(path, ["unit", "contact"], ["a", "inf"]), "contact")
    message = refused(read_unit_values, written(path, ["unit", "turnover"], ["a", "1"]), "contact")
    assert "unit and contact" in message
    assert "turnover" in message
