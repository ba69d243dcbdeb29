# Every door of the house. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# PYTEST_ARGS narrows a run: make unit PYTEST_ARGS="-k ageing"
PYTEST_ARGS ?=

.PHONY: help demo up down logs up-infra up-local dashboards test unit contract e2e lint format proto lock clean
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## set up, upscale a real photo, write a before/after picture
	$(BIN)/darkroom demo

up: .env ## everything in containers: gateway, worker, servers, dashboards
	docker compose up -d --build

down: ## stop the containers; what they hold stays
	docker compose down

logs: ## follow what gateway, worker and collector say
	docker compose logs -f gateway worker collector

up-infra: .env ## only the servers, for a Darkroom that runs outside containers
	docker compose up -d rabbitmq redis s3

up-local: $(VENV)/.dev ## the same as processes, on this machine's RabbitMQ and Redis
	$(BIN)/python -m infra.local.up

dashboards: $(VENV)/.dev ## write Grafana's dashboards anew from infra/grafana
	$(BIN)/python -m infra.grafana.build

.env:
	cp .env.example .env

test: $(VENV)/.dev ## every test; needs no server on the machine
	$(BIN)/pytest -n 2 --dist loadfile $(PYTEST_ARGS)

unit: $(VENV)/.dev ## the rules alone, in seconds
	$(BIN)/pytest -n 2 tests/unit $(PYTEST_ARGS)

contract: $(VENV)/.dev ## every adapter against the clauses of its port
	$(BIN)/pytest tests/contract $(PYTEST_ARGS)

e2e: $(VENV)/.dev ## the real service over HTTP
	$(BIN)/pytest tests/e2e $(PYTEST_ARGS)

lint: $(VENV)/.dev ## format check, ruff, mypy strict, the floors of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/pytest -q tests/unit/architecture

format: $(VENV)/.dev ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

proto: $(VENV)/.dev ## generate the code for gRPC from proto/; a test sees that it is fresh
	$(BIN)/python -m grpc_tools.protoc -I proto --python_out=src --pyi_out=src --grpc_python_out=src \
	  proto/darkroom/imagegenx/scheduler.proto

lock: ## renew both lock files (needs uv on the path)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -o requirements.lock
	uv pip compile pyproject.toml --group dev --extra diffusion --universal --python-version 3.11 --generate-hashes --no-header -o requirements-dev.lock
	uv pip compile infra/docker/otel.in -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header -o infra/docker/otel.lock
	uv pip compile infra/docker/flower.in -c requirements-dev.lock --universal --python-version 3.11 --generate-hashes --no-header -o infra/docker/flower.lock

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis demo

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Darkroom needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# torch is pinned apart: its builds differ by machine, so their hashes do too.
$(VENV)/.runtime: $(VENV)/.python requirements.lock requirements-torch.txt pyproject.toml
	$(BIN)/pip install -q --require-hashes -r requirements.lock
	$(BIN)/pip install -q -r requirements-torch.txt
	$(BIN)/pip install -q --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	@touch $@
