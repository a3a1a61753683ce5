#include "sim/kernel/worker.h"

#include "sim/kernel/event_reader.h"
#include "sim/kernel/kernel_maps.h"
#include "sim/kernel/loader.h"
#include "sim/kernel/lru_watch.h"
#include "sim/kernel/network.h"
#include "sim/kernel/skb_stubs.h"
#include "sim/maps/contents.h"
#include "sim/trace_format.h"

#include <bpf/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <cerrno>
#include <cstring>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

namespace pw::kernel {

namespace {

constexpr std::size_t output_room = 1 << 16;

Failure unavailable(const std::string& what) {
  return Failure(diagnose("PW-ENG-002", "the kernel engine needs root and BPF: " + what + ": " +
                                            std::strerror(errno))
                     .help("run as root, or use the engine interp"));
}

// Runs on this processor from now on, or else on processor 0; the one it got.
unsigned pin_to(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) {
    CPU_SET(cpu, &set);
    if (::sched_setaffinity(0, sizeof set, &set) == 0)
      return cpu;
  }
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0)
    throw unavailable("processor 0");
  return 0;
}

// The test run of tc programs refuses IP packets without a whole header.
bool is_cut(const std::vector<std::uint8_t>& frame) {
  const unsigned type = unsigned{frame[12]} << 8 | frame[13];
  return frame.size() < (type == ETH_P_IP ? 34u : type == ETH_P_IPV6 ? 54u : 14u);
}

class Worker {
public:
  explicit Worker(const EngineInput& input)
      : input_(input), tc_(program_type(*input.program) == ProgramType::Tc),
        cpu_(enter(input.environment)), program_({.object = *input.object,
                                                  .program = *input.program,
                                                  .fixed_cpu = cpu_ != input.environment.cpu}),
        maps_(*input.object, program_.map_fds(), cpu_, devices_,
              [this](const std::string& name) { return program_.program_fd(name); }),
        lru_(*input.object, [this](unsigned map) { return maps_.entries(map); }),
        events_(*input.object, program_, cpu_, input.environment.cpu), output_(output_room) {
    const Environment& e = input.environment;
    if (input.routes != nullptr)
      make_network(*input.routes, devices_, e.ifindex, e.rx_queue + 1);
    const bool known = input.routes != nullptr && input.routes->link(e.ifindex) != nullptr;
    auto problem = devices_.ensure(e.ifindex, e.rx_queue + 1, tc_ ? &e.mac : nullptr);
    if (!problem && !known)
      problem = devices_.set_mtu(e.ifindex, e.mtu);
    if (!problem && tc_ && e.ifindex == 1) // the loopback device is there already
      problem = devices_.set_address(e.ifindex, e.mac);
    if (problem)
      throw Failure(diagnose("PW-ENG-004", "the kernel engine can't receive there: " + *problem)
                        .help("choose another --ifindex, --rxq, --mtu or --mac"));
  }

  void set_maps(const MapState& state) {
    for (std::uint32_t i = 0; i < input_.object->maps.size(); ++i)
      if (const auto given = state.find(input_.object->maps[i].name); given != state.end())
        fill(i, given->second);
  }

  MapState maps() {
    MapState state;
    for (std::uint32_t i = 0; i < input_.object->maps.size(); ++i)
      if (const MapDefinition& map = input_.object->maps[i];
          has_contents(map) && program_.map_fds()[i] >= 0)
        state[map.name] = maps_.contents(i);
    return state;
  }

  PacketResult run(const Packet& packet) {
    const std::uint32_t index = index_++;
    const std::size_t bytes = packet.bytes.size();
    if (bytes < shortest_frame || bytes > (tc_ ? longest_tc_frame : longest_frame) ||
        (tc_ && is_cut(packet.bytes))) {
      PacketResult result;
      result.unsupported = true;
      return result;
    }
    prepare(packet, index);
    PacketResult result = tc_ ? run_tc(packet, index) : run_xdp(packet, index);
    observe(result);
    result.events = events_.take();
    lru_.after_packet(index, program_.exchange().updates);
    return result;
  }

