#include "frontend/isa/isa.h"
#include "frontend/object/object.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace pw;

TEST(DebianObjects, AllOpenAndDecode) {
  const std::filesystem::path dir = "/usr/lib/x86_64-linux-gnu/bpf";
  if (!std::filesystem::exists(dir))
    GTEST_SKIP() << "packages xdp-tools and libxdp1 are not installed";
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const Object o = open_object(entry.path());
    for (const Program& p : o.programs) {
      printf("%s %s %s %d %zu insns %zu lines %zu subs %s:%u\n", entry.path().filename().c_str(),
             p.name.c_str(), p.section.c_str(), int(p.type), p.insns.size(), p.lines.size(),
             p.subprograms.size(), p.location(0).file.c_str(), p.location(0).line);
      EXPECT_NO_THROW(isa::decode(p.insns)) << entry.path() << " " << p.name;
    }
    for (auto& m : o.maps)
      printf("   map %s %d %u %u %u g%d\n", m.name.c_str(), m.type, m.key_size, m.value_size,
             m.max_entries, (int)m.global);
  }
}
