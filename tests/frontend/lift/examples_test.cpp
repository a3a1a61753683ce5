// The lifter against the interpreter: every example in every variant, and the objects of Debian's
// packages.
#include "tests/frontend/lift/lifted_engine.h"
#include "tests/nway/subjects.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw {
namespace {

std::string describe(const PacketResult& r) {
  std::string text = std::to_string(r.retval) + " length " + std::to_string(r.length) + " bytes ";
  for (std::uint8_t byte : r.bytes) {
    constexpr char digits[] = "0123456789abcdef";
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  if (r.redirect)
    text += " to " + r.redirect->map.value_or("-") + " " +
            std::to_string(r.redirect->key.value_or(0)) + " " +
            std::to_string(r.redirect->ifindex.value_or(0));
  for (const std::string& line : r.trace)
    text += " '" + line + "'";
  return text;
}

std::vector<Packet> packets_for(const nway::Subject& subject) {
  std::vector<Packet> all = nway::harsh_packets(1500);
  for (const std::vector<Packet>& more :
       {nway::example_packets(subject), nway::packets_of_lengths()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

// Queues and maps of maps become other maps for hardware, which this engine doesn't translate back,
// and nobody gives it routes; tests/nway compares them with the model.
bool has_made_maps(const Object& object) {
  return std::ranges::any_of(object.maps, [](const MapDefinition& m) {
    return !m.parts.empty() || m.inner || m.role == MapRole::Routes;
  });
}

void compare_program(const nway::Subject& subject, const Object& object, const Program& program) {
  if (has_made_maps(object))
    return;
  EngineInput input;
  input.object = &object;
  input.program = &program;
  std::unique_ptr<Engine> lifted;
  try {
    lifted = make_lifted_engine(input);
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::Unsupported) << failure.what();
    return;
  }
  const std::unique_ptr<Engine> interp = make_interp_engine(input);
  const MapState maps = nway::example_maps(subject, object);
  lifted->set_maps(maps);
  interp->set_maps(maps);
  const std::vector<Packet> packets = packets_for(subject);
  const auto a = lifted->run(packets), b = interp->run(packets);
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (!b[i].unsupported) {
      ASSERT_EQ(describe(a[i]), describe(b[i])) << subject.name << ", packet " << i;
    }
  EXPECT_EQ(lifted->maps(), interp->maps()) << subject.name;
}

void compare(const nway::Subject& subject) {
  const Object object = open_object(subject.object);
  for (const Program& program : object.programs)
    if (subject.program.empty() || subject.program == program.name)
      compare_program(subject, object, program);
}

TEST(LiftExamples, AsBuilt) {
  ASSERT_FALSE(nway::examples().empty());
  for (const nway::Subject& s : nway::examples())
    compare(s);
}

TEST(LiftExamples, OtherInstructionSets) {
  for (const nway::Subject& s : nway::variants())
    compare(s);
}

void compare_everything_in(const std::string& file) {
  for (const char* cpu : {"v1", "v2", "v3", "v4"}) {
    nway::Subject s;
    s.name = file + "." + cpu;
    s.object = std::string(PW_TEST_OBJECTS "/") + s.name + ".o";
    const Object object = open_object(s.object);
    for (const Program& program : object.programs) {
      for (const Diagnostic& d : verify_program(object, program))
        ADD_FAILURE() << s.name << ' ' << program.name << ": " << to_text(d);
      compare_program(s, object, program);
    }
  }
}

TEST(LiftFeatures, SameAsInterpreter) { compare_everything_in("features"); }

TEST(LiftFeatures, MapChanges) { compare_everything_in("map_changes"); }

TEST(LiftExamples, DebianObjects) {
  if (nway::debian_objects().empty())
    GTEST_SKIP() << "xdp-tools and libxdp1 are not installed";
  for (const nway::Subject& s : nway::debian_objects())
    compare(s);
}

} // namespace
} // namespace pw
