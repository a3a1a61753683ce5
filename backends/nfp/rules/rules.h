// The rules, a family a class. Each looks at every visit and says what it found at once or when
// all visits are over; the report keeps one of a code and an instruction.
#pragma once

#include "backends/nfp/nfp.h"
#include "backends/nfp/rules/walk.h"
#include "frontend/verify/report.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pw::nfp::rules {

struct Subject {
  const Object& object;
  const Program& program;
  const FirmwareProfile& firmware;
  const RuleOptions& options;
  const Walk& walk;
  verify::Report& report;

  const MapDefinition& map(std::uint32_t index) const { return object.maps.at(index); }
  bool is_tc() const { return program.type == ProgramType::Tc; }
};

// What helps where `make_offload` writes the program without it.
std::string rewritten(const std::string& by_hand);

// ---- what needs no state ----

void check_encodings(const Subject&); // encodings.cpp: instructions that the driver doesn't have
void check_program(const Subject&);   // program.cpp: type, flags, stack, length
void check_maps(const Subject&);      // maps.cpp: types, sizes, numbers
// Words that the Linux driver would make of the program, roughly.
unsigned estimate_words(const Subject&); // estimate.cpp

// ---- what is asked at each visit ----

// arithmetic.cpp: factors, dividends and divisors as they may be on any path.
class ArithmeticRules {
public:
  explicit ArithmeticRules(const Subject& s) : s_(s) {}
  void visit(const Visit&);
  void finish();

private:
  struct Operands {
    isa::Alu alu;
    verify::Scalar dst, src;
    bool vague = false; // Linux may know less of one of them (shadow.h)
  };
  void multiplication(unsigned insn, const Operands&);
  void division(unsigned insn, const Operands&);
  void vague(unsigned insn, const Operands&);

  const Subject& s_;
  std::map<unsigned, Operands> seen_; // multiplications and divisions
};

// memory.cpp: loads, stores and atomic operations.
class MemoryRules {
public:
  explicit MemoryRules(const Subject& s) : s_(s) {}
  void visit(const Visit&);

private:
  struct Site {
    verify::Kind kind;
    std::int64_t place = 0; // of the first visit
  };
  struct Access {
    unsigned insn, bytes;
    const verify::Value& base;
    std::int64_t offset;
    bool constant; // what is stored is a constant of the instruction
  };
  void atomic(unsigned insn, const isa::Atomic&, const verify::Value& base);
  void load(const Access&);
  void store(const Access&);
  void load_context(const Access&);
  void store_context(const Access&);
  void stack(const Access&);
  void map_value(const Access&);
  void one_kind(const Access&);

  const Subject& s_;
  std::map<unsigned, Site> sites_;
};

// counters.cpp: each word of a map's value is read or counted, and counters begin with 0.
class CounterRules {
public:
  explicit CounterRules(const Subject& s) : s_(s) {}
  void visit(const Visit&);
  void finish();

private:
  using Word = std::pair<std::uint32_t, std::uint32_t>; // map, word of the value
  void note(std::map<Word, std::set<unsigned>>&, const verify::Value& base, std::int64_t offset,
            unsigned bytes, unsigned insn);
  void update(const Visit&);
  std::string word_text(const Word&) const;
  std::string place_of(unsigned insn) const;

  const Subject& s_;
  std::map<Word, std::set<unsigned>> reads_, counts_, written_; // by word: instructions
};

// calls.cpp: helpers, their arguments and the firmware's abilities.
class CallRules {
public:
  explicit CallRules(const Subject& s) : s_(s) {}
  void visit(const Visit&);

private:
  void helper(const Visit&, std::uint32_t id);
  void map_helper(const Visit&, std::uint32_t id);
  void memory_argument(const Visit&, unsigned reg, const std::string& what);
  void event(const Visit&);
  void move_head(const Visit&);
  void move_tail(const Visit&);
  void refuse(unsigned insn, std::uint32_t id);
  bool in_firmware(unsigned insn, std::uint32_t id);

  const Subject& s_;
  std::map<unsigned, std::uint32_t> map_of_;       // by call
  std::map<unsigned, verify::Kind> event_data_of_; // by call
};

// memory.cpp: of a packet, the bytes behind base + offset.
void check_boundary(const Subject&, unsigned insn, const verify::Value& base, std::int64_t offset,
                    std::int64_t bytes);

// verdicts.cpp: what tc programs return.
void check_verdict(const Subject&, const Visit&);

// races.cpp: changes of map values that other engines' changes may get lost in.
void warn_of_race(const Subject&, const Visit&);

} // namespace pw::nfp::rules
