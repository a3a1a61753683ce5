// GNU objdump for the NFP, an independent reading of our words. scripts/nfp_objdump.sh builds it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pw::nfp {

struct GnuObjdump {
  std::string path;    // "" = not built
  std::string missing; // why not
};
const GnuObjdump& gnu_objdump();

// What `objdump OPTIONS FILE` prints. Throws std::runtime_error if it fails.
std::string run_objdump(const std::string& options, const std::filesystem::path& file);

// The text of each word as GNU reads it in four-context mode, all of them in one file and one call.
std::vector<std::string> gnu_disassembly(const std::vector<std::uint64_t>& words);
// The same of an ELF file's .text.
std::vector<std::string> gnu_disassembly_of_file(const std::vector<std::uint8_t>& elf);

} // namespace pw::nfp
