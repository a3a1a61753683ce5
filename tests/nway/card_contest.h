// One subject on the card: compiled to micro-engine code, compared with the other engines.
#pragma once

#include "backends/nfp/nfp.h"
#include "frontend/frontend.h"
#include "sim/diff/diff.h"
#include "tests/nway/subjects.h"

namespace pw::nway {

class CardContest {
public:
  explicit CardContest(Subject, const nfp::FirmwareProfile& = {});

  // Why the program can't run on the card; empty = it can.
  const std::string& refusal() const { return refusal_; }
  const Object& object() const { return object_; }
  std::size_t words() const { return words_; }

  Environment environment;
  bool without_kernel = false; // a program that the kernel takes only for a card

  bool has_kernel() const; // on this machine
  // The first difference among kernel (where there is one), interpreter and micro-engine as text;
  // empty = none.
  std::string differences(std::span<const Packet>) const;
  std::string differences(std::span<const Packet>, const MapState&) const;

  std::unique_ptr<Engine> engine(EngineKind) const;

private:

  Subject subject_;
  Object object_;
  const Program* program_ = nullptr;
  std::vector<std::uint8_t> elf_;
  std::size_t words_ = 0;
  std::string refusal_;
};

} // namespace pw::nway
