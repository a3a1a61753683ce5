#!/usr/bin/env bash
# Style: clang-format must leave the C++ files as they are, clang-tidy must find nothing.
# Usage: scripts/lint.sh [--all] [--tidy] [BASE]    files changed since commit BASE (default HEAD~1), or all of them
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

all=no tidy=no base=HEAD~1
for argument in "$@"; do
  case "$argument" in
  --all) all=yes ;;
  --tidy) tidy=yes ;;
  -h | --help) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
  *) base=$argument ;;
  esac
done

layers=(support frontend ir backends sim cli tests)
if [ "$all" = yes ]; then
  mapfile -t files < <(git ls-files -- "${layers[@]/%//*.cpp}" "${layers[@]/%//*.h}")
else
  mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- "${layers[@]/%//*.cpp}" "${layers[@]/%//*.h}")
fi
[ ${#files[@]} -gt 0 ] || { say "lint: no C++ file has changed"; exit 0; }

say "clang-format: ${#files[@]} files"
clang-format --dry-run -Werror "${files[@]}" || die "format with: clang-format -i FILE..."

[ "$tidy" = yes ] || exit 0
[ -f build/release/compile_commands.json ] || die "clang-tidy needs build/release: cmake --preset release"
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep '\.cpp$')
say "clang-tidy: ${#sources[@]} files"
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy -p build/release --quiet --warnings-as-errors='*'
