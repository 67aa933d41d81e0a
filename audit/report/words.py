"""Numbers, measures and verdicts in words; the one place that decides how a number is printed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from audit.report import borrowed
from audit.schema import FOUND, MASK, OPEN, Change, Finding, Severity, Unit, Verdict
from audit.wording import chance_words, digits, size_words

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
DASH = "\N{EM DASH}"
NO_SIZE = "no gap of any size"

SEVERITY_WORDS: dict[Severity, str] = {
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "info": "No larger difference",
    "inconclusive": "Inconclusive",
}

SEVERITY_SIGNS: dict[str, str] = {"high": "▲", "medium": "◆", "low": "●", "info": "=", "inconclusive": "○"}
"""Beside the word, wherever a drawn icon cannot stand."""

VERDICT_WORDS: dict[Verdict, str] = {
    "finding": "finding",
    "uncertain": "difference; size uncertain",
    "below": "detectable, below the threshold",
    "equivalent": "no difference of means larger than the threshold on these items",
    "alike": "means alike on these items; templates differ",
    "chance": "not told apart from chance",
    "inconclusive": "no evidence at this power",
    "undefined": "no verdict",
}

VERDICT_MEANINGS: dict[Verdict, str] = {
    "finding": "The whole interval lies beyond the smallest effect of interest, and the adjusted p is below .05.",
    "uncertain": "The interval excludes 0, the adjusted p is below .05, and the interval crosses the smallest "
    "effect of interest.",
    "below": "The interval excludes 0, the adjusted p is below .05, and the interval lies inside the smallest "
    "effect of interest; or, where it is one of log-odds, the answers hardly move.",
    "equivalent": f"The 90{THIN}% interval, corrected for the number of such sentences, lies within plus or minus the "
    "smallest effect of interest, and so does the prediction interval for a template that somebody else writes.",
    "alike": f"The 90{THIN}% interval lies within plus or minus the smallest effect of interest, but the prediction "
    "interval for a template that somebody else writes does not.",
    "chance": "The interval excludes 0, but the adjusted p is .05 or more: among so many comparisons some lie as far "
    "from 0 by chance. The smallest gap that could have been seen is given.",
    "inconclusive": "None of the above: these items could not tell. The smallest gap they could have seen is given.",
    "undefined": "Too few readable items or phrases, plain sentences that the model does not know, or a measure "
    "that does not exist for this model; the reason is given.",
}


CHANCE_NOTE = "An interval that leaves out 0 is no difference where the adjusted p is .05 or more."
"""Under a figure of many intervals, some of which leave out 0 by chance."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a measure is called."""

    title: str
    unit: Unit
    meaning: str = ""


_WORDINGS = {
    "accuracy": Wording("Accuracy", "share", "share of items whose predicted label is an allowed one"),
    "failure": Wording("Failure rate", "share", "share of items whose predicted label is not an allowed one"),
    "side_score": Wording("Balanced accuracy", "share", "1 on the text's side, 1/2 for neutral, 0 on the other side"),
    "miss": Wording("Missed distress", "share", "share of items that the model does not call negative"),
    "false_alarm": Wording("False alarms", "share", "share of items that the model calls negative"),
    "confidence": Wording("Mean confidence", "share", "mean probability of the predicted label"),
    "confident": Wording("Confident answers", "share", "share of items with confidence of 0.9 or more"),
    "confident_error": Wording("Confident errors", "share", "share of items that are wrong with confidence >= 0.9"),
    "overconfidence": Wording("Confidence minus accuracy", "points", "above 0: more confident than right"),
    "brier": Wording("Brier score", "valence", "mean squared error of the probabilities; lower is better"),
    "p_positive": Wording("Probability of positive", "share"),
    "valence": Wording(
        "Valence", "valence", "probability of positive minus probability of negative, from \N{MINUS SIGN}1 to +1"
    ),
    "signed_valence": Wording("Valence, signed by what is meant", "valence"),
    "log_odds": Wording("Log-odds of positive", "log-odds"),
    "signed_log_odds": Wording("Log-odds, signed by what is meant", "log-odds"),
    "group_effect": Wording("Effect of the group named", "log-odds", "log-odds of positive against all groups' mean"),
    "group_effect_valence": Wording("Effect of the group named, on valence", "valence"),
    "mass": Wording("Probability held by the words on offer", "share", "mean probability of all choices together"),
    "flip_excess": Wording("Label flips over the floor", "points", "flips between groups minus flips within a group"),
    "gap_excess": Wording("Valence gap over the floor", "valence", "mean gap between groups minus that within a group"),
    "lpbs": Wording("Pull toward she (LPBS)", "log-odds", "above 0: toward she, beyond the sentence without the job"),
    "pronoun_log_ratio": Wording("She against he", "log-odds", "above 0: toward she"),
    "they": Wording("She or he against they", "log-odds", "above 0: toward he or she"),
    "choice_log_ratio": Wording(
        "Word after a woman against after a man", "log-odds", "above 0: likelier after a woman"
    ),
    "jsd_excess": Wording("Divergence over the within-gender floor", "bits"),
    "top_k_overlap_5": Wording("Overlap of the 5 best words", "share"),
    "top_k_overlap_10": Wording("Overlap of the 10 best words", "share"),
    "top_k_overlap_20": Wording("Overlap of the 20 best words", "share"),
    "log_likelihood": Wording("Log-likelihood of the unchanged words", "log-odds"),
    "form_preference": Wording("Preference for the positive form", "log-odds"),
    "pll_form_preference": Wording("Preference for the positive form (PLL)", "log-odds"),
    **{name: Wording(*said) for name, said in borrowed.WORDS.items()},
}