  std::optional<std::uint32_t> first_eviction() const { return lru_.first_eviction(); }

private:
  void test_run(bpf_test_run_opts& run, std::uint32_t index) {
    if (const int error = bpf_prog_test_run_opts(program_.program_fd(), &run); error != 0)
      throw Failure(diagnose("PW-ENG-005", "BPF_PROG_TEST_RUN of packet " + std::to_string(index) +
                                               ": " + std::strerror(-error)));
  }

  PacketResult run_xdp(const Packet& packet, std::uint32_t index) {
    xdp_md context{};
    context.data_end = static_cast<std::uint32_t>(packet.bytes.size());
    context.ingress_ifindex = input_.environment.ifindex;
    context.rx_queue_index = input_.environment.rx_queue;
    xdp_md after{};
    LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet.bytes.data(), .data_out = output_.data(),
                .data_size_in = static_cast<std::uint32_t>(packet.bytes.size()),
                .data_size_out = static_cast<std::uint32_t>(output_.size()), .ctx_in = &context,
                .ctx_out = &after, .ctx_size_in = sizeof context, .ctx_size_out = sizeof after);
    test_run(run, index);
    PacketResult result;
    result.retval = run.retval;
    result.length = run.data_size_out - after.data; // metadata stands in front
    if (leaves(result.retval))
      result.bytes.assign(output_.begin() + after.data, output_.begin() + run.data_size_out);
    return result;
  }

  PacketResult run_tc(const Packet& packet, std::uint32_t index) {
    const Environment& e = input_.environment;
    const auto given = [&](SkbField f) { return skb_input(e, index, static_cast<unsigned>(f)); };
    __sk_buff context{}, after{};
    context.mark = static_cast<std::uint32_t>(given(SkbField::Mark));
    context.priority = static_cast<std::uint32_t>(given(SkbField::Priority));
    context.tstamp = given(SkbField::Tstamp);
    for (unsigned i = 0; i < 5; ++i)
      context.cb[i] =
          static_cast<std::uint32_t>(skb_input(e, index, static_cast<unsigned>(SkbField::Cb0) + i));
    context.ingress_ifindex = context.ifindex = e.ifindex;
    LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet.bytes.data(), .data_out = output_.data(),
                .data_size_in = static_cast<std::uint32_t>(packet.bytes.size()),
                .data_size_out = static_cast<std::uint32_t>(output_.size()), .ctx_in = &context,
                .ctx_out = &after, .ctx_size_in = sizeof context, .ctx_size_out = sizeof after);
    program_.exchange().skb_seen = 0;
    test_run(run, index);
    PacketResult result;
    result.retval = run.retval;
    result.length = run.data_size_out;
    result.skb = metadata(after, result.skb_known);
    if (leaves(result))
      result.bytes.assign(output_.begin(), output_.begin() + run.data_size_out);
    return result;
  }

  SkbState metadata(const __sk_buff& after, std::uint32_t& known) {
    SkbState state{};
    state[static_cast<unsigned>(SkbField::Mark)] = after.mark;
    state[static_cast<unsigned>(SkbField::Priority)] = after.priority;
    state[static_cast<unsigned>(SkbField::Tstamp)] = after.tstamp;
    for (unsigned i = 0; i < 5; ++i)
      state[static_cast<unsigned>(SkbField::Cb0) + i] = after.cb[i];
    const Exchange& e = program_.exchange();
    for (unsigned f = first_observed_field; f < skb_field_count; ++f)
      state[f] = e.skb[f - first_observed_field];
    known = e.skb_seen != 0 ? ~0u : (1u << first_observed_field) - 1;
    return state;
  }

  void fill(unsigned map, const MapContents& given) {
    maps_.replace(map, given);
    lru_.filled(map, given.size(), index_);
  }

  static unsigned enter(const Environment& environment) {
    if (::unshare(CLONE_NEWNET) != 0)
      throw unavailable("a network namespace");
    return pin_to(environment.cpu);
  }

  void prepare(const Packet& packet, std::uint32_t index) {
    Exchange& e = program_.exchange();
    e.time_ns = input_.environment.time == Environment::Time::Capture ? packet.time_ns
                                                                      : std::uint64_t{index} * 4;
    e.jiffies = jiffies_at(e.time_ns);
    e.seed = input_.environment.seed;
    e.packet = index;
    e.cpu = input_.environment.cpu;
    e.random_calls = 0;
    e.redirect_count = 0;
    e.trace_count = 0;
    e.event_count = 0;
  }

  void observe(PacketResult& result) {
    const Exchange& e = program_.exchange();
    Target target;
    for (std::uint64_t i = 0; i < e.redirect_count && i < Exchange::max_redirects; ++i)
      follow(e.redirects[i], target);
    result.redirect = tc_ ? tc_redirect_target(result.retval, target.ifindex, target.flags)
                          : redirect_target(*input_.object, result.retval, target.map, target.key,
                                            target.ifindex, target.flags);
    for (std::uint64_t i = 0; i < e.trace_count && i < Exchange::max_traces; ++i) {
      const TraceRecord& t = e.traces[i];
      const std::string format(t.format, ::strnlen(t.format, TraceRecord::max_format));
      const auto line = format_trace(format, t.args);
      if (line && static_cast<std::int64_t>(t.result) >= 0)
        result.trace.push_back(*line);
    }
  }

  // What the redirect helpers have left in the kernel's own memory, as redirect_target takes it.
  struct Target {
    std::uint32_t map = 0, key = 0, ifindex = 0;
    std::uint64_t flags = 0;
  };

  // A call that finds no entry clears the target; one with flags that it does not know leaves it.
  void follow(const RedirectRecord& call, Target& target) const {
    const std::uint32_t map = program_.map_at(call.map);
    const auto key = static_cast<std::uint32_t>(call.key);
    if (tc_ && call.result == TC_ACT_REDIRECT)
      target = Target{.ifindex = key, .flags = call.flags};
    else if (call.result == XDP_REDIRECT)
      target = call.map == 0 ? Target{.ifindex = key}
                             : Target{.map = map, .key = key, .flags = call.flags};
    else if (map != 0 && (call.flags & ~known_flags(input_.object->maps[map - 1].type)) == 0)
      target = {};
  }

  static std::uint64_t known_flags(bpf_map_type type) {
    const bool devices = type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
    return 3 | (devices ? std::uint64_t{BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS} : 0);
  }

  const EngineInput& input_;
  const bool tc_;
  unsigned cpu_;
  Devices devices_;
  LoadedProgram program_;
  KernelMaps maps_;
  LruWatch lru_;
  EventReader events_;
  std::vector<std::uint8_t> output_;
  std::uint32_t index_ = 0;
};

