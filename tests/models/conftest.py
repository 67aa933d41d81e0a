"""Random models, made once a session."""

from __future__ import annotations

import pytest
import tiny_models


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """Architecture -> a folder with a random masked language model."""
    base = tmp_path_factory.mktemp("masked")
    return {name: tiny_models.save(base / name, *tiny_models.make(name)) for name in tiny_models.ARCHITECTURES}


@pytest.fixture(scope="session")
def masked(folders):
    """Architecture -> the loaded model."""
    from audit.models import load_model

    return {name: load_model(folder) for name, folder in folders.items()}