def wording(measure: str) -> Wording:
    """Give title and unit of a measure; a measure that is not listed keeps its own name and log-odds."""
    return _WORDINGS.get(measure) or Wording(measure.replace("_", " ").capitalize(), "log-odds")


def _plain(value: float, decimals: int) -> str:
    text = f"{abs(value):.{decimals}f}"
    return (MINUS if value < 0 and float(text) else "") + text


def number(value: float, unit: Unit, low: float = math.nan, high: float = math.nan) -> str:
    """Print a value without its unit, rounded to what its interval supports.

    Rates and points are printed per hundred. The digits are those of the sentences in `audit.wording`.
    """
    if not math.isfinite(value):
        return DASH
    return fixed(value, unit, places(unit, low, high))


def fixed(value: float, unit: Unit, decimals: int) -> str:
    """Print a value without its unit with that many decimals, rates and points per hundred."""
    return _plain(value * (100 if unit in ("points", "share") else 1), decimals)


def places(unit: Unit, low: float, high: float) -> int:
    """Decimals that an interval supports; more where an end that is not 0 would print as 0."""
    hundred = unit in ("points", "share")
    if not math.isfinite(high - low):
        return 0 if hundred else 2
    least, most = (0, 1) if hundred else (1, 3)
    if hundred:
        low, high = 100 * low, 100 * high
    decimals = digits((high - low) / 2, least=least, most=most)
    apart = low > 0 or high < 0
    while apart and decimals < most and any(not float(f"{end:.{decimals}f}") for end in (low, high)):
        decimals += 1
    return decimals


def amount(value: float, unit: Unit, low: float = math.nan, high: float = math.nan) -> str:
    """Print a value with its unit: "31 points", "34 %", "0.52 log-odds"."""
    text = number(value, unit, low, high)
    if text == DASH:
        return text
    if unit == "share":
        return f"{text}{THIN}%"
    if unit == "points":
        return f"{text} point" if text.lstrip(MINUS) == "1" else f"{text} points"
    if unit == "valence":
        return f"{text} valence {'unit' if text.lstrip(MINUS) == '1' else 'units'}"
    return f"{text} {'per step' if unit == 'slope' else unit}"


def gap_words(finding: Finding) -> str:
    """Print the gap of a finding as its sentence does: without its sign, a difference of rates in points."""
    unit: Unit = "points" if finding.unit == "share" else finding.unit
    return amount(abs(finding.gap), unit, finding.low, finding.high)


def signed_gap(finding: Finding) -> str:
    """Print the gap of a finding with its sign: the group minus the reference."""
    return amount(finding.gap, "points" if finding.unit == "share" else finding.unit, finding.low, finding.high)


def gap_interval(finding: Finding, ends: tuple[float, float] | None = None) -> str:
    """Print the interval of a finding, or another range of its gap, in the direction of its sentence."""
    low, high = ends or (finding.low, finding.high)
    return interval(-high, -low, finding.unit) if finding.gap < 0 else interval(low, high, finding.unit)


def verdict(finding: Finding | Change) -> str:
    """Give the verdict in words, with the number of comparisons where chance is in question."""
    return chance_words(finding.comparisons) if finding.verdict == "chance" else VERDICT_WORDS[finding.verdict]


def was_found(finding: Finding | Change) -> bool:
    """Whether a difference was found."""
    return finding.verdict in FOUND


def is_open(finding: Finding | Change) -> bool:
    """Whether it stays open if there is a difference."""
    return finding.verdict in OPEN


def agreement(finding: Finding) -> str:
    """Say how many frames agree in sign, of those that show a gap, and how many show none; empty where not known."""
    apart, alike = finding.templates_apart, finding.templates_alike
    if not apart:
        return f"{plural(alike, 'frame shows', 'frames show')} no difference" if alike else ""
    if not math.isfinite(finding.same_sign):
        # the gap over all is 0, which has no sign to agree with
        return f"{plural(apart, 'frame shows', 'frames show')} a difference, {integer(alike)} none"
    agree = round(finding.same_sign * apart)
    said = (
        f"{integer(agree)} of {plural(apart, 'frame')} with a difference {'agrees' if apart == 1 else 'agree'} in sign"
    )
    return said + (f", {integer(alike)} {'shows' if alike == 1 else 'show'} none" if alike else "")


