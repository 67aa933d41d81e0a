"""Templates with slots, in TOML -> entries."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from audit.filesuite.reading import About, Comparison, Entry, check_entry, guess, read_text, slug
from audit.schema.errors import listed, mistake
from audit.templates import render, slots

_TEXTS = ("name", "title", "question", "construct", "method", "rationale", "expected", "harm")
_MORE = ("version", "licence", "locale", "reference")
_LISTS = ("limitations", "discussion", "sources")
_KEYS = (*_TEXTS, *_MORE, *_LISTS, "matched", "choices", "allowed", "groups", "templates", "contrasts")

Words = Mapping[str, Sequence[str]]
"""Slot -> what fills it; the k-th words of all slots belong together."""


def read_frames(path: Path) -> tuple[About, list[Entry]]:
    """Read a TOML file: every template in every form is filled with every filler of every group.

    Raises:
        CaveatError: for the first mistake.
    """
    text, digest = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise mistake(path, "", f"is not TOML ({error}). Texts stand in quotation marks, lists in [ ]") from None
    _known(path, "", data, _KEYS)
    for key in ("groups", "allowed"):
        if not _is(data.get(key), dict) or not data[key]:
            raise mistake(path, "", f"no table [{key}]. Needed: [groups.NAME], [allowed] and [[templates]]; write it")
    templates = data.get("templates")
    if not isinstance(templates, list) or not templates or not all(isinstance(t, dict) for t in templates):
        raise mistake(path, "", "no rows: no [[templates]]. Write one or more")
    about = _about(path, digest, data)
    groups = {name: _words(path, f"groups.{name}", found) for name, found in data["groups"].items()}
    entries = [
        entry
        for number, template in enumerate(templates, start=1)
        for entry in _template(path, number, template, data, groups, about)
    ]
    _all_used(path, groups, entries, templates)
    return about, entries


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind)


def _known(path: Path, place: str, table: Mapping[str, Any], valid: Sequence[str]) -> None:
    for key in table:
        if key not in valid:
            raise mistake(
                path, place, f"no key {key!r}.{guess(key, valid)} Valid: {listed(valid)}. Rename or delete it"
            )


def _text(path: Path, place: str, table: Mapping[str, Any], key: str, default: str = "") -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise mistake(path, place, f"{key} is not a text. Write it in quotation marks")
    return value.strip()


def _list(path: Path, place: str, value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise mistake(path, place, f'{key} is not a list of texts. Write it as ["one", "two"]')
    return tuple(value)


def _about(path: Path, digest: str, data: Mapping[str, Any]) -> About:
    stem = path.stem.replace("-", " ").replace("_", " ").strip()
    texts = {key: _text(path, "", data, key) for key in (*_TEXTS, *_MORE) if key in data}
    wordings = {}
    for number, template in enumerate(data["templates"], start=1):
        found = template.get("texts")
        if not isinstance(found, dict) or not found or not all(isinstance(pattern, str) for pattern in found.values()):
            raise mistake(
                path, f"template {number}", 'no texts. Write one for each form: texts = { praise = "I like {person}." }'
            )
        wordings[_id(path, number, template)] = " / ".join(found.values())
    if len(wordings) < len(data["templates"]):
        raise mistake(path, "templates", "two have the same id. Give each its own")
    texts["name"] = slug(texts.get("name", "") or path.stem)
    lists = {key: _list(path, "", data[key], key) for key in _LISTS if key in data}
    return About(
        path,
        digest,
        **{"title": stem[:1].upper() + stem[1:]} | texts,  # type: ignore[arg-type]
        **lists,  # type: ignore[arg-type]
        wordings=wordings,
        contrasts=_contrasts(path, data.get("contrasts", [])),
    )


def _contrasts(path: Path, found: Any) -> tuple[Comparison, ...]:
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise mistake(path, "contrasts", "not a list of tables. Write each under a line [[contrasts]]")
    valid = [field.name for field in fields(Comparison) if field.name != "place"]
    out = []
    for number, item in enumerate(found, start=1):
        place = f"contrast {number}"
        _known(path, place, item, valid)
        out.append(Comparison(place=place, **{key: _text(path, place, item, key) for key in {"group": "", **item}}))
    return tuple(out)


def _words(path: Path, place: str, found: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(found, dict) or not found:
        raise mistake(path, place, 'no slots. Give each slot its fillers: person = ["my aunt", "my uncle"]')
    words = {slot: _list(path, place, value, slot) for slot, value in found.items()}
    lengths = {slot: len(value) for slot, value in words.items()}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        counted = listed(f"{slot} has {n}" for slot, n in lengths.items())
        raise mistake(
            path, place, f"slots differ in length, or are empty ({counted}). Give each the same number of words"
        )
    return words


def _id(path: Path, number: int, template: Mapping[str, Any]) -> str:
    return _text(path, f"template {number}", template, "id", f"t{number}") or f"t{number}"


def _template(
    path: Path,
    number: int,
    template: Mapping[str, Any],
    data: Mapping[str, Any],
    groups: Mapping[str, Words],
    about: About,
) -> Iterator[Entry]:
    name = _id(path, number, template)
    place = f"template {number} ({name})"
    _known(path, place, template, ("id", "test", "texts", "choices"))
    test = _text(path, place, template, "test") or about.title
    choices = _list(path, place, template.get("choices", data.get("choices", [])), "choices")
    for form, pattern in template["texts"].items():
        where = f"{place}, form {form}"
        wanted = _slots(path, where, pattern, groups)
        for group in groups:
            allowed = _allowed(path, where, data["allowed"], form, group)
            for k in range(len(next(iter(groups[group].values())))):
                filled = render(pattern.strip(), **{slot: groups[group][slot][k] for slot in wanted})
                filler = _filler(groups, group, k, _matched(path, data, groups))
                yield check_entry(
                    path,
                    Entry(
                        place=f"{where}, group {group}, filler {k + 1}",
                        text=filled.text,
                        group=group,
                        test=test,
                        template=name,
                        pair=f"{name}/{form}/{k + 1}" if data.get("matched") else "",
                        filler=filler,
                        allowed=allowed,
                        choices=choices,
                        spans=filled.of(*wanted),
                        features={"form": form},
                    ),
                )


def _slots(path: Path, place: str, pattern: str, groups: Mapping[str, Words]) -> frozenset[str]:
    wanted, rest = slots(pattern)
    if "{" in rest or "}" in rest:
        raise mistake(
            path,
            place,
            f"braces are unbalanced or hold no slot in {pattern!r}. A slot is written {{person}}, or {{a:person}} for "
            "a or an before it; its name has small letters and _ only. Correct the braces",
        )
    for group, words in groups.items():
        for slot in sorted(wanted - set(words)):
            raise mistake(
                path,
                place,
                f"unknown slot {{{slot}}}: groups.{group} has {listed(words)}.{guess(slot, words)} "
                "Every group fills every slot of a template; rename it or add fillers",
            )
    if not wanted:
        raise mistake(path, place, "no slot, so that all groups would get the same text. Write one, such as {person}")
    return wanted


def _allowed(path: Path, place: str, allowed: Mapping[str, Any], form: str, group: str) -> tuple[str, ...]:
    if form not in allowed:
        raise mistake(
            path,
            place,
            f"no right answers for this form in [allowed], which has {listed(allowed)}.{guess(form, allowed)} "
            f'Add {form} = ["positive"], or [] where no answer is right or wrong',
        )
    found = allowed[form]
    if isinstance(found, dict):
        if group not in found:
            raise mistake(path, f"allowed.{form}", f"no group {group!r} here, only {listed(found)}. Add it")
        found = found[group]
    return _list(path, f"allowed.{form}", found, form)


def _matched(path: Path, data: Mapping[str, Any], groups: Mapping[str, Words]) -> bool:
    matched = data.get("matched", False)
    if not isinstance(matched, bool):
        raise mistake(
            path, "", "matched is neither true nor false. Write true where the k-th fillers of groups are twins"
        )
    sizes = {name: len(next(iter(words.values()))) for name, words in groups.items()}
    if matched and len(set(sizes.values())) > 1:
        counted = listed(f"{name} has {n}" for name, n in sizes.items())
        raise mistake(
            path,
            "groups",
            f"matched groups differ in length ({counted}): a pair would have one member. Add fillers, "
            "or write matched = false",
        )
    return matched


def _filler(groups: Mapping[str, Words], group: str, k: int, matched: bool) -> str:
    """Name the k-th filler by its words; twins share the words of the first group."""
    words = groups[next(iter(groups))] if matched else groups[group]
    return " + ".join(dict.fromkeys(value[k] for value in words.values() if value[k])) or f"filler {k + 1}"


def _all_used(
    path: Path, groups: Mapping[str, Words], entries: Sequence[Entry], templates: Sequence[Mapping[str, Any]]
) -> None:
    if not entries:
        raise mistake(path, "", "no rows: templates without texts. Write one or more")
    used: set[str] = set()
    for template in templates:
        for pattern in template["texts"].values():
            used |= slots(pattern)[0]
    for group, words in groups.items():
        for slot in words:
            if slot not in used:
                raise mistake(
                    path, f"groups.{group}", f"no template has the slot {{{slot}}}.{guess(slot, used)} Delete or use it"
                )
