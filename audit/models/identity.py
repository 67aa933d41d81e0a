"""What a plain Python function is made of, as a digest: its code, and every value that its answers may depend on.

Two functions with one name may answer differently: a list in a closure, a default, an attribute of an object, a global
or a function that is called may have changed between two runs. All that can be reached from the function is digested:

- functions: bytecode, constants, defaults, closure, attributes, and the globals that the code names, other functions
  among them;
- methods and objects: their class and their attributes; `functools.partial`: its function and arguments;
- everything else by what it says of itself for pickling, as arrays, tensors and trained models do.

What belongs to Python, to an installed package or to this program counts by name and version. What a function reads
while it runs (a file, a service, the clock) cannot be reached: a revision says which state of it is meant.
"""

from __future__ import annotations

import copyreg
import functools
import hashlib
import sys
import sysconfig
import types
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from audit.places import folder

DEEPEST = 200
"""Levels of nesting; what goes deeper is not read."""
_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis), type(NotImplemented))
_HOME = Path(__file__).resolve().parents[1]
_STANDARD = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib"))
_PROGRAM = (_HOME, folder("probes"))
"""Of this program, whose code is part of every digest of a result."""
_PACKAGES = {"site-packages", "dist-packages"}


class Unreadable(Exception):
    """Some value behind a function cannot be digested; the text says which."""


def digest_of(values: Iterable[object]) -> str:
    """Give the SHA-256 of some objects with all that can be reached from them.

    Raises:
        Unreadable: for a value that says nothing of its content, such as an open file or a connection.
    """
    sha = hashlib.sha256()
    walk = _Walk()
    for value in values:
        for part in walk.parts(value, "the function", 0):
            sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


class _Walk:
    """One way through objects; what was met before is named by its number."""

    def __init__(self) -> None:
        self._met: dict[int, int] = {}
        # Values made on the way must live as long as their ids are remembered.
        self._kept: list[object] = []

    def parts(self, value: Any, where: str, depth: int) -> Iterator[bytes]:
        """Give the pieces of a value, in an order that does not change between runs."""
        if isinstance(value, _PLAIN) and type(value) in _PLAIN:
            yield f"{type(value).__name__} {value!r}".encode("utf-8", "surrogatepass")
            return
        if depth > DEEPEST:
            raise Unreadable(f"{where} is nested more than {DEEPEST} levels deep")
        # Equal constants may be one object or two, by how the code was loaded: only what can change is known again.
        if not isinstance(value, (tuple, frozenset, types.CodeType)):
            if id(value) in self._met:
                yield f"again {self._met[id(value)]}".encode()
                return
            self._met[id(value)] = len(self._met)
            self._kept.append(value)
        yield type(value).__qualname__.encode()
        for name, part in self._inside(value, where):
            if isinstance(part, _Sorted):
                yield from sorted(self._alone(one, name, depth) for one in part.values)
            else:
                yield from self.parts(part, name, depth + 1)

    def _alone(self, value: object, where: str, depth: int) -> bytes:
        """Digest a member of a set by itself: its place in the set is not its own."""
        sha = hashlib.sha256()
        for part in _Walk().parts(value, where, depth + 1):
            sha.update(len(part).to_bytes(8, "big") + part)
        return sha.digest()

    def _inside(self, value: Any, where: str) -> Iterator[tuple[str, Any]]:
        """Give what a value is made of, each with words for where it is."""
        if isinstance(value, types.CodeType):
            yield from ((where, part) for part in (value.co_code, value.co_names, value.co_varnames, value.co_freevars))
            yield from ((where, part) for part in value.co_consts)
        elif isinstance(value, types.FunctionType):
            yield from _function(value)
        elif isinstance(value, types.ModuleType) or (isinstance(value, type) and _is_installed(value.__module__)):
            yield where, _named(value)
        elif isinstance(value, type):
            yield where, _named(value)
            yield from ((f"{value.__name__}.{key}", part) for key, part in _of_class(value))
        elif isinstance(value, types.MethodType):
            yield from ((where, value.__func__), (f"the object of {value.__func__.__qualname__}", value.__self__))
        elif isinstance(value, functools.partial):
            yield from ((where, value.func), (f"the arguments of {where}", (value.args, value.keywords)))
        elif isinstance(value, types.BuiltinFunctionType):
            yield where, _named(value)
            if not isinstance(value.__self__, (types.ModuleType, type(None))):
                yield where, value.__self__
        elif isinstance(value, (types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType)):
            yield where, repr(value)
        elif isinstance(value, (property, staticmethod, classmethod, types.MemberDescriptorType)):
            yield from ((where, getattr(value, name, None)) for name in ("fget", "fset", "__func__", "__name__"))
        elif type(value) in (list, tuple):
            yield from ((where, one) for one in value)
        elif type(value) in (set, frozenset):
            yield where, _Sorted(value)
        elif type(value) in (dict, types.MappingProxyType):
            yield from ((where, one) for pair in value.items() for one in pair)
        elif isinstance(value, functools.cached_property):
            yield where, value.func
        elif hasattr(value, "__wrapped__") and callable(value):
            yield where, value.__wrapped__
        else:
            yield from _object(value, where)


