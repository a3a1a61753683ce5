#include "cli/diff_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> engines = {"kernel", "rtl"};

DiffResult different() {
  DiffResult r;
  r.compared = 7;
  r.unsupported = {2, 0};
  r.difference =
      Difference{6, "verdict", "", {{"kernel", "XDP_PASS (2)"}, {"rtl", "XDP_DROP (1)"}}};
  r.minimised = Difference{0, "verdict", "", {{"kernel", "XDP_PASS (2)"}, {"rtl", "XDP_DROP (1)"}}};
  r.packets.resize(1);
  return r;
}

const Reproduction saved = {"p.diff", "p.diff/packets.pcap", "",
                            "pipewright diff p.o --in p.diff/packets.pcap"};

TEST(DiffReport, TextShowsTheDifferenceTheCaseAndTheCommand) {
  const std::string text = diff_text(engines, 9, different(), saved);
  EXPECT_THAT(text, HasSubstr("unsupported: 2 of 9 packets can't be run by engine kernel"));
  EXPECT_THAT(text, HasSubstr("first difference among kernel, rtl\npacket 6: verdict\n"));
  EXPECT_THAT(text, HasSubstr("rtl     XDP_DROP (1)"));
  EXPECT_THAT(text, HasSubstr("minimised to 1 packet in p.diff/packets.pcap"));
  EXPECT_THAT(text, HasSubstr("to see it again:\n  pipewright diff p.o"));
}

TEST(DiffReport, TextWithoutACaseSaysNothingAboutOne) {
  EXPECT_THAT(diff_text(engines, 9, different(), std::nullopt), Not(HasSubstr("minimised")));
}

TEST(DiffReport, MapsDifferAfterTheLastPacket) {
  DiffResult r;
  r.difference = Difference{std::nullopt, "map flows", "key 01", {{"kernel", "02"}, {"rtl", "03"}}};
  EXPECT_THAT(diff_text(engines, 1, r, std::nullopt),
              HasSubstr("after the last packet: map flows, key 01\n"));
}

TEST(DiffReport, Json) {
  const Json j = diff_json(engines, different(), saved);
  EXPECT_EQ(j.at("engines"), Json({"kernel", "rtl"}));
  EXPECT_EQ(j.at("compared"), 7);
  EXPECT_EQ(j.at("unsupported").at("kernel"), 2);
  EXPECT_EQ(j.at("difference").at("packet"), 6);
  EXPECT_EQ(j.at("difference").at("values").at("rtl"), "XDP_DROP (1)");
  EXPECT_EQ(j.at("reproduce").at("packets"), 1);
  EXPECT_TRUE(j.at("reproduce").at("maps").is_null());
  EXPECT_FALSE(diff_json(engines, DiffResult{}, std::nullopt).contains("reproduce"));
}

TEST(DiffReport, SaysFromWhereTheKernelIsLeftOut) {
  DiffResult r;
  r.compared = 900;
  r.unsupported = {0, 0};
  EXPECT_TRUE(diff_json(engines, r, std::nullopt).at("evicted").is_null());
  EXPECT_THAT(diff_text(engines, 900, r, std::nullopt), Not(HasSubstr("evicted")));
  r.evicted = 612;
  EXPECT_EQ(diff_json(engines, r, std::nullopt).at("evicted"), 612);
  EXPECT_THAT(diff_text(engines, 900, r, std::nullopt), HasSubstr("evicted: from packet 612 on"));
  r.followed = 200;
  EXPECT_EQ(diff_json(engines, r, std::nullopt).at("followed"), 200);
  EXPECT_THAT(diff_text(engines, 900, r, std::nullopt),
              HasSubstr("and for 200 packets behind that"));
}

TEST(DiffReport, NoDifference) {
  DiffResult r;
  r.compared = 5;
  EXPECT_EQ(diff_text(engines, 5, r, std::nullopt),
            "no difference: 5 packets, engines kernel, rtl\n");
  EXPECT_TRUE(diff_json(engines, r, std::nullopt).at("difference").is_null());
}

} // namespace
} // namespace pw::cli
