# `make` alone lists the targets. Each does its own set-up; set-up costs nothing when there is nothing to do.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := -m pip --disable-pip-version-check --no-input
EXTRAS := cpu,heic
SOURCES := $(shell find schemas conf jobs udfs airflow_dags -type f ! -path '*/__pycache__/*' 2>/dev/null)

.PHONY: help setup java check test test-all demo bench faults wheel pack petastorm airflow s3 clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Python packages in .venv, Delta's jars, Java: all that the rest needs

check: $(READY) ## style, types, layers and dependencies: seconds, no Spark
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

test: check ## check, then every test but the slow ones
	@$(BIN)/python -m pytest -m "not slow"

test-all: check airflow petastorm s3 pack ## check, then every test
	@$(BIN)/python -m pytest

demo: $(READY) ## two whole nights on specimens, and what they found
	@$(BIN)/lookback demo

bench: $(READY) ## the measurements behind the README's figures
	@$(BIN)/python -m pytest tests/bench -o python_files='bench_*.py'

faults: $(READY) ## every test of a fault, the slow ones too; docs/faults.md is made from it
	@$(BIN)/python -m pytest -m fault --faults

wheel: $(READY) ## dist/lookback-*.whl
	@$(BIN)/python -m build --wheel --no-isolation

pack: dist/environment.tar.gz ## wheel, environment archive and jars for a cluster, in dist

petastorm: .venv-petastorm/.ready ## Petastorm in an environment of its own

airflow: .venv-airflow/.ready ## Airflow in an environment of its own

s3: $(VENV)/.s3 ## what tables on s3:// need beside set-up: boto3, and the jars of s3a (690 MB)

clean: ## remove the environments, caches and builds
	rm -rf .venv .venv-petastorm .venv-airflow .venv-pack .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist build

# A shim or a Python without venv may answer to the name, so each candidate is run, not just looked up.
define new_venv
	python=; \
	for candidate in python3.11 python3.12 python3; do \
	  if $$candidate -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
	    >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or 3.12 with venv is needed, and none was found on PATH." >&2; \
	  echo "Install one (Debian, Ubuntu: apt-get install python3.11 python3.11-venv), then run make again." >&2; \
	  exit 1; \
	fi; \
	if ! $(1)/bin/python $(PIP) --version >/dev/null 2>&1; then \
	  echo "Making $(1) with $$($$python --version)" >&2; $$python -m venv --clear $(1); \
	fi
endef

# JAVA_HOME decides, as it does for Spark; else the first java on PATH. Prints 0 where there is none.
define java_version
{ "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 || true; } | awk -F '[".]' '/ version "/ {v = $$2} END {print v + 0}'
endef

java:
	@if [ -e $(READY) ] && command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null; then exit 0; fi; \
	if [ "$$($(java_version))" -lt 17 ]; then \
	  if [ -z "$${JAVA_HOME:-}" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Spark needs Java 17: installing openjdk-17-jre-headless" >&2; \
	    apt-get update -qq >&2 && \
	      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >&2 || true; \
	  fi; \
	  if [ "$$($(java_version))" -lt 17 ]; then \
	    echo "Spark needs Java 17 or newer; found: $$("$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | head -1 || true)" >&2; \
	    echo "Install it (Debian, Ubuntu: sudo apt-get install openjdk-17-jre-headless) or set JAVA_HOME to one, then" >&2; \
	    echo "run make again." >&2; \
	    exit 1; \
	  fi; \
	fi

$(READY): pyproject.toml conf/constraints.txt jobs/jars.py jobs/class_archive.py | java
	@$(call new_venv,$(VENV))
	@echo "Installing the packages: some minutes and 6 GB the first time, most of it torch" >&2
	@$(BIN)/python $(PIP) install --quiet -c conf/constraints.txt -e '.[cpu,dev]'
	@$(BIN)/python -m jobs.jars
	@$(BIN)/python -m jobs.class_archive
	@touch $@

$(VENV)/.s3: $(READY) jobs/log_store.py jobs/ConditionalLogStore.java
	@$(BIN)/python $(PIP) install --quiet -c conf/constraints.txt -e '.[s3]'
	@$(BIN)/python -m jobs.jars s3
	@$(BIN)/python -m jobs.log_store
	@touch $@

.venv-petastorm/.ready: conf/constraints-petastorm.txt
	@$(call new_venv,.venv-petastorm)
	@.venv-petastorm/bin/python $(PIP) install --quiet -c $< 'setuptools<70' petastorm pyarrow
	@touch $@

# What executors unpack: our wheel with all it needs, but for Spark's jars, which a cluster has. EXTRAS=gpu,s3 for others;
# with s3 the jars of s3a are copied beside Delta's.
# The stamp is named by them: with other extras all is installed anew, since the cpu's faiss and the gpu's are one package.
PACKED := .venv-pack/.ready-$(EXTRAS)
$(PACKED): $(READY) $(SOURCES)
	@if [ ! -e $@ ]; then rm -rf .venv-pack; fi
	@$(call new_venv,.venv-pack)
	@rm -f dist/lookback-*.whl && $(BIN)/python -m build --wheel --no-isolation >/dev/null
	@echo "Installing the packages of a cluster: some minutes and 6 GB the first time" >&2
	@wheel=$$(echo dist/lookback-*.whl); pip=".venv-pack/bin/python $(PIP) install --quiet -c conf/constraints.txt"; \
	  $$pip "$$wheel[$(EXTRAS)]" venv-pack2 && $$pip --no-deps --force-reinstall "$$wheel"
	@touch $@

dist/environment.tar.gz: $(PACKED) $(if $(findstring s3,$(EXTRAS)),$(VENV)/.s3)
	@rm -rf dist/jars && mkdir -p dist/jars && cp $(VENV)/lib/python*/site-packages/pyspark/jars/delta-*.jar dist/jars
	$(if $(findstring s3,$(EXTRAS)),@cp $(VENV)/lib/python*/site-packages/pyspark/jars-s3/*.jar dist/jars)
	@echo "Packing $@: some minutes" >&2
	@.venv-pack/bin/venv-pack --prefix .venv-pack --output $@ --compress-level 1 --force --quiet \
	  --exclude '*/pyspark/jars/*'
	@ls -lh dist dist/jars >&2

.venv-airflow/.packages: conf/constraints-airflow.txt
	@$(call new_venv,.venv-airflow)
	@.venv-airflow/bin/python $(PIP) install --quiet -c $< apache-airflow apache-airflow-providers-apache-spark
	@touch $@

# Our wheel without what it needs: a DAG file takes the pipeline from it, and neither Spark nor torch.
.venv-airflow/.ready: .venv-airflow/.packages pyproject.toml $(SOURCES)
	@.venv-airflow/bin/python $(PIP) install --quiet --no-deps --force-reinstall .
	@touch $@
