#include "sim/kernel/loader.h"

#include "frontend/object/read_object.h"
#include "sim/kernel/skb_stubs.h"
#include "sim/maps/contents.h"
#include "support/events.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace pw::kernel {

namespace {

std::string libbpf_log; // the worker has one thread and loads one object

int keep_log(libbpf_print_level level, const char* format, va_list args) {
  if (level == LIBBPF_DEBUG)
    return 0;
  va_list again;
  va_copy(again, args);
  const int size = std::vsnprintf(nullptr, 0, format, args);
  std::string line(static_cast<std::size_t>(std::max(size, 0)) + 1, '\0');
  std::vsnprintf(line.data(), line.size(), format, again);
  va_end(again);
  line.pop_back();
  libbpf_log += line; // the verifier's log comes as one line
  return size;
}

// The last lines that say something.
std::string last_words(const std::string& log) {
  std::istringstream stream(log);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    if (!line.empty() && line.find("-- END") == std::string::npos &&
        line.find("failed to load") == std::string::npos && !line.starts_with("processed "))
      lines.push_back(line);
  std::string text;
  const std::size_t first = lines.size() > 6 ? lines.size() - 6 : 0;
  for (std::size_t i = first; i < lines.size(); ++i)
    text += (text.empty() ? "" : " | ") + lines[i];
  return text;
}

[[noreturn]] void fail(const std::string& what, int error) {
  const std::string reason = what + ": " + std::strerror(error);
  if (error == EPERM || error == ENOSYS)
    throw Failure(diagnose("PW-ENG-002", "the kernel engine needs root and BPF: " + reason)
                      .help("run as root, or use the engine interp"));
  throw Failure(diagnose("PW-ENG-003", "the kernel refuses the program: " + reason)
                    .breaks(last_words(libbpf_log)));
}

// What the handler of libbpf gets to know; it is called in the same thread.
struct Preparation {
  StubOptions stubs;
  std::vector<std::uint8_t> functions, lines; // moved records, alive until the load is done
};
Preparation preparation;

int prepare_load(bpf_program* program, bpf_prog_load_opts* opts, long) {
  try {
    const std::span original(bpf_program__insns(program), bpf_program__insn_cnt(program));
    Replace stubs = helper_stubs(original, preparation.stubs);
    if (preparation.stubs.skb)
      stubs = observe_skb(original, preparation.stubs.exchange_fd, std::move(stubs));
    isa::Rewritten result = isa::rewrite(original, stubs);
    if (opts->func_info_cnt != 0) {
      preparation.functions = isa::move_records(opts->func_info, opts->func_info_cnt,
                                                opts->func_info_rec_size, result.position);
      opts->func_info = preparation.functions.data();
    }
    if (opts->line_info_cnt != 0) {
      preparation.lines = isa::move_records(opts->line_info, opts->line_info_cnt,
                                            opts->line_info_rec_size, result.position);
      opts->line_info = preparation.lines.data();
    }
    if (std::strncmp(bpf_program__section_name(program), "xdp.frags", 9) == 0)
      opts->prog_flags |= BPF_F_XDP_HAS_FRAGS;
    return bpf_program__set_insns(program, result.code.data(), result.code.size());
  } catch (const std::exception& error) {
    libbpf_log += error.what();
    return -EINVAL;
  }
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void add_initial_programs(const Object& object, std::set<std::string>& names) {
  for (const MapDefinition& map : object.maps)
    for (const auto& [slot, name] : map.initial_programs)
      names.insert(name);
}

// The selected program and those that program arrays start with: libbpf fills the slots that the
// file names, and what is to stand there instead comes behind it.
std::set<std::string> needed_programs(const LoadRequest& request) {
  std::set<std::string> names{request.program.name};
  add_initial_programs(request.object, names);
  if (std::ranges::any_of(request.object.maps, is_program_map, &MapDefinition::type))
    add_initial_programs(object::read_object(read_file(request.object.path), {}), names);
  return names;
}

bool uses_helper(const Program& program, std::int32_t helper) {
  return std::ranges::any_of(program.insns, [helper](const bpf_insn& insn) {
    return insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == 0 && insn.imm == helper;
  });
}

// Only drivers of cards know them, and only programs that are bound to one may call them.
std::set<std::int32_t> metadata_functions(const Object& object) {
  std::set<std::int32_t> numbers;
  const auto is_one = [](const auto& f) { return f.second.starts_with("bpf_xdp_metadata_rx_"); };
  if (std::ranges::none_of(object.kernel_functions, is_one))
    return numbers;
  const std::unique_ptr<btf, void (*)(btf*)> types(btf__load_vmlinux_btf(), btf__free);
  for (const auto& function : object.kernel_functions)
    if (is_one(function) && types)
      numbers.insert(btf__find_by_name_kind(types.get(), function.second.c_str(), BTF_KIND_FUNC));
  return numbers;
}

bool any_traces(const LoadRequest& request) {
  const std::set<std::string> needed = needed_programs(request);
  return std::ranges::any_of(request.object.programs, [&](const Program& program) {
    return needed.contains(program.name) && uses_helper(program, BPF_FUNC_trace_printk);
  });
}

} // namespace

// Where the verifier does not like the stubs of trace_printk, or those at the end of tc programs,
// lines or metadata are not observed.
LoadedProgram::LoadedProgram(const LoadRequest& request)
    : program_name_(request.program.name), tc_(program_type(request.program) == ProgramType::Tc) {
  libbpf_set_print(keep_log);
  make_exchange();
  register_handlers(request);
  const bool may_trace = any_traces(request);
  const auto unserved = metadata_functions(request.object);
  for (const auto& [traces, skb] :
       {std::pair(true, true), {true, false}, {false, true}, {false, false}}) {
    if ((!traces && !may_trace) || (skb && !tc_))
      continue;
    libbpf_log.clear();
    preparation = {.stubs = {.exchange_fd = exchange_fd_,
                             .fixed_cpu = request.fixed_cpu,
                             .traces = traces,
                             .unserved = unserved,
                             .skb = skb},
                   .functions = {},
                   .lines = {}};
    try {
      open(request);
      load(request);
      break;
    } catch (const Failure&) {
      if (!skb && (!traces || !may_trace))
        throw;
    }
  }
  learn_addresses();
}

LoadedProgram::~LoadedProgram() {
  for (const int fd : added_fds_)
    ::close(fd);
  for (const int handler : handlers_)
    libbpf_unregister_prog_handler(handler);
  if (exchange_ != nullptr)
    ::munmap(exchange_, sizeof *exchange_);
  if (exchange_fd_ >= 0)
    ::close(exchange_fd_);
}

void LoadedProgram::make_exchange() {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  exchange_fd_ =
      bpf_map_create(BPF_MAP_TYPE_ARRAY, "pw_exchange", 4, sizeof(Exchange), 1, &options);
  if (exchange_fd_ < 0)
    fail("map of the environment", errno);
  void* memory =
      ::mmap(nullptr, sizeof(Exchange), PROT_READ | PROT_WRITE, MAP_SHARED, exchange_fd_, 0);
  if (memory == MAP_FAILED)
    fail("map of the environment", errno);
  exchange_ = static_cast<Exchange*>(memory);
}

void LoadedProgram::register_handlers(const LoadRequest& request) {
  LIBBPF_OPTS(libbpf_prog_handler_opts, options, .prog_prepare_load_fn = prepare_load);
  std::set<std::string> sections;
  for (const Program& program : request.object.programs)
    sections.insert(program.section);
  for (const std::string& section : sections) {
    const int handler =
        tc_ ? libbpf_register_prog_handler(section.c_str(), BPF_PROG_TYPE_SCHED_CLS,
                                           bpf_attach_type(0), &options)
            : libbpf_register_prog_handler(section.c_str(), BPF_PROG_TYPE_XDP, BPF_XDP, &options);
    if (handler >= 0)
      handlers_.push_back(handler);
  }
}

void LoadedProgram::open(const LoadRequest& request) {
  const auto image = object::prepare_image(read_file(request.object.path), {});
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "pw");
  object_.reset(bpf_object__open_mem(image.data(), image.size(), &options));
  if (!object_)
    fail("open", errno);
  const std::set<std::string> needed = needed_programs(request);
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_.get()) {
    bpf_program__set_autoload(program, needed.contains(bpf_program__name(program)));
    if (!needed.contains(bpf_program__name(program)))
      continue;
    bpf_program__set_type(program, tc_ ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_XDP);
    if (tc_)
      bpf_program__set_expected_attach_type(program, bpf_attach_type(0));
  }
  bpf_map* any = nullptr;
  bpf_object__for_each_map(any, object_.get()) {
    bpf_map__set_pin_path(any, nullptr); // ours alone
    if (bpf_map__type(any) == BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
      // Else one for each CPU there is. Sizes are left away where the loader is not libbpf.
      bpf_map__set_max_entries(any, perf_slots(bpf_map__max_entries(any)));
      bpf_map__set_key_size(any, 4);
      bpf_map__set_value_size(any, 4);
    }
    // Else each filter hashes with a random number of its own.
    if (bpf_map__type(any) == BPF_MAP_TYPE_BLOOM_FILTER)
      bpf_map__set_map_flags(any, bpf_map__map_flags(any) | BPF_F_ZERO_SEED);
    // Linux insists on it, and some loaders add it.
    if (bpf_map__type(any) == BPF_MAP_TYPE_LPM_TRIE)
      bpf_map__set_map_flags(any, bpf_map__map_flags(any) | BPF_F_NO_PREALLOC);
  }
  set_sizes(request.object);
  for (const MapDefinition& definition : request.object.maps) {
    bpf_map* map = bpf_object__find_map_by_name(object_.get(), definition.name.c_str());
    const bool settable =
        definition.global != GlobalData::None && definition.global != GlobalData::Kconfig;
    if (map != nullptr && settable && definition.initial.size() == bpf_map__value_size(map))
      bpf_map__set_initial_value(map, definition.initial.data(), definition.initial.size());
  }
}

