// What maps take of a device, copies for look-up ports among it.
#include "ir/resources.h"

#include "support/diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw {
namespace {

using pipeline::MapKind;
using pipeline::OpKind;
using testing::HasSubstr;

// A table of 4 ways, 4,096 rows each, and an access at each of the ports.
pipeline::Pipeline with_ports(unsigned ports) {
  pipeline::Pipeline p;
  p.stages = 1;
  p.regions = {{.first_stage = 0, .last_stage = 0}};
  pipeline::Map map;
  map.name = "flows";
  map.kind = MapKind::Table;
  map.key_bytes = 13;
  map.max_entries = map.slots = 16384;
  map.ways = 4;
  map.places = 1;
  map.row_bits = 12;
  map.handle_bits = 15;
  p.maps = {map};
  for (unsigned port = 0; port <= ports; ++port) {
    pipeline::Operation op;
    op.kind = OpKind::MapAccess;
    op.port = port;
    p.operations.push_back(op);
  }
  return p;
}

TEST(Resources, EachLookUpPortHasACopyOfTheRows) {
  const auto blocks = [](unsigned ports) { return demand_of(with_ports(ports), 0).blocks; };
  const std::uint64_t copy = 4 * choose_memory(4096, 13 * 8 + 15).blocks;
  EXPECT_GT(copy, 0u);
  EXPECT_EQ(blocks(0), demand_of(with_ports(0).maps[0]).blocks);
  EXPECT_EQ(blocks(1), blocks(0) + copy);
  EXPECT_EQ(blocks(3), blocks(0) + 3 * copy);
}

// Prefixes that packets change: comparators at each port, and no rows.
TEST(Resources, PrefixesThatPacketsChangeTakeLogic) {
  const auto with_prefixes = [](unsigned ports, unsigned entries) {
    pipeline::Pipeline p = with_ports(ports);
    pipeline::Map& map = p.maps[0];
    map.type = BPF_MAP_TYPE_LPM_TRIE;
    map.key_bytes = 8;
    map.max_entries = map.slots = entries;
    map.ways = map.places = map.row_bits = 0;
    return p;
  };
  const auto demand = [&](unsigned ports) { return demand_of(with_prefixes(ports, 64), 0); };
  EXPECT_NEAR(double(demand(0).logic), 4300, 500);
  EXPECT_NEAR(double(demand(1).logic), 7700, 500);
  EXPECT_NEAR(double(demand(0).flip_flops), 5100, 500);
  EXPECT_NO_THROW(check_fits(memory_uses(with_prefixes(0, 6000)), "xcu50"));
  try {
    check_fits(memory_uses(with_prefixes(0, 10000)), "xcu50");
    FAIL() << "ten thousand prefixes don't fit";
  } catch (const Failure& failure) {
    const Diagnostic& d = failure.diagnostics().front();
    EXPECT_EQ(d.code, "PW-MAP-008");
    EXPECT_THAT(d.message, HasSubstr("'flows'"));
    EXPECT_THAT(d.limit, HasSubstr("436000 LUTs"));
  }
}

TEST(Resources, SaysWhatDoesNotFit) {
  EXPECT_NO_THROW(check_fits(memory_uses(with_ports(1)), "xcu50"));
  try {
    check_fits(memory_uses(with_ports(200)), "xcu50");
    FAIL() << "two hundred copies don't fit";
  } catch (const Failure& failure) {
    const Diagnostic& d = failure.diagnostics().front();
    EXPECT_EQ(d.code, "PW-DEV-001");
    EXPECT_THAT(d.message, HasSubstr("'flows'"));
    EXPECT_THAT(d.limit, HasSubstr("1344 BRAM36"));
    EXPECT_THAT(d.value, HasSubstr("flows: "));
  }
}

TEST(Resources, GivesSizesThatFit) {
  pipeline::Pipeline p;
  const auto array = [&](const char* name, unsigned entries) {
    pipeline::Map m;
    m.name = name;
    m.max_entries = m.slots = entries;
    m.value_bytes = 4;
    m.columns = {{0, 4, 1}};
    p.maps.push_back(m);
  };
  array("rings", 33554944);
  array("small", 512);
  array("servers", 16777214);
  array(".bss", 4096);
  try {
    check_fits(memory_uses(p), "xcu50");
    FAIL() << "they don't fit";
  } catch (const Failure& failure) {
    const std::string& remedy = failure.diagnostics().front().remedy;
    EXPECT_THAT(remedy, HasSubstr(" --entries rings=2097184 --entries servers=2097151"));
    EXPECT_THAT(remedy, testing::Not(HasSubstr("small")));
  }
  p.maps[0].max_entries = p.maps[0].slots = 2097184;
  p.maps[2].max_entries = p.maps[2].slots = 2097151;
  EXPECT_NO_THROW(check_fits(memory_uses(p), "xcu50"));
}

TEST(Resources, KnowsTheDevices) {
  EXPECT_NE(device_named("xcu280"), nullptr);
  try {
    check_fits({}, "xcu1");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-DEV-003");
  }
}

} // namespace
} // namespace pw
