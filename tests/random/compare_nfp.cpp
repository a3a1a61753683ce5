#include "backends/nfp/nfp.h"
#include "frontend/frontend.h"
#include "tests/random/compare.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pw::random {

namespace {

// Every type of map that the simulator has, values as large as they like, and as much room in front
// of the packet as in Linux.
constexpr const char* profile_text = R"({
  "name": "generous",
  "max_words": 8000,
  "adjust_head": {"offset_min": 44, "offset_max": 2048, "guaranteed_sub": 216, "guaranteed_add": 1788},
  "maps": {"types": [1, 2, 5, 6, 9, 10, 11], "max_key": 512, "max_value": 512, "max_element": 1024}
})";

// A file of this process.
class ProfileFile {
public:
  ProfileFile()
      : path_(std::filesystem::temp_directory_path() /
              ("pw_random_card." + std::to_string(getpid()) + ".json")) {
    std::ofstream(path_) << profile_text;
  }
  ~ProfileFile() {
    std::error_code gone;
    std::filesystem::remove(path_, gone);
  }
  ProfileFile(const ProfileFile&) = delete;
  ProfileFile& operator=(const ProfileFile&) = delete;
  std::string path() const { return path_; }

private:
  std::filesystem::path path_;
};

const std::string& profile_file() {
  static const ProfileFile file;
  static const std::string path = file.path();
  return path;
}

} // namespace

pw::nfp::FirmwareProfile generous_card() { return pw::nfp::read_firmware_profile(profile_file()); }

Contestant nfp() {
  return {"nfp", [](const Case& c) -> std::unique_ptr<Engine> {
            const pw::nfp::FirmwareProfile profile = generous_card();
            const LiftedProgram lifted =
                lift_program(c.object, c.program(), pw::nfp::lift_options(profile, LiftOptions{}));
            const auto compiled = pw::nfp::compile_program(c.object, c.program(), lifted, profile);
            const auto elf = pw::nfp::write_elf(compiled.image, c.object, profile);
            EngineInput input;
            input.object = &c.object;
            input.program = &c.program();
            input.nfp_elf = &elf;
            input.firmware_file = profile_file();
            return make_engine(EngineKind::Nfp, input);
          }};
}

} // namespace pw::random
