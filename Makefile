# The three commands of the README set everything up by themselves, in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
comma := ,
# Where Chromium is installed, the tests drive JupyterLab in it.
TEST_EXTRAS := test$(if $(CHROMIUM),$(comma)browser)
TESTED := $(VENV)/.$(subst $(comma),-,$(TEST_EXTRAS))
# One thread for each kernel: results then do not depend on the cores, and kernels do not slow one another.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export OMP_WAIT_POLICY := PASSIVE

.PHONY: run test lab fix bench clean

run: $(VENV)/.batch  ## run notebooks and print their claims: make run PAPERS="s4 fastrp"
	$(BIN)/miniatures run $(or $(PAPERS),--all)

test: $(TESTED)  ## every test; notebooks run without any network but loopback
	tests/offline $(BIN)/python -m pytest -q -n 2 $(ARGS)

lab: $(VENV)/.lab  ## JupyterLab at the start page
	$(BIN)/jupyter lab notebooks/start_here.ipynb

fix: $(TESTED)  ## normal form of notebooks, generated pages, code style
	$(BIN)/miniatures fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TESTED)  ## measured ratios of speed
	$(BIN)/python -m tests.benchmarks $(ARGS)

clean:
	rm -rf $(VENV) results

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

# A stamp for each set of extras; a changed pyproject.toml installs again.
$(VENV)/.batch $(VENV)/.lab: $(VENV)/.%: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e ".[$*]"
	touch $@

$(TESTED): $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e ".[$(TEST_EXTRAS)]"
	touch $@
