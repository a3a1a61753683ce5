#include "tests/random/kernel_oracle.h"

#include "sim/maps/contents.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <sched.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace pw::random {

namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(what + ": error " + std::to_string(error));
}

class Descriptor {
public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  int get() const { return fd_; }

private:
  int fd_;
};

int create_map(const MapDefinition& map) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = map.flags);
  int fd =
      bpf_map_create(map.type, "random", map.key_size, map.value_size, map.max_entries, &options);
  if (fd < 0)
    fail("map " + map.name, fd);
  return fd;
}

std::vector<bpf_insn> with_descriptors(std::vector<bpf_insn> insns,
                                       const std::vector<Descriptor>& maps) {
  for (std::size_t i = 0; i + 1 < insns.size(); ++i) {
    if (insns[i].code != (BPF_LD | BPF_IMM | BPF_DW))
      continue;
    if (insns[i].src_reg == BPF_PSEUDO_MAP_IDX)
      insns[i].src_reg = BPF_PSEUDO_MAP_FD;
    else if (insns[i].src_reg == BPF_PSEUDO_MAP_IDX_VALUE)
      insns[i].src_reg = BPF_PSEUDO_MAP_VALUE;
    else
      continue;
    insns[i].imm = maps.at(unsigned(insns[i].imm)).get();
  }
  return insns;
}

int load_program(const std::vector<bpf_insn>& insns, bool tc) {
  std::vector<char> log(1 << 20);
  LIBBPF_OPTS(bpf_prog_load_opts, options, .log_level = 1, .log_size = std::uint32_t(log.size()),
              .log_buf = log.data());
  int fd = bpf_prog_load(tc ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_XDP, "random", "GPL",
                         insns.data(), insns.size(), &options);
  if (fd < 0) {
    std::string text(log.data());
    throw std::runtime_error("refused by the kernel:\n" +
                             text.substr(text.size() > 3000 ? text.size() - 3000 : 0));
  }
  return fd;
}

class KernelOracle : public Engine {
public:
  KernelOracle(const Object& object, const Environment& environment)
      : object_(object), environment_(environment),
        tc_(object.programs.front().type == ProgramType::Tc) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    sched_setaffinity(0, sizeof set, &set);
    for (const MapDefinition& map : object.maps)
      maps_.emplace_back(create_map(map));
    set_maps(initial_state(object));
    for (std::size_t i = 0; i < object.maps.size(); ++i)
      if (object.maps[i].global == GlobalData::Rodata)
        bpf_map_freeze(maps_[i].get());
    program_.emplace(load_program(with_descriptors(object.programs.front().insns, maps_), tc_));
  }

  void set_maps(const MapState& state) override {
    for (std::size_t i = 0; i < object_.maps.size(); ++i)
      if (auto given = state.find(object_.maps[i].name); given != state.end())
        set_map(object_.maps[i], maps_[i].get(), given->second);
  }

  MapState maps() override {
    MapState state;
    for (std::size_t i = 0; i < object_.maps.size(); ++i)
      state[object_.maps[i].name] = read_map(object_.maps[i], maps_[i].get());
    return state;
  }

  std::vector<PacketResult> run(std::span<const Packet> packets) override {
    std::vector<PacketResult> results;
    for (const Packet& packet : packets)
      results.push_back(tc_ ? run_tc(packet) : run_one(packet));
    return results;
  }

