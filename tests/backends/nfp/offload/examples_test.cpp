// Every example that the card can hold, as its own traffic and harsh traffic show it.
#include "tests/backends/nfp/offload/rewritten.h"
#include "tests/nway/subjects.h"
#include "tests/random/kernel_oracle.h"

#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using nway::Subject;

std::vector<Subject> subjects() {
  std::vector<Subject> all = nway::examples();
  const std::vector<Subject> more = nway::variants();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

class Example : public testing::TestWithParam<Subject> {};

TEST_P(Example, DoesWhatItDid) {
  const Object original = open_object(GetParam().object);
  const Program& program = select_program(original, GetParam().program);
  std::unique_ptr<Rewritten> made;
  try {
    made = std::make_unique<Rewritten>(original, program);
  } catch (const Failure& failure) {
    ASSERT_EQ(failure.exit(), Exit::Unsupported) << failure.what();
    GTEST_SKIP() << "the card can't hold it: " << failure.what();
  }
  std::vector<Packet> packets = nway::example_packets(GetParam());
  for (const auto& more : {nway::generated_packets(GetParam(), 1000), nway::harsh_packets(1000)})
    packets.insert(packets.end(), more.begin(), more.end());
  const MapState maps = nway::example_maps(GetParam(), original);
  const Outcome before = run(Runner::Interp, original, program, packets, maps);
  EXPECT_EQ(difference(before, run(Runner::Interp, made->object(), made->program(), packets, maps)),
            "");
  if (!random::kernel_available())
    GTEST_SKIP() << "the kernel is left out: no right to load programs";
  EXPECT_EQ(difference(run(Runner::Kernel, original, program, packets, maps),
                       run(Runner::Kernel, made->object(), made->program(), packets, maps)),
            "");
}

INSTANTIATE_TEST_SUITE_P(Offload, Example, testing::ValuesIn(subjects()),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace pw::nfp
