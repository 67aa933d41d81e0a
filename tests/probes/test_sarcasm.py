import re
from collections import Counter, defaultdict

import pytest
from audit.probes.sarcasm import SUITE
from audit.probes.sarcasm_items import ARMS, KINDS, SYMBOLS, WORDED, build, cues, table

from audit.schema import DEPTHS

CHEER = re.compile(
    r"great|wonderful|fantastic|lovely|needed|hoping|missing|waiting my whole|thank|love|adore|favorite|best|happiness|"
    r"luckiest|stars|congratul|bravo|medal|gold star|lucky|gift|dream|slow clap|dance|laughter|confetti|nice|pleased|"
    r"well|pleasant|better|beautiful|time of their life|ask for more|blessed|winning|grateful|yaaay|happy|greeeat|"
    r"=\)|:\)|:-\)|:D|\^_\^|<3|🎉|😊|😍|🥳|👏|🙏",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def standard():
    return list(build("standard"))


@pytest.fixture(scope="module")
def full():
    return list(build("full"))


@pytest.mark.parametrize(("depth", "templates", "situations", "each"), [("standard", 24, 24, 12), ("full", 48, 96, 96)])
def test_the_primary_design_is_balanced(depth, templates, situations, each):
    cells = Counter((e.template, e.fillers[0], e.group) for e in build(depth) if e.test in WORDED)
    assert set(cells.values()) == {1}
    by_cue = Counter((t, arm) for t, _, arm in cells)
    assert len(by_cue) == templates * len(ARMS) and set(by_cue.values()) == {each}
    by_situation = Counter((s, arm) for _, s, arm in cells)
    assert len(by_situation) == situations * len(ARMS) and len(set(by_situation.values())) == 1


def test_a_quick_look_spreads_its_items_evenly_over_twelve_cues_and_situations():
    cells = Counter((e.template, e.fillers[0]) for e in build("quick") if e.test in WORDED)
    assert set(cells.values()) == {4}
    for at in (0, 1):
        counts = Counter(cell[at] for cell in cells)
        assert len(counts) == 12 and set(counts.values()) == {3}


@pytest.mark.parametrize("depth", DEPTHS)
def test_no_text_stands_twice(depth):
    texts = Counter(e.text for e in build(depth))
    assert max(texts.values()) == 1


def test_only_the_event_tells_sarcastic_from_sincere(full):
    events = {row["id"]: row for row in table("sarcasm_situations")}
    pairs = defaultdict(dict)
    for e in full:
        pairs[e.pair][e.group] = e
    for arms in pairs.values():
        assert set(arms) == set(ARMS)
        frames = {}
        for arm, e in arms.items():
            start, end = e.spans[0]
            event = events[e.fillers[0]]["good" if arm in ("sincere", "plain-positive") else "bad"]
            assert e.text[start:end].lower() == event.lower()
            frames[arm] = e.text[:start] + "..." + e.text[end:]
        assert frames["sarcastic"] == frames["sincere"]
        assert frames["plain-negative"] == frames["plain-positive"]
        assert frames["sarcastic"] != frames["plain-negative"]


def test_labels_and_roles(standard):
    expected = {
        "sarcastic": ({"negative"}, "item"),
        "sincere": ({"positive"}, "control"),
        "plain-negative": ({"negative"}, "control"),
        "plain-positive": ({"positive"}, "control"),
    }
    for e in standard:
        assert (e.allowed, e.role) == expected[e.group]


def test_cues_are_cheerful_and_their_plain_twins_are_not():
    for cue in (cue for rows in cues().values() for cue in rows):
        assert CHEER.search(cue.cue.replace("{event}", "")), cue.cue
        plain = re.sub(r"\bWell, ", "", cue.plain.replace("{event}", ""))
        assert not CHEER.search(plain), cue.plain


def test_cue_and_plain_twin_stand_on_the_same_side_and_are_about_as_long():
    for cue in (cue for rows in cues().values() for cue in rows):
        assert cue.cue.startswith("{event}") == cue.plain.startswith("{event}"), cue.id
        words = [len(text.split()) for text in (cue.cue, cue.plain)]
        assert abs(words[0] - words[1]) <= 2, cue.id


def test_no_event_speaks_of_feelings_or_carries_a_cue():
    feelings = re.compile(r"\b(happy|sad|glad|love|hate|great|awful|terrible|wonderful|unfortunately|luckily)\b")
    for row in table("sarcasm_situations"):
        assert not feelings.search(row["bad"]) and not feelings.search(row["good"]), row["id"]
        lengths = [len(row[event].split()) for event in ("bad", "good")]
        assert abs(lengths[0] - lengths[1]) <= 5, row["id"]


def test_situations_are_spread_over_the_domains(standard, full):
    for examples in (standard, full):
        counts = Counter({e.fillers[0]: e.features["domain"] for e in examples}.values())
        assert set(counts) == {"study", "work", "travel", "tech", "home"}
        assert max(counts.values()) - min(counts.values()) <= 1


def test_each_family_has_four_cues_and_symbols_stand_apart():
    assert set(cues()) == {*WORDED, *SYMBOLS} == {test.name for test in SUITE.tests}
    assert len(WORDED) == sum(len(tests) for tests in KINDS.values()) == 12
    assert all(len(cues()[test]) == 4 for test in WORDED)
    assert all(len(cues()[test]) == 6 for test in SYMBOLS)
    (primary,) = [c for c in SUITE.contrasts if c.primary]
    assert primary.tests == WORDED
    assert primary.measure == "side_score"
    arms = [(stratum.group, stratum.reference) for stratum in primary.strata]
    assert arms == [("plain-positive", "sincere"), ("plain-negative", "sarcastic")]


def test_worded_cues_are_plain_ascii(full):
    assert all(e.text.isascii() for e in full if e.test != "emoji")
    assert not any(e.text.isascii() for e in full if e.test == "emoji")
