#include "cli/card_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli {
namespace {

nfp::Instruction at(unsigned line, nfp::Op op) {
  nfp::Instruction i;
  i.op = op;
  i.where = {.file = "prog.bpf.c", .line = line, .column = 1, .text = "\treturn x;"};
  return i;
}

nfp::Image image() {
  nfp::Image image;
  image.instructions = {at(3, nfp::Op::Alu), at(9, nfp::Op::Command), at(9, nfp::Op::Branch),
                        at(9, nfp::Op::Nop), at(5, nfp::Op::Return)};
  image.instructions.resize(5 + 8);
  return image;
}

TEST(CardWords, LinesWithTheMostWordsComeFirst) {
  const Json lines = lines_json(image());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].dump(), R"({"file":"prog.bpf.c","line":9,"words":3})");
  EXPECT_EQ(lines[1].at("line"), 3);
  EXPECT_THAT(lines_text(image()), testing::HasSubstr("prog.bpf.c:9"));
  EXPECT_THAT(lines_text(image()), testing::HasSubstr("return x;"));
}

TEST(CardWords, ThePrefetchWindowIsNotCounted) {
  EXPECT_EQ(classes_json(image()).dump(), R"({"commands":1,"branches":2,"nops":1})");
}

TEST(CardWords, APeoplesTableIsShort) {
  nfp::Image image;
  for (unsigned line = 1; line < 40; ++line)
    image.instructions.push_back(at(line, nfp::Op::Alu));
  const std::string text = lines_text(image);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11);
  EXPECT_EQ(lines_text({}), "");
  EXPECT_EQ(lines_json(image).size(), 39u);
}

} // namespace
} // namespace pw::cli
