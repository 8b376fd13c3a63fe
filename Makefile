# The doors of the house. Every target first lets ./dev see to .venv, which takes no time when it is up to date.
#   make demo             a running desk with sample cases      make demo ONCE=1   the same, once through, then out
#   make test             the whole suite, on two cores         make test WORKERS=0 ARGS="tests/rules -x"
#   make drill            200 times kill -9 while paying        make drill KILLS=20
#   make mutate           every declaration mutated             make mutate PROGRAMME=sh-matching-funds
.DEFAULT_GOAL := help
.PHONY: help install demo up test lint drill mutate bench lock clean

PACKAGES := $(wildcard shixian flows tasks models)

help:
	@sed -n '2,5s/^# *//p' Makefile
	@echo 'install lint bench up lock clean'

install:
	@./dev

demo: install
	.venv/bin/shixian demo $(if $(filter-out 0,$(ONCE)),--once)

up: install
	.venv/bin/shixian up $(ARGS)

test: install
	.venv/bin/python -m pytest -n $(or $(WORKERS),2) --dist loadfile $(ARGS)

lint: install
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy $(PACKAGES)

mutate: install
	.venv/bin/python -m tests.mutation $(PROGRAMME) $(ARGS)

drill: install
	@.venv/bin/python -m tests.faults --kills $(or $(KILLS),200) $(ARGS)

bench: install
	.venv/bin/python -m tests.bench $(ARGS)

# Needs uv. UPGRADE=1 takes the newest versions the .in files allow; otherwise the pins that still fit are kept.
# The lock holds hashes and no address: where packages come from is the installing machine's own setting.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-annotate --no-header $(if $(UPGRADE),--upgrade) --output-file requirements.lock requirements-dev.in
	@! grep -nE '://|^-' requirements.lock || { echo 'requirements.lock names an address or an option'; exit 1; }

# What the checks and the demo leave behind. Never .shixian/ or a database: those may be somebody's cases.
clean:
	rm -rf .demo out build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache mutation-report* bench-report*
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