// --entries; a size of 0 is one that libbpf chooses.
void LoadedProgram::set_sizes(const Object& object) {
  for (const MapDefinition& definition : object.maps) {
    bpf_map* map = bpf_object__find_map_by_name(object_.get(), definition.name.c_str());
    if (map == nullptr)
      continue;
    if (definition.max_entries != 0 && definition.max_entries != bpf_map__max_entries(map))
      bpf_map__set_max_entries(map, definition.max_entries);
    if (const bpf_map* inner = bpf_map__inner_map(map); inner != nullptr && definition.inner)
      set_inner(map, inner, object.maps[*definition.inner]);
  }
}

// libbpf can't change the definition of inner maps, but it takes a map that is like them.
void LoadedProgram::set_inner(bpf_map* outer, const bpf_map* inner, const MapDefinition& wanted) {
  inner_types_ = {bpf_map__btf_key_type_id(inner), bpf_map__btf_value_type_id(inner)};
  if (!wanted.spin_lock)
    bpf_map__set_inner_map_fd(outer, create_added(wanted));
}

// An inner map that a map file or --slot has added.
int LoadedProgram::create_added(const MapDefinition& definition) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = definition.flags);
  if (definition.type == BPF_MAP_TYPE_LPM_TRIE)
    options.map_flags |= BPF_F_NO_PREALLOC;
  if (definition.type == BPF_MAP_TYPE_BLOOM_FILTER)
    options.map_flags |= BPF_F_ZERO_SEED;
  options.map_extra = definition.extra;
  if (definition.spin_lock) {
    options.btf_fd = static_cast<std::uint32_t>(bpf_object__btf_fd(object_.get()));
    options.btf_key_type_id = inner_types_.first;
    options.btf_value_type_id = inner_types_.second;
  }
  const int fd = bpf_map_create(definition.type, "pw_inner", definition.key_size,
                                definition.value_size, definition.max_entries, &options);
  if (fd < 0)
    fail("map '" + definition.name + "'", errno);
  added_fds_.push_back(fd);
  return fd;
}

