# The front door. Every target is a script that can be run by itself; `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help demo demo-call run test test-sip test-adapters lint bench fault

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: ## Set up, build, and show one session with real tool calls
	@scripts/demo.sh

demo-call: ## Two real phones, the call engine, a transfer with its timeline
	@scripts/demo-call.sh

run: ## Start a server for development; more flags in ARGS="…"
	@scripts/run.sh $(ARGS)

test: ## All tests, with a private PostgreSQL and the official signature libraries
	@scripts/test.sh

test-sip: ## The call engine against sipp and baresip; writes docs/telephony-scenarios.md
	@scripts/test-sip.sh

test-adapters: ## Pipecat and LiveKit Agents drive real sessions through the Python adapters
	@scripts/adapters.sh

lint: ## Format, clippy, supply chain, documentation
	@scripts/lint.sh

bench: ## Measure side by side; figures go to target/bench/summary.json
	@scripts/bench.sh

fault: ## Kill the server at least 200 times under load and check the ledger
	@scripts/fault.sh
