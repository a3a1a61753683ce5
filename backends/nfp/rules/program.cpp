#include "backends/nfp/rules/rules.h"

#include <algorithm>

namespace pw::nfp::rules {
namespace {

constexpr unsigned frame_step = 64, return_address = 4, saved_registers = 32; // bytes

void check_type(const Subject& s) {
  const Program& p = s.program;
  if (p.type == ProgramType::Other)
    s.report.add(diagnose("PW-NFP-180", "program '" + p.name + "' is of type " + p.type_name)
                     .limited("XDP and tc programs", p.type_name)
                     .help("choose another program with -n"),
                 0);
  const bool inner = p.section.find("/devmap") != std::string::npos ||
                     p.section.find("/cpumap") != std::string::npos ||
                     p.section.starts_with("xdp_devmap") || p.section.starts_with("xdp_cpumap");
  if (p.section.starts_with("xdp.frags") || inner)
    s.report.add(
        diagnose("PW-NFP-181", "program '" + p.name + "' is loaded in a way that rules out a card")
            .breaks(inner ? "a program for entries of a devmap or cpumap stands on no interface"
                          : "Linux offloads no programs with flags")
            .limited("SEC(\"xdp\")", "SEC(\"" + p.section + "\")")
            .help("use SEC(\"xdp\")"),
        0);
}

// A function that was called and uses r6 to r9 has them saved.
bool saves_registers(const Subject& s, const verify::Function& f) {
  const auto& insns = s.walk.linked().whole.insns;
  return std::any_of(insns.begin() + f.first, insns.begin() + f.end,
                     [](const bpf_insn& i) { return i.dst_reg >= 6 && i.dst_reg <= 9; });
}

unsigned frame_bytes(const Subject& s, const verify::Function& f) {
  unsigned bytes = f.stack_bytes;
  if (f.first != 0)
    bytes += return_address + (saves_registers(s, f) ? saved_registers : 0);
  return (bytes + frame_step - 1) / frame_step * frame_step;
}

struct Depth {
  unsigned bytes = 0;
  std::string names; // of the functions on the way
};

// Functions don't call each other in a circle.
Depth deepest(const Subject& s, unsigned first) {
  const verify::Function& f = s.walk.graph()->function(first);
  Depth below;
  for (unsigned callee : f.callees)
    if (s.walk.graph()->has(callee)) {
      Depth d = deepest(s, callee);
      if (d.bytes > below.bytes)
        below = std::move(d);
    }
  return {frame_bytes(s, f) + below.bytes,
          f.name + (below.names.empty() ? "" : " -> " + below.names)};
}

void check_stack(const Subject& s) {
  const verify::Graph* graph = s.walk.graph();
  if (!graph || !graph->has(0) || !graph->recursion().empty())
    return;
  const Depth depth = deepest(s, 0);
  if (depth.bytes <= s.firmware.stack_bytes)
    return;
  s.report.add(diagnose("PW-NFP-125", "the stack is too large for the firmware")
                   .breaks("frames stand in steps of 64 bytes, with return address and saved "
                           "registers")
                   .limited(std::to_string(s.firmware.stack_bytes) + " bytes",
                            std::to_string(depth.bytes) + " bytes in " + depth.names)
                   .help("make local variables smaller, or let functions be inlined"),
               0);
}

// Our words are what counts, but for loops, which the driver translates as such: there the program
// for the driver may be short enough all the same.
void check_length(const Subject& s) {
  const unsigned limit = s.firmware.max_words, estimate = estimate_words(s);
  const std::string most = std::to_string(limit) + " instruction words";
  if (s.options.words && *s.options.words > limit) {
    Diagnostic d = diagnose("PW-NFP-182", "the program is too long for the firmware")
                       .limited(most, std::to_string(*s.options.words))
                       .help("leave parts of the program to the host");
    if (estimate <= limit)
      d.warning().help("loops are unrolled here; the driver keeps them: use NAME.offload.o");
    s.report.add(d, 0);
  }
  if (estimate > limit)
    s.report.add(
        diagnose("PW-NFP-183", "what the Linux driver makes of the program may be too long")
            .breaks("an estimate: its translator is simple")
            .limited(most, "about " + std::to_string(estimate))
            .help("compile --target nfp makes shorter code")
            .warning(),
        0);
}

} // namespace

void check_program(const Subject& s) {
  check_type(s);
  check_stack(s);
  check_length(s);
}

} // namespace pw::nfp::rules