private:
  void set_map(const MapDefinition& map, int fd, const MapContents& contents) {
    unsigned copies = is_per_cpu_map(map.type) ? unsigned(libbpf_num_possible_cpus()) : 1;
    std::size_t stride = (map.value_size + 7) / 8 * 8;
    for (const auto& [key, value] : complete_contents(map, contents)) {
      std::vector<std::uint8_t> all(copies == 1 ? value.size() : copies * stride);
      std::copy(value.begin(), value.end(), all.begin());
      if (int error = bpf_map_update_elem(fd, key.data(), all.data(), BPF_ANY))
        fail("update of " + map.name, error);
    }
  }

  MapContents read_map(const MapDefinition& map, int fd) {
    MapContents contents;
    std::vector<std::uint8_t> key(map.key_size), next(map.key_size);
    std::vector<std::uint8_t> value((map.value_size + 7) / 8 * 8 *
                                    unsigned(libbpf_num_possible_cpus()));
    const void* from = nullptr;
    while (bpf_map_get_next_key(fd, from, next.data()) == 0) {
      key = next;
      from = key.data();
      if (bpf_map_lookup_elem(fd, key.data(), value.data()) == 0)
        contents[key] = {value.begin(), value.begin() + map.value_size};
    }
    return contents;
  }

  PacketResult run_one(const Packet& packet) {
    PacketResult result;
    if (packet.bytes.size() < 14 || packet.bytes.size() > 3520) {
      result.unsupported = true;
      return result;
    }
    std::vector<std::uint8_t> out(8192);
    xdp_md context{}, left{};
    context.data_end = std::uint32_t(packet.bytes.size());
    context.ingress_ifindex = 1;
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.bytes.data(), .data_out = out.data(),
                .data_size_in = std::uint32_t(packet.bytes.size()),
                .data_size_out = std::uint32_t(out.size()), .ctx_in = &context, .ctx_out = &left,
                .ctx_size_in = sizeof context, .ctx_size_out = sizeof left, .repeat = 1);
    if (int error = bpf_prog_test_run_opts(program_->get(), &options))
      fail("test run", error);
    // What comes back begins with the metadata; `left` says where the packet is in it.
    result.retval = options.retval;
    result.length = left.data_end - left.data;
    if (leaves(result.retval))
      result.bytes.assign(out.begin() + left.data, out.begin() + left.data_end);
    return result;
  }

  // A test run refuses IP packets without a whole header.
  static bool runs(const std::vector<std::uint8_t>& frame) {
    if (frame.size() < 14 || frame.size() > 3712)
      return false;
    const unsigned type = unsigned{frame[12]} << 8 | frame[13];
    return frame.size() >= (type == 0x0800 ? 34u : type == 0x86dd ? 54u : 14u);
  }

  PacketResult run_tc(const Packet& packet) {
    PacketResult result;
    result.skb.emplace();
    const std::uint32_t index = index_++;
    if (!runs(packet.bytes)) {
      result.unsupported = true;
      return result;
    }
    const auto given = [&](SkbField f, unsigned more = 0) {
      return skb_input(environment_, index, unsigned(f) + more);
    };
    std::vector<std::uint8_t> out(1 << 16);
    __sk_buff context{}, after{};
    context.mark = std::uint32_t(given(SkbField::Mark));
    context.priority = std::uint32_t(given(SkbField::Priority));
    context.tstamp = given(SkbField::Tstamp);
    for (unsigned i = 0; i < 5; ++i)
      context.cb[i] = std::uint32_t(given(SkbField::Cb0, i));
    context.ingress_ifindex = context.ifindex = environment_.ifindex;
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.bytes.data(), .data_out = out.data(),
                .data_size_in = std::uint32_t(packet.bytes.size()),
                .data_size_out = std::uint32_t(out.size()), .ctx_in = &context, .ctx_out = &after,
                .ctx_size_in = sizeof context, .ctx_size_out = sizeof after);
    if (int error = bpf_prog_test_run_opts(program_->get(), &options))
      fail("test run", error);
    result.retval = options.retval;
    result.length = options.data_size_out;
    result.skb_known = (1u << skb_input_count) - 1;
    SkbState& state = *result.skb;
    state[unsigned(SkbField::Mark)] = after.mark;
    state[unsigned(SkbField::Priority)] = after.priority;
    state[unsigned(SkbField::Tstamp)] = after.tstamp;
    for (unsigned i = 0; i < 5; ++i)
      state[unsigned(SkbField::Cb0) + i] = after.cb[i];
    if (leaves(result))
      result.bytes.assign(out.begin(), out.begin() + options.data_size_out);
    return result;
  }

  const Object& object_;
  const Environment environment_;
  const bool tc_;
  std::uint32_t index_ = 0;
  std::vector<Descriptor> maps_;
  std::optional<Descriptor> program_;
};

} // namespace

bool kernel_available() {
  bpf_insn insns[2] = {};
  insns[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
  insns[1].code = BPF_JMP | BPF_EXIT;
  int fd =
      geteuid() == 0 ? bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", insns, 2, nullptr) : -1;
  if (fd >= 0)
    close(fd);
  return fd >= 0;
}

std::unique_ptr<Engine> make_kernel_oracle(const Object& object, const Environment& environment) {
  libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
  return std::make_unique<KernelOracle>(object, environment);
}

} // namespace pw::random