class _Sorted:
    """Members without an order."""

    def __init__(self, values: Iterable[object]) -> None:
        self.values = tuple(values)


def _function(value: types.FunctionType) -> Iterator[tuple[str, Any]]:
    name = value.__qualname__
    if _is_installed(value.__module__):
        yield name, _named(value)
        # A function of a package may still have been made with values of the user's.
        yield name, [_cell(one) for one in value.__closure__ or ()]
        return
    yield from ((name, part) for part in (value.__code__, value.__defaults__, value.__kwdefaults__))
    for free, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        yield f"{free} in {name}", _cell(cell)
    yield f"the attributes of {name}", {key: one for key, one in vars(value).items() if key != "__wrapped__"}
    for key in sorted(_names(value.__code__)):
        if key in value.__globals__:
            found = value.__globals__[key]
            yield f"the global {key}", key
            yield f"the global {key}", found
            if isinstance(found, types.ModuleType) and not _is_installed(found.__name__):
                # Which of its names are meant is not known from the bytecode: those that the code names anywhere.
                named = sorted(_names(value.__code__) & vars(found).keys())
                yield from ((f"{key}.{one}", vars(found)[one]) for one in named)


def _cell(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return "not filled yet"


def _names(code: types.CodeType) -> set[str]:
    """Names that code and the functions in it look up, globals and attributes alike."""
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _of_class(value: type) -> Iterator[tuple[str, Any]]:
    """Give the methods and attributes of a class; of names with two underscores, only what is written by hand."""
    for key, part in vars(value).items():
        special = key.startswith("__") and key.endswith("__")
        if key != "_abc_impl" and (not special or isinstance(part, types.FunctionType)):
            yield key, part
    yield "__bases__", value.__bases__


def _object(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Give the class of an object and what it would be pickled as."""
    yield where, type(value)
    try:
        known = copyreg.dispatch_table.get(type(value))
        made = known(value) if known else value.__reduce_ex__(4)
    except Exception as error:
        # An object may refuse with any kind of error; what could not be read is told to the user.
        raise Unreadable(f"{where} is a {type(value).__name__}, which says nothing of its state") from error
    if isinstance(made, str):
        yield where, made
        return
    function, arguments, *rest = made
    yield where, _named(function)
    yield where, tuple(one for one in arguments if one is not type(value))
    state = rest[0] if rest else None
    if isinstance(state, dict):
        yield from ((f"{where}.{key}", one) for key, one in state.items())
    else:
        yield where, state
    for items in rest[1:3]:
        yield where, list(items) if items is not None else None


def _is_installed(module: str | None) -> bool:
    """Whether a module is Python's, or an installed package's."""
    top = sys.modules.get((module or "").partition(".")[0])
    if top is None or module == "__main__":
        return False
    file = getattr(top, "__file__", None) or next(iter(getattr(top, "__path__", ())), None)
    if file is None:
        return True
    path = Path(file).resolve()
    return bool(_PACKAGES & set(path.parts)) or any(path.is_relative_to(home) for home in (*_STANDARD, *_PROGRAM))


def _named(value: Any) -> str:
    module = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None) or ""
    top = module.partition(".")[0]
    try:
        of = version(top)
    except (PackageNotFoundError, ValueError):
        of = ""
    return f"{module} {getattr(value, '__qualname__', '')} {of}"
