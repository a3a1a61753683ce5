#include "backends/nfp/nfp.h"
#include "tests/backends/nfp/elf/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using testing::HasSubstr;

std::string text() { return listing(sample_image(), sample_object()); }

TEST(Listing, SaysWhatTheProgramNeeds) {
  EXPECT_THAT(text(), HasSubstr("; program count: 14 words, 64 bytes of local memory\n"));
  EXPECT_THAT(text(),
              HasSubstr("; table 1: map 'counts', key 4 bytes, value 20 bytes, 256 entries, "
                        "counters (big-endian) at byte 4 12\n"));
}

TEST(Listing, EveryWordStandsOnALineWithItsNumber) {
  EXPECT_THAT(text(), HasSubstr("    .1  ea0f0000c0400  immed[gprA_0, 0x1]"));
  EXPECT_THAT(text(), HasSubstr("   .13  000f0000c0300  nop\n"));
}

TEST(Listing, CLinesStandBetween) {
  EXPECT_THAT(text(), HasSubstr("; prog.bpf.c:42: value = bpf_map_lookup_elem(&counts, &key);\n"));
  EXPECT_THAT(text(), HasSubstr("; prog.bpf.c:7: return XDP_PASS;\n"));
}

TEST(Listing, LabelsAndWhereBranchesGo) {
  EXPECT_THAT(text(), HasSubstr("block_2:\n; prog.bpf.c:43: if (!value)\n    .3  "));
  EXPECT_THAT(text(), HasSubstr("beq[.0]  ; to count\n"));
  EXPECT_THAT(text(), HasSubstr("; to helper 1 (map lookup)\n"));
  EXPECT_THAT(text(), HasSubstr("; to the firmware's next packet\n"));
  EXPECT_THAT(text(), HasSubstr("immed[gprB_0, 0x3]  ; code address\n"));
}

} // namespace
} // namespace pw::nfp
