#include "cli/card.h"

#include "cli/card_words.h"
#include "cli/output.h"
#include "cli/session.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <optional>

namespace pw::cli {

namespace {

// One of the two products, or why it can't be made.
template <class T> struct Product {
  std::optional<T> made;
  std::vector<Diagnostic> refused;

  bool internal() const { return !refused.empty() && Failure(refused).exit() == Exit::Internal; }
};

template <class T> Product<T> attempt(const std::function<T()>& make) try {
  return {make(), {}};
} catch (const Failure& f) {
  return {std::nullopt, f.diagnostics()};
}

struct Products {
  Product<nfp::Image> words;
  Product<nfp::Offload> offload;
  std::vector<Diagnostic> warnings;
};

Products make_products(Session& session) {
  Products p;
  p.words = attempt<nfp::Image>([&] { return session.micro_engine().image; });
  p.offload = attempt<nfp::Offload>(
      [&] { return nfp::make_offload(session.object(), session.program(), session.firmware()); });
  p.warnings = session.warnings();
  return p;
}

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::map<std::string, std::string> files_of(Session& session, const Products& p) {
  const std::string& name = session.program().name;
  std::map<std::string, std::string> files;
  if (p.words.made) {
    files[name + ".nfp.elf"] =
        text_of(nfp::write_elf(*p.words.made, session.object(), session.firmware()));
    files[name + ".nfp.s"] = nfp::listing(*p.words.made, session.object());
  }
  if (p.offload.made)
    files[name + ".offload.o"] = text_of(p.offload.made->object);
  return files;
}

// Both refusals, what both say once.
std::vector<Diagnostic> refusals(const Products& p) {
  std::vector<Diagnostic> all = p.words.refused;
  for (const Diagnostic& d : p.offload.refused)
    if (std::ranges::none_of(all, [&](const Diagnostic& a) { return to_text(a) == to_text(d); }))
      all.push_back(d);
  return all;
}

int exit_code(const Products& p) {
  if (p.words.internal() || p.offload.internal())
    return static_cast<int>(Exit::Internal);
  return p.words.made || p.offload.made ? 0 : static_cast<int>(Failure(refusals(p)).exit());
}

const char* word_use(nfp::WordUse use) {
  switch (use) {
  case nfp::WordUse::None:
    return "unused";
  case nfp::WordUse::Value:
    return "value";
  case nfp::WordUse::Counter:
    return "counter";
  }
  return "unused";
}

Json table_json(const nfp::Table& t, const MapDefinition& m) {
  Json words = Json::array();
  for (const nfp::WordUse use : t.words)
    words.push_back(word_use(use));
  return {{"id", t.id},
          {"map", m.name},
          {"type", static_cast<unsigned>(m.type)},
          {"key_size", m.key_size},
          {"value_size", m.value_size},
          {"max_entries", m.max_entries},
          {"words", words}};
}

Json words_json(const nfp::Image& image, const Object& object,
                const nfp::FirmwareProfile& profile) {
  Json tables = Json::array();
  for (const nfp::Table& t : image.tables)
    tables.push_back(table_json(t, object.maps.at(t.map)));
  return {{"words", image.words.size()},
          {"max_words", profile.max_words},
          {"stack_bytes", image.stack_bytes},
          {"max_stack_bytes", profile.stack_bytes},
          {"relocations", image.relocations.size()},
          {"classes", classes_json(image)},
          {"lines", lines_json(image)},
          {"tables", tables}};
}

Json report_json(Session& session, const Products& p, const std::string& folder,
                 const std::map<std::string, std::string>& files) {
  Json names = Json::array();
  for (const auto& [name, text] : files)
    names.push_back((std::filesystem::path(folder) / name).string());
  std::vector<Diagnostic> all = refusals(p);
  all.insert(all.end(), p.warnings.begin(), p.warnings.end());
  Json offload = nullptr;
  if (p.offload.made)
    offload = {{"rewritten", diagnostics_json(p.offload.made->rewritten)["diagnostics"]}};
  return {{"program", session.program().name},
          {"target", "nfp"},
          {"firmware", session.firmware().name},
          {"abi", session.firmware().abi},
          {"code", p.words.made ? words_json(*p.words.made, session.object(), session.firmware())
                                : Json(nullptr)},
          {"offload", offload},
          {"files", names},
          {"diagnostics", diagnostics_json(all)["diagnostics"]}};
}

std::string plural(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string counters_of(const nfp::Table& t) {
  std::string out;
  for (std::size_t i = 0; i < t.words.size(); ++i)
    if (t.words[i] == nfp::WordUse::Counter)
      out += (out.empty() ? "" : " ") + std::to_string(4 * i);
  return out.empty() ? "-" : out;
}

void print_words(const nfp::Image& image, Session& session) {
  const nfp::FirmwareProfile& profile = session.firmware();
  std::cout << "program " << session.program().name << ": "
            << plural(image.words.size(), "instruction word") << " of " << profile.max_words << ", "
            << image.stack_bytes << " bytes of local memory of " << profile.stack_bytes
            << ", firmware '" << profile.name << "', ABI " << profile.abi << "\n";
  std::cout << "\n" << lines_text(image);
  if (image.tables.empty())
    return;
  Table table({"table", "map", "key bytes", "value bytes", "entries", "counters at byte"});
  for (const nfp::Table& t : image.tables) {
    const MapDefinition& m = session.object().maps.at(t.map);
    table.row({std::to_string(t.id), m.name, std::to_string(m.key_size),
               std::to_string(m.value_size), std::to_string(m.max_entries), counters_of(t)});
  }
  std::cout << "\n" << table.text();
}

void print_offload(const nfp::Offload& offload, const std::string& program) {
  std::cout << "\n" << program << ".offload.o: ";
  if (offload.rewritten.empty())
    std::cout << "the program as it was, the card's driver takes it\n";
  else
    std::cout << plural(offload.rewritten.size(), "place") << " rewritten for the card's driver\n";
  for (const Diagnostic& d : offload.rewritten)
    std::cout << to_text(d);
}

void print_refused(const std::vector<Diagnostic>& why, const std::string& file) {
  std::cerr << file << " can't be made:\n";
  for (const Diagnostic& d : why)
    std::cerr << to_text(d);
}

bool same(const std::vector<Diagnostic>& a, const std::vector<Diagnostic>& b) {
  return std::ranges::equal(a, b, {}, to_text, to_text);
}

// What the frontend refuses stands in the way of both.
int report_nothing(Session& session, const Products& p, bool json) {
  const std::string& name = session.program().name;
  if (same(p.words.refused, p.offload.refused))
    throw Failure(p.words.refused);
  print_refused(p.words.refused, name + ".nfp.elf");
  print_refused(p.offload.refused, name + ".offload.o");
  if (json)
    std::cout << json_text(diagnostics_json(refusals(p))) << "\n";
  return exit_code(p);
}

void print_report(Session& session, const Products& p, const std::string& folder,
                  const std::map<std::string, std::string>& files) {
  const std::string& name = session.program().name;
  print_warnings(p.warnings);
  if (p.words.made)
    print_words(*p.words.made, session);
  else
    print_refused(p.words.refused, name + ".nfp.elf");
  if (p.offload.made)
    print_offload(*p.offload.made, name);
  else
    print_refused(p.offload.refused, name + ".offload.o");
  std::cout << "\nfiles in " << folder << ":";
  for (const auto& [file, text] : files)
    std::cout << " " << file;
  std::cout << "\n";
}

} // namespace

int compile_for_card(const CommonOptions& common, const std::string& folder) {
  Session session(common);
  session.firmware(); // a wrong profile is nobody's refusal
  const Products p = make_products(session);
  if (!p.words.made && !p.offload.made)
    return report_nothing(session, p, common.json);
  const std::map<std::string, std::string> files = files_of(session, p);
  write_directory(folder, files);
  if (common.json)
    std::cout << json_text(report_json(session, p, folder, files)) << "\n";
  else
    print_report(session, p, folder, files);
  return exit_code(p);
}

std::string emitted_for_card(const CommonOptions& common, const std::string& step) {
  Session session(common);
  const LiftedProgram& lifted = session.lifted_for_card();
  print_warnings(lifted.warnings);
  if (step == "llvm")
    return print_llvm(lifted);
  return nfp::selected_text(session.object(), session.program(), lifted, session.firmware());
}

} // namespace pw::cli
