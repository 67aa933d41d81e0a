"""A function whose state changed is another model: one name and one results folder do not give the old result."""

from __future__ import annotations

import abc
import functools
import re
import subprocess
import sys
import threading
import types
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audit import audit_data, load_suites, run_audit
from audit.models.function import FunctionModel, word_count
from audit.models.identity import Unreadable, digest_of
from audit.schema import CaveatError

POSTS = pd.DataFrame({"text": [f"A plum and a {n}" for n in range(12)] + ["fog"] * 12, "label": ["neg"] * 24})
ASKED = {"check": False, "perturb": False}
BAD = {"fog"}
"""A global that a test changes."""


def judge(texts, bad):
    return [(0.9, 0.1) if any(word in bad for word in text.split()) else (0.1, 0.9) for text in texts]


def by_global(texts):
    return judge(texts, BAD)


def by_default(texts, bad=("fog",)):
    return judge(texts, bad)


class Judge:
    def __init__(self, bad):
        self.bad = bad

    def __call__(self, texts):
        return judge(texts, self.bad)

    def answer(self, texts):
        return self(texts)


class Asked(abc.ABC):
    __slots__ = ()

    @abc.abstractmethod
    def answer(self, texts): ...


class Slotted(Asked):
    __slots__ = ("bad",)

    def __init__(self, bad):
        self.bad = bad

    def answer(self, texts):
        return judge(texts, self.bad)


@dataclass(frozen=True)
class Frozen:
    bad: frozenset[str] = field(default_factory=frozenset)

    def __call__(self, texts):
        return judge(texts, self.bad)


def closure(bad):
    return lambda texts: judge(texts, bad)


def nested(bad):
    settings = {"deep": [{"words": bad}]}

    def inner(texts):
        return judge(texts, settings["deep"][0]["words"])

    return lambda texts: inner(texts)


def by_array(bad):
    words = np.array(sorted(bad))
    return lambda texts: judge(texts, set(words.tolist()))


def by_pattern(bad):
    pattern = re.compile("|".join(sorted(bad)))
    return lambda texts: [(0.9, 0.1) if pattern.search(text) else (0.1, 0.9) for text in texts]


def by_module(bad):
    module = types.ModuleType("a_module_of_the_user")
    module.BAD = bad
    made = types.FunctionType(asks_module.__code__, {"words": module, "judge": judge}, "asks_module")
    return made


def asks_module(texts):
    return judge(texts, words.BAD)  # noqa: F821


def by_function_attribute(bad):
    def classify(texts):
        return judge(texts, classify.bad)

    classify.bad = bad
    return classify


def by_cache(bad):
    @functools.cache
    def one(text):
        return judge([text], bad)[0]

    return lambda texts: [one(text) for text in texts]


def by_pickle(bad):
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(vocabulary=sorted(bad))
    return lambda texts: [(0.9, 0.1) if n else (0.1, 0.9) for n in counter.transform(texts).sum(axis=1).A1]


MAKERS = {
    "closure": closure,
    "nested closure": nested,
    "partial": lambda bad: functools.partial(judge, bad=bad),
    "partial with a keyword of lists": lambda bad: functools.partial(by_default, bad=sorted(bad)),
    "callable object": Judge,
    "bound method": lambda bad: Judge(bad).answer,
    "object with slots": lambda bad: Slotted(bad).answer,
    "frozen dataclass": lambda bad: Frozen(frozenset(bad)),
    "array": by_array,
    "pattern": by_pattern,
    "module": by_module,
    "function attribute": by_function_attribute,
    "cache": by_cache,
    "model of a library": by_pickle,
}


def model_of(function, **more):
    return FunctionModel("m", classify=function, labels=("negative", "positive"), **more)


def accuracy(model, out):
    result = audit_data(model, POSTS, out=out, **ASKED)
    return next(e.value for e in result.estimates if e.measure == "accuracy" and e.by == "overall")


@pytest.mark.parametrize("kind", MAKERS)
def test_state_is_part_of_what_a_function_is(kind):
    make = MAKERS[kind]
    same = digest_of([make({"fog"})]), digest_of([make({"fog"})])
    assert same[0] == same[1]
    # Three words of the anchors' texts have nothing to do with it: only the state differs.
    assert digest_of([make({"fog", "zzz"})]) != same[0]


