"""Mistakes that a person can mend. Standard library only."""

from __future__ import annotations


class CaveatError(Exception):
    """A mistake that a person can mend: one line that says what, where, what is valid and what to do next."""

    exit_code = 2


class SystemFailure(CaveatError):
    """The system refuses: no room on the disk, no rights."""

    exit_code = 74


class ModelUnavailable(CaveatError):
    """The model cannot be had: missing, private, gated, offline, corrupt."""

    exit_code = 3


class ModelUnsupported(CaveatError):
    """The model is there but cannot be audited: no head, wrong task, unknown labels, too large."""

    exit_code = 4
