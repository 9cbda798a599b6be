# make run: install and open the studio.   make test: install what tests need and pass all of them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run test check browser clean

run: $(VENV)/run.stamp
	$(BIN)/studio serve

test: check browser
	$(BIN)/python -m pytest -q --numprocesses 2 --dist loadfile

check: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy studio
	$(BIN)/lint-imports

# Browser tests drive an installed Chromium or Chrome; where there is none, this gets one or says how.
browser: $(VENV)/test.stamp
	$(BIN)/python tests/browser/chromium.py

$(VENV)/run.stamp: requirements.txt pyproject.toml | $(VENV)
	@echo 'Installing what the studio needs into $(VENV); this takes some minutes, once …'
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt --editable .
	@touch $@

$(VENV)/test.stamp: requirements.txt pyproject.toml | $(VENV)
	@echo 'Installing what the studio and its tests need into $(VENV); this takes some minutes, once …'
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt --editable '.[test]'
	@touch $@ $(VENV)/run.stamp

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Fine-Tuning Studio needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) build dist *.egg-info
