// Plug-ins in their shells: verdict, bytes and destination of every packet as the interpreter has
// them, the maps too, at line rate and under back-pressure with the host sending; the shell's rules
// are checked by the bench.
#include "sim/capture/capture.h"
#include "sim/rtl/memories.h"
#include "tests/nway/shells/shell_bench.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>

namespace pw::nway {
namespace {

using enum EngineKind;

constexpr unsigned most_bytes = 3520, shortest = 60;

struct Case {
  const char* example;
  Shell shell;
};

Subject subject_of(const std::string& name) {
  for (const Subject& one : examples())
    if (one.name == name)
      return one;
  throw std::runtime_error("no example " + name);
}

std::vector<Packet> packets_for(const Subject& subject, unsigned generated) {
  std::vector<Packet> packets = example_packets(subject);
  for (auto more : {generated_packets(subject, generated), packets_of_lengths()})
    packets.insert(packets.end(), more.begin(), more.end());
  std::erase_if(packets, [](const Packet& p) { return p.bytes.empty() || p.bytes.size() > 9000; });
  return packets;
}

std::vector<Frame> frames_of(const std::vector<Packet>& packets) {
  std::vector<Frame> frames;
  for (const Packet& p : packets)
    frames.push_back({p.bytes, 0, p.time_ns, false});
  return frames;
}

// What the host sends on its own.
std::vector<Frame> host_frames(unsigned count, unsigned ports = 1) {
  std::mt19937 random(7);
  std::vector<Frame> frames(count);
  for (Frame& f : frames) {
    f.bytes.resize(60 + random() % 400);
    f.port = random() % ports;
    std::ranges::generate(f.bytes, [&] { return std::uint8_t(random()); });
  }
  return frames;
}

std::vector<std::uint8_t> padded(std::vector<std::uint8_t> bytes) {
  bytes.resize(std::max<std::size_t>(bytes.size(), shortest));
  return bytes;
}

using Bytes = std::vector<std::vector<std::uint8_t>>;

Bytes bytes_of(const std::vector<SeenFrame>& frames) {
  Bytes out;
  for (const SeenFrame& f : frames)
    out.push_back(f.bytes);
  return out;
}

Bytes users_of(const std::vector<SeenFrame>& frames) {
  Bytes out;
  for (const SeenFrame& f : frames)
    out.push_back(f.user);
  return out;
}

// OpenNIC: {function 0, from port 0, length}. Corundum: the time stamp (of driver.cpp) and no bad
// mark.
std::vector<std::uint8_t> user_to_host(Shell shell, std::size_t length, std::uint64_t time_ns) {
  unsigned __int128 user = time_ns / 1'000'000'000;
  user = user << 48 | (time_ns % 1'000'000'000 << 16 | 0xabcd);
  user <<= 1;
  if (shell == Shell::OpenNic)
    user = std::uint64_t{1} << 32 | 0x40 << 16 | length;
  std::vector<std::uint8_t> bytes;
  for (unsigned i = 0; i < 16; ++i)
    bytes.push_back(std::uint8_t(user >> 8 * i));
  return bytes;
}

void expect_same(const Bytes& wanted, const Bytes& got, const std::string& what) {
  EXPECT_EQ(wanted.size(), got.size()) << what;
  for (std::size_t i = 0; i < std::min(wanted.size(), got.size()); ++i)
    if (wanted[i] != got[i]) {
      ADD_FAILURE() << what << ": frame " << i << " of " << got[i].size() << " bytes, not "
                    << wanted[i].size();
      return;
    }
}

// One program in one shell, with the engine that says what is right.
class Match {
public:
  Match(const Case& c, unsigned ports = 1, EngineKind kind = Interp)
      : shell_(c.shell), subject_(subject_of(c.example)), contest_(subject_),
        bench_(c.shell, contest_.pipeline(), ports),
        tables_(contest_.object(), contest_.pipeline()), memories_(bench_, tables_) {
    tables_.set(example_maps(subject_, contest_.object()));
    memories_.load();
    reference_ = engine(1, kind);
    reference_->set_maps(example_maps(subject_, contest_.object()));
  }

  std::unique_ptr<Engine> engine(unsigned ifindex, EngineKind kind = Interp) const {
    EngineInput input;
    input.object = &contest_.object();
    input.program = &contest_.program();
    input.pipeline = &contest_.pipeline();
    input.environment.ifindex = ifindex;
    return make_engine(kind, input);
  }

  void play(const std::vector<Packet>& packets, const std::vector<Frame>& bad,
            const Pattern& pattern);
  void expect_maps();

  Shell shell_;
  Subject subject_;
  Contest contest_;
  ShellBench bench_;
  HostTables tables_;
  rtl::Memories memories_;
  std::unique_ptr<Engine> reference_;
  unsigned lost_ = 0; // redirected to a port that isn't there
  unsigned redirected_ = 0;
};

// To the host? To the wire? Else swallowed. One port: interface 1, and this slot of device maps.
constexpr std::uint32_t slot = 2;

char way(const PacketResult& r, const Object& object) {
  if (r.retval == XDP_PASS)
    return 'h';
  if (r.retval == XDP_TX)
    return 'w';
  if (r.retval != XDP_REDIRECT)
    return 'd';
  if (!r.redirect->map)
    return r.redirect->ifindex == 1u ? 'w' : 'l';
  const auto map = std::ranges::find(object.maps, *r.redirect->map, &MapDefinition::name);
  const bool devices = map->type == BPF_MAP_TYPE_DEVMAP || map->type == BPF_MAP_TYPE_DEVMAP_HASH;
  return !devices ? 'h' : r.redirect->key == slot ? 'w' : 'l';
}

void Match::play(const std::vector<Packet>& packets, const std::vector<Frame>& bad,
                 const Pattern& pattern) {
  Bytes host, wire, own, users;
  const auto results = reference_->run(packets);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const PacketResult& r = results[i];
    const char to = way(r, contest_.object());
    lost_ += to == 'l';
    redirected_ += to == 'w' && r.retval == XDP_REDIRECT;
    if (to == 'h')
      host.push_back(r.bytes),
          users.push_back(user_to_host(shell_, r.bytes.size(), packets[i].time_ns));
    else if (to == 'w')
      wire.push_back(padded(r.bytes));
  }
  std::vector<Frame> frames = frames_of(packets),
                     sent = host_frames(pattern.sent_percent != 0 ? 300 : 0);
  for (std::size_t i = 0; i < bad.size(); ++i) // in between
    frames.insert(frames.begin() + std::ptrdiff_t((i + 1) * frames.size() / (bad.size() + 1)),
                  bad[i]);
  const Seen seen = bench_.run(frames, sent, pattern);
  for (const Frame& f : sent)
    own.push_back(f.bytes);
  expect_same(host, bytes_of(seen.host[0]), "to the host");
  expect_same(users, users_of(seen.host[0]), "tuser to the host");
  expect_same(wire, bytes_of(seen.wire[0]), "to the wire");
  expect_same(own, bytes_of(seen.passed[0]), "of the host");
  EXPECT_EQ(pattern.poll, seen.polls > 10);
  for (const SeenFrame& f : seen.wire[0])
    EXPECT_TRUE(f.gaps == 0 || pattern.idle_percent != 0);
}

void Match::expect_maps() {
  memories_.dump();
  EXPECT_EQ(reference_->maps(), tables_.state());
}

const Case cases[] = {{"icmp_echo", Shell::OpenNic},       {"decap", Shell::OpenNic},
                      {"learning_bridge", Shell::OpenNic}, {"icmp_echo", Shell::Corundum},
                      {"decap", Shell::Corundum},          {"interarrival", Shell::Corundum}};

class Shells : public testing::TestWithParam<Case> {};

TEST_P(Shells, AgreesWithTheInterpreter) {
  Match match(GetParam());
  match.bench_.write_wrapper(0x404, slot);
  EXPECT_EQ("", match.bench_.lint());
  std::vector<Frame> bad;
  if (GetParam().shell == Shell::Corundum)
    for (std::size_t length : {14u, 64u, 65u, 1500u})
      bad.push_back({std::vector<std::uint8_t>(length, 0x5a), 0, 0, true});
  const auto packets = packets_for(match.subject_, 600);
  match.play(packets, {}, {});
  match.play(packets, bad, {2, 0, 0, 0, 60, true});
  match.play(packets, bad, {3, 20, 30, 30, 30});
  match.play(packets, bad, {4, 0, 60, 80, 100});
  match.expect_maps();
  EXPECT_EQ(4 * packets.size(), match.bench_.read("packets_in"));
  EXPECT_EQ(3 * bad.size(), match.bench_.read("bad_frames"));
  EXPECT_EQ(match.lost_, match.bench_.read_wrapper(0x110));
  EXPECT_EQ(std::string(GetParam().example) == "learning_bridge", match.redirected_ > 0);
}

// What the kernel can run (frames of 14 to 3,520 bytes), the first ones of each capture.
std::vector<Packet> captured_packets() {
  constexpr std::size_t most = 100;
  std::vector<Packet> packets;
  for (const std::string& path : captures()) {
    std::vector<Packet> all = read_capture(path).packets;
    std::erase_if(
        all, [](const Packet& p) { return p.bytes.size() < 14 || p.bytes.size() > most_bytes; });
    all.resize(std::min(all.size(), most));
    packets.insert(packets.end(), all.begin(), all.end());
  }
  return packets;
}

// Without anybody in between: what leaves the shell is what leaves the kernel.
TEST_P(Shells, AgreesWithTheKernelOnCaptures) {
  const auto packets = captured_packets();
  if (packets.empty())
    GTEST_SKIP() << "no captures beside the repository";
  if (!Contest(subject_of(GetParam().example)).has_engine(Kernel))
    GTEST_SKIP() << "the kernel can't be used: root and BPF are needed";
  Match match(GetParam(), 1, Kernel);
  match.bench_.write_wrapper(0x404, slot);
  const auto half = packets.begin() + std::ptrdiff_t(packets.size() / 2);
  match.play({packets.begin(), half}, {}, {});
  match.play({half, packets.end()}, {}, {5, 10, 20, 20, 30});
  match.expect_maps();
  EXPECT_EQ(packets.size(), match.bench_.read("packets_in"));
}

// Length of a frame in, latency in clocks of the pipeline alone and in the shell, and clocks for
// many of them.
struct Timing {
  std::size_t bytes;
  std::uint64_t alone, wrapped, many_alone, many_wrapped;
  bool wire;
};

constexpr unsigned many = 400;

class Clocks : public Match {
public:
  using Match::Match;
  // Nothing if the packet doesn't leave.
  std::optional<Timing> time(const Packet& packet) {
    const std::vector<Packet> packets(many, packet);
    auto one = engine(1, Model);
    one->set_maps(example_maps(subject_, contest_.object()));
    const auto first = one->run(std::span(packets).first(1));
    const char to = way(first[0], contest_.object());
    if (to != 'h' && to != 'w')
      return std::nullopt;
    Timing t = {packet.bytes.size(), *first[0].cycle_out - *first[0].cycle_in, 0, 0, 0, to == 'w'};
    const auto all = engine_with_maps()->run(packets);
    t.many_alone = *all.back().cycle_out - *all.front().cycle_in;
    t.wrapped = in_shell(std::span(packets).first(1), t.wire);
    t.many_wrapped = in_shell(packets, t.wire);
    return t;
  }

private:
  std::unique_ptr<Engine> engine_with_maps() const {
    auto made = engine(1, Model);
    made->set_maps(example_maps(subject_, contest_.object()));
    return made;
  }
  std::uint64_t in_shell(std::span<const Packet> packets, bool wire) {
    const Seen seen = bench_.run(frames_of({packets.begin(), packets.end()}), {}, {});
    const auto& frames = (wire ? seen.wire : seen.host).at(0);
    return frames.size() == packets.size() ? frames.back().first - seen.first_in : 0;
  }
};

// The first packets of the traffic that leave and have about this length.
std::vector<Packet> timed_packets(const std::vector<Packet>& packets) {
  std::vector<Packet> chosen;
  for (const std::size_t least : {60u, 65u, 500u, 1400u}) {
    const auto found = std::ranges::find_if(packets, [&](const Packet& p) {
      return p.bytes.size() >= least && p.bytes.size() < least + 400;
    });
    if (found != packets.end())
      chosen.push_back(*found);
  }
  return chosen;
}

std::string shell_name(Shell shell) { return shell == Shell::OpenNic ? "opennic" : "corundum"; }

TEST_P(Shells, TakeAFewClocksAndKeepTheRate) {
  Clocks clocks(GetParam());
  clocks.bench_.write_wrapper(0x404, slot);
  const bool stores = GetParam().shell == Shell::Corundum;
  const bool time = std::string(GetParam().example) == "interarrival";
  unsigned measured = 0;
  for (const Packet& packet : timed_packets(packets_for(clocks.subject_, 600))) {
    const auto t = clocks.time(packet);
    if (!t)
      continue;
    ++measured;
    const std::uint64_t beats = (t->bytes + 63) / 64, added = t->wrapped - t->alone;
    EXPECT_EQ(1u + t->wire + (stores ? beats - 1 + (time ? 4 : 3) : 0), added)
        << t->bytes << " bytes";
    EXPECT_EQ(t->many_alone - t->alone, t->many_wrapped - t->wrapped) << t->bytes << " bytes";
    std::printf("%-16s %-8s %5zu bytes to the %s: %3llu clocks alone, %3llu in the shell, %.3f and "
                "%.3f packets per clock\n",
                GetParam().example, shell_name(GetParam().shell).c_str(), t->bytes,
                t->wire ? "wire" : "host", static_cast<unsigned long long>(t->alone),
                static_cast<unsigned long long>(t->wrapped),
                (many - 1) / double(t->many_alone - t->alone),
                (many - 1) / double(t->many_wrapped - t->wrapped));
  }
  EXPECT_GT(measured, 0u);
}

TEST_P(Shells, ResetForgetsEverything) {
  Match match(GetParam());
  const auto packets = packets_for(match.subject_, 50);
  match.bench_.run(frames_of(packets), {}, {});
  EXPECT_EQ(packets.size(), match.bench_.read("packets_in"));
  ASSERT_TRUE(match.bench_.reset());
  EXPECT_EQ(0u, match.bench_.read("packets_in"));
  EXPECT_EQ(0u, match.bench_.read_wrapper(0x100));
  EXPECT_EQ(0x50575331u, match.bench_.read_wrapper(0));
  std::uint32_t data = 0;
  EXPECT_EQ(3u, match.bench_.bus(false, 0x8000, data)); // behind both pages
  EXPECT_EQ(2u, match.bench_.bus(true, 0, data));       // `id` can't be written
}

INSTANTIATE_TEST_SUITE_P(Examples, Shells, testing::ValuesIn(cases), [](const auto& info) {
  return std::string(info.param.example) +
         (info.param.shell == Shell::OpenNic ? "_opennic" : "_corundum");
});

// Two ports, one pipeline: what comes in at one leaves at the other, while the host sends on both.
TEST(Ports, AreTwoInterfaces) {
  Match match({"redirect_port", Shell::OpenNic}, 2);
  EXPECT_EQ("", match.bench_.lint());
  const auto packets = packets_for(match.subject_, 200);
  std::vector<Frame> frames;
  Bytes wire[2], own[2];
  for (unsigned port = 0; port < 2; ++port) {
    const auto results = match.engine(1 + port)->run(packets);
    for (std::size_t i = 0; i < packets.size(); ++i) {
      frames.push_back({packets[i].bytes, port, 0, false});
      ASSERT_EQ(2 - port, results[i].redirect->ifindex);
      wire[1 - port].push_back(padded(results[i].bytes));
    }
  }
  const auto sent = host_frames(300, 2);
  for (const Frame& f : sent)
    own[f.port].push_back(f.bytes);
  for (const Pattern& pattern : {Pattern{1, 0, 0, 0, 100}, Pattern{2, 30, 0, 40, 40}}) {
    const Seen seen = match.bench_.run(frames, sent, pattern);
    for (unsigned port = 0; port < 2; ++port) {
      expect_same(wire[port], bytes_of(seen.wire[port]), "to the wire");
      expect_same(own[port], bytes_of(seen.passed[port]), "of the host");
      EXPECT_TRUE(seen.host[port].empty());
    }
  }
  match.bench_.write_wrapper(0x408, 5); // the second port has another number: nobody is interface 2
  const Seen seen = match.bench_.run({frames[0]}, {}, {});
  EXPECT_TRUE(seen.wire[1].empty());
  EXPECT_EQ(1u, match.bench_.read_wrapper(0x110));
}

TEST(Corundum, CutsFramesThatAreTooLong) {
  Match match({"icmp_echo", Shell::Corundum});
  const auto packets = packets_for(match.subject_, 20);
  std::vector<Frame> frames = frames_of(packets);
  frames.insert(frames.begin() + 5, {std::vector<std::uint8_t>(20000, 1), 0, 0, false});
  const Seen seen = match.bench_.run(frames, {}, {});
  EXPECT_EQ(packets.size(), match.bench_.read("packets_in"));
  EXPECT_EQ(1u, match.bench_.read("bad_frames"));
  EXPECT_EQ(1u, match.bench_.read_wrapper(0x118));
  match.play(packets, {}, {});
}

TEST(Corundum, KeepsCompletionsOfItsOwnFrames) {
  ShellBench bench(Shell::Corundum, Contest(subject_of("icmp_echo")).pipeline());
  EXPECT_TRUE(bench.completion(5));
  EXPECT_FALSE(bench.completion(0xffff));
}

} // namespace
} // namespace pw::nway
