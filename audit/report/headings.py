"""What a comparison is called, and what its heading says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from audit.findings import COMPATIBILITY
from audit.report import words
from audit.schema import Contrast, Finding
from audit.wording import axis_words, listed


def clause(contrast: Contrast, higher: bool, gap: str = "", groups: Sequence[str] = ()) -> str:
    """Give what a contrast says of a gap, as a clause that stands alone; without a size when none is given."""
    text = axis_words(contrast.higher if higher else contrast.lower, groups)
    group, reference = (
        contrast.group_label or words.readable(contrast.group),
        contrast.reference_label or words.readable(contrast.reference),
    )
    if not gap:
        text = text.replace("by {gap}", "").replace("{gap} of balanced accuracy", "balanced accuracy")
    for slot, value in (("{gap}", gap), ("{group_label}", group), ("{reference_label}", reference)):
        text = text.replace(slot, value)
    text = " ".join(text.replace(" ,", ",").split())
    # suites write "those" for the sentences that are counted before it
    return f"sentences {text.removeprefix('those ')}" if text.startswith("those ") else text


def arms(contrast: Contrast | None, finding: Finding) -> tuple[str, str]:
    """Names of the two arms of a finding, as the suite calls them."""
    if finding.groups:
        return finding.groups[0].label, listed([part.label for part in finding.groups[1:]])
    group = (contrast.group_label if contrast else "") or words.readable(finding.group)
    reference = (contrast.reference_label if contrast else "") or words.readable(finding.reference)
    return group, reference


def pair_name(contrast: Contrast | None, finding: Finding) -> str:
    """Name a comparison by its two arms."""
    group, reference = arms(contrast, finding)
    return words.capital(f"{group} and {reference}" if reference else group)


def difference_name(contrast: Contrast | None, finding: Finding) -> str:
    """Name the difference that a gap is: "Negated \N{MINUS SIGN} affirmative"; "Difference" where it has one arm."""
    group, reference = arms(contrast, finding)
    return words.capital(f"{group} {words.MINUS} {reference}") if reference else "Difference"


def comparison_names(
    contrasts: Mapping[str, Contrast], findings: Sequence[Finding], titles: Mapping[str, str]
) -> dict[str, str]:
    """Name each comparison of a suite so that no two are called alike.

    Args:
        contrasts: of the suite, by name.
        findings: of the suite.
        titles: of its tests, by name.

    Returns:
        Contrast -> its two arms where they tell it apart or it is the one main comparison, else its one test, else
        the arms with the measure, else the arms with its own name.
    """
    options = {}
    for finding in findings:
        contrast = contrasts.get(finding.contrast)
        pair = pair_name(contrast, finding)
        tests = contrast.tests if contrast else ()
        test = titles.get(tests[0], pair) if len(tests) == 1 else pair
        measure = words.wording(finding.measure).title
        measure = measure[:1].lower() + measure[1:]
        own = f"{pair}, {finding.contrast.replace('-', ' ')}"
        options[finding.contrast] = (pair, test, f"{pair}, {measure}", own)
    main = [finding.contrast for finding in findings if finding.primary]
    names = {}
    for name, wanted in options.items():
        others = {option for other, found in options.items() if other != name for option in found}
        names[name] = next((option for option in wanted if option not in others or [name] == main), wanted[-1])
    return names


def headline(contrast: Contrast | None, finding: Finding, name: str = "") -> str:
    """The finding as a title: one clause with its number, or what could not be seen.

    Args:
        contrast: what the finding answers.
        finding: the numbers.
        name: how the comparison is called where no gap is claimed; its two arms when empty.
    """
    shown = words.was_found(finding) or illustration(finding)
    if shown and contrast is not None:
        return words.prose(
            words.capital(
                clause(contrast, finding.gap >= 0, words.gap_words(finding), [part.label for part in finding.groups])
            )
        )
    name = words.prose(name or pair_name(contrast, finding))
    limit = words.size(finding.threshold, finding.unit)
    match finding.verdict:
        case "equivalent":
            return f"{name}: no difference of means larger than {limit} on these items"
        case "alike":
            return f"{name}: means alike within {limit} on these items; templates differ"
        case "undefined":
            return f"{name}: no verdict"
        case "chance":
            return f"{name}: {words.verdict(finding)}"
        case "inconclusive":
            seen = words.detectable(finding)
            seen = "too few items to see a gap of any size" if seen == words.NO_SIZE else f"could have seen {seen}"
            return f"{name}: no evidence of a difference at this power ({seen})"
        case _:
            return f"{name}: a gap of {words.gap_words(finding)}"


def illustration(finding: Finding) -> bool:
    """Whether a finding has numbers, but too few items for a verdict: a quick audit shows them all the same."""
    return unjudged(finding) and (not finding.reason or finding.reason.startswith("illustration"))


def unjudged(finding: Finding) -> bool:
    """Whether a finding has numbers and no verdict, for whatever reason."""
    return finding.verdict == "undefined" and math.isfinite(finding.gap) and not compatibility(finding)


def compatibility(finding: Finding) -> bool:
    """Whether a finding is a number of a third-party benchmark, which gets no verdict."""
    return finding.reason == COMPATIBILITY
