# What the scripts know about examples/: their names, how to compile them, which options they need.
# Sourced after lib.sh, not run.

# As examples/CMakeLists.txt compiles them.
clang_bpf=(clang-19 -O2 -g -target bpf -Wall -Wno-unused-function -fdebug-compilation-dir=. -Iexamples
  -idirafter "/usr/include/$(uname -m)-linux-gnu")

# Those with one program in the object.
example_names() { for c in "$root"/examples/*/*.bpf.c; do basename "$c" .bpf.c; done | grep -vx several_programs | sort; }

# example_options NAME: one a line, what `pipewright run` needs besides the packets.
example_options() {
  local maps=examples/$1/maps.json
  if [ -f "$root/$maps" ]; then printf '%s\n' --maps "$maps"; fi
}
