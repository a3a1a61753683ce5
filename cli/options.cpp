#include "cli/options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <sstream>
#include <utility>

namespace pw::cli {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Megahertz of one unit of what follows the number.
double unit_in_mhz(const std::string& unit, const std::string& whole) {
  static const std::map<std::string, double> units = {
      {"", 1}, {"mhz", 1}, {"ghz", 1000}, {"khz", 1e-3}, {"hz", 1e-6}};
  const auto found = units.find(unit);
  if (found == units.end())
    throw CLI::ValidationError("--clock", "'" + whole + "' is not a frequency such as 250MHz");
  return found->second;
}

void set_variable(OpenOptions& open, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw CLI::ValidationError("--set", "'" + assignment + "' is not NAME=VALUE");
  open.set[assignment.substr(0, equals)] = assignment.substr(equals + 1);
}

// What is right about it shows when the object is open.
void add_slot(OpenOptions& open, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || assignment.rfind(':', equals) == std::string::npos)
    throw CLI::ValidationError("--slot", "'" + assignment + "' is not MAP:INDEX=PROGRAM");
  open.slots.push_back(assignment);
}

void add_entries(OpenOptions& open, const std::string& assignment) {
  const std::size_t equals = assignment.rfind('=');
  if (equals == 0 || equals == std::string::npos)
    throw CLI::ValidationError("--entries", "'" + assignment + "' is not MAP=N");
  open.entries.push_back(assignment);
}

void check_bus(unsigned bits) {
  if (bits < 64 || bits > 1024 || (bits & (bits - 1)) != 0)
    throw CLI::ValidationError("--bus", "the width is 64, 128, 256, 512 or 1024 bits");
}

// An option that takes one of a few words.
template <class T>
CLI::Option* add_choice(CLI::App& app, const std::string& name, T& target,
                        const std::string& description,
                        std::vector<std::pair<std::string, T>> choices) {
  return app.add_option_function<std::string>(
      name,
      [&target, name, choices](const std::string& word) {
        std::string known;
        for (const auto& [text, value] : choices) {
          if (text == word) {
            target = value;
            return;
          }
          known += (known.empty() ? "" : " or ") + text;
        }
        throw CLI::ValidationError(name, "'" + word + "' is not " + known);
      },
      description);
}

// The usage line comes first, then the sentence; CLI11's own order is the other way round.
class Layout : public CLI::Formatter {
public:
  explicit Layout(std::string arguments) : arguments_(std::move(arguments)) {
    column_width(28);
    label("Positionals", "Arguments");
  }

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string out =
        "Usage: " + full_name(app, name) + " " + arguments_ + "\n" + app->get_description() + "\n";
    out += "\n" + make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode);
    return single_blank_lines(out + "\n" + app->get_footer() + "\n");
  }

  // Defaults stand in the descriptions, with their units.
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_size() == 0 || option->get_positional() ? ""
                                                                    : " " + option->get_type_name();
  }

private:
  static std::string single_blank_lines(std::string text) {
    for (std::size_t at = 0; (at = text.find("\n\n\n")) != std::string::npos;)
      text.erase(at, 1);
    return text;
  }

  static std::string full_name(const CLI::App* app, const std::string& name) {
    const CLI::App* parent = app->get_parent();
    return parent == nullptr ? (name.empty() ? app->get_name() : name)
                             : parent->get_name() + " " + app->get_name();
  }

  std::string arguments_;
};

} // namespace

double parse_clock(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit = lower(std::string(end, text.data() + text.size()));
  std::erase(unit, ' ');
  if (error != std::errc())
    throw CLI::ValidationError("--clock", "'" + text + "' is not a frequency such as 250MHz");
  const double mhz = number * unit_in_mhz(unit, text);
  if (!std::isfinite(mhz) || mhz < 1 || mhz > 1000)
    throw CLI::ValidationError("--clock", "'" + text + "' is not between 1MHz and 1000MHz");
  return mhz;
}