// What the request asks for; the answer without its first byte.
Message answer(Worker& worker, Message& request) {
  Message reply;
  reply.put(static_cast<std::uint8_t>(Answer::Done));
  switch (static_cast<Request>(request.get<std::uint8_t>())) {
  case Request::SetMaps:
    worker.set_maps(get_maps(request));
    break;
  case Request::GetMaps:
    put_maps(reply, worker.maps());
    break;
  case Request::Run:
    for (auto packets = request.get<std::uint64_t>(); packets > 0; --packets)
      put_result(reply, worker.run(get_packet(request)));
    put_eviction(reply, worker.first_eviction());
    break;
  }
  return reply;
}

Message failed(const Failure& failure) {
  Message reply;
  reply.put(static_cast<std::uint8_t>(Answer::Failed));
  put_failure(reply, failure);
  return reply;
}

// `work` or the failure that it ended in.
template <typename Work> Message guarded(const Work& work) {
  try {
    return work();
  } catch (const Failure& failure) {
    return failed(failure);
  } catch (const std::exception& error) {
    return failed(
        Failure(diagnose("PW-ENG-005", std::string("the kernel engine: ") + error.what())));
  }
}

} // namespace

void serve(int socket, const EngineInput& input) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::unique_ptr<Worker> worker;
  const Message ready = guarded([&] {
    worker = std::make_unique<Worker>(input);
    Message done;
    done.put(static_cast<std::uint8_t>(Answer::Done));
    return done;
  });
  bool alive = send_message(socket, ready) && worker;
  while (alive) {
    auto request = receive_message(socket);
    alive = request && send_message(socket, guarded([&] { return answer(*worker, *request); }));
  }
  ::_exit(0);
}

} // namespace pw::kernel
