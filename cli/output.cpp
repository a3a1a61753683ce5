#include "cli/output.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <poll.h>
#include <set>
#include <unistd.h>

namespace pw::cli {

namespace {

const char* severity_word(Severity s) {
  switch (s) {
  case Severity::Error:
    return "error";
  case Severity::Warning:
    return "warning";
  case Severity::Note:
    return "note";
  }
  return "error";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

template <class T> Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json redirect_json(const std::optional<Redirect>& r) {
  if (!r)
    return nullptr;
  return {{"map", or_null(r->map)},
          {"key", or_null(r->key)},
          {"ifindex", or_null(r->ifindex)},
          {"flags", or_null(r->flags)}};
}

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.,-+% ") == std::string::npos;
}

} // namespace

Json diagnostic_json(const Diagnostic& d) {
  const bool known = d.location.known();
  return {{"code", d.code},
          {"severity", severity_word(d.severity)},
          {"insn", or_null(d.insn)},
          {"file", known ? Json(d.location.file) : Json(nullptr)},
          {"line", known ? Json(d.location.line) : Json(nullptr)},
          {"rule", text_or_null(d.rule)},
          {"limit", text_or_null(d.limit)},
          {"value", text_or_null(d.value)},
          {"remedy", text_or_null(d.remedy)},
          {"message", d.message}};
}

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json diagnostics_json(const std::vector<Diagnostic>& all) {
  Json list = Json::array();
  for (const Diagnostic& d : all)
    list.push_back(diagnostic_json(d));
  return {{"diagnostics", list}};
}

std::string hex_digits(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// Fields that the engine can't tell are null.
static Json skb_json(const PacketResult& r) {
  Json j = Json::object();
  for (unsigned f = 0; f < skb_field_count; ++f)
    j[skb_fields[f].name] = (r.skb_known >> f & 1) != 0 ? Json((*r.skb)[f]) : Json(nullptr);
  return j;
}

Json packet_json(std::size_t index, const PacketResult& r) {
  Json j = {{"index", index}};
  if (r.unsupported) {
    j["unsupported"] = true;
    for (const char* absent : {"verdict", "retval", "length", "redirect", "cycle_in", "cycle_out"})
      j[absent] = nullptr;
    return j;
  }
  j["verdict"] = verdict_name(r);
  j["retval"] = r.retval;
  j["length"] = r.length;
  j["redirect"] = redirect_json(r.redirect);
  j["cycle_in"] = or_null(r.cycle_in);
  j["cycle_out"] = or_null(r.cycle_out);
  if (!r.trace.empty())
    j["trace"] = r.trace;
  for (const Event& event : r.events)
    j["events"].push_back({{"map", event.map}, {"bytes", hex_digits(event.bytes)}});
  if (r.skb)
    j["skb"] = skb_json(r);
  return j;
}

void print_warnings(const std::vector<Diagnostic>& all) {
  std::set<std::string> seen;
  for (const Diagnostic& d : all)
    if (const std::string text = to_text(d); seen.insert(text).second)
      std::cerr << text;
}

void progress(const std::string& text) {
  if (isatty(STDERR_FILENO) != 0)
    std::cerr << "pipewright: " << text << "\n";
}

namespace {

// Nobody reads any more: `head` has seen enough.
bool reader_is_gone() {
  pollfd out = {STDOUT_FILENO, POLLOUT, 0};
  return poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

} // namespace

int finish_output(int code) {
  std::cout.flush();
  if (std::cout.good() || reader_is_gone())
    return code;
  std::cerr << to_text(
      diagnose("PW-OPT-003", "standard output can't be written").help("is the disk full?"));
  return static_cast<int>(Exit::UserInput);
}

Table::Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void Table::row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& cells : rows_)
    for (std::size_t c = 0; c < cells.size(); ++c)
      widths[c] = std::max(widths[c], cells[c].size());
  std::string out;
  for (const auto& cells : rows_) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const std::string pad(widths[c] - cells[c].size(), ' ');
      // A heading stands where its numbers stand.
      const bool right =
          is_number(&cells == &rows_.front() && rows_.size() > 1 ? rows_[1][c] : cells[c]);
      line += (c == 0 ? "" : "  ") + (right ? pad + cells[c] : cells[c] + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

} // namespace pw::cli
