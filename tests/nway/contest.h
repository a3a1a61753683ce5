// One subject, compiled once, on any engines.
#pragma once

#include "frontend/frontend.h"
#include "ir/compile.h"
#include "sim/diff/diff.h"
#include "sim/routes/routes.h"
#include "tests/nway/subjects.h"

namespace pw::nway {

class Contest {
public:
  explicit Contest(Subject);

  // Why the compiler refuses the program; empty = it doesn't.
  const std::string& refusal() const { return refusal_; }
  const Object& object() const { return object_; }
  const Program& program() const { return *program_; }
  const pipeline::Pipeline& pipeline() const { return compiled_.pipeline; }
  const Subject& subject() const { return subject_; }

  Environment environment;
  std::optional<Routes> routes; // those of the example
  unsigned stall_percent = 0;
  std::uint32_t stall_seed = 1;

  void reschedule(std::uint64_t seed); // any legal schedule
  bool has_engine(EngineKind) const;   // on this machine

  // The first difference as text; empty = none. Packets that an engine reports as unsupported are
  // compared among the others. Maps are the example's.
  std::string differences(const std::vector<EngineKind>&, std::span<const Packet>) const;
  std::string differences(const std::vector<EngineKind>&, std::span<const Packet>,
                          const MapState&) const;

private:
  std::unique_ptr<Engine> engine(EngineKind) const;

  Subject subject_;
  Object object_;
  const Program* program_ = nullptr;
  Compiled compiled_;
  std::string refusal_;
};

std::string to_text(const Difference&);

} // namespace pw::nway
