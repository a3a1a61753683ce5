// Collects what is wrong with a program: each (code, instruction) once, however often it is
// unrolled.
#pragma once

#include "frontend/verify/linked.h"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pw::verify {

class Report {
public:
  explicit Report(const Program& program) : program_(&program) {}
  // Instructions are those of the whole; what is said names them as their own program does.
  explicit Report(const Linked& linked) : program_(&linked.whole), linked_(&linked) {}
  void add(Diagnostic, unsigned insn);
  bool errors() const { return errors_ > 0; }
  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }
  bool better_than(const Report& other) const; // fewer errors, or as many and fewer warnings
  std::vector<Diagnostic> take();              // ordered by instruction

private:
  const Program* program_;
  const Linked* linked_ = nullptr;
  std::set<std::pair<std::string, unsigned>> seen_;
  std::vector<std::pair<unsigned, Diagnostic>> all_; // by instruction of the whole
  std::size_t errors_ = 0;
};

} // namespace pw::verify
