#include "cli/sweep/store.h"

#include "cli/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace pw::cli::sweep {

namespace {

Json line_of(const Point& point, const Outcome& outcome) {
  Json where = Json::object();
  for (const auto& [name, value] : point.where)
    where[name] = value;
  return {{"key", point.key},
          {"where", where},
          {"result", outcome.result},
          {"error", outcome.error.empty() ? Json(nullptr) : Json(outcome.error)},
          {"diagnostics", outcome.diagnostics},
          {"attempts", outcome.attempts}};
}

Outcome outcome_of(const Json& line) {
  return {.result = line.at("result"),
          .error = line.at("error").is_null() ? "" : line.at("error").get<std::string>(),
          .diagnostics = line.at("diagnostics"),
          .attempts = line.at("attempts").get<unsigned>()};
}

Failure unwritable(const std::filesystem::path& path) {
  return Failure(
      diagnose("PW-OPT-002", "'" + path.string() + "' can't be written: " + std::strerror(errno)));
}

// A column of the CSV file, and where its figure stands in the result.
struct Column {
  const char* name;
  const char* pointer;
};
constexpr Column columns[] = {
    {"offered_mpps", "/offered/mpps"},      {"carried_mpps", "/carried/mpps"},
    {"carried_gbps", "/carried/gbps"},      {"lost", "/lost/frames"},
    {"p50_ns", "/latency/p50_ns"},          {"p99_ns", "/latency/p99_ns"},
    {"p999_ns", "/latency/p999_ns"},        {"max_ns", "/latency/max_ns"},
    {"lossless_mpps", "/lossless/mpps"},    {"lossless_gbps", "/lossless/gbps"},
    {"bottleneck", "/bottleneck/component"}};

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos)
    return text;
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string figure(const Json& result, const char* pointer) {
  const Json::json_pointer at(pointer);
  if (!result.contains(at) || result.at(at).is_null())
    return "";
  const Json& value = result.at(at);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

} // namespace

Store::Store(const std::filesystem::path& folder) : path_(folder / "results.jsonl") {
  make_directory(folder);
  read(path_);
  file_ = std::fopen(path_.c_str(), "ab");
  if (file_ == nullptr)
    throw unwritable(path_);
}

Store::~Store() {
  if (file_ != nullptr)
    std::fclose(file_);
}

// Lines end with a line feed: what stands behind the last one was being written when the sweep was
// stopped.
void Store::read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || !std::filesystem::is_regular_file(path)) // a device may have no end
    return;
  const std::string text(std::istreambuf_iterator<char>(in), {});
  std::size_t at = 0;
  for (std::size_t end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const Json line = Json::parse(text.begin() + std::ptrdiff_t(at),
                                  text.begin() + std::ptrdiff_t(end), nullptr, false);
    try {
      known_[line.at("key").get<std::string>()] = outcome_of(line);
    } catch (const Json::exception&) {
      throw Failure(
          diagnose("PW-OPT-009", "'" + path.string() + "' is not a sweep's file of results")
              .help("choose another folder with -o, or remove the file"));
    }
  }
  if (at != text.size())
    std::filesystem::resize_file(path, at);
}

const Outcome* Store::find(const std::string& key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : &found->second;
}

void Store::add(const Point& point, Outcome outcome) {
  const std::string line = line_of(point, outcome).dump() + "\n";
  const auto before = std::ftell(file_);
  if (std::fwrite(line.data(), 1, line.size(), file_) != line.size() || std::fflush(file_) != 0) {
    const Failure failure = unwritable(path_);
    if (before >= 0)
      (void)::ftruncate(::fileno(file_), before); // earlier results stay whole
    throw failure;
  }
  known_[point.key] = std::move(outcome);
}

std::string to_csv(const std::vector<Point>& points, const Store& store) {
  std::string out;
  if (points.empty())
    return out;
  for (const auto& [name, value] : points.front().where)
    out += csv_cell(name) + ",";
  for (const Column& column : columns)
    out += std::string(column.name) + ",";
  out += "error\n";
  for (const Point& point : points) {
    const Outcome* outcome = store.find(point.key);
    if (outcome == nullptr)
      continue;
    for (const auto& [name, value] : point.where)
      out += csv_cell(value) + ",";
    for (const Column& column : columns)
      out += csv_cell(figure(outcome->result, column.pointer)) + ",";
    out += csv_cell(outcome->error) + "\n";
  }
  return out;
}

Json to_json(const std::vector<Point>& points, const Store& store) {
  Json all = Json::array();
  for (const Point& point : points)
    if (const Outcome* outcome = store.find(point.key)) {
      Json line = line_of(point, *outcome);
      line.erase("key");
      all.push_back(std::move(line));
    }
  return {{"schema_version", 1}, {"points", all}};
}

} // namespace pw::cli::sweep
