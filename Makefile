# `make` lists the targets. Each is one line: the real work is in the packages.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
PY := .venv/bin/python
# Variables given on the command line reach the recipes through the environment, so that no shell parses their text.
option = $${$(1):+--$(2) "$$$(1)"}
flag = $(if $(filter-out 0 no false,$($(1))),--$(2))

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' Makefile

##@ The main job
.PHONY: run refresh live
run: ready ## Everything, from set-up to the report [ORDERS= MAPPING= SNAPSHOT= SNAPSHOT_MAPPING= SOURCE= SHIFT_TO= VERBOSE=1]
	@$(PY) -m infra.pipeline run $(call option,ORDERS,orders) $(call option,MAPPING,mapping) $(call option,SOURCE,source) $(call option,SHIFT_TO,shift-to) $(call option,SNAPSHOT,snapshot) $(call option,SNAPSHOT_MAPPING,snapshot-mapping) $(call option,SNAPSHOT_AS_OF,snapshot-as-of) $(call flag,VERBOSE,verbose)

refresh: ready ## The daily cycle: what run does, without set-up, feeding and training [VERBOSE=1]
	@$(PY) -m infra.pipeline refresh $(call flag,VERBOSE,verbose)

live: ready ## All of it at work on one screen: a shop's events, the stream, the monitor, the page, until Ctrl-C [RATE=50]
	@$(PY) -m infra.live $(call option,RATE,rate)

##@ The platform
.PHONY: setup ready up down status logs doctor backup restore reset containers
setup: ## Check this machine, install what the locks name
	@$(PYTHON) -m infra.setup

ready:
	@$(PYTHON) -m infra.setup --quiet

up: ready ## Start the embedded platform and wait until it answers [SERVICES=+yarn,+flume]
	@$(PY) -m infra.local up $(call option,SERVICES,services)

down: ready ## Stop the platform
	@$(PY) -m infra.local down

status: ready ## Show every service, and the ingest: what landed, what waits, how much is quarantined
	@services=0; $(PY) -m infra.local status || services=$$?; [ $$services -eq 0 ] || [ $$services -eq 3 ] || exit $$services; $(PY) -m streaming.status; exit $$services

logs: ready ## Show a service's log [SERVICE=kafka]
	@$(PY) -m infra.local logs "$${SERVICE:-}"

doctor: ready ## Look for what is wrong with this machine, the platform or services elsewhere, with remedies [PROFILE=team.env]
	@if [ -n "$${PROFILE:-}" ]; then $(PY) -m infra.cluster "$$PROFILE"; else $(PY) -m infra.local doctor; fi

backup: ready ## Write everything that the platform holds to a folder [TO=folder SECRETS=1]
	@$(PY) -m infra.local backup $(call flag,SECRETS,secrets) "$${TO:-}"

restore: ready ## Make an empty platform that of a backup; then `make up` [FROM=folder]
	@$(PY) -m infra.local restore "$${FROM:-}"

reset: ready ## Stop the platform and delete all its data [YES=1]
	@$(PY) -m infra.local reset $(call flag,YES,yes)

containers: ready ## The same platform in containers: write compose.yml, check it, say how to start it [PROFILE=small CHECK=1]
	@$(PY) -m infra.docker $(call option,PROFILE,profile) $(call flag,CHECK,check)

##@ Data in
.PHONY: map replay snapshot simulate sessionise import-raw ingest stream monitor backtest explain recover requeue
map: ready ## Propose a mapping for a shop's file, with its doubts, to be edited [FILE=orders.csv SHEET= OUT=mapping.yml FORCE=1]
	@$(PY) -m streaming.map $(call option,FILE,file) $(call option,SHEET,sheet) $(call option,OUT,out) $(call flag,FORCE,force)

replay: ready ## Send an order history to Kafka, from where it stopped [ORDERS=file.csv MAPPING=online_retail SOURCE= SHIFT_TO= FORCE=1 DRY_RUN=1]
	@$(PY) -m streaming.replay $(call option,ORDERS,orders) $(call option,MAPPING,mapping) $(call option,SOURCE,source) $(call option,SHIFT_TO,shift-to) $(call flag,FORCE,force) $(call flag,DRY_RUN,dry-run)

