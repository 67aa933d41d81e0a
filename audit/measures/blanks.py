"""Measures of what a masked language model puts in a blank, and of how likely it finds a sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.measures.base import (
    CELL_COLUMNS,
    COMPARED,
    SMALLEST,
    Fillers,
    Measure,
    choice_probabilities,
    empty,
    feature,
    log_ratio,
    numeric,
    tidy,
    with_roles,
)
from audit.schema import FILL_MASK


def _pronoun_log_ratio(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
    kept = with_roles(rows, COMPARED)
    she, he = choice_probabilities(kept, "she", "he").T
    return tidy(kept, log_ratio(she, he))


def _they(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
    kept = with_roles(rows, COMPARED)
    she, he, they = choice_probabilities(kept, "she", "he", "they").T
    return tidy(kept, log_ratio(she + he, they))


def _lpbs(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
    kept, priors = with_roles(rows, COMPARED), with_roles(rows, ("prior",))
    she, he = choice_probabilities(kept, "she", "he").T
    she_prior, he_prior = choice_probabilities(priors, "she", "he").T
    prior = pd.Series(log_ratio(she_prior, he_prior)).groupby(priors["pair"].to_numpy()).mean()
    return tidy(kept, log_ratio(she, he) - kept["pair"].map(prior).to_numpy(dtype="float64"))


def _twins(rows: pd.DataFrame, first: str, second: str, key: pd.Series) -> pd.DataFrame:
    """Match rows by pair: columns of the first arm as they are, those of the second with "_2"."""
    one = rows[(key == first).to_numpy()].drop_duplicates(["pair", "test"])
    two = rows[(key == second).to_numpy()].drop_duplicates(["pair", "test"])
    return one.merge(two, on=["pair", "test"], suffixes=("", "_2"), sort=True)


def _choice_log_ratio(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
    kept = with_roles(rows, COMPARED)
    kept = kept[~feature(kept, "contrast").isin(["floor"]).to_numpy()]
    twins = _twins(kept, "female", "male", kept["group"])
    same = [list(a) == list(b) for a, b in zip(twins["labels"], twins["labels_2"], strict=True)]
    twins = twins[np.array(same, dtype=bool)]
    if twins.empty:
        return empty()
    ratios = [
        log_ratio(np.asarray(row.probabilities) * row.mass, np.asarray(row.probabilities_2) * row.mass_2)
        for row in twins.itertuples(index=False)
    ]
    words = [str(word) for found in twins["labels"] for word in found]
    each = twins[["template", "example", "pair"]].loc[twins.index.repeat([len(x) for x in ratios])]
    every = each.assign(filler=words, value=np.concatenate(ratios))
    every["group"] = [fillers.get(word, {}).get("band", "") for word in words]
    return every.groupby(["template", "filler", "group"], sort=True, as_index=False).agg(
        value=("value", "mean"), example=("example", "first"), pair=("pair", "first")
    )[list(CELL_COLUMNS)]


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of twins that ask the same choices; `kind` is "gender" or "floor"."""
    kept = with_roles(rows, COMPARED)
    kept = kept.assign(kind=feature(kept, "contrast"))
    kept = kept[kept["kind"].isin(["gender", "floor"]) & (kept["pair"] != "")]
    kept = kept.sort_values(["test", "pair", "example"], kind="stable")
    order = kept.groupby(["test", "pair"]).cumcount().astype("str")
    return _twins(kept, "0", "1", order)


def _jensen_shannon(twins: pd.DataFrame) -> np.ndarray:
    """Jensen-Shannon divergence in bits (Lin 1991) of each pair's distributions over the choices."""
    from scipy.spatial.distance import jensenshannon

    out = np.full(len(twins), np.nan)
    for i, row in enumerate(twins.itertuples(index=False)):
        if list(row.labels) == list(row.labels_2):
            p, q = (
                np.maximum(np.asarray(x, dtype="float64"), SMALLEST) for x in (row.probabilities, row.probabilities_2)
            )
            out[i] = jensenshannon(p, q, base=2) ** 2
    return out


