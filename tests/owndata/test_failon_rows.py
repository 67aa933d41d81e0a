"""--fail-on over own rows: judged by all of them, and silent on what the report hides."""

from __future__ import annotations

import re
import sys

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import audit.models
from audit import audit_data, load_model
from audit.__main__ import main
from audit.cli import app
from audit.failon import HIDDEN, check_names, figures, judge, names_of_rows, owner_figures, parse
from audit.owndata.options import DataOptions
from audit.schema import CaveatError

GOOD, BAD = "The course was great and I love it ({}).", "The exam was awful and I hate it ({})."
RULE = "data.accuracy[g=a] < 0.7"


def rows(group: str, n: int, right: bool) -> list[str]:
    """Posts on which counting words is always right, or always wrong."""
    texts = (GOOD, BAD) if right else (BAD, GOOD)
    return [f"{texts[i % 2].format(f'{group}{i}')},{('positive', 'negative')[i % 2]},{group}" for i in range(n)]


def write(folder, *groups):
    path = folder / f"posts-{len(groups)}.csv"
    path.write_text("\n".join(["text,label,g", *(line for group in groups for line in rows(*group))]) + "\n")
    return path


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Sixty posts all wrong, sixty all right; and six of a third group, which hide the first with them."""
    folder = tmp_path_factory.mktemp("gates")
    two = write(folder, ("a", 60, False), ("b", 60, True))
    three = write(folder, ("a", 59, False), ("b", 61, True), ("c", 6, True))
    lone = write(folder, ("a", 60, False), ("b", 60, True), ("c", 6, True), ("d", 1, True))
    return two, three, lone


def caveat(path, out, *rules, groups=("g",)):
    words = ["data", str(path), "word-count", "--no-perturb", "--out", str(out)]
    words += [word for name in groups for word in ("--group", name)]
    done = CliRunner().invoke(app, [*words, *(word for rule in rules for word in ("--fail-on", rule))])
    assert not isinstance(done.exception, CaveatError), done.exception
    return done.exit_code, " ".join(done.stdout.split())


def test_a_small_group_beside_it_does_not_hide_a_group_that_crossed(places, tmp_path):
    two, three, _ = places
    code, told = caveat(two, tmp_path / "two", RULE)
    assert code == 1 and f"{RULE}: crossed. 0.000 (95 % interval 0.000 to 0.060) lies wholly below 0.7." in told
    code, told = caveat(three, tmp_path / "three", RULE)
    assert code == 1
    (line,) = re.findall(re.escape(RULE) + r": .*", told)
    assert line == f"{RULE}: crossed. The report does not show this figure, so its size is not told here either."


def test_of_a_hidden_group_no_number_is_told_or_written(places, tmp_path):
    states = {
        RULE: "crossed",
        "data.accuracy[g=c] < 0.9": "not crossed",
        "data.accuracy[g=c] > 0.5": "crossed",
        "data.accuracy-by-g[g=c] > 0.1": "not judged, it has no interval",
    }
    code, told = caveat(places[1], tmp_path, *states)
    assert code == 1
    assert all(f"{rule}: {state}. {HIDDEN}" in told for rule, state in states.items())
    # In files stands nothing of it but the rules themselves, in the command.
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        text = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text("utf-8")
        assert ": crossed" not in text and ": not crossed" not in text and HIDDEN not in text


def test_what_cannot_be_judged_ends_with_6_and_says_why(places, tmp_path):
    code, told = caveat(places[2], tmp_path, "data.accuracy[g=d] < 0.7")
    assert code == 6 and "not judged, it has no interval" in told
    # Crossed goes before not judged.
    assert caveat(places[2], tmp_path, "data.accuracy[g=d] < 0.7", RULE)[0] == 1
    assert caveat(places[2], tmp_path, "data.accuracy[g=b] < 0.7")[0] == 0


def test_names_are_checked_before_a_model_is_loaded(places, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(audit.models, "load_model", lambda *_, **__: pytest.fail("loaded"))
    for rule, line in {
        "data.accuracy[g=A] < 0.7": r"no such group. data.accuracy takes: none \(overall\), \[g=a\], \[g=b\], \[g=c\]",
        "data.accuracy[h=a] < 0.7": "no such group",
        "data.accurcy < 0.7": "Did you mean 'accuracy'",
        "data.accuracy-by-h[h=a] > 0": "Did you mean 'accuracy-by-g'",
        "data.accuracy-by-g > 0": r"takes: \[g=a\], \[g=b\], \[g=c\]",
        "rows.accuracy < 0.7": "'rows' is not run here. There is: data",
    }.items():
        words = ["data", str(places[1]), "word-count", "--group", "g", "--out", str(tmp_path), "--fail-on", rule]
        monkeypatch.setattr(sys, "argv", ["caveat", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        told = [one for one in capsys.readouterr().err.splitlines() if one.startswith("caveat: ")]
        assert stopped.value.code == 2 and len(told) == 1 and re.search(line, told[0]), told


def test_every_figure_has_a_name_that_the_check_lets_through(tmp_path):
    path = tmp_path / "posts.csv"
    lines = [f"{line},{'xy'[i // 20 % 2]} z" for i, line in enumerate(rows("a", 60, True) + rows("b", 60, False))]
    path.write_text("\n".join(["text,label,g,home town", *lines]) + "\n")
    options = DataOptions(groups=("g", "home town"), perturb=False)
    result = audit_data(load_model("word-count"), path, options)
    names = names_of_rows({"g": ["a", "b"], "home town": ["x z", "y z"]})
    every = [figure for figure in (*figures(result), *owner_figures(result)) if figure.name != "ece"]
    rules = parse(f"data.{one.name}{f'[{one.group}]' if one.group else ''} > 0.5" for one in every)
    check_names(rules, names)
    assert len(judge(rules, result)) == len(every) > 50
    # A gap has the other sign from the other side.
    (one, two) = judge(parse(["data.accuracy-by-g[g=a] > 0.5", "data.accuracy-by-g[g=b] < -0.5"]), result)
    assert one.crossed and two.crossed and one.figure.value == -two.figure.value
    assert judge(parse(["data.worst_gap[g] > 0.5"]), result)[0].crossed


def test_a_comparison_judges_a_hidden_group_and_tells_no_number(places, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    caveat(places[1], first)
    caveat(places[1], second)
    compared = ["compare", str(first), str(second), "--out", str(tmp_path / "c"), "--fail-on"]
    done = CliRunner().invoke(app, [*compared, "data.accuracy:g is a < -0.5"])
    told = " ".join(done.stdout.split())
    assert done.exit_code == 0 and "data.accuracy:g is a < -0.5: not crossed. The report does not show" in told
    done = CliRunner().invoke(app, [*compared, "data.accuracy:g is c < -0.5"])
    assert done.exit_code == 6 and "not judged" in done.stdout
    done = CliRunner().invoke(app, [*compared, "data.accuracy:g is e < -0.5"])
    assert isinstance(done.exception, CaveatError) and not (tmp_path / "c" / "x").exists()
