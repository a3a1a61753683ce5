// Runs a Function, virtual or allocated, on a simple model of the micro-engine. What can be seen
// from outside (commands, calls, CSRs, the verdict) is written down, so that the runs before and
// after allocation can be compared.
#pragma once

#include "backends/nfp/code/code.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pw::nfp::test {

class Machine {
public:
  // seed: what memory and helpers answer.
  Machine(const Function& f, std::uint32_t seed) : f_(f), seed_(seed) {}
  // Throws std::runtime_error at a read of something unset or an address used too early.
  std::vector<std::string> run();
  unsigned executed() const { return executed_; }

private:
  using Word = std::optional<std::uint32_t>;
  struct Flags {
    bool n = false, z = false, c = false, v = false;
  };

  void step(const Instruction&);
  bool branches(const Instruction&);
  void run_alu(const Instruction&);
  void run_shift(const Instruction&);
  void run_immed(const Instruction&);
  void run_ld_field(const Instruction&);
  void run_multiply(const Instruction&);
  void run_command(const Instruction&);
  void run_call(const Instruction&);
  void run_csr_write(const Instruction&);
  std::uint32_t alu_result(const Instruction&, std::uint32_t a, std::uint32_t b);
  std::uint32_t shifted(const Instruction&, std::uint32_t a, std::uint32_t b,
                        unsigned amount) const;
  void set_flags(std::uint32_t result, bool c, bool v);
  bool holds(Condition) const;

  std::uint32_t read(const Operand&);
  std::uint32_t old_value(const Operand&);
  void write(const Operand&, std::uint32_t);
  Word& transfer(const Operand&, unsigned word, bool out);
  Word& memory(const Operand&);
  std::uint32_t answer(std::uint32_t question) const;
  void note(const std::string& what);

  const Function& f_;
  const std::uint32_t seed_;
  std::map<unsigned, Word> values_;
  std::map<std::pair<unsigned, unsigned>, Word> groups_;
  std::array<Word, 32> a_, b_, in_, out_;
  std::map<std::uint32_t, Word> local_;
  struct Address {
    std::uint32_t now = 0, later = 0;
    unsigned wait = 0;
  };
  std::array<Address, 4> address_;
  Flags flags_;
  std::uint32_t last_a_ = 0, last_result_ = 0, product_a_ = 0, product_b_ = 0;
  Word csr_;
  std::uint32_t epoch_ = 0;
  unsigned executed_ = 0;
  std::vector<std::string> seen_;
};

} // namespace pw::nfp::test
