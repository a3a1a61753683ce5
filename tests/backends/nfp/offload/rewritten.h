// A program and what make_offload makes of it, run against each other.
#pragma once

#include "backends/nfp/nfp.h"
#include "sim/engine.h"

#include <span>
#include <string>

namespace pw::nfp {

// The written object file, opened as any other. The file is gone with this.
class Rewritten {
public:
  Rewritten(const Object&, const Program&, const FirmwareProfile& = {});
  Rewritten(const Rewritten&) = delete;
  Rewritten& operator=(const Rewritten&) = delete;
  ~Rewritten();

  const Object& object() const { return object_; }
  const Program& program() const { return object_.programs.at(0); }
  const std::vector<Diagnostic>& notes() const { return notes_; }
  bool has_note(const std::string& code) const;

private:
  std::string path_;
  Object object_;
  std::vector<Diagnostic> notes_;
};

// The object as libbpf and the kernel see it, the interpreter's view, and the program in memory
// (for originals that have no file).
enum class Runner { Kernel, Interp, Memory };

struct Outcome {
  std::vector<PacketResult> results;
  MapState maps;
};
Outcome run(Runner, const Object&, const Program&, std::span<const Packet>, const MapState& = {});

// The first difference in verdict, length, bytes and the maps that both have; "" = none. A map
// ".bss" and a map "bss" are the same.
std::string difference(const Outcome& original, const Outcome& rewritten);

} // namespace pw::nfp
