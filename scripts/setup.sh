#!/usr/bin/env bash
# Installs the Debian packages that building and testing Pipewright needs, if any are missing.
# Usage: scripts/setup.sh [--list]     (--list: print the packages, install nothing)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

packages=(
  # building
  g++ make cmake ninja-build ccache pkg-config
  # the compiler's libraries: LLVM and MLIR 19, graphs, command line, JSON
  llvm-19-dev libmlir-19-dev mlir-19-tools llvm-19-tools liblemon-dev libboost-dev libcli11-dev
  nlohmann-json3-dev zlib1g-dev
  # eBPF: the compiler for programs, libbpf to open them, the kernel's headers
  clang-19 libbpf-dev libelf-dev linux-libc-dev
  # hardware: simulation, lint, synthesis
  verilator iverilog yosys nextpnr-ice40 tcl
  # the network card around it
  libsystemc-dev
  # sweeps on several machines
  libboost-mpi-dev openmpi-bin
  # packets and the kernel engine
  libpcap-dev iproute2
  # tests: GoogleTest, lit (python3), style, real XDP objects to compile
  libgtest-dev libgmock-dev python3 clang-format clang-tidy bpftool xdp-tools libxdp1
  # tests of `pipewright report`: a browser
  chromium
  # tests of the NFP backend: the source of GNU's disassembler (scripts/nfp_objdump.sh builds it)
  binutils-source xz-utils
)

if [ "${1:-}" = --list ]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

missing=()
installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p')
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
  say "setup: all ${#packages[@]} packages are there"
  exit 0
fi

say "setup: ${#missing[@]} of ${#packages[@]} packages are missing: ${missing[*]}"
command -v apt-get >/dev/null ||
  die "this script knows Debian 12 only (no apt-get here); install by hand what 'scripts/setup.sh --list' prints"
[ "$(id -u)" -eq 0 ] ||
  die "installing packages needs root. Run as root: apt-get install --no-install-recommends ${missing[*]}"

log=$(mktemp /tmp/pipewright-setup.XXXXXX.log)
export DEBIAN_FRONTEND=noninteractive
say "setup: apt-get update (log: $log)"
quietly "$log" apt-get update
say "setup: apt-get install, 2 to 4 minutes (log: $log)"
quietly "$log" apt-get install -y --no-install-recommends "${missing[@]}"
say "setup: done"