namespace {

std::array<std::uint8_t, 6> parse_mac(const std::string& text) {
  std::array<unsigned, 6> part{};
  int end = 0;
  const int n = std::sscanf(text.c_str(), "%2x:%2x:%2x:%2x:%2x:%2x%n", &part[0], &part[1], &part[2],
                            &part[3], &part[4], &part[5], &end);
  if (n != 6 || std::size_t(end) != text.size() || (part[0] & 1) != 0)
    throw CLI::ValidationError("--mac", "'" + text + "' is no address such as 02:00:00:00:00:01");
  std::array<std::uint8_t, 6> mac{};
  std::ranges::transform(part, mac.begin(), [](unsigned x) { return std::uint8_t(x); });
  return mac;
}

std::string field_names() {
  std::string all;
  for (unsigned f = 0; f < skb_input_count; ++f)
    all += (f == 0 ? "" : ", ") + std::string(skb_fields[f].name);
  return all;
}

// "mark=7,priority=0x10", "random".
void set_metadata(Environment& e, const std::string& text) {
  std::istringstream in(text);
  for (std::string one; std::getline(in, one, ',');) {
    if (one == "random") {
      e.skb.random = true;
      continue;
    }
    const auto equals = one.find('=');
    const auto* end = skb_fields.begin() + skb_input_count;
    const auto* field =
        std::ranges::find(skb_fields.begin(), end, one.substr(0, equals),
                          [](const SkbFieldInfo& f) { return std::string(f.name); });
    char* rest = nullptr;
    const char* digits = equals == std::string::npos ? "" : one.c_str() + equals + 1;
    const std::uint64_t value = std::strtoull(digits, &rest, 0);
    if (field == end)
      throw CLI::ValidationError("--skb",
                                 "'" + one + "' is no FIELD=N; fields are " + field_names());
    if (rest == digits || *rest != 0 || (field->bits < 64 && value >> field->bits != 0))
      throw CLI::ValidationError("--skb", "'" + one + "' wants a number of up to " +
                                              std::to_string(field->bits) + " bits");
    e.skb.value[std::size_t(field - skb_fields.begin())] = value;
  }
}

} // namespace

std::vector<std::pair<std::string, std::string>> metadata_options(const Environment& e) {
  std::vector<std::pair<std::string, std::string>> all;
  if (e.mac != Environment{}.mac) {
    std::array<char, 18> text{};
    std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", e.mac[0], e.mac[1],
                  e.mac[2], e.mac[3], e.mac[4], e.mac[5]);
    all.emplace_back("--mac", text.data());
  }
  std::string fields = e.skb.random ? "random" : "";
  for (unsigned f = 0; f < skb_input_count; ++f)
    if (e.skb.value[f] != 0)
      fields += (fields.empty() ? "" : ",") +
                (skb_fields[f].name + ("=" + std::to_string(e.skb.value[f])));
  if (!fields.empty())
    all.emplace_back("--skb", fields);
  return all;
}

void add_program_options(CLI::App& app, CommonOptions& o) {
  const std::string group = "Program";
  app.add_option("-n,--program", o.program, "program in the object (default: the only one)")
      ->type_name("NAME")
      ->group(group);
  add_choice(app, "--type", o.type, "xdp or tc (default: from section and context use)",
             {{"xdp", ProgramType::Xdp}, {"tc", ProgramType::Tc}})
      ->type_name("TYPE")
      ->group(group);
  app.add_option_function<std::vector<std::string>>(
         "--set",
         [&o](const std::vector<std::string>& all) {
           for (const std::string& one : all)
             set_variable(o.open, one);
         },
         "initial value of a global variable; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE")
      ->group(group);
  app.add_option_function<std::vector<std::string>>(
         "--slot",
         [&o](const std::vector<std::string>& all) {
           for (const std::string& one : all)
             add_slot(o.open, one);
         },
         "program in a slot of a program array, map in one of a map of maps; may be repeated")
      ->allow_extra_args(false)
      ->type_name("MAP:INDEX=NAME")
      ->group(group);
  app.add_option("--tail-calls", o.tail_calls,
                 "tail calls of a packet that are followed, in a circle too (Linux: 33)")
      ->type_name("N")
      ->check(CLI::Range(1, 33).description(""))
      ->group(group);
  app.add_option_function<std::vector<std::string>>(
         "--entries",
         [&o](const std::vector<std::string>& all) {
           for (const std::string& one : all)
             add_entries(o.open, one);
         },
         "room of a map, in place of its max_entries; may be repeated")
      ->allow_extra_args(false)
      ->type_name("MAP=N")
      ->group(group);
}

void add_hardware_options(CLI::App& app, CommonOptions& o) {
  const std::string group = "Hardware";
  app.add_option_function<std::string>(
         "--clock", [&o](const std::string& text) { o.compile.clock_mhz = parse_clock(text); },
         "clock of the pipeline (default 250MHz)")
      ->type_name("FREQUENCY")
      ->group(group);
  app.add_option_function<unsigned>(
         "--bus",
         [&o](unsigned bits) {
           check_bus(bits);
           o.compile.bus_bits = bits;
         },
         "width of the packet bus in bits (default 512)")
      ->type_name("BITS")
      ->group(group);
  app.add_option("--device", o.compile.device, "FPGA to fit (default xcu50)")
      ->type_name("DEVICE")
      ->group(group);
  app.add_option("--window", o.compile.window,
                 "header bytes seen, up to 4096 (default: as needed, up to 256; 512 for writes)")
      ->check(CLI::Range(1u, widest_window).description(""))
      ->type_name("BYTES")
      ->group(group);
  app.add_option_function<std::string>(
         "--whole-packet",
         [&o](const std::string& when) { o.compile.whole_packet = when == "auto"; },
         "reads behind the window: auto (default) or never (refused)")
      ->check(CLI::IsMember({"auto", "never"}).description(""))
      ->type_name("WHEN")
      ->group(group);
}

