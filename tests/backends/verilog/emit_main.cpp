// Writes the emitted files of a test program: emit_example NAME DIR.
#include "backends/verilog/verilog.h"
#include "tests/backends/verilog/builder.h"

#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
  const std::map<std::string, pw::pipeline::Pipeline (*)()> all = {
      {"pass_all", pw::test::pass_all},
      {"swap_and_drop", pw::test::swap_and_drop},
      {"count_protocols", pw::test::count_protocols},
      {"count_with_interlock", pw::test::count_with_interlock},
      {"hash_lookup", pw::test::hash_lookup},
      {"move_head", pw::test::move_head},
      {"few_heads", pw::test::few_heads},
      {"many_writers", pw::test::many_writers},
      {"all_operations", pw::test::all_operations}};
  if (argc != 3 || !all.contains(argv[1])) {
    std::cerr << "usage: emit_example NAME DIR\n";
    return 1;
  }
  for (const auto& [name, text] : pw::emit_verilog(all.at(argv[1])(), {"0", "test"}).files)
    std::ofstream(std::string(argv[2]) + "/" + name) << text;
}
