# What the scripts know about examples/: their names, how to compile them, their traffic, maps and options.
# Sourced after lib.sh, not run.

# As examples/CMakeLists.txt compiles them.
clang_bpf=(clang-19 -O2 -g -target bpf -Wall -Wno-unused-function -fdebug-compilation-dir=. -Iexamples
  -idirafter "/usr/include/$(uname -m)-linux-gnu")

example_names() { for c in "$root"/examples/*/*.bpf.c; do basename "$c" .bpf.c; done | sort -u; }