void add_control_option(CLI::App& app, CommonOptions& o) {
  app.add_option_function<std::string>(
         "--control", [&o](const std::string& how) { o.live_control = how == "live"; },
         "maps for the host: idle (default), or live: while packets flow")
      ->check(CLI::IsMember({"idle", "live"}).description(""))
      ->type_name("WHEN")
      ->group("Hardware");
}

void add_card_options(CLI::App& app, CommonOptions& o) {
  app.add_option("--firmware", o.firmware,
                 "profile of the Netronome card's firmware (default: the published one)")
      ->type_name("FILE")
      ->group("Hardware");
}

void add_environment_options(CLI::App& app, CommonOptions& o) {
  const std::string group = "Environment";
  Environment& e = o.environment;
  app.add_option("--ifindex", e.ifindex, "ingress interface (default 1)")
      ->type_name("N")
      ->group(group);
  app.add_option("--routes", o.routes,
                 "routes, neighbours and interfaces of the host, as ip -j prints them")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--rxq", e.rx_queue, "receive queue (default 0)")->type_name("N")->group(group);
  app.add_option("--cpu", e.cpu, "CPU that runs the program (default 0)")
      ->type_name("N")
      ->group(group);
  app.add_option("--mtu", e.mtu, "MTU of every interface (default 1500)")
      ->check(CLI::Range(68u, 65535u).description(""))
      ->type_name("BYTES")
      ->group(group);
  app.add_option("--egress", e.egress,
                 "interface in front of which a program of a devmap stands (default 1)")
      ->type_name("N")
      ->group(""); // docs/design.md names it
  app.add_option_function<std::string>(
         "--mac", [&e](const std::string& text) { e.mac = parse_mac(text); },
         "address of that interface, for tc programs (default 02:00:00:00:00:01)")
      ->type_name("ADDRESS")
      ->group(""); // docs/design.md names it
  app.add_option_function<std::string>(
         "--skb", [&e](const std::string& text) { set_metadata(e, text); },
         "metadata of tc packets: FIELD=N,... (mark, priority, tstamp, cb0 .. cb4) or random")
      ->type_name("FIELDS")
      ->group(group);
  app.add_option("--seed", e.seed, "seed of random numbers (default 1)")
      ->type_name("N")
      ->group(group);
  add_choice(app, "--time", e.time, "clock of the program: capture (default) or cycles",
             {{"capture", Environment::Time::Capture}, {"cycles", Environment::Time::Cycles}})
      ->type_name("SOURCE")
      ->group(group);
}

void add_output_options(CLI::App& app, bool& json) {
  app.add_flag("--json", json, "print JSON instead of text")->group("Output");
  app.set_help_flag("-h,--help", "print this help")->group("Output");
}

void set_layout(CLI::App& root) {
  root.formatter(std::make_shared<Layout>("COMMAND ..."));
  root.get_formatter()->label("Subcommands", "Commands");
  root.set_help_flag("-h,--help", "print this help");
  root.set_version_flag("--version", PW_VERSION, "print the version");
  root.footer("pipewright COMMAND --help explains a command.");
}

namespace {

// Letters to change, to insert or to leave out.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t(0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::string near_option(const CLI::App& app, const std::string& word) {
  constexpr std::size_t most = 2;
  std::string best;
  std::size_t least = most + 1;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      if (const std::size_t far = distance(word, "--" + name); far < least) {
        least = far;
        best = "--" + name;
      }
  return best;
}

void add_common_options(CLI::App& app, CommonOptions& o) {
  add_program_options(app, o);
  add_hardware_options(app, o);
  add_card_options(app, o);
  add_environment_options(app, o);
  add_output_options(app, o.json);
}

CLI::App* add_command(CLI::App& root, const std::string& name, const std::string& sentence,
                      const std::string& arguments, const std::string& examples) {
  CLI::App* app = root.add_subcommand(name, sentence);
  app->formatter(std::make_shared<Layout>(arguments));
  app->footer("Examples:\n" + examples +
              "Exit codes: 0 ok, 1 your input (or a difference), 2 not supported on this target,\n"
              "            3 internal error, 4 engine not available here");
  return app;
}

} // namespace pw::cli
