# Shared by the scripts at the root: where the repository is, and how they talk.
# Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
started=$SECONDS

# A second checkout of the same sources should find in ccache what the first one compiled.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

if [ -t 1 ]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
  bold='' dim='' plain=''
fi

# say TEXT: what is being done now, with the seconds since the start.
say() { printf '%s==> [%3ds] %s%s\n' "$bold" "$((SECONDS - started))" "$*" "$plain"; }

# run COMMAND...: show the command, then run it.
run() {
  local word
  printf '%s    $' "$dim"
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./,:=%+@-]+$ ]]; then printf ' %s' "$word"; else printf ' %q' "$word"; fi
  done
  printf '%s\n' "$plain"
  "$@"
}

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# quietly LOG COMMAND...: run with its output in LOG; print the end of it only if the command fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    die "'$*' failed; the whole output is in $log"
  fi
}

# build PRESET [TARGET...]: configure when needed and build, in build/PRESET.
build() {
  local preset=$1
  shift
  cd "$root" || exit 1
  if [ ! -f "build/$preset/build.ninja" ]; then
    say "configuring build/$preset (log: build/$preset/configure.log)"
    quietly "build/$preset/configure.log" cmake --preset "$preset"
  fi
  say "building build/$preset${*:+: $*}"
  if [ -t 1 ]; then
    cmake --build "build/$preset" ${*:+--target "$@"} || die "the build failed"
  else
    quietly "build/$preset/build.log" cmake --build "build/$preset" ${*:+--target "$@"}
  fi
}
