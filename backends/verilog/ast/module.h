// A module of the Verilog that is emitted: a list of items in the order of the text.
#pragma once

#include "backends/verilog/ast/expression.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pw::verilog {

struct Port {
  bool output = false;
  unsigned width = 1;
  std::string name;
  std::string comment; // may be empty
};

struct Blank {};
struct Comment {
  std::string text;
};
struct Banner { // "// ===== text ====="
  std::string text;
};
struct Wire { // wire [width-1:0] name = value;
  unsigned width = 1;
  std::string name;
  Expression value; // may be null
};
struct Register {
  unsigned width = 1;
  std::string name;
};
struct Assign {
  Expression target, value;
};
struct Clocked { // always_ff @(posedge clk) begin target <= value; ... end
  std::vector<std::pair<std::string, Expression>> updates;
};
struct Instance {
  std::string module, name;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<std::pair<std::string, Expression>> ports; // a null expression leaves an output open
};
using Item = std::variant<Blank, Comment, Banner, Wire, Register, Assign, Clocked, Instance>;

struct Module {
  std::string name;
  std::vector<std::string> preamble; // comment lines in front of it
  std::vector<Port> ports;
  std::vector<Item> items;

  void add(Item item) { items.push_back(std::move(item)); }
};

std::string to_text(const Module&);

} // namespace pw::verilog