snapshot: ready ## Load a file of customer totals [FILE=file.csv MAPPING= SOURCE= CURRENCY= SNAPSHOT_AS_OF= FORCE=1]
	@$(PY) -m streaming.snapshot $(call option,FILE,file) $(call option,MAPPING,mapping) $(call option,SOURCE,source) $(call option,CURRENCY,currency) $(call option,SNAPSHOT_AS_OF,snapshot-as-of) $(call flag,FORCE,force)

simulate: ready ## Send a made-up shop's events to Kafka [CUSTOMERS= DAYS= SEED= MODE=lognormal RATE= DURATION= LOGS=folder]
	@$(PY) -m streaming.simulate $(call option,CUSTOMERS,customers) $(call option,DAYS,days) $(call option,SEED,seed) $(call option,MODE,mode) $(call option,RATE,rate) $(call option,DURATION,duration) $(call option,LOGS,logs) $(call option,TRUTH,truth)

# Make would read a `$` in a pattern as a variable of its own.
sessionise: export PRODUCT := $(value PRODUCT)
sessionise: export CART := $(value CART)
sessionise: export IGNORE := $(value IGNORE)
sessionise: ready ## Put access logs of a web server together to visits [LOGS=file or folder SOURCE= SITE=shop.example OUT= RAW=1 PRODUCT= CART=]
	@$(PY) -m streaming.sessionise $(call option,LOGS,logs) $(call option,SOURCE,source) $(call option,SITE,site) $(call option,OUT,out) $(call option,PRODUCT,product) $(call option,CART,cart) $(call option,IGNORE,ignore) $(call option,PAUSE,pause) $(call flag,RAW,raw)

declare: ready ## Say by which time zone a shop's days begin; UTC where nobody does [SOURCE=my_shop TIME_ZONE=Europe/London SEGMENT_BY=tier]
	@$(PY) -m streaming.declare $(call option,SOURCE,source) $(call option,TIME_ZONE,time-zone) $(call option,SEGMENT_BY,segment-by)

import-raw: ready ## Send the files below /lake/raw/events/<topic>/ on HDFS, and those of Flume, to Kafka, each once; a line is one event
	@$(PY) -m streaming.import_raw

ingest: ready ## Land what is in Kafka in bronze.events, until caught up
	@$(PY) -m streaming.ingest

stream: ready ## Land events as they arrive, until Ctrl-C; metrics for Prometheus on PORT_BASE + 20
	@$(PY) -m streaming.ingest --continuous

monitor: ready ## Watch what happens now, until Ctrl-C: windows, and alerts for orders that are odd
	@$(PY) -m streaming.monitor

backtest: ready ## Judge orders and rates of the marts as the monitor would have: alerts by month and channel [TOP=10]
	@$(PY) -m streaming.monitor.backtest $(call option,TOP,top)

explain: ready ## Compute the verdict on one order again, with its reasons [EVENT=event_id]
	@$(PY) -m streaming.monitor.orders.explain $(call option,EVENT,event)

recover: ready ## Rebuild a lost or damaged checkpoint from bronze.events [ACCEPT_LOSS=1]
	@$(PY) -m streaming.recover $(call flag,ACCEPT_LOSS,accept-loss)

requeue: ready ## Send quarantined events through Kafka again [RULE=name FIELD=lines.quantity SINCE=2025-01-31 REPAIR=file.py DRY_RUN=1]
	@$(PY) -m streaming.requeue $(call option,RULE,rule) $(call option,FIELD,field) $(call option,SINCE,since) $(call option,REPAIR,repair) $(call flag,DRY_RUN,dry-run)

##@ Models and marts
.PHONY: marts backfill dbt-changed guard train score promote rollback insights export serving reconcile maintain
marts: ready ## dbt: staging to feature marts, with their tests
	@$(PY) -m infra.pipeline marts

backfill: ready ## dbt: take up the events of these days once more, after a rule changed [FROM=2011-09-01 TO=2011-09-30]
	@$(PY) -m infra.pipeline backfill $(call option,FROM,from) $(call option,TO,to)

dbt-changed: ready ## dbt: what changed against main, and what hangs on it [BASE=main]
	@$(PY) -m infra.pipeline changed $(call option,BASE,base)

guard: ready ## Whether a feature moves when what happened from its date on is taken away [AS_OF=2011-09-10]
	@$(PY) -m infra.pipeline guard $(call option,AS_OF,as-of)

