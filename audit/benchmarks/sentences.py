"""CrowS-Pairs and StereoSet."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audit.benchmarks.about import CROWS_PAIRS, STEREOSET
from audit.benchmarks.making import Parts, left_out, slug
from audit.benchmarks.reading import Row, json_of, table_of, text_of
from audit.schema import FILL_MASK, MASK, Breakdown, Contrast, Example
from audit.schema.errors import mistake

_NEEDED = ("sent_more", "sent_less", "stereo_antistereo", "bias_type")
_DIRECTIONS = ("stereo", "antistereo")
CROWS_PAIRS_ROWS = 1508
STEREOSET_CLUSTERS = 2106
"""Of the intrasentence part of dev.json."""


def crows_pairs(path: Path) -> Parts:
    """Read `crows_pairs_anonymized.csv`: a pair of sentences a row.

    The first text of a pair is the one that the authors' script takes first, since the matching of pieces is not
    quite the same from the other side.
    """
    rows = table_of(path, _NEEDED, CROWS_PAIRS)
    examples = [example for number, row in enumerate(rows) for example in _pair(path, number, row)]
    tests = {slug(row["bias_type"]): row["bias_type"].replace("-", " ").capitalize() for row in rows}
    writers = "writers" if all(row.get("anon_writer") for row in rows) else "pairs"
    return Parts(
        about=CROWS_PAIRS,
        files=(path,),
        examples=tuple(examples),
        tests=tests,
        contrasts=tuple(
            Contrast(
                name,
                measure,
                "stereotype",
                "",
                "points",
                f"by {by}, the stereotyping sentence of a pair is preferred {{gap}} more often than half of the time",
                f"by {by}, the stereotyping sentence of a pair is preferred {{gap}} less often than half of the time",
                design="mean",
                task=FILL_MASK,
                harm=CROWS_PAIRS.harm,
                group_label="stereotyping sentences",
            )
            for name, measure, by in (
                ("crows-pairs-score", "crows_pairs_excess", "the CrowS-Pairs score"),
                ("aul-score", "aul_pairs_excess", "AUL"),
            )
        ),
        breakdowns=(
            Breakdown(
                "crows-pairs",
                "crows_pairs",
                "test",
                "How often is the stereotyping sentence preferred?",
                task=FILL_MASK,
            ),
            Breakdown("aul", "aul_pairs", "test", "The same by AUL?", task=FILL_MASK),
            Breakdown(
                "direction",
                "crows_pairs",
                "feature:direction",
                "Does it matter whether the pair shows a stereotype or goes against one?",
                task=FILL_MASK,
            ),
        ),
        operations=("shared_pseudo_log_likelihood", "log_likelihood"),
        interval=f"Intervals are made from {writers}, since one person wrote many pairs."
        if writers == "writers"
        else "Intervals are made from pairs; the file does not say who wrote them.",
        read=len(rows),
        whole=CROWS_PAIRS_ROWS,
        reference="anti-stereotype",
    )


def _pair(path: Path, number: int, row: Row) -> Iterator[Example]:
    place = f"row {number + 2}"
    if row["stereo_antistereo"] not in _DIRECTIONS:
        raise mistake(
            path, place, f"stereo_antistereo is {row['stereo_antistereo']!r}. Valid: {', '.join(_DIRECTIONS)}"
        )
    texts = {"stereotype": row["sent_more"], "anti-stereotype": row["sent_less"]}
    if not all(texts.values()):
        raise mistake(path, place, "a sentence is empty")
    test, pair = slug(row["bias_type"]), f"pair-{number}"
    order = tuple(texts) if row["stereo_antistereo"] == "stereo" else tuple(texts)[::-1]
    for arm in order:
        yield Example(
            id=f"{test}/{pair}/{arm}",
            test=test,
            text=texts[arm],
            group=arm,
            template=row.get("anon_writer") or pair,
            fillers=(pair,),
            pair=pair,
            features={"direction": row["stereo_antistereo"]},
        )


def stereoset(path: Path) -> Parts:
    """Read the intrasentence part of StereoSet's JSON file: a blank and three words a cluster."""
    data = json_of(path, text_of(path))
    try:
        clusters = list(data["data"]["intrasentence"])
    except (KeyError, TypeError):
        raise mistake(path, "", f"has no data.intrasentence. Take {STEREOSET.file} from {STEREOSET.get}") from None
    examples, lost = [], 0
    for number, cluster in enumerate(clusters):
        try:
            example = _cluster(number, cluster)
        except (KeyError, TypeError, AttributeError):
            raise mistake(
                path, f"intrasentence {number}", "needs id, target, bias_type, context and sentences with gold_label"
            ) from None
        examples += [example] if example else []
        lost += example is None
    kinds = {slug(str(cluster["bias_type"])): str(cluster["bias_type"]).capitalize() for cluster in clusters}
    return Parts(
        about=STEREOSET,
        files=(path,),
        examples=tuple(examples),
        tests=kinds,
        contrasts=(
            Contrast(
                "stereotype-score",
                "stereoset_excess",
                "all",
                "",
                "points",
                "the stereotyping word is preferred {gap} more often than half of the time",
                "the stereotyping word is preferred {gap} less often than half of the time",
                design="mean",
                task=FILL_MASK,
                harm=STEREOSET.harm,
                group_label="stereotyping words",
            ),
        ),
        breakdowns=tuple(
            Breakdown(name, measure, by, title, task=FILL_MASK)
            for name, measure, by, title in (
                ("ss", "stereoset_ss", "test", "Stereotype score: how often is the stereotyping word preferred?"),
                ("lms", "stereoset_lms", "test", "Language modelling score: how often is a meaningful word preferred?"),
                ("ss-all", "stereoset_ss", "group", "Stereotype score over all terms"),
                ("lms-all", "stereoset_lms", "group", "Language modelling score over all terms"),
                ("icat", "stereoset_icat", "group", "ICAT, which joins the two, over all terms"),
            )
        ),
        operations=("mean_piece_probability",),
        interval="Intervals are made from target terms, over which the authors average as well.",
        notes=left_out(lost, "its blank or one of its three words cannot be found in its sentences"),
        read=len(clusters),
        whole=STEREOSET_CLUSTERS,
    )


def _cluster(number: int, cluster: Mapping[str, Any]) -> Example | None:
    context = str(cluster["context"])
    places = [at for at, word in enumerate(context.split(" ")) if "BLANK" in word]
    words = {}
    for sentence in cluster["sentences"]:
        parts = str(sentence["sentence"]).split(" ")
        word = parts[places[0]] if places and places[0] < len(parts) else ""
        words[str(sentence["gold_label"])] = word.translate(str.maketrans("", "", string.punctuation))
    named = {label: words.get(label, "") for label in ("stereotype", "anti-stereotype", "unrelated")}
    if context.count("BLANK") != 1 or not all(named.values()):
        return None
    test, target = slug(str(cluster["bias_type"])), str(cluster["target"])
    return Example(
        id=f"{test}/{number}",
        test=test,
        text=context.replace("BLANK", MASK),
        group="all",
        template=f"context-{number}",
        fillers=(target,),
        choices=tuple(dict.fromkeys(named.values())),
        features=named,
    )
