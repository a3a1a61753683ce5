// Where each value of the pipeline is to be found in each stage, and under which name.
//
// A value that stage s holds is called s<s>_<name>: in the stage that makes it a wire, in later
// ones a register. At the entrance of region r it is e<r>_<name>: the output of the FIFO in front.
// Constants have no name, they are literals; what the configuration ports give is read from the
// port.
#pragma once

#include "backends/verilog/ast/expression.h"
#include "backends/verilog/ast/names.h"
#include "ir/pipeline.h"

namespace pw::verilog {

// Values that come with the packet through the header FIFO count as made in this stage.
inline constexpr int entrance = -1;

// An input that no program asks for, of the emitter's own: where the packet's first beat stands in
// the memories of its PacketRead operations.
inline constexpr auto packet_place = static_cast<pipeline::Input>(0xff);

class Values {
public:
  explicit Values(const pipeline::Pipeline&);

  unsigned width(pipeline::ValueId v) const { return p_.values[v].width; }
  const pipeline::Operation& maker(pipeline::ValueId v) const { return *makers_[v]; }
  // No register or FIFO ever holds it.
  bool fixed(pipeline::ValueId v) const;
  // The value as a name or a literal in stage s.
  Expression in_stage(pipeline::ValueId v, unsigned stage) const;
  Expression at_entrance(pipeline::ValueId v, unsigned region) const;
  // Bits [low, low + count) of it in stage s.
  Expression bits(pipeline::ValueId v, unsigned stage, unsigned low, unsigned count) const;
  std::string name(pipeline::ValueId v, unsigned stage) const;
  std::string entrance_name(pipeline::ValueId v, unsigned region) const;

  // Stage in which its text stands: a wire there, registers behind. `entrance` for PacketField and
  // Input.
  int made(pipeline::ValueId v) const { return made_[v]; }
  int last_use(pipeline::ValueId v) const { return last_use_[v]; }
  // Is it wanted in the stage that makes it, for an operation there or for the registers behind?
  bool wanted(pipeline::ValueId v) const;
  // Operations, in program order, whose results this stage has to put together again.
  const std::vector<const pipeline::Operation*>& rebuilt(unsigned stage) const {
    return rebuilt_[stage];
  }
  // v without the zeros in front that Zext gave it.
  pipeline::ValueId narrow(pipeline::ValueId v) const;
  // Values, ascending, that registers of this stage hold.
  std::vector<pipeline::ValueId> held(unsigned stage) const;
  // Values, ascending, that the FIFO in front of this region holds.
  std::vector<pipeline::ValueId> waiting(unsigned region) const;
  unsigned region_of(unsigned stage) const { return region_of_[stage]; }
  bool first_of_region(unsigned stage) const;

private:
  void find_makers();
  void find_uses();
  void use_all();
  void use(pipeline::ValueId v, unsigned stage);
  void name_all();
  Expression fixed_text(pipeline::ValueId v) const;

  const pipeline::Pipeline& p_;
  std::vector<const pipeline::Operation*> makers_;
  std::vector<int> made_, last_use_;
  std::vector<bool> rebuilds_, used_where_made_;
  std::vector<std::vector<const pipeline::Operation*>> rebuilt_; // by stage
  std::vector<std::string> names_;
  std::vector<unsigned> region_of_;
};

} // namespace pw::verilog