train: ready ## Train churn, satisfaction and segments; the first model of each scores, a later one has to win [TASK=churn]
	@$(PY) -m spark train $(call option,TASK,task)

score: ready ## Score all customers as of the lake's date with the champions [TASK=]
	@$(PY) -m spark score $(call option,TASK,task)

promote: ready ## Let the newest models score, where they won on the same rows [TASK=]
	@$(PY) -m spark promote $(call option,TASK,task)

rollback: ready ## Let the champions before the present ones score again [TASK=]
	@$(PY) -m spark rollback $(call option,TASK,task)

insights: ready ## dbt: the marts that read predictions
	@$(PY) -m infra.pipeline insights

export: ready ## Export the marts that changed to PostgreSQL, in one transaction [ALL=1]
	@$(PY) -m spark.export $(call flag,ALL,all)

serving: ready ## dbt: the reporting views in PostgreSQL
	@$(PY) -m infra.pipeline serving

reconcile: ready ## Compare counts from Kafka to PostgreSQL
	@$(PY) -m spark.reconcile

maintain: ready ## Compact small files, remove dead ones, trim the logs; ingest may run [RETAIN_HOURS=168 LOG_HOURS=2]
	@$(PY) -m spark.maintenance $(call option,RETAIN_HOURS,retain-hours) $(call option,LOG_HOURS,log-hours)

##@ What people see
.PHONY: report dashboard docs sql
report: ready ## Write the report and the model cards, an HTML file each
	@$(PY) -m reports

dashboard: ready ## Serve the live page until Ctrl-C, on PORT_BASE + 22 [PORT=]
	@$(PY) -m reports.dashboard $(call option,PORT,port)

docs: ready ## Write the dbt docs site, one HTML file with the lineage
	@$(PY) -m infra.pipeline docs

# Make would read a `$` in the query as a variable of its own.
sql: export QUERY := $(value Q)
sql: ready ## Ask the reporting store, or the lake [Q='select 1' STORE=lake FORMAT=csv]
	@$(PY) -m spark.sql $(call option,STORE,store) $(call option,FORMAT,format)

##@ Development
.PHONY: test test-unit drills drill-alerts drill-flume drill-containers lint format contracts views lock
test: ready test-unit ## Every test: unit, dbt, integration on two platforms beside yours
	@$(PY) -m pytest --durations=25 --numprocesses=2 tests/integration

drills: ready ## Break a platform of their own in sixty ways, under load, and count what is there [FAULTS=60 EVENTS=2000000 SEED=1]
	@$(PY) -m tests.drills $(call option,FAULTS,faults) $(call option,EVENTS,events) $(call option,SEED,seed)

drill-alerts: ready ## Hurt the monitor and what it needs on a platform of their own, and compare its alerts with the batch detector's [FAULTS=12 AWAY=300 SEED=1]
	@$(PY) -m tests.drills.monitor $(call option,FAULTS,faults) $(call option,AWAY,away) $(call option,SEED,seed)

drill-flume: ready ## Kill Flume's agent under load on a platform of its own, and count its lines behind dbt [KILLS=10 RATE=2000 SEED=1]
	@$(PY) -m tests.drills.flume $(call option,KILLS,kills) $(call option,RATE,rate) $(call option,SEED,seed)

drill-containers: ready ## Run each container's command as a process until its health check passes, then some jobs
	@$(PY) -m tests.drills.containers --jobs

test-unit: ready ## The tests that need no platform, on two to four cores
	@$(PY) -m pytest --durations=25 --numprocesses=auto --maxprocesses=4 --dist=loadfile tests/unit tests/drills bench

lint: ready ## ruff, mypy, import-linter, shellcheck, hadolint, sqlfluff
	@.venv/bin/shellcheck infra/docker/scripts/*.sh && .venv/bin/hadolint infra/docker/Dockerfile
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports && $(PY) -m infra.pipeline lint-sql

format: ready ## Format the Python files
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

contracts: ready ## Regenerate what is made from the contracts, refuse what breaks them [CHECK=1]
	@$(PY) -m streaming.contracts $(call flag,CHECK,check)

views: ready ## Write what follows from which marts are exported: their views, the list of what is exported [CHECK=1]
	@$(PY) -m infra.pipeline.views $(call flag,CHECK,check)

lock: ready ## Renew the locks of wheels and jars (needs the network)
	@$(PY) -m infra.setup.lock
