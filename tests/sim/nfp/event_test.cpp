// The message by which the firmware sends an event, word by word.
#include "sim/nfp/event_message.h"
#include "sim/nfp/stop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::me {
namespace {

using testing::ElementsAreArray;

const EventMessage event = {0xffffffff, 0x1122, {1, 2, 3}, {7, 8, 9, 10, 11}};

TEST(EventMessage, IsBigEndianWithThePacketInFront) {
  const std::vector<std::uint8_t> expected = {
      8,    1,    0,    0,                       // type, version, tag
      0xff, 0xff, 0xff, 0xff,                    // cpu
      0,    0,    0,    0,    0,  0, 0x11, 0x22, // map
      0,    0,    0,    3,                       // bytes of the record
      0,    0,    0,    5,                       // bytes of the packet
      7,    8,    9,    10,   11, 0, 0,    0,    // packet, padded
      1,    2,    3};
  EXPECT_THAT(write_event(event), ElementsAreArray(expected));
}

TEST(EventMessage, ComesBackAsItWas) {
  EXPECT_EQ(read_event(write_event(event)), event);
  const EventMessage empty = {0, 1, {}, {}};
  EXPECT_EQ(read_event(write_event(empty)), empty);
}

TEST(EventMessage, OfAnotherFormIsRefused) {
  const std::vector<std::uint8_t> good = write_event(event);
  for (std::vector<std::uint8_t> bad : {std::vector<std::uint8_t>(good.begin(), good.end() - 1),
                                        std::vector<std::uint8_t>(8), good}) {
    if (bad.size() == good.size())
      bad[0] = 7;
    EXPECT_THROW(read_event(bad), Stop);
  }
}

} // namespace
} // namespace pw::me
