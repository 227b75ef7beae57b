#!/usr/bin/env bash
# Builds Release and runs the benchmark suites.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: ./run-bench.sh [filter] [BenchmarkDotNet options]

  filter   a part of a benchmark's name, or a pattern with *; all suites where none is given

  ./run-bench.sh                              everything, a short job each
  ./run-bench.sh Framing                      one suite
  ./run-bench.sh '*CommandParsing*Parse*'     by pattern
  ./run-bench.sh Framing --job medium         longer, for figures that are published
  ./run-bench.sh Framing --list flat          which benchmarks there are, without running them
  ./run-bench.sh --anyCategories Large        those over logs of millions of rows, which are otherwise left out; builds them first

Reports are written to BenchmarkDotNet.Artifacts/results.
USAGE
}

filter='*'
case "${1:-}" in
  -h|--help) usage; exit 0 ;;
  ''|-*) ;;
  *'*'*) filter=$1; shift ;;
  *) filter="*$1*"; shift ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")"
project=benchmarks/InternalChat.Benchmarks
dotnet build "$project" --configuration Release --nologo --verbosity quiet
exec dotnet run --project "$project" --configuration Release --no-build -- --filter "$filter" "$@"
