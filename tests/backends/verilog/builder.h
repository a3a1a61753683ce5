// Builds small pipelines by hand, so that the backend is tested without the compiler in front of
// it.
#pragma once

#include "ir/pipeline.h"

namespace pw::test {

class Builder {
public:
  using ValueId = pipeline::ValueId;

  Builder(std::string name, unsigned stages, unsigned window_bytes);

  // Operations from here on stand in this stage.
  Builder& stage(unsigned s) {
    stage_ = s;
    return *this;
  }
  // The next operations come from this line of C.
  Builder& line(unsigned number, std::string text);

  ValueId constant(unsigned width, std::uint64_t value);
  ValueId input(pipeline::Input, unsigned width);
  ValueId field(int offset, unsigned bytes, std::string hint = "");
  ValueId op(pipeline::OpKind, unsigned width, std::vector<ValueId> operands,
             std::string hint = "");
  ValueId compare(pipeline::Compare, ValueId a, ValueId b, std::string hint = "");
  ValueId extract(ValueId, unsigned offset, unsigned width);
  ValueId find(unsigned map, ValueId enable, ValueId key, std::string hint = "");
  // {found, handle}: looks up, inserts, removes.
  ValueId access(unsigned map, ValueId enable, ValueId key, ValueId insert, ValueId remove,
                 std::string hint = "");
  // At a port for look-ups, behind an access that was added before; an LRU map gets its stamp.
  ValueId look(unsigned map, unsigned port, ValueId enable, ValueId key, ValueId remove);
  ValueId read(unsigned map, unsigned column, ValueId enable, ValueId handle,
               std::string hint = "");
  void write(unsigned map, unsigned column, ValueId enable, ValueId handle, ValueId data);
  ValueId packet_read(ValueId enable, ValueId at, unsigned bytes, std::string hint = "");
  void packet_write(int offset, ValueId enable, ValueId data);
  void trace(ValueId enable, ValueId a, ValueId b, ValueId c, std::string format);

  unsigned array(std::string name, unsigned entries, unsigned value_bytes,
                 std::vector<pipeline::Column>);
  unsigned present(std::string name, unsigned entries, std::vector<pipeline::Column>,
                   unsigned latency);
  unsigned hash(std::string name, unsigned key_bytes, unsigned ways, unsigned row_bits,
                unsigned value_bytes, std::vector<pipeline::Column>);
  unsigned table(std::string name, unsigned key_bytes, unsigned entries, unsigned value_bytes,
                 bool lru, std::vector<pipeline::Column>);

  // Splits the stages: a region begins at each of these (besides stage 0), with a FIFO of `depth`
  // in front.
  void regions(std::vector<unsigned> starts, unsigned depth);

  // Results that are not given stay what a program that does nothing leaves: head 0, tail and fill
  // = length.
  pipeline::Pipeline finish(ValueId retval);
  pipeline::Pipeline& pipeline() { return p_; }

private:
  pipeline::Operation& add(pipeline::OpKind, std::vector<ValueId> operands);
  ValueId result(pipeline::Operation&, unsigned width, std::string hint);

  pipeline::Pipeline p_;
  unsigned stage_ = 0;
  SourceLocation location_;
};

// The programs that the tests emit and simulate.
pipeline::Pipeline pass_all();
pipeline::Pipeline swap_and_drop();   // swaps MAC addresses of IPv4, drops the rest; TX
pipeline::Pipeline count_protocols(); // array counters by IP protocol, one stage from read to write
pipeline::Pipeline
count_with_interlock(); // the same with three stages from read to write, in a region of its own
pipeline::Pipeline hash_lookup(); // 12-byte key, value decides; unknown keys are dropped
pipeline::Pipeline
flow_table(); // 13-byte keys come with packets and go with others, packets counted
pipeline::Pipeline two_accesses();   // of an LRU table; what the second does depends on the first
pipeline::Pipeline move_head();      // head and tail moved by what two bytes of the packet say
pipeline::Pipeline few_heads();      // head, tail and verdict are chosen from a few constants
pipeline::Pipeline many_writers();   // up to 19 operations write the same byte
pipeline::Pipeline read_anywhere();  // bytes from where other bytes, read so as well, point at
pipeline::Pipeline all_operations(); // every operation with awkward widths, result in the packet

} // namespace pw::test
