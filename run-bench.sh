#!/usr/bin/env bash
# Builds and calls the benchmark runner; --help tells what it does.
set -euo pipefail

# Build servers would outlive the run.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
runner=$root/benchmarks/InternalChat.BenchRunner
if ! log=$(dotnet build "$runner" --configuration Release --nologo --verbosity quiet 2>&1); then
  printf '%s\n' "$log" >&2
  exit 1
fi
exec dotnet "$runner/bin/Release/net10.0/InternalChat.BenchRunner.dll" "$@"
