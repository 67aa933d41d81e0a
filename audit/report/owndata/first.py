"""The first look at an audit of own rows: what to know before any detail, in the order in which it matters.

How often it is right; what share of what matters it misses, beside counted words; how sure it is against how right;
whether a threshold keeps errors as low as was asked; for whom it differs. Every number stands again further down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from audit.owndata.classes import JOIN, MEANINGS, classes_of, in_words
from audit.report import words
from audit.schema import LABELS, OVERALL, Confusion, DataResult, Estimate
from audit.stats import wilson

FEWEST = 30
"""Rows below which nothing is said of meanings that may be reversed."""
FAR = 0.1
"""How far under chance the whole interval must lie for that."""


def notes(result: DataResult) -> tuple[str, ...]:
    """Say what must be known before any figure: classes that differ, meanings that may be reversed."""
    return (*_lacking(result), *_classes(result), *_reversed(result))


def first_look(result: DataResult) -> tuple[tuple[str, str], ...]:
    """Give (question, answer), in the order in which they matter."""
    overall = {e.measure: e for e in result.estimates if e.by == OVERALL}
    found = (
        ("How often is it right?", _right(overall)),
        ("What does it miss?", _missed(result, overall)),
        ("How sure is it, and how right?", _sure(overall)),
        (f"Does a threshold keep errors at {_rate(result.settings.target_error)} %?", _threshold(result)),
        ("For whom does it differ?", _for_whom(result)),
    )
    return tuple((question, answer) for question, answer in found if answer)


def _whole(result: DataResult) -> Confusion | None:
    return next((c for c in result.confusions if c.by == OVERALL and c.counts), None)


def _lacking(result: DataResult) -> Iterator[str]:
    """Say that the model lacks a class that labels have."""
    from audit.owndata.analysis import NO_NEUTRAL

    n = sum(skipped.n for skipped in result.skipped if skipped.what == NO_NEUTRAL)
    if n:
        labelled = result.source.labelled
        yield (
            f"The model has no neutral class: {words.integer(n)} of {words.plural(labelled, 'labelled post')} are "
            f"neutral and left out. Everything below is about the other {words.integer(labelled - n)}."
        )


def _classes(result: DataResult) -> Iterator[str]:
    """Say which classes of the model the file does not have."""
    meanings = set(result.source.labels.values()) & set(MEANINGS)
    theirs = {label for meaning in meanings for label in meaning.split(JOIN)}
    own = [label for label in LABELS if label in set(result.model.labels.values()) - theirs]
    whole = _whole(result)
    if not own or not meanings or whole is None:
        return
    n = sum(row[place] for row in whole.counts for place, name in enumerate(whole.labels) if name in own)
    posts = words.plural(sum(map(sum, whole.counts)), "post")
    counted = f"on {words.integer(n)} of {posts}, which then counts as wrong" if n else f"on none of {posts}"
    told = [in_words(one) for one in sorted(meanings, key=MEANINGS.__getitem__)]
    # The last class in the order negative, neutral, positive: "not negative" is the case that is met most often.
    last = max(meanings, key=MEANINGS.__getitem__)
    label = next(key for key, meaning in result.source.labels.items() if meaning == last)
    close = meaning_near(last, own[0])
    yield (
        f"The labels of this file are {words.listing(told)}; the model also answers {words.listing(own)}, here "
        f"{counted}. If a label means more than one class, say so, as in --data-labels "
        f"{label}={close}."
    )


def meaning_near(meaning: str, more: str) -> str:
    """Write a meaning with another class: "positive" and neutral -> "neutral+positive"."""
    return JOIN.join(label for label in LABELS if label in {*meaning.split(JOIN), more})


def _reversed(result: DataResult) -> Iterator[str]:
    """Say that meanings may be reversed where two classes are told apart far less often than by chance.

    Of rows that have one of the two and are given one of the two: the upper 95 % limit of the share that is right lies
    a tenth or more under what labels and answers with these margins would share by chance.
    """
    whole, classes = _whole(result), classes_of(result.source.labels.values())
    if whole is None:
        return
    two = [name for name in whole.labels if name != "neutral"] if len(whole.labels) > 2 else list(whole.labels)
    if len(two) != 2 or len(classes.names) < 2:
        return
    places = [whole.labels.index(name) for name in two]
    table = [[whole.counts[i][j] for j in places] for i in places]
    n = sum(map(sum, table))
    if n < FEWEST:
        return
    chance = sum(sum(table[k]) * (table[0][k] + table[1][k]) for k in (0, 1)) / n**2
    share = (table[0][0] + table[1][1]) / n
    if wilson(share, n)[1] < chance - FAR:
        yield (
            f"Are the meanings of labels reversed? Of {words.plural(n, 'post')} that are labelled "
            f"{in_words(two[0])} or {in_words(two[1])} and are answered with one of the two, {_rate(share)} % are "
            f"right; by chance it would be {_rate(chance)} %. Look at what each label of the file means "
            "(--data-labels), and each of the model (--labels)."
        )


def _rate(share: float) -> str:
    return f"{100 * share:.0f}"


def _between(estimate: Estimate) -> str:
    if not math.isfinite(estimate.low):
        return ""
    return f" (95 % interval {_rate(estimate.low)} to {_rate(estimate.high)})"


def _right(overall: dict[str, Estimate]) -> str:
    accuracy = overall.get("accuracy")
    if accuracy is None or not math.isfinite(accuracy.value):
        return "No post could be judged."
    return f"On {_rate(accuracy.value)} % of {words.plural(accuracy.n, 'post')}{_between(accuracy)}."


def _missed(result: DataResult, overall: dict[str, Estimate]) -> str:
    miss, alarm = overall.get("miss"), overall.get("false_alarm")
    told = []
    if miss is not None and math.isfinite(miss.value):
        told.append(f"{_rate(miss.value)} % of {words.plural(miss.n, 'negative post')}{_between(miss)}")
    if alarm is not None and math.isfinite(alarm.value):
        called = f"calls {_rate(alarm.value)} % of {words.integer(alarm.n)} others negative"
        told.append(f"it {called}" if told else f"It {called}")
    said = [" and ".join(told) + "." if told else ""]
    for other in dict.fromkeys(c.other for c in result.comparisons):
        mine = {c.measure: c for c in result.comparisons if c.other == other}
        right, misses = mine.get("accuracy"), mine.get("miss")
        if right is None:
            continue
        held = f"Held to {right.classes.replace(', ', ' and ')}, counting" if right.classes else "Counting"
        also = f" and misses {_rate(misses.other_value)} % (the model {_rate(misses.value)} %)" if misses else ""
        apart = "" if right.low > 0 or right.high < 0 else "; the two are not told apart"
        said.append(
            f"{held} words ({other}) is right on {_rate(right.other_value)} % (the model on "
            f"{_rate(right.value)} %{apart}){also}."
        )
    return " ".join(filter(None, said))


def _sure(overall: dict[str, Estimate]) -> str:
    sure, right, over = (overall.get(name) for name in ("confidence", "accuracy", "overconfidence"))
    if sure is None or right is None or over is None or not math.isfinite(over.value):
        return ""
    told = f"It gives {_rate(sure.value)} % to its answers on average and is right on {_rate(right.value)} %"
    if not math.isfinite(over.low):
        return f"{told}."
    low, high = sorted((abs(100 * over.low), abs(100 * over.high)))
    if over.low <= 0 <= over.high:
        return f"{told}; how sure and how right it is are not told apart."
    than = "surer" if over.value > 0 else "less sure"
    return f"{told}: {low:.0f} to {high:.0f} points {than} than it is right."


def _threshold(result: DataResult) -> str:
    found = next(iter(result.selections), None)
    if found is None:
        return ""
    if found.reason:
        return f"None was found: {found.reason}."
    kept = (
        f"of {'all' if found.coverage == 1 else f'the {_rate(found.coverage)} % of'} posts with a confidence of "
        f"{found.threshold:.2f} or more, {100 * found.error:.1f} % are wrong"
    )
    if found.no_bound:
        return f"None is known to: {kept}, without a bound ({found.no_bound.removeprefix('no bound: ')})."
    bound = f"{kept}, with 95 % confidence at most {100 * found.bound:.1f} %"
    if found.bound <= found.target:
        return f"One does, for posts like these: {bound}."
    return f"None is known to: {bound}."


def _for_whom(result: DataResult) -> str:
    if not result.source.groups:
        return "No group column was given, so nobody can tell."
    tested = [f for f in result.findings if math.isfinite(f.p_adjusted)]
    if not tested:
        return "No gap between groups led to a verdict: too few posts or writers in each."
    found = [f for f in tested if words.was_found(f)]
    if found:
        return f"{len(found)} of {len(tested)} gaps between groups were told apart from chance; the gravest follow."
    seen = [f.minimum_detectable for f in tested if f.primary and f.minimum_detectable > 0]
    sizes = dict.fromkeys(words.size(some(seen), "points") for some in (min, max)) if seen else {}
    could = (
        f" Of gaps in accuracy these posts could have shown {' to '.join(sizes)} and more, by group." if sizes else ""
    )
    return f"No gap between groups was told apart from chance.{could}"