@pytest.mark.parametrize("change", ["closure", "object", "global", "default", "rebuilt"])
def test_a_changed_function_is_run_again_under_one_name_and_folder(tmp_path, monkeypatch, change):
    bad = {"fog"}
    object_ = Judge(bad)
    model = model_of({"closure": closure(bad), "global": by_global, "default": by_default}.get(change, object_))
    assert accuracy(model, tmp_path) == 0.5
    if change == "global":
        monkeypatch.setitem(globals(), "BAD", {"fog", "plum"})
    elif change == "default":
        monkeypatch.setattr(by_default, "__defaults__", (("fog", "plum"),))
    elif change == "rebuilt":
        model = model_of(Judge({"fog", "plum"}))
    else:
        bad.add("plum")
    assert accuracy(model, tmp_path) == 1.0


def test_the_same_function_is_not_run_again(tmp_path):
    made = model_of(closure({"fog"}))
    one = audit_data(made, POSTS, out=tmp_path, **ASKED)
    again = audit_data(model_of(closure({"fog"})), POSTS, out=tmp_path, **ASKED)
    assert again.created == one.created and again.model == one.model
    before = (tmp_path / "data.json").stat().st_mtime_ns
    audit_data(made, POSTS, out=tmp_path, **ASKED)
    assert (tmp_path / "data.json").stat().st_mtime_ns == before


def test_suites_know_it_too(tmp_path):
    bad = {"fog"}
    suites = load_suites(["negation"], "quick")
    model = model_of(closure(bad))
    first = run_audit(model, suites, out=tmp_path, check=False).model.revision
    assert run_audit(model, suites, out=tmp_path, check=False).model.revision == first
    bad.add("not")
    assert run_audit(model, suites, out=tmp_path, check=False).model.revision != first


def test_answers_to_plain_sentences_are_part_of_it_where_state_is_out_of_reach(tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("fog")

    def classify(texts):
        return judge(texts, set(words.read_text().split()))

    model = model_of(classify)
    assert accuracy(model, tmp_path / "r") == 0.5
    words.write_text("fog plum book table")
    assert accuracy(model, tmp_path / "r") == 1.0


def test_a_revision_that_is_given_stays_and_decides(tmp_path):
    bad = {"fog"}
    assert accuracy(model_of(closure(bad), revision="first"), tmp_path) == 0.5
    bad.add("plum")
    assert accuracy(model_of(closure(bad), revision="first"), tmp_path) == 0.5
    assert accuracy(model_of(closure(bad), revision="second"), tmp_path) == 1.0
    assert word_count().info.revision == word_count().info.revision


@pytest.mark.parametrize("kind", ["lock", "generator", "open file"])
def test_what_says_nothing_of_its_state_asks_for_a_revision(tmp_path, kind):
    with Path(__file__).open() as file:
        thing = {"lock": threading.Lock(), "generator": (n for n in range(3)), "open file": file}[kind]

        def classify(texts):
            return judge(texts, {"fog"} if thing is not None else set())

        with pytest.raises(Unreadable, match="thing in .*classify"):
            digest_of([classify])
        with pytest.raises(CaveatError, match=r"function model m: thing in .*FunctionModel\(\.\.\., revision=\.\.\.\)"):
            accuracy(model_of(classify), tmp_path)
        assert audit_data(model_of(classify), POSTS, **ASKED).source.used == 24
        assert accuracy(model_of(classify, revision="1"), tmp_path) == 0.5


def test_recursion_and_shared_values_end():
    values: list[object] = [1]
    values.append(values)

    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n > 0 and even(n - 1)

    assert digest_of([values, even]) == digest_of([values, even])
    deep: list[object] = []
    for _ in range(300):
        deep = [deep]
    with pytest.raises(Unreadable, match="nested more than"):
        digest_of([deep])


def test_the_digest_is_that_of_another_process(tmp_path):
    """Nothing of it hangs on addresses, on the order of a set, or on how the code was loaded."""
    module = tmp_path / "made_elsewhere.py"
    module.write_text(
        "import re\n"
        "WORDS = {'fog', 'rain', 'hail', 'mud'}\n"
        "TABLE = {'a': (1, (2, 3)), 'b': re.compile('x+')}\n"
        "def helper(text): return any(w in WORDS for w in text.split()) and TABLE['a'] == (1, (2, 3))\n"
        "class Model:\n"
        "    def __init__(self): self.words = frozenset(WORDS)\n"
        "    def __call__(self, texts): return [helper(t) for t in texts]\n"
    )
    code = "import made_elsewhere, audit.models.identity as i; print(i.digest_of([made_elsewhere.Model()]))"
    found = set()
    for seed in ("1", "2"):
        environment = {"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}", "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1
