#include "tests/backends/nfp/isa/gnu.h"

#include "backends/nfp/elf/writer.h"

#include <elf.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pw::nfp {
namespace {

struct Output {
  std::string text;
  int status = 0;
};

Output run(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe)
    throw std::runtime_error("can't run " + command);
  Output out;
  std::array<char, 65536> buffer;
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
    out.text.append(buffer.data(), n);
  out.status = pclose(pipe);
  return out;
}

GnuObjdump find() {
  const Output out = run(PW_SOURCE_DIR "/scripts/nfp_objdump.sh --path 2>&1");
  const std::string line = out.text.substr(0, out.text.find('\n'));
  return out.status == 0 ? GnuObjdump{line, ""} : GnuObjdump{"", line};
}

// A file of this process that goes at the end of the scope.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::vector<std::uint8_t>& contents)
      : path_(std::filesystem::temp_directory_path() /
              ("pw-nfp-" + std::to_string(getpid()) + ".elf")) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(contents.data()),
               static_cast<std::streamsize>(contents.size()));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

// "   8:	000000f0000c0300 	nop": what stands behind the word.
std::vector<std::string> instructions(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t word = line.find(":\t");
    const std::size_t instruction = word == std::string::npos ? word : line.find('\t', word + 2);
    if (instruction != std::string::npos)
      out.push_back(line.substr(instruction + 1));
  }
  return out;
}

} // namespace

const GnuObjdump& gnu_objdump() {
  static const GnuObjdump found = find();
  return found;
}

std::string run_objdump(const std::string& options, const std::filesystem::path& file) {
  const Output out =
      run("'" + gnu_objdump().path + "' " + options + " '" + file.string() + "' 2>&1");
  if (out.status != 0)
    throw std::runtime_error("objdump failed: " + out.text);
  return out.text;
}

std::vector<std::string> gnu_disassembly_of_file(const std::vector<std::uint8_t>& elf) {
  const TemporaryFile file(elf);
  return instructions(run_objdump("-d -z -M ctx4,no-pc", file.path()));
}

std::vector<std::string> gnu_disassembly(const std::vector<std::uint64_t>& words) {
  Bytes text;
  for (const std::uint64_t word : words)
    put64(text, word);
  return gnu_disassembly_of_file(elf_file(250, 0x6000 << 8,
                                          {{.name = ".text",
                                            .type = SHT_PROGBITS,
                                            .flags = SHF_ALLOC | SHF_EXECINSTR,
                                            .align = 8,
                                            .data = text}}));
}

} // namespace pw::nfp