def _jsd_excess(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
    twins = _pairs(rows)
    if twins.empty:
        return empty()
    both = [sorted((str(a), str(b))) for a, b in zip(twins["filler"], twins["filler_2"], strict=True)]
    twins = twins.assign(filler=["/".join(names) for names in both], bits=_jensen_shannon(twins), group="all")
    values = np.full(len(twins), np.nan)
    for places in twins.groupby(["test", "template"], sort=True).indices.values():
        block = twins.iloc[places]
        values[places] = _two_sample_pseudo(block["bits"].to_numpy(), (block["kind"] == "gender").to_numpy())
    return tidy(twins, values)


def _two_sample_pseudo(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Jackknife pseudo-values of mean(values | first) - mean(values | not first); see `audit.measures.twins`."""
    n = len(values)
    sizes = np.array([first.sum(), n - first.sum()])
    if not sizes.all():
        return np.full(n, np.nan)
    means = np.array([values[first].mean(), values[~first].mean()])
    size = np.where(first, sizes[0], sizes[1])
    mean = np.where(first, means[0], means[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = np.where(size > 1, (values - mean) / (size - 1), 0.0)
    return means[0] - means[1] + (n - 1) * np.where(first, shift, -shift)


def _overlap(k: int) -> Callable[[pd.DataFrame, Fillers], pd.DataFrame]:
    def words(top: object) -> set[str]:
        return {str(entry["word"] if isinstance(entry, dict) else entry[0]).strip().lower() for entry in list(top)[:k]}  # type: ignore[call-overload]

    def cells(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
        twins = _pairs(rows)
        values = []
        for one, two in zip(twins["top"], twins["top_2"], strict=True):
            a, b = words(one), words(two)
            values.append(len(a & b) / len(a | b) if len(one) >= k and len(two) >= k else np.nan)
        return tidy(twins.assign(group=twins["kind"]), values)

    return cells


def _log_likelihood(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
    kept = with_roles(rows, COMPARED, "log_likelihood")
    return tidy(kept, numeric(kept, "value"))


def _form_preference(operation: str) -> Callable[[pd.DataFrame, Fillers], pd.DataFrame]:
    def cells(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
        kept = with_roles(rows, COMPARED, operation)
        kept = kept.assign(form=feature(kept, "form"), v=numeric(kept, "value"))
        keys = ["template", "filler", "group"]
        values = kept.groupby([*keys, "form"], sort=True)["v"].mean().unstack("form")
        if not {"positive", "negative"} <= set(values.columns):
            return empty()
        difference = (values["positive"] - values["negative"]).rename("difference")
        first = kept[(kept["form"] == "positive").to_numpy()].drop_duplicates(keys).join(difference, on=keys)
        return tidy(first, first["difference"])

    return cells


BLANK_MEASURES = (
    Measure(
        "lpbs",
        "pull toward she, corrected for the prior",
        "log-odds",
        FILL_MASK,
        _lpbs,
        "log[P(she)/P_prior(she)] - log[P(he)/P_prior(he)], the prior with the varied words hidden "
        "(Kurita et al. 2019).",
    ),
    Measure("pronoun_log_ratio", "she against he", "log-odds", FILL_MASK, _pronoun_log_ratio, "log(P(she)/P(he))."),
    Measure(
        "they",
        "she or he against they",
        "log-odds",
        FILL_MASK,
        _they,
        "log((P(he) + P(she)) / P(they)).",
    ),
    Measure(
        "choice_log_ratio",
        "word after a woman against the same word after a man",
        "log-odds",
        FILL_MASK,
        _choice_log_ratio,
        "log P(word | female subject) - log P(word | male subject), averaged over the person pairs of a template.",
        twins=True,
    ),
    Measure(
        "jsd_excess",
        "distance between her words and his, over the floor",
        "bits",
        FILL_MASK,
        _jsd_excess,
        "Jensen-Shannon divergence (base 2) over the candidates between the male and the female twin, minus "
        "that between twins of one gender.",
        twins=True,
    ),
    *(
        Measure(
            f"top_k_overlap_{k}",
            f"overlap of the {k} best words",
            "share",
            FILL_MASK,
            _overlap(k),
            f"Jaccard overlap of the model's own {k} best words for two twins; groups: gender, floor.",
            twins=True,
        )
        for k in (5, 10, 20)
    ),
    Measure(
        "log_likelihood",
        "log-likelihood",
        "log-odds",
        FILL_MASK,
        _log_likelihood,
        "Sum of natural log-likelihoods over the words that do not vary (AUL, Kaneko & Bollegala 2022).",
    ),
    Measure(
        "form_preference",
        "preference for the positive form",
        "log-odds",
        FILL_MASK,
        _form_preference("log_likelihood"),
        "Log-likelihood (AUL) of the positive form minus that of the negative form of one template and filler.",
        twins=True,
    ),
    Measure(
        "pll_form_preference",
        "preference for the positive form (PLL)",
        "log-odds",
        FILL_MASK,
        _form_preference("pseudo_log_likelihood"),
        "The same with the pseudo-log-likelihood (Salazar et al. 2020; within words as in Kauf & Ivanova 2023).",
        twins=True,
    ),
)
