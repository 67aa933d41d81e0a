# Each target creates what it needs and then runs. `make audit` and `make test` are the two to know.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= audits
DEPTH ?= standard
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

export TOKENIZERS_PARALLELISM := false
export HF_HUB_DISABLE_TELEMETRY := 1
export GRADIO_ANALYTICS_ENABLED := False

PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: audit app validate bundle test test-all lint format clean

# The bundled models through all suites that fit them; no network but for the installation.
audit: $(VENV)/.run
	$(BIN)/python -m audit run fill-mask sentiment --depth $(DEPTH) --out $(OUT) --offline

# make app ARGS="--host 0.0.0.0 --port 8000 --pin YOUR-PIN --allow-models owner/name"
app: $(VENV)/.run
	$(BIN)/python -m audit app $(ARGS)

# The audit of the audit: null models and planted effects through every suite. Writes docs/validation.md.
validate: $(VENV)/.run
	$(BIN)/python -m audit validate --out docs/validation.md

# One folder for a USB stick: wheels for this platform, a start script, a note. Installs without a network.
bundle: $(VENV)/.run
	$(BIN)/python -m tools.bundle --out bundle

# At most four minutes on two cores once installed: lint, types, tests, one walk through the page in a browser.
test: lint
	$(PYTEST)

# All that `make test` leaves out: the audit broken on purpose, line by line, then what is marked as slow.
test-all: $(VENV)/.dev
	$(BIN)/python -m benchmarks.mutants
	$(PYTEST) -m slow

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(PIP) -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) $(OUT) build bundle *.egg-info .mypy_cache .ruff_cache .pytest_cache
