#!/bin/sh
# Measures the field's engines and ours on the same carts. See bench/peers/README.md.
set -eu
cd "$(dirname "$0")/.."
tools/need.sh cargo rustc gcc node npm python3
work="${CARGO_TARGET_DIR:-target}/peers"
log="$work/peers.jsonl"
mkdir -p "$work"
cp -r bench/peers/. "$work/"
export MEDUSA_DISABLE_TELEMETRY=true LOG_LEVEL=error
export NS="${NS:-100}" SCN="${SCN:-dense,sparse}" SECONDS_PER="${SECONDS_PER:-2}"
install_js() { [ -d "$1/node_modules" ] || (cd "$1" && npm install --no-audit --no-fund --no-package-lock --loglevel=error); }
install_js "$work/rules"
install_js "$work/rules/vendure"
if ! "$work/venv/bin/python" -c 'import oscar, duckdb' 2>/dev/null; then
  python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q install 'django-oscar==4.2.1' duckdb
fi
python3 "$work/gen_scenarios.py"
(cd "$work" && node rules/zen_graph.js)
: > "$log"
# A peer that does not run is named, and the others go on.
peer() { "$@" >> "$log" || echo "did not run: $*" >&2; }
peer node "$work/rules/json_rules.js"
peer node "$work/rules/zen_node.js"
peer node "$work/rules/medusa_pure.js"
peer node "$work/rules/vendure/vendure_pure.js"
NCARTS=8 MODES=pure peer "$work/venv/bin/python" "$work/rules/oscar_bench.py"
cargo run --release -p bench -- --only rules --peers "$work/scenarios" --out "$work/report.json"
# DuckDB ranks the same pool; our pool bench starts it.
BENCH_PYTHON="$work/venv/bin/python" cargo run --release -p bench -- --only pool --out "$work/pool.json"
echo
echo "peers, evaluations per second of CPU time:"
python3 - "$log" <<'PRINT'
import json, sys
for line in open(sys.argv[1]):
    row = json.loads(line) if line.startswith("{") else None
    if row and "eps_cpu" in row:
        print(f"{row['peer']:38} {row['scenario']:7} {row['n']:6} {row['eps_cpu']:>12,.1f}")
PRINT
