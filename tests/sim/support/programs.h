// What the tests of several engines share: programs from C or from instructions, packets,
// comparison.
#pragma once

#include "sim/engine.h"

#include <string>
#include <vector>

namespace pw::test {

// Compiles C with clang-19 to an object file in a temporary folder of this process; its path.
// Throws std::runtime_error with clang's output.
std::string compile_c(const std::string& source, const std::string& cpu = "v3");
// The same for a file below the source tree.
std::string compile_file(const std::string& path, const std::string& cpu = "v3");

// An object of one program "prog" made of these instructions, with these maps; for the interpreter.
Object object_of(std::vector<bpf_insn> insns, std::vector<MapDefinition> maps = {});

// Frames of all kinds, a few malformed. Deterministic.
std::vector<Packet> mixed_packets(unsigned count, std::uint32_t seed);
// Random bytes, lengths from `shortest` to `longest`.
std::vector<Packet> random_packets(unsigned count, std::uint32_t seed, unsigned shortest,
                                   unsigned longest);

// "" if the kernel engine can run here, else why not.
std::string kernel_missing();

// Runs the program on interp and kernel with the same maps and tells what differs, for people; ""
// if nothing. maps: set before, if not empty.
std::string compare_with_kernel(const Object&, const Program&, std::span<const Packet>,
                                const MapState& maps = {}, const Environment& = {});
// Every program of the file.
std::string compare_with_kernel(const std::string& object_path, std::span<const Packet>,
                                const MapState& maps = {}, const Environment& = {});

// A few entries for every map, derived from `seed`; keys are small or look like addresses of
// mixed_packets.
MapState some_entries(const Object&, std::uint32_t seed);

std::string source_dir();

} // namespace pw::test

#define PW_SKIP_WITHOUT_KERNEL()                                                                   \
  if (const std::string why = pw::test::kernel_missing(); !why.empty())                            \
  GTEST_SKIP() << why