void LoadedProgram::load(const LoadRequest& request) {
  if (const int error = bpf_object__load(object_.get()); error != 0)
    fail("load", -error);
  for (const MapDefinition& definition : request.object.maps) {
    const bpf_map* map = bpf_object__find_map_by_name(object_.get(), definition.name.c_str());
    int fd = map != nullptr ? bpf_map__fd(map) : -1;
    if (map == nullptr && definition.added_for)
      fd = create_added(definition);
    map_fds_.push_back(fd);
    // A program array would belong to the first program that names it.
    const bool observed =
        is_redirect_map(definition.type) || definition.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
    if (observed && fd >= 0)
      observed_.push_back(unsigned(map_fds_.size()) - 1);
  }
  if (program_fd() < 0)
    fail("no program '" + program_name_ + "'", ENOENT);
}

int LoadedProgram::program_fd(const std::string& name) const {
  const bpf_program* program = bpf_object__find_program_by_name(object_.get(), name.c_str());
  return program != nullptr ? bpf_program__fd(program) : -1;
}

void LoadedProgram::learn_addresses() {
  addresses_.assign(map_fds_.size(), 0);
  for (std::size_t from = 0; from < observed_.size(); from += Exchange::max_maps)
    learn_addresses(std::span(observed_).subspan(
        from, std::min<std::size_t>(Exchange::max_maps, observed_.size() - from)));
}

// Runs a program that writes down where the kernel keeps each map: that is what redirect stubs
// record.
void LoadedProgram::learn_addresses(std::span<const unsigned> maps) {
  std::vector<int> fds;
  for (const unsigned map : maps)
    fds.push_back(map_fds_[map]);
  const Code code = map_address_program(exchange_fd_, fds);
  const int fd =
      bpf_prog_load(BPF_PROG_TYPE_XDP, "pw_maps", "GPL", code.data(), code.size(), nullptr);
  if (fd < 0)
    fail("addresses of maps", errno);
  std::array<std::uint8_t, 64> frame{};
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.data(), .data_size_in = frame.size());
  const int error = bpf_prog_test_run_opts(fd, &run);
  ::close(fd);
  if (error != 0)
    fail("BPF_PROG_TEST_RUN", -error);
  for (std::size_t i = 0; i < maps.size(); ++i)
    addresses_[maps[i]] = exchange_->map_address[i];
}

std::uint32_t LoadedProgram::map_at(std::uint64_t address) const {
  const auto found = std::ranges::find(addresses_, address);
  return address == 0 || found == addresses_.end() ? 0
                                                   : std::uint32_t(found - addresses_.begin()) + 1;
}

} // namespace pw::kernel
