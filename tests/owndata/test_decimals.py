"""A comma or point before exactly three digits is decided by the whole column, or refused."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pandas as pd
import pytest

from audit.owndata.bins import Bins
from audit.owndata.decimals import COMMA, POINT, Decimals, plain_number, readings, typed
from audit.owndata.options import DataOptions
from audit.owndata.reading import open_source
from audit.owndata.survey import Survey
from audit.schema import CaveatError


def column(*cells):
    found = Decimals("income")
    for at, cell in enumerate(cells):
        found.add(cell, f"row {at}")
    found.settle()
    return [found.number(cell) for cell in cells], found.note()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,200", "1,200.50"], [1200, 1200.5]),
        (["1,200", "0.5", "800"], [1200, 0.5, 800]),
        (["1,200", "1,200,000"], [1200, 1_200_000]),
        (["-1,200", "-0.5"], [-1200, -0.5]),
        (["+12,000", "1.5"], [12000, 1.5]),
        (["1,200", "3,5"], [1.2, 3.5]),
        (["1,200", "1200,5"], [1.2, 1200.5]),
        (["1,200", "0,125"], [1.2, 0.125]),
        (["1.200", "3,5"], [1200, 3.5]),
        (["1.200", "1.200,50"], [1200, 1200.5]),
        (["1.200.000", "1.200"], [1_200_000, 1200]),
        (["-1.200", "-0,5"], [-1200, -0.5]),
        (["1.200", "0.5"], [1.2, 0.5]),
        (["0.125", "1.200"], [0.125, 1.2]),
        (["18", "25", "-3"], [18, 25, -3]),
        (["1e3", "2.5"], [1000, 2.5]),
        ([1.234, 1200.0], [1.234, 1200]),
        ([1.234, "1,200.5"], [1.234, 1200.5]),
    ],
)
def test_one_cell_decides_for_the_column_wherever_it_stands(cells, numbers):
    assert column(*cells)[0] == numbers
    assert column(*reversed(cells))[0] == numbers[::-1]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["800", "1,200"], "row 1 has '1,200', which may be 1200 or 1.2; no other cell"),
        (["1.200", "950"], "'1.200', which may be 1200 or 1.2"),
        (["12,000", "15,000"], "'12,000', which may be 12000 or 12;"),
        (["-1,200"], "'-1,200', which may be -1.2 or -1200"),
        ([1.5, "1,234"], "which may be 1234 or 1.234"),
        (["2.5", "3,5"], "row 0 with '2.5' and row 1 with '3,5' are not written in one way"),
        (["3,5", "1,200.50"], "are not written in one way"),
        (["1,20,000"], "which is no number"),
        (["1.2.3"], "which is no number"),
        (["few"], "row 0 has 'few', which is no number"),
        (["inf"], "which is no number"),
        ([float("inf")], "which is no number"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_what_it_may_be(cells, said):
    with pytest.raises(CaveatError) as error:
        column(*cells)
    assert said in str(error.value)


def test_the_column_says_how_it_was_read_only_where_that_was_open():
    assert column("1,200", "1,200.50")[1] == "a comma between thousands"
    assert column("1,200", "3,5")[1] == "a decimal comma"
    assert column("1.200", "3,5")[1] == "a point between thousands"
    assert column("1.200", "0.5")[1] == "a decimal point"
    assert column("1.5", "2")[1] == column("1,5", "2")[1] == ""


def test_typed_numbers_are_what_they_are():
    assert typed(Decimal("1.200"), "1.200") == 1.2 and typed(7, "7") == 7.0
    day = datetime.date(2024, 1, 2)
    assert typed(day, "2024-01-02") == "2024-01-02" and typed(True, "true") == "true"
    assert readings("1,200")[POINT] == 1200 and readings("1,200")[COMMA] == 1.2
    assert [plain_number(x) for x in (1e6, 1234567, 0.25, -3.0)] == ["1000000", "1234567", "0.25", "-3"]


def income(*cells, bins="1000,10000"):
    frame = pd.DataFrame({"text": [f"so so {n}" for n in range(len(cells))], "label": "neg", "income": cells})
    return Survey(open_source(frame), DataOptions(groups=("income",), bins={"income": bins}))


def test_incomes_with_commas_fall_into_their_ranges():
    with income("800", "950", "1,200", "15,000", "2.5") as survey:
        groups = [group for chunk in survey.chunks() for group in chunk.groups[0]]
        assert groups == ["under 1000", "under 1000", "1000 to under 10000", "10000 and over", "under 1000"]
        assert survey.remarks() == (
            "Ranges of 'income', read with a comma between thousands: under 1000 (3); 1000 to under 10000 (1); "
            "10000 and over (1).",
        )
    with income("800", "950", "1,200", "15,000", "2.5", bins="2") as survey:
        assert list(survey.groups["income"]) == ["under 950", "950 and over"]
        assert survey.remarks()[0].endswith("under 950 (2); 950 and over (3).")
    with income(0.125, 1.234, 1200.0) as survey:
        assert survey.remarks() == ("Ranges of 'income': under 1000 (2); 1000 to under 10000 (1); 10000 and over (0).",)


@pytest.mark.parametrize("bins", ["1000,10000", "2"])
def test_incomes_that_may_be_either_are_refused(bins):
    with pytest.raises(CaveatError, match=r"--bins income: .*row 3.* has '1,200', which may be 1200 or 1\.2; no other"):
        income("800", "950", "1,200", "15,000", bins=bins)


def test_limits_are_not_written_with_commas_between_thousands():
    with pytest.raises(CaveatError, match="write 1000, not 1,000"):
        Bins("income", "1,000,10,000")
    with pytest.raises(CaveatError, match=r"one limit at 1200 or .* Write income=1200, with .*, or 1\.0,200\.0\."):
        income("800", "1,200", "2.5", bins="1,200")
    for same in ("1.0,200.0", "1200,"):
        with income("800", "1,200", "2.5", bins=same) as survey:
            assert len(survey.groups["income"]) == same.count("0,2") + 2
    with income("20", "70", "120", bins="50,100") as survey:
        assert list(survey.groups["income"]) == ["under 50", "50 to under 100", "100 and over"]


@pytest.mark.parametrize(
    "cells", [("1,200 ", "5"), ("\N{NO-BREAK SPACE}1,200", "5"), ("1,200", "01,200"), ("01.200", "5")]
)
def test_spaces_and_leading_noughts_decide_nothing(cells):
    with pytest.raises(CaveatError, match=r"which may be 1200 or 1\.2; no other cell"):
        column(*cells)


def test_limits_with_a_point_before_three_digits_are_decided_by_the_column_or_refused():
    with pytest.raises(CaveatError, match=r"1\.000 may be 1000 or 1, in a column without .* Write 1000, or 1\.0000\."):
        income("800", "1200", "30000", bins="1.000,10.000")
    with pytest.raises(CaveatError, match=r"1\.125 may be 1125 or 1\.125"):
        income("0,5", "1,25", "3", bins="0.5,1.125")
    for cells in (("0.5", "1.25", "3"), (0.5, 1.25, 3.0), ("0,5", "1,25", "3")):
        written = "1.1250" if "," in str(cells[0]) else "1.125"
        with income(*cells, bins=f"1,{written}") as survey:
            assert list(survey.groups["income"]) == ["under 1", "1 to under 1.125", "1.125 and over"]


@pytest.mark.parametrize("bins", ["nan,5", "inf", "5,inf", "nan"])
def test_limits_are_numbers(bins):
    with pytest.raises(CaveatError, match="--bins income=.*: give a number of bins"):
        Bins("income", bins)
