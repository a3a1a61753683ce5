// The program while it is being rewritten. A pass looks at the facts and names what stands in the
// place of some instructions; the next pass sees the result with facts of its own, so that what one
// pass writes may be rewritten by another.
#pragma once

#include "backends/nfp/firmware/firmware.h"
#include "backends/nfp/offload/facts.h"
#include "backends/nfp/offload/sequence.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pw::nfp::offload {

class Draft {
public:
  Draft(const Object&, const Program&, const FirmwareProfile&);

  Object object;   // maps are added and changed
  Program program; // instructions with lines
  const FirmwareProfile& firmware;

  const Facts& facts(); // of the program as it is now; found anew after each change

  // Puts the sequences in the place of the instructions with these indices.
  void replace(const std::map<unsigned, Insns>&);
  void maps_changed() { facts_.reset(); }

  // What was changed, for Offload::rewritten; said of instructions of the original only.
  void note(unsigned insn, const std::string& code, const std::string& message,
            const std::string& why = "", bool warning = false);
  // Why it can't be done; thrown together at the end.
  void refuse(unsigned insn, Diagnostic);

  std::vector<Diagnostic> take_notes();
  const std::vector<Diagnostic>& refusals() const { return refusals_; }
  unsigned original(unsigned insn) const { return origin_.at(insn); }

private:
  const Program& original_;
  std::vector<unsigned> origin_; // by instruction: the original one that it stands for
  std::vector<bool> written_;    // by instruction: by a pass, not by the user
  std::optional<Facts> facts_;
  std::vector<Diagnostic> notes_, refusals_;
};

} // namespace pw::nfp::offload
