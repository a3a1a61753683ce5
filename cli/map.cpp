// pipewright map: maps of a running pipeline, with bpftool's words.

#include "cli/map_words.h"
#include "cli/options.h"
#include "cli/output.h"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <sstream>

namespace pw::cli {

namespace {

using control::Bytes;
using control::ControlError;
using control::Entry;
using control::MapInfo;
using control::Maps;

struct MapCommand {
  std::string socket, registers, signature;
  std::vector<std::string> words;
  bool json = false, pretty = false;
};

std::unique_ptr<control::Transport> connect(const MapCommand& o) {
  if (o.socket.empty() == o.registers.empty())
    throw Failure(diagnose("PW-CTL-010", "which pipeline?")
                      .help("--control SOCKET of a simulation, or --registers FILE --signature "
                            "NAME.sig.json of a card"));
  if (!o.registers.empty() && o.signature.empty())
    throw Failure(diagnose("PW-CTL-010", "the registers of which pipeline?")
                      .help("--signature NAME.sig.json, of the same compile --control live"));
  return o.socket.empty() ? control::open_registers(o.registers, o.signature)
                          : control::open_socket(o.socket);
}

const MapInfo& map_of(const Maps& maps, const MapRequest& r) {
  const MapInfo* map = r.id ? maps.find(*r.id) : maps.find(r.name);
  if (map)
    return *map;
  std::string known;
  for (const MapInfo& m : maps.all())
    known += (known.empty() ? "" : ", ") + m.name;
  throw Failure(diagnose("PW-CTL-011", r.id ? "there is no map with id " + std::to_string(*r.id)
                                            : "there is no map '" + r.name + "'")
                    .help("the maps are " + known));
}

void check_size(const char* what, const MapInfo& map, const Bytes& bytes, std::uint32_t size) {
  if (bytes.size() != size)
    throw Failure(
        diagnose("PW-CTL-012",
                 std::string("the ") + what + " has the wrong size for map '" + map.name + "'")
            .limited(std::to_string(size) + " bytes", std::to_string(bytes.size()) + " bytes"));
}

// The kernel's answer in words.
std::string words_of(int error) {
  switch (-error) {
  case ENOENT:
    return "the key is not there";
  case EEXIST:
    return "the key is there already";
  case E2BIG:
    return "the map is full, or has no such index";
  case ENOSPC:
  case ENOMEM:
    return "the map is full";
  case EPERM:
    return "its data is constant";
  default:
    return std::strerror(-error);
  }
}

[[noreturn]] void refused(const std::string& doing, int error) {
  throw Failure(diagnose("PW-CTL-013", doing + ": " + words_of(error)));
}

int show(const MapCommand& o, const Maps& maps, const MapRequest& r) {
  std::vector<const MapInfo*> chosen;
  if (r.id || !r.name.empty())
    chosen.push_back(&map_of(maps, r));
  else
    for (const MapInfo& m : maps.all())
      chosen.push_back(&m);
  std::cout << (o.json ? map_list_json(chosen) + "\n" : map_list_text(chosen));
  return 0;
}

int dump(const MapCommand& o, Maps& maps, const MapInfo& map) {
  constexpr std::uint32_t piece = 1024;
  std::uint32_t cursor = 0, count = 0;
  std::vector<Entry> entries;
  std::cout << (o.json ? "[" : "");
  for (bool more = true; more;) {
    more = maps.entries(map, cursor, piece, entries);
    for (const Entry& e : entries) {
      if (o.json)
        std::cout << (count != 0 ? "," : "") << entry_json(map, maps.cpu(), e);
      else
        std::cout << entry_text(map, maps.cpu(), e);
      ++count;
    }
  }
  if (o.json)
    std::cout << "]\n";
  else
    std::cout << "Found " << count << (count == 1 ? " element\n" : " elements\n");
  return 0;
}

int lookup(const MapCommand& o, Maps& maps, const MapInfo& map, const Bytes& key) {
  Entry entry{key, {}};
  const int result = maps.lookup(map, key, entry.value);
  if (result == 0) {
    std::cout << (o.json ? entry_json(map, maps.cpu(), entry) + "\n"
                         : entry_text(map, maps.cpu(), entry));
    return 0;
  }
  if (result != -ENOENT)
    refused("look-up in map '" + map.name + "'", result);
  std::cout << (o.json ? std::string("null\n") : "key:\n" + bytes_text(key) + "\n\nNot found\n");
  return 1;
}

// Queues and stacks.
int take(const MapCommand& o, Maps& maps, const MapInfo& map, bool remove) {
  Entry entry;
  const int result = remove ? maps.lookup_and_remove(map, entry.key, entry.value)
                            : maps.lookup(map, entry.key, entry.value);
  if (result != 0 && result != -ENOENT)
    refused(std::string(remove ? "pop" : "peek") + " of map '" + map.name + "'", result);
  if (o.json)
    std::cout << (result == 0 ? entry_json(map, maps.cpu(), entry) : "null") << "\n";
  else
    std::cout << (result == 0 ? entry_text(map, maps.cpu(), entry) : "Error: empty map\n");
  return result == 0 ? 0 : 1;
}

int next(const MapCommand& o, Maps& maps, const MapInfo& map, const MapRequest& r) {
  Bytes found;
  const Bytes key = r.key.value_or(Bytes());
  const int result = maps.next_key(map, key, found);
  if (result == -ENOENT)
    throw Failure(diagnose("PW-CTL-013", r.key ? "map '" + map.name + "' has no key behind this one"
                                               : "map '" + map.name + "' is empty"));
  if (result != 0)
    refused("next key of map '" + map.name + "'", result);
  if (o.json)
    std::cout << "{\"key\":" << (r.key ? bytes_json(key) : "null")
              << ",\"next_key\":" << bytes_json(found) << "}\n";
  else
    std::cout << (r.key ? "key:\n" + bytes_text(key) + "\n" : "key: None\n") << "next key:\n"
              << bytes_text(found) << "\n";
  return 0;
}

int change(const MapCommand& o, Maps& maps, const MapInfo& map, const MapRequest& r) {
  const bool update = r.verb != MapRequest::Verb::Delete;
  const int result =
      update ? maps.update(map, *r.key, *r.value, r.flags) : maps.remove(map, *r.key);
  if (result != 0)
    refused(std::string(update ? "update" : "delete") + " in map '" + map.name + "'", result);
  if (o.json)
    std::cout << "null\n";
  return 0;
}

// What a slot is to hold, by its name.
Bytes named_value(const Maps& maps, const MapInfo& map, const std::string& name) {
  const bool programs = map.type_name == "prog_array";
  if (!programs && !map.type_name.ends_with("_of_maps"))
    throw Failure(diagnose("PW-CTL-010", "map '" + map.name + "' holds bytes, no names")
                      .help("value 1 2 3 ...; names and ids are for program arrays and maps of "
                            "maps"));
  const MapInfo* inner = programs ? nullptr : maps.find(name);
  const auto number = inner      ? std::optional(inner->id)
                      : programs ? maps.program(name)
                                 : std::nullopt;
  if (!number)
    throw Failure(diagnose("PW-CTL-011", std::string("there is no ") +
                                             (programs ? "program" : "map") + " '" + name + "'"));
  Bytes value;
  control::put32(value, *number);
  return value;
}

void complete(const Maps& maps, const MapInfo& map, MapRequest& r) {
  if (!r.value_name.empty())
    r.value = named_value(maps, map, r.value_name);
  if (!r.key && r.verb != MapRequest::Verb::GetNext && r.verb != MapRequest::Verb::Dump)
    r.key.emplace();
  if (r.key)
    check_size("key", map, *r.key, map.key_bytes);
  if (r.value)
    check_size("value", map, *r.value, map.value_bytes);
}

int execute(const MapCommand& o, MapRequest r) {
  Maps maps(connect(o));
  if (r.verb == MapRequest::Verb::Show)
    return show(o, maps, r);
  const MapInfo& map = map_of(maps, r);
  complete(maps, map, r);
  switch (r.verb) {
  case MapRequest::Verb::Peek:
  case MapRequest::Verb::Pop:
    return take(o, maps, map, r.verb == MapRequest::Verb::Pop);
  case MapRequest::Verb::Dump:
    return dump(o, maps, map);
  case MapRequest::Verb::Lookup:
    return lookup(o, maps, map, *r.key);
  case MapRequest::Verb::GetNext:
    return next(o, maps, map, r);
  default:
    return change(o, maps, map, r);
  }
}

const char* code_of(int number) {
  switch (number) {
  case EBUSY:
  case EPERM:
  case EACCES:
    return "PW-CTL-014";
  case EOPNOTSUPP:
    return "PW-CTL-015";
  case EINVAL:
    return "PW-CTL-013";
  default:
    return "PW-CTL-016";
  }
}

int answered(const MapCommand& o, const MapRequest& request) {
  try {
    return execute(o, request);
  } catch (const ControlError& error) {
    throw Failure(diagnose(code_of(error.code().value()), error.sentence));
  }
}

// Takes what goes to standard output.
class Capture {
public:
  Capture() : before_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Capture() { std::cout.rdbuf(before_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  std::string text() const { return text_.str(); }

private:
  std::ostringstream text_;
  std::streambuf* before_;
};

int run(MapCommand o) {
  o.json |= o.pretty;
  const MapRequest request = parse_map_words(o.words);
  if (!o.pretty)
    return answered(o, request);
  std::string text;
  int code = 0;
  {
    const Capture capture;
    code = answered(o, request);
    text = capture.text();
  }
  std::cout << pretty_json(text);
  return code;
}

} // namespace

void add_map(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<MapCommand>();
  CLI::App* app = add_command(
      root, "map", "Reads and changes maps of a running pipeline, with bpftool's words.",
      "show|dump|lookup|update|delete|getnext|push|peek|pop [MAP] ... --control SOCKET",
      "  pipewright map show [MAP] --control fw.sock                  MAP: id N or name NAME; also "
      "dump\n"
      "  pipewright map lookup MAP key DATA --json --control fw.sock  DATA: 10 0x0a, or hex 0a 0a\n"
      "  pipewright map update MAP key DATA value DATA [any|exist|noexist] --control fw.sock\n"
      "  pipewright map delete name flows key hex 0a 00 00 01 --control fw.sock\n"
      "  pipewright map push MAP value DATA --control fw.sock         queues, stacks; also peek, "
      "pop\n"
      "  pipewright map update MAP key DATA value name NAME --control fw.sock   program arrays, "
      "maps of maps\n");
  app->add_option("WORDS", o->words, "what to do with which map, as in the examples")
      ->type_name("WORDS")
      ->required();
  app->add_option("--control", o->socket, "of pipewright sim --control SOCKET")
      ->type_name("SOCKET")
      ->group("Where");
  auto* registers =
      app->add_option("--registers", o->registers, "or a card's: a UIO device, a PCIe BAR's file")
          ->type_name("FILE")
          ->group("Where");
  app->add_option("--signature", o->signature, "of compile --control live, for --registers")
      ->type_name("NAME.sig.json")
      ->needs(registers)
      ->group("Where");
  app->add_flag("-j", o->json, "the same as --json")->group("Output");
  app->add_flag("-p,--pretty", o->pretty, "JSON that is easy to read")->group("Output");
  add_output_options(*app, o->json);
  app->callback([o, &invocation] { invocation.run = [o] { return run(*o); }; });
}

} // namespace pw::cli
