// Random programs: whatever the card can do after rewriting must do what the original does.
#include "tests/backends/nfp/offload/rewritten.h"
#include "tests/random/generator.h"
#include "tests/random/kernel_oracle.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

namespace pw::nfp {
namespace {

using random::Case;

constexpr unsigned block = 64;

class Programs : public testing::TestWithParam<unsigned> {};

// Refusals are fine (helpers, variable places, ...); said by the rules, not by a crash.
std::unique_ptr<Rewritten> rewritten(const Case& c) {
  try {
    return std::make_unique<Rewritten>(c.object, c.program());
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::Unsupported) << c.name << ": " << failure.what();
    return nullptr;
  }
}

// Lengths that a test run of the kernel takes.
std::vector<Packet> packets_of(const Case& c) {
  std::vector<Packet> packets = c.packets;
  std::erase_if(packets,
                [](const Packet& p) { return p.bytes.size() < 14 || p.bytes.size() > 3520; });
  return packets;
}

TEST_P(Programs, DoWhatTheyDid) {
  const bool kernel = random::kernel_available();
  random::GenerateOptions options;
  options.kernel = true;
  options.changes = GetParam() % 2 != 0;
  unsigned accepted = 0;
  for (std::uint64_t seed = GetParam() * block; seed < (GetParam() + 1) * block; ++seed) {
    options.max_statements = 4 + unsigned(seed % 5) * 4;
    const Case c = random::generate_case(seed, options);
    const auto made = rewritten(c);
    if (!made)
      continue;
    ++accepted;
    const std::vector<Packet> packets = packets_of(c);
    const Outcome mine = run(Runner::Interp, made->object(), made->program(), packets, c.maps);
    EXPECT_EQ(difference(run(Runner::Interp, c.object, c.program(), packets, c.maps), mine), "")
        << c.name << "\n"
        << disassemble(c);
    if (!kernel)
      continue;
    const Outcome real = run(Runner::Kernel, made->object(), made->program(), packets, c.maps);
    EXPECT_EQ(difference(mine, real), "") << c.name << "\n" << disassemble(c);
  }
  RecordProperty("accepted", int(accepted));
  EXPECT_GE(accepted, block / 20) << "too few programs for this to say anything";
}

INSTANTIATE_TEST_SUITE_P(Offload, Programs, testing::Range(0u, 8u));

} // namespace
} // namespace pw::nfp
