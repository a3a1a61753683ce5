#include "backends/verilog/ast/module.h"

namespace pw::verilog {
namespace {

constexpr unsigned columns = 110;

std::string range(unsigned width) {
  return width == 1 ? "" : "[" + std::to_string(width - 1) + ":0] ";
}

unsigned room_behind(const std::string& start) {
  return start.size() < columns ? static_cast<unsigned>(columns - start.size()) : 0;
}

std::string with_value(const std::string& start, const Expression& value) {
  return start + to_text(value, 2, room_behind(start)) + ";\n";
}

struct Printer {
  std::string operator()(const Blank&) const { return "\n"; }
  std::string operator()(const Comment& c) const { return "  // " + c.text + "\n"; }
  std::string operator()(const Banner& b) const { return "\n  // ===== " + b.text + " =====\n"; }
  std::string operator()(const Wire& w) const {
    std::string start = "  wire " + range(w.width) + w.name;
    return w.value ? with_value(start + " = ", w.value) : start + ";\n";
  }
  std::string operator()(const Register& r) const {
    return "  reg " + range(r.width) + r.name + ";\n";
  }
  std::string operator()(const Assign& a) const {
    return with_value("  assign " + to_text(a.target) + " = ", a.value);
  }
  std::string operator()(const Clocked& c) const;
  std::string operator()(const Instance& i) const;
};

std::string Printer::operator()(const Clocked& c) const {
  std::string out = "  always_ff @(posedge clk) begin\n";
  for (const auto& [target, value] : c.updates) {
    std::string start = "    " + target + " <= ";
    out += start + to_text(value, 4, room_behind(start)) + ";\n";
  }
  return out + "  end\n";
}

std::string connections(const std::vector<std::string>& all, const std::string& indent) {
  std::string out, line = indent;
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::string next = all[i] + (i + 1 < all.size() ? "," : "");
    if (line != indent && line.size() + 1 + next.size() > columns) {
      out += line + "\n";
      line = indent;
    }
    line += (line == indent ? "" : " ") + next;
  }
  return out + line;
}

std::string Printer::operator()(const Instance& i) const {
  std::string out = "  " + i.module + " ";
  std::vector<std::string> parts;
  for (const auto& [name, value] : i.parameters)
    parts.push_back("." + name + "(" + value + ")");
  if (!parts.empty())
    out += "#(\n" + connections(parts, "      ") + "\n  ) ";
  parts.clear();
  for (const auto& [name, value] : i.ports)
    parts.push_back("." + name + "(" + (value ? to_text(value, 6, columns - 10) : "") + ")");
  return out + i.name + " (\n" + connections(parts, "      ") + "\n  );\n";
}

std::string port_text(const Port& p, bool last) {
  std::string text = "    " + std::string(p.output ? "output" : "input ") + " wire " +
                     range(p.width) + p.name + (last ? "" : ",");
  return text + (p.comment.empty() ? "" : " // " + p.comment) + "\n";
}

} // namespace

std::string to_text(const Module& m) {
  std::string out;
  for (const std::string& line : m.preamble)
    out += line.empty() ? "//\n" : "// " + line + "\n";
  out += "/* verilator lint_off UNUSEDSIGNAL */ // not every bit that is captured is looked at\n";
  out += "module " + m.name + " (\n";
  for (std::size_t i = 0; i < m.ports.size(); ++i)
    out += port_text(m.ports[i], i + 1 == m.ports.size());
  out += ");\n";
  for (const Item& item : m.items)
    out += std::visit(Printer{}, item);
  return out + "endmodule\n";
}

} // namespace pw::verilog
