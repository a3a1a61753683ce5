#include "cli/card_words.h"

#include <algorithm>
#include <map>

namespace pw::cli {

namespace {

constexpr std::size_t prefetch_window = 8; // nops behind the end
constexpr std::size_t shown = 10;          // lines for people

struct LineWords {
  SourceLocation where;
  unsigned words = 0;
};

std::vector<LineWords> by_line(const nfp::Image& image) {
  std::map<std::pair<std::string, unsigned>, LineWords> lines;
  for (const nfp::Instruction& i : image.instructions)
    if (i.where.known()) {
      LineWords& line = lines[{i.where.file, i.where.line}];
      line.where = i.where;
      ++line.words;
    }
  std::vector<LineWords> all;
  for (const auto& [place, line] : lines)
    all.push_back(line);
  std::ranges::stable_sort(all, std::ranges::greater{}, &LineWords::words);
  return all;
}

bool is_branch(nfp::Op op) {
  return op == nfp::Op::Branch || op == nfp::Op::BranchBit || op == nfp::Op::BranchByte ||
         op == nfp::Op::Return;
}

std::string trimmed(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t");
  return start == std::string::npos ? "" : text.substr(start);
}

} // namespace

std::string lines_text(const nfp::Image& image) {
  const std::vector<LineWords> all = by_line(image);
  Table table({"most words for", "words", "line"});
  for (std::size_t i = 0; i < std::min(shown, all.size()); ++i)
    table.row({all[i].where.file + ":" + std::to_string(all[i].where.line),
               std::to_string(all[i].words), trimmed(all[i].where.text)});
  return all.empty() ? "" : table.text();
}

Json lines_json(const nfp::Image& image) {
  Json list = Json::array();
  for (const LineWords& line : by_line(image))
    list.push_back({{"file", line.where.file}, {"line", line.where.line}, {"words", line.words}});
  return list;
}

Json classes_json(const nfp::Image& image) {
  const auto end = image.instructions.end() -
                   std::ptrdiff_t(std::min(prefetch_window, image.instructions.size()));
  const auto count = [&](auto&& of_class) {
    return std::count_if(image.instructions.begin(), end,
                         [&](const nfp::Instruction& i) { return of_class(i.op); });
  };
  return {{"commands", count([](nfp::Op op) { return op == nfp::Op::Command; })},
          {"branches", count(is_branch)},
          {"nops", count([](nfp::Op op) { return op == nfp::Op::Nop; })}};
}

} // namespace pw::cli
