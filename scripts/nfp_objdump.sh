#!/usr/bin/env bash
# Builds GNU objdump for the NFP from Debian's package binutils-source, once, and prints where it is.
# Usage: scripts/nfp_objdump.sh [--path]     (--path: only print where it would be; exit 1 if it isn't built)
# It lies in $XDG_CACHE_HOME/pipewright (default ~/.cache/pipewright); a new version of the package is a new folder.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

shopt -s nullglob
archives=(/usr/src/binutils/binutils-*.tar.*)
[ ${#archives[@]} -gt 0 ] || die "no /usr/src/binutils/binutils-*.tar.*: install the Debian package binutils-source (scripts/setup.sh)"
archive=${archives[0]}
version=$(basename "$archive")
version=${version#binutils-} version=${version%.tar.*}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pipewright
objdump=$cache/nfp-objdump-$version
if [ -x "$objdump" ]; then
  echo "$objdump"
  exit 0
fi
[ "${1:-}" != --path ] || die "GNU objdump for the NFP is not built: scripts/nfp_objdump.sh builds it in about a minute"

mkdir -p "$cache"
work=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$cache/nfp-objdump-$version.log

# Only what objdump is made of; no documentation, no translations, no other architecture.
make_objdump() {
  tar -xf "$archive" -C "$work" --strip-components=1
  mkdir "$work/build"
  cd "$work/build"
  ../configure --target=nfp-elf --disable-nls --disable-werror --disable-gdb --disable-gdbserver --disable-sim --disable-ld \
    --disable-gas --disable-gold --disable-gprof --disable-gprofng --disable-libctf --disable-plugins --disable-shared MAKEINFO=true
  make -j"$(nproc)" all-bfd all-opcodes all-libiberty configure-binutils MAKEINFO=true
  make -j"$(nproc)" -C binutils objdump MAKEINFO=true
}
say "building GNU objdump $version for the NFP, about a minute (log: $log)" >&2
quietly "$log" make_objdump
strip "$work/build/binutils/objdump"
mv "$work/build/binutils/objdump" "$objdump"
echo "$objdump"
