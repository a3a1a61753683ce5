// What each line of C costs.
#include "cli/report/figures.h"

#include <filesystem>
#include <fstream>
#include <map>

namespace pw::cli::report {

namespace fs = std::filesystem;

namespace {

constexpr unsigned most_lines = 20'000; // of a file
constexpr unsigned most_folders = 6;    // above the object in which a source is looked for
constexpr unsigned margin = 3;          // lines shown before the first and behind the last

struct FileCosts {
  std::map<unsigned, LineCost> costs;
  std::map<unsigned, std::string> texts; // as the object carries them
};

std::map<std::string, FileCosts> costs_by_file(const pipeline::Pipeline& p) {
  std::map<std::string, FileCosts> files;
  for (const pipeline::Operation& op : p.operations) {
    if (!op.location.known() || op.kind == pipeline::OpKind::Constant)
      continue;
    FileCosts& file = files[op.location.file];
    LineCost& cost = file.costs[op.location.line];
    if (!op.location.text.empty())
      file.texts[op.location.line] = op.location.text;
    cost.stages.insert(op.stage);
    ++cost.operations;
    if (op.result != pipeline::no_value) {
      const pipeline::Value& v = p.values.at(op.result);
      if (v.last_use > v.defined)
        cost.register_bits += std::uint64_t(v.width) * (v.last_use - v.defined);
    }
  }
  return files;
}

std::map<std::string, FileCosts> costs_by_file(const nfp::Image& image) {
  std::map<std::string, FileCosts> files;
  for (const nfp::Instruction& i : image.instructions) {
    if (!i.where.known())
      continue;
    FileCosts& file = files[i.where.file];
    ++file.costs[i.where.line].words;
    if (!i.where.text.empty())
      file.texts[i.where.line] = i.where.text;
  }
  return files;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos
             ? ""
             : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Empty if it can't be read or is too long for a source.
std::vector<std::string> lines_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return {};
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line); lines.push_back(line))
    if (lines.size() == most_lines)
      return {};
  return lines;
}

// The file may be another one, or a later version.
bool agree(const std::vector<std::string>& lines, const FileCosts& file) {
  for (const auto& [number, text] : file.texts)
    if (number > lines.size() || trimmed(lines[number - 1]) != trimmed(text))
      return false;
  return !file.texts.empty() && file.costs.rbegin()->first <= lines.size();
}

// Names in line information are as they were given to the compiler: relative to a folder that is
// often one above the object's.
std::vector<fs::path> candidates(const fs::path& name, const fs::path& object) {
  std::vector<fs::path> all = {name};
  std::error_code error;
  fs::path folder = fs::absolute(object, error).parent_path();
  all.push_back(folder / name.filename());
  for (unsigned up = 0; up < most_folders && name.is_relative(); ++up) {
    all.push_back(folder / name);
    folder = folder.parent_path();
  }
  return all;
}

std::vector<std::string> find_lines(const std::string& name, const std::string& object,
                                    const FileCosts& file) {
  for (const fs::path& path : candidates(name, object))
    if (std::vector<std::string> lines = lines_of(path); agree(lines, file))
      return lines;
  return {};
}

std::optional<LineCost> cost_at(const FileCosts& file, unsigned number) {
  const auto found = file.costs.find(number);
  return found == file.costs.end() ? std::nullopt : std::optional(found->second);
}

SourceText source_text(const std::string& name, const std::string& object, const FileCosts& file) {
  SourceText out{name, false, {}};
  const std::vector<std::string> lines = find_lines(name, object, file);
  if (lines.empty()) {
    for (const auto& [number, cost] : file.costs) {
      const auto text = file.texts.find(number);
      out.lines.push_back({number, text == file.texts.end() ? "" : text->second, cost});
    }
    return out;
  }
  out.whole = true;
  const unsigned first = file.costs.begin()->first, last = file.costs.rbegin()->first;
  for (unsigned n = first > margin ? first - margin : 1;
       n <= std::min<std::size_t>(lines.size(), last + margin); ++n)
    out.lines.push_back({n, lines[n - 1], cost_at(file, n)});
  return out;
}

std::vector<SourceText> texts(const std::map<std::string, FileCosts>& files,
                              const std::string& object) {
  std::vector<SourceText> all;
  for (const auto& [name, file] : files)
    all.push_back(source_text(name, object, file));
  return all;
}

} // namespace

std::vector<SourceText> source_texts(const pipeline::Pipeline& p, const std::string& object) {
  return texts(costs_by_file(p), object);
}

std::vector<SourceText> source_texts(const nfp::Image& image, const std::string& object) {
  return texts(costs_by_file(image), object);
}

} // namespace pw::cli::report
