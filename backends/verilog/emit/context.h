// What the parts of the emitter share: the pipeline, its values, and the top module that grows.
#pragma once

#include "backends/verilog/ast/module.h"
#include "backends/verilog/emit/values.h"
#include "backends/verilog/structure.h"

#include <map>

namespace pw::verilog {

struct Context {
  explicit Context(const pipeline::Pipeline& pipeline)
      : p(pipeline), structure(structure_of(pipeline)), values(pipeline) {}

  const pipeline::Pipeline& p;
  Structure structure;
  Values values;
  Module top;
  std::vector<Expression> clearing;                           // one signal a memory
  std::vector<std::pair<std::string, unsigned>> host_answers; // masked read data of a memory, width
  unsigned host_width = 32;
  // By map: a packet waits at the entrance of a region for its sake.
  std::map<unsigned, std::vector<Expression>> held;
  std::vector<std::string>
      slow_units; // of the host port: those that say themselves when they are done

  void wire(unsigned width, const std::string& name, Expression value = nullptr) {
    top.add(Wire{width, name, std::move(value)});
  }
  void assign(const std::string& name, Expression value) {
    top.add(Assign{atom(name), std::move(value)});
  }
};

std::string valid_name(unsigned stage);               // a packet is in the stage
std::string enter_name(unsigned region);              // a packet enters the region in this clock
std::string table_name(const Context&, unsigned map); // instance of a map of MapKind::Table
unsigned table_row_bits(const pipeline::Map&); // of what the host reads and writes, kind Table
unsigned bits_for(unsigned count);             // bits of a number below count; at least 1

// The parts, in the order of the text.
void add_ports(Context&);
void add_control(Context&); // wires that are used before their source stands in the text
void add_ingress(Context&);
void add_entrance(Context&, unsigned region);
void add_stage(Context&, unsigned stage);
void add_deparser(Context&);
void add_packet_reads(Context&);
void add_maps(Context&);
void add_traces(Context&);
void add_events(Context&);
void add_housekeeping(Context&); // host port, clear_done, idle

} // namespace pw::verilog
