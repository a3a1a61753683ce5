#include "frontend/object/object.h"

#include "frontend/object/child.h"
#include "frontend/object/read_object.h"
#include "frontend/object/route_maps.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/SHA256.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace pw {
namespace {

using object::Answer;
using object::Bytes;

constexpr std::uintmax_t LargestFile = 256u << 20;

[[noreturn]] void unreadable(const std::string& path, const std::string& why) {
  throw Failure(diagnose("PW-OBJ-001", "can't read '" + path + "': " + why));
}

Bytes read_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error)
    unreadable(path, error.message());
  if (!std::filesystem::is_regular_file(status))
    unreadable(path, std::filesystem::is_directory(status) ? "it is a directory" : "it is no file");
  if (std::filesystem::file_size(path, error) > LargestFile || error)
    unreadable(path, error ? error.message() : "it is larger than 256 MB");
  std::ifstream in(path, std::ios::binary);
  if (!in)
    unreadable(path, std::strerror(errno));
  try {
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  } catch (const std::ios_base::failure& failure) { // an I/O error while reading
    unreadable(path, failure.code().message());
  }
}

std::string sha256(const Bytes& data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t b : llvm::SHA256::hash(data))
    out += {digits[b >> 4], digits[b & 15]};
  return out;
}

// What is wrong with the file is said with its name: a command may read several.
Diagnostic with_file(Diagnostic d, const std::string& path) {
  if (d.code < "PW-OBJ-002" || d.code > "PW-OBJ-005")
    return d;
  if (d.code == "PW-OBJ-002" && std::filesystem::path(path).extension() == ".c") {
    d.message = "it is C source, not an object file";
    d.help("compile it: clang-19 -O2 -g -target bpf -idirafter /usr/include/x86_64-linux-gnu -c " +
           path + " -o " + std::filesystem::path(path).replace_extension(".o").string());
  }
  d.message = "'" + path + "': " + d.message;
  return d;
}

template <class T> T expect(Answer answer, const std::string& path) {
  auto* problems = std::get_if<object::Diagnostics>(&answer);
  if (problems == nullptr)
    return std::get<T>(std::move(answer));
  for (Diagnostic& d : *problems)
    d = with_file(std::move(d), path);
  throw Failure(std::move(*problems));
}

} // namespace

// A line belongs to the function in which it stands; records without a line (the compiler's own
// doing) take the last one before them.
SourceLocation Program::location(unsigned insn) const {
  const auto by_insn = [](unsigned i, const auto& x) { return i < x.insn; };
  const auto function = std::upper_bound(subprograms.begin(), subprograms.end(), insn, by_insn);
  const unsigned first = function == subprograms.begin() ? 0 : std::prev(function)->insn;
  auto after = std::upper_bound(lines.begin(), lines.end(), insn, by_insn);
  while (after != lines.begin() && (--after)->insn >= first)
    if (after->location.known())
      return after->location;
  return {};
}

Object open_object(const std::string& path, const OpenOptions& options) {
  const Bytes image = read_file(path);
  auto object = expect<Object>(
      object::in_child([&]() -> Answer { return object::read_object(image, options); }), path);
  object.path = path;
  object.sha256 = sha256(image);
  object::add_route_maps(object);
  for (const std::string& assignment : options.entries)
    set_entries(object, assignment);
  for (const std::string& assignment : options.slots)
    set_slot(object, assignment);
  make_parts(object);
  return object;
}

std::vector<std::uint8_t> libbpf_image(const std::string& path, const OpenOptions& options) {
  const Bytes image = read_file(path);
  return expect<Bytes>(
      object::in_child([&]() -> Answer { return object::prepare_image(image, options); }), path);
}

} // namespace pw
