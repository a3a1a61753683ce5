// NAME.nfp.s: every word with its text, labels and the user's C lines between.
#include "backends/nfp/isa/print.h"
#include "backends/nfp/nfp.h"

#include <iomanip>
#include <map>
#include <sstream>

namespace pw::nfp {
namespace {

std::string header(const Image& image) {
  std::ostringstream out;
  out << "; program " << image.program << ": " << image.words.size() << " words, "
      << image.stack_bytes << " bytes of local memory\n";
  return out.str();
}

std::string table_line(const Table& t, const MapDefinition& m) {
  std::ostringstream out;
  out << "; table " << t.id << ": map '" << m.name << "', key " << m.key_size << " bytes, value "
      << m.value_size << " bytes, " << m.max_entries << " entries";
  std::string counters;
  for (std::size_t i = 0; i < t.words.size(); ++i)
    if (t.words[i] == WordUse::Counter)
      counters += " " + std::to_string(4 * i);
  if (!counters.empty())
    out << ", counters (big-endian) at byte" << counters;
  return out.str() + "\n";
}

const char* helper_name(unsigned id) {
  switch (id) {
  case BPF_FUNC_map_lookup_elem:
    return " (map lookup)";
  case BPF_FUNC_map_update_elem:
    return " (map update)";
  case BPF_FUNC_map_delete_elem:
    return " (map deletion)";
  default:
    return "";
  }
}

std::string relocation_text(const Relocation& r) {
  switch (r.kind) {
  case RelocationKind::Branch:
    return "";
  case RelocationKind::Out:
    return "to the exit sequence";
  case RelocationKind::Abort:
    return "to the abort sequence";
  case RelocationKind::PushRegisters:
    return "to the routine that saves registers";
  case RelocationKind::PopRegisters:
    return "to the routine that restores registers";
  case RelocationKind::NextPacket:
    return "to the firmware's next packet";
  case RelocationKind::Helper:
    return "to helper " + std::to_string(r.value) + helper_name(r.value);
  case RelocationKind::Immediate:
    return "code address";
  }
  return "";
}

class Lister {
public:
  explicit Lister(const Image& image) : image_(image) {
    for (const Symbol& s : image.symbols)
      labels_[s.word].push_back(s.name);
    for (const Relocation& r : image.relocations)
      comments_[r.word] = relocation_text(r);
  }

  void line(std::ostream& out, std::size_t i) {
    for (const std::string& name : labels_[static_cast<unsigned>(i)])
      out << name << ":\n";
    source(out, image_.instructions[i].where);
    out << std::setfill(' ') << std::setw(6) << "." + std::to_string(i) << "  " << std::hex
        << std::setfill('0') << std::setw(13) << image_.words[i] << std::dec << "  "
        << print(image_.instructions[i]) << comment(i) << "\n";
  }

private:
  void source(std::ostream& out, const SourceLocation& where) {
    if (!where.known() || (where.line == last_.line && where.file == last_.file))
      return;
    const std::size_t start = where.text.find_first_not_of(" \t");
    out << "; " << where.file << ":" << where.line << ": "
        << (start == std::string::npos ? "" : where.text.substr(start)) << "\n";
    last_ = where;
  }

  std::string comment(std::size_t i) {
    const auto word = comments_.find(static_cast<unsigned>(i));
    std::string text = word == comments_.end() ? "" : word->second;
    const Target& to = image_.instructions[i].target;
    const auto label = labels_.find(to.number);
    if (text.empty() && to.kind == Target::Kind::Address && label != labels_.end() &&
        !label->second.empty())
      text = "to " + label->second.front();
    return text.empty() ? "" : "  ; " + text;
  }

  const Image& image_;
  std::map<unsigned, std::vector<std::string>> labels_;
  std::map<unsigned, std::string> comments_;
  SourceLocation last_;
};

} // namespace

std::string listing(const Image& image, const Object& object) {
  std::ostringstream out;
  out << header(image);
  for (const Table& t : image.tables)
    out << table_line(t, object.maps.at(t.map));
  out << "; word, contents with check bits, instruction\n";
  Lister lister(image);
  for (std::size_t i = 0; i < image.instructions.size(); ++i)
    lister.line(out, i);
  return out.str();
}

} // namespace pw::nfp
