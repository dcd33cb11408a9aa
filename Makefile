# SPDX-License-Identifier: GPL-3.0-or-later
# The commands of this house. `make help` lists them; the work is done by scripts/setup_env.py, which makes an
# environment for every Python that has a Blender (3.11: 4.5 LTS, 3.13: 5.2 LTS) and reuses it.

PYTHON ?= $(or $(shell command -v python3),uv run --no-project python)
ENV := $(PYTHON) scripts/setup_env.py
ARGS ?=
SPREAD := -n auto --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help render posters test-quick test test-all test-blender test-ui bench extension lint clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1  \2/p' $(MAKEFILE_LIST)
	@echo '  ARGS="…" is passed on: make render ARGS="conv2d_valid --quality draft", make test ARGS="-k encode"'

render: ## render the figures to renders/, with all that needs to be set up first
	$(ENV) one -- scripts/render_all.py --out renders --format gif,mp4 $(ARGS)

posters: ## one still of every figure in Blender's own light to renders/posters/ (slow: every pixel has many samples)
	$(ENV) one -- scripts/render_all.py --out renders/posters --format poster --quality print --set look.light=studio $(ARGS)

test-quick: ## test the rooms without Blender (operations, scene files, storyboards), in a minute
	$(ENV) one -- -m pytest -m "not thorough" -n auto tests/engine tests/ops tests/scene tests/story $(ARGS)

test: ## run the tests on the newest Python here that has a Blender, and print which lines they run (minutes)
	$(ENV) one -- -m pytest -m "not blender and not thorough" $(SPREAD) --cov --cov-report=term $(ARGS)

test-all: test ## run the tests that make test leaves out, and all on every other Python here that has a Blender
	CONVOLUME_REST=1 $(ENV) each -- -m pytest -m "not blender" $(SPREAD) $(ARGS)

test-blender: ## run the tests that need a real `blender` on the PATH
	@command -v blender >/dev/null || echo 'convolume: no `blender` on the PATH, so these tests will be skipped'
	$(ENV) one -- -m pytest -m "blender and not window" -n auto $(ARGS)

test-ui: ## drive a real `blender` by mouse on a virtual screen, from the zip to the GIF (minutes)
	@command -v blender >/dev/null || echo 'convolume: no `blender` on the PATH, so these tests will be skipped'
	$(ENV) one -- -m pytest -m window tests/ui/window $(ARGS)

bench: ## measure speed and memory, side by side with ManimCommunity, into docs/benchmarks.md
	$(ENV) one -- scripts/bench_engine.py
	$(ENV) one -- scripts/bench_render.py $(ARGS)
	$(ENV) one -- scripts/bench_farm.py

extension: ## build the Blender extension for every platform to dist/ (ARGS="--platform this" for one)
	$(ENV) one -- scripts/build_extension.py $(ARGS)

lint: ## check the style
	$(ENV) one -- -m ruff check . $(ARGS)

clean: ## remove what was built (environments and renders stay)
	rm -rf build dist wheels .pytest_cache .ruff_cache .hypothesis *.egg-info
