// pipewright traffic.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(Traffic, WritesTheSameCaptureEachTime) {
  const Scratch scratch;
  const Outcome o =
      pipewright({"traffic", "count=50,size=64..256", "-o", scratch.path("a.pcap"), "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(o.json().at("packets"), 50);
  EXPECT_EQ(pipewright({"traffic", "count=50,size=64..256", "-o", scratch.path("b.pcap")}).code, 0);
  EXPECT_EQ(slurp(scratch.path("a.pcap")), slurp(scratch.path("b.pcap")));
}

TEST(Traffic, SeedOptionChangesIt) {
  const Scratch scratch;
  pipewright({"traffic", "count=50", "-o", scratch.path("a.pcap")});
  EXPECT_EQ(pipewright({"traffic", "count=50", "--seed", "9", "-o", scratch.path("b.pcap")}).code,
            0);
  EXPECT_NE(slurp(scratch.path("a.pcap")), slurp(scratch.path("b.pcap")));
}

TEST(Traffic, MalformedSpecifications) {
  const Scratch scratch;
  for (const char* spec : {"colour=red", "count=", "count=-1", "count=many", "size=0..0..0",
                           "malformed=200%", "flows=zipf:x:y", "="}) {
    const Outcome o = pipewright({"traffic", spec, "-o", scratch.path("x.pcap")});
    EXPECT_EQ(o.code, 1) << spec;
    EXPECT_THAT(o.err, HasSubstr("error: [PW-IN-2")) << spec;
  }
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST(Traffic, UnwritableOutput) {
  const Outcome o = pipewright({"traffic", "count=5", "-o", "/nonexistent/x.pcap"});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-OPT-002"));
}

} // namespace
} // namespace pw::cli_test