def reach(finding: Finding) -> str:
    """Print the interval of a finding with its unit: "24 to 38 points"."""
    names = {"share": "points", "valence": "valence units", "slope": "per step"}
    return f"{gap_interval(finding)} {names.get(finding.unit, finding.unit)}"


def detectable(finding: Finding) -> str:
    """Print the smallest gap that could have been seen; a rate cannot differ by 100 points or more.

    Nothing is said of what could have been seen where a difference was found, or one of any interest ruled out.
    """
    if was_found(finding) or finding.verdict in ("equivalent", "alike"):
        return DASH
    if finding.unit in ("points", "share") and finding.minimum_detectable >= 1:
        return NO_SIZE
    return size(finding.minimum_detectable, finding.unit)


def size(value: float, unit: Unit) -> str:
    """Print a size that has no interval of its own: a threshold, a smallest gap that could have been seen."""
    return size_words(value, unit) if math.isfinite(value) else DASH


def prose(text: str) -> str:
    """Set quotation marks, apostrophes, minus and percent signs of a sentence as a printer would."""
    text = re.sub(r"(?<=[\s(])-(?=\d)", MINUS, text)
    text = re.sub(r"(?<=\d) (?=%)", THIN, text)
    text = re.sub(r"(?<![\w.,!?)])\"(?=\S)", "\N{LEFT DOUBLE QUOTATION MARK}", text)
    text = text.replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}")
    text = re.sub(r"(?<![\w.,!?)])'(?=\w)", "\N{LEFT SINGLE QUOTATION MARK}", text)
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def probability(value: float) -> str:
    """Print a probability: "34 %", "0.4 %", "under 0.1 %"."""
    if value < 0.0005:
        return f"under 0.1{THIN}%"
    return f"{value * 100:.{0 if value >= 0.0995 else 1}f}{THIN}%"


def interval(low: float, high: float, unit: Unit) -> str:
    """Print an interval: "24 to 38"."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{number(low, unit, low, high)} to {number(high, unit, low, high)}"


def p_value(p: float) -> str:
    """Print a p-value: ".031", "< .001"."""
    if not math.isfinite(p):
        return DASH
    if p < 0.001:
        return f"<{THIN}.001"
    return f"{p:.3f}".lstrip("0") if p < 1 else "1"


def integer(value: int) -> str:
    """Print a count with thin spaces between thousands."""
    return f"{value:,}".replace(",", THIN)


def plural(count: int, one: str, many: str = "") -> str:
    """Print a count with its noun: "1 test", "2 tests"."""
    return f"{integer(count)} {one if count == 1 else many or one + 's'}"


def listing(words: list[str], last: str = "and") -> str:
    """Join words as in a sentence: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def capital(text: str) -> str:
    """Make the first letter a capital."""
    return text[:1].upper() + text[1:]


def readable(name: str) -> str:
    """Turn an id into words: "first-generation" stays, "confident_error" becomes "confident error"."""
    return name.replace("_", " ")


def group_name(key: str) -> str:
    """Turn the id of a group into its name: "black-men" becomes "Black men"."""
    name = re.sub(r"-(?=(?:wo)?men$)", " ", readable(key))
    return re.sub(r"^(?:asian|black|hispanic)\b", lambda match: match.group().capitalize(), name)


def frame(pattern: str) -> Markup:
    """Set the wording of a frame for people: slots in italics, alternatives between slashes, a blank as a line.

    Args:
        pattern: as the suite keeps it: "It was [{a:adj}|not {a:adj}] session.", "<a coworker> came."
    """
    text = re.sub(r"\[([^\[\]]*\|[^\[\]]*)\]", _alternatives, pattern.replace(MASK, "____"))
    out = Markup("")
    for part in re.split(r"(\{[^{}]*\}|<[^<>]*>)", text):
        if part.startswith("{"):
            article, _, slot = part[1:-1].rpartition(":")
            out += Markup("{}<i>{}</i>").format("a/an " if article else "", readable(slot))
        elif part.startswith("<"):
            out += Markup("<i>{}</i>").format(part[1:-1])
        else:
            out += prose(part)
    return out


def _alternatives(found: re.Match[str]) -> str:
    """Set "[|not |really ]" as "(— / not / really) ": a dash where nothing stands."""
    options = found.group(1).split("|")
    space = " " if any(option.endswith(" ") for option in options) else ""
    before = " " if any(option.startswith(" ") for option in options) else ""
    return f"{before}({' / '.join(option.strip() or DASH for option in options)}){space}"


def date(created: str) -> str:
    """Print an ISO 8601 time as a date that people read; an unknown form stays as it is.

    A time with another offset is moved to UTC, since that is what the printed date says it is.
    """
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{moment.day} {moment:%B %Y}, {moment:%H:%M} UTC"


def duration(seconds: float) -> str:
    """Print how long something took."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds" if round(seconds) != 1 else "1 second"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
