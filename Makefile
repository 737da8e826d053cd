# Each target makes .venv ready when it is missing or out of date, then calls the `dlcourse`
# command or pytest. What the targets do lives there, so that Windows users can do it without make.
#
#   make lab ARGS="--no-browser --port=8899"    hands arguments on
#   make test PYTHON=python3.12                 makes .venv with that Python

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python on the PATH that the project supports, unless one is named.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
CANDIDATES := python3 python3.13 python3.12 python3.11 python
ifeq ($(strip $(PYTHON)),)
BASE = $(firstword $(foreach name,$(CANDIDATES),$(shell $(name) -c '$(SUPPORTED)' 2>/dev/null && echo $(name))))
else
BASE = $(PYTHON)
endif

# A .venv serves one folder and one Python. One that was moved here, that has lost its Python, or
# whose Python is not the one named is made anew.
READY := $(VENV)/ready
MADE_FOR := $(CURDIR) $(shell $(BIN)/python --version 2>/dev/null)
ifneq ($(shell cat $(READY) 2>/dev/null),$(MADE_FOR))
STALE := stale
else ifneq ($(strip $(PYTHON)),)
ifneq ($(shell $(PYTHON) --version 2>&1),$(shell $(BIN)/python --version))
STALE := stale
endif
endif

.PHONY: help lab warmup test lint cuda book chapters links site grade attacks throughput fairness graders mutants bench doctor screenshots lock stale

help: ## List these targets
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /\1|/' \
	    | while IFS='|' read -r name text; do printf 'make %-11s %s\n' "$$name" "$$text"; done

lab: $(READY) ## Open the course in JupyterLab, on a working folder of your own
	@$(BIN)/dlcourse lab $(ARGS)

warmup: $(READY) ## Compile the library's kernels now rather than at their first use
	@$(BIN)/dlcourse warmup $(ARGS)

test: $(READY) ## Run every test
	@$(BIN)/dlcourse warmup
	@$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile $(ARGS)

lint: $(READY) ## Check the code's style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

cuda: $(READY) ## Run the library's tests on the simulated GPU as well, all of them
	@$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --simulated=all -m simulated $(ARGS)

book: $(READY) ## Build the static site into book/_build/html
	@$(BIN)/dlcourse book $(ARGS)

chapters: $(READY) ## Run every chapter as a learner has it, without a network
	@$(BIN)/python -m tests.workspace.chapters $(ARGS)

links: $(READY) ## See whether the addresses of other hosts in the book still lead somewhere
	@$(BIN)/dlcourse book --links $(ARGS)

site: $(READY) ## Build the site, then look at every page in a browser
	@$(BIN)/python -m pytest tests/site $(ARGS)

grade: $(READY) ## Grade the sample class and print its table
	@$(BIN)/dlcourse grade $(ARGS)

attacks: $(READY) ## Hand in hostile and broken submissions, here and to stock nbgrader
	@$(BIN)/python -m tests.grading.attacks $(ARGS)

throughput: $(READY) ## Time the grading of three hundred submissions, beside stock nbgrader
	@$(BIN)/python -m tests.grading.throughput $(ARGS)

fairness: $(READY) ## Grade the same work in any order, by any number of workers, at many seeds
	@$(BIN)/python -m tests.grading.fairness $(ARGS)

graders: $(READY) ## Prove that the labs' graders catch what is wrong and accept what is right
	@$(BIN)/python -m tests.labs.proof.graders $(ARGS)

mutants: $(READY) ## Change the labs' solutions piece by piece, and see each change caught
	@$(BIN)/python -m tests.labs.proof.mutants $(ARGS)

bench: $(READY) ## Time the library's training steps, beside PyTorch and JAX where they are installed
	@$(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: $(READY) ## Make the pictures of the README anew
	@$(BIN)/python -m tests.browser.screenshots

doctor: $(READY) ## Look over this machine and say what is wrong, with a remedy
	@$(BIN)/dlcourse doctor $(ARGS)

lock: $(READY) ## Resolve requirements.txt anew from pyproject.toml (ARGS=--upgrade: newer releases)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	    --extra course --extra book --extra export --extra cuda --extra scale --extra hub --extra dev \
	    pyproject.toml --output-file requirements.txt $(ARGS)

# The lock pins its own installer, uv, which is fetched first, with its hash checked like the rest.
$(READY): requirements.txt pyproject.toml $(STALE)
	@$(or $(BASE),false) -c '$(SUPPORTED)' 2>/dev/null || { \
	    echo 'dlcourse needs Python 3.11, 3.12 or 3.13, and found none$(if $(PYTHON), in PYTHON=$(PYTHON)): install one, or name it, as in: make $(or $(MAKECMDGOALS),lab) PYTHON=/path/to/python3.12' >&2; exit 1; }
	@echo 'Making $(VENV) ready; the first time, some hundred megabytes are fetched.'
	@test -z '$(STALE)' || $(BASE) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt \
	    | $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r /dev/stdin
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements.txt
	@$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@echo "$$(pwd -P) $$($(BIN)/python --version)" > $@
