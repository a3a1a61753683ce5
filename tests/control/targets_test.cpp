// Slots of devmaps, cpumaps and xskmaps against this machine's kernel: random operations of all
// kinds on a map of Linux and on ours.
#include "sim/control/targets.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <sys/socket.h>
#include <unistd.h>

namespace pw::test {
namespace {

using control::Operation;

struct Case {
  bpf_map_type type;
  std::uint32_t value_size;
  std::uint32_t last_key; // of a cpumap: CPUs that every machine has, and one behind the map
};

class Targets : public testing::TestWithParam<Case> {
protected:
  static constexpr std::uint32_t room = 4;

  void SetUp() override {
    map_.type = GetParam().type;
    map_.key_size = 4;
    map_.value_size = GetParam().value_size;
    map_.max_entries = room;
    kernel_ = bpf_map_create(map_.type, "targets", 4, map_.value_size, room, nullptr);
    if (kernel_ < 0)
      GTEST_SKIP() << "no such map in this kernel, or no right to make one: "
                   << std::strerror(errno);
    targets_ = {0, 1}; // interface 1 is the loopback device
    if (map_.type == BPF_MAP_TYPE_CPUMAP)
      targets_ = {0, 192, 64, 16384, 16385};
    if (map_.type == BPF_MAP_TYPE_XSKMAP)
      make_sockets();
  }
  void make_sockets() {
    targets_.clear();
    for (int& s : sockets_) {
      s = ::socket(AF_XDP, SOCK_RAW, 0);
      if (s < 0)
        GTEST_SKIP() << "no AF_XDP: " << std::strerror(errno);
      targets_.push_back(std::uint32_t(s));
    }
  }
  void TearDown() override {
    for (const int s : sockets_)
      ::close(s);
    ::close(kernel_);
  }

  std::uint32_t pick(std::uint32_t n) { return random_() % n; }
  void one(Operation);

  MapDefinition map_;
  MapContents slots_;
  int kernel_ = -1;
  std::array<int, 2> sockets_ = {-1, -1};
  std::vector<std::uint32_t> targets_;
  std::mt19937 random_{1};
};

void Targets::one(Operation operation) {
  const std::uint32_t keys[] = {pick(GetParam().last_key + 1), room + pick(2)};
  const std::uint32_t key = keys[pick(8) == 0], flags = pick(3);
  std::array<std::uint32_t, 2> value = {targets_[pick(std::uint32_t(targets_.size()))], 0};
  if (map_.type != BPF_MAP_TYPE_CPUMAP && pick(6) == 0)
    value[1] = 1 << 20; // no descriptor of a program
  std::array<std::uint32_t, 2> mine = value;
  int expected = 0;
  if (operation == Operation::Update)
    expected = bpf_map_update_elem(kernel_, &key, value.data(), flags);
  else if (operation == Operation::Delete)
    expected = bpf_map_delete_elem(kernel_, &key);
  else
    expected = bpf_map_lookup_elem(kernel_, &key, value.data());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&key);
  ASSERT_EQ(change_target(map_, operation, {bytes, 4},
                          {reinterpret_cast<std::uint8_t*>(mine.data()), map_.value_size}, flags,
                          slots_),
            expected)
      << "operation " << int(operation) << " key " << key << " flags " << flags << " value "
      << mine[0] << " " << mine[1];
  const bool found = operation == Operation::Lookup && expected == 0;
  ASSERT_TRUE(!found || std::memcmp(mine.data(), value.data(), map_.value_size) == 0);
}

TEST_P(Targets, AnswerAsTheKernel) {
  const bool readable = map_.type != BPF_MAP_TYPE_XSKMAP; // in Linux
  for (int i = 0; i < 1000 && !HasFatalFailure(); ++i)
    one(Operation(readable ? pick(3) : 1 + pick(2)));
}

INSTANTIATE_TEST_SUITE_P(
    All, Targets,
    testing::Values(Case{BPF_MAP_TYPE_DEVMAP, 4, 3}, Case{BPF_MAP_TYPE_DEVMAP, 8, 3},
                    Case{BPF_MAP_TYPE_DEVMAP_HASH, 4, 9}, Case{BPF_MAP_TYPE_DEVMAP_HASH, 8, 9},
                    Case{BPF_MAP_TYPE_CPUMAP, 4, 0}, Case{BPF_MAP_TYPE_XSKMAP, 4, 3}),
    [](const auto& info) {
      return "type" + std::to_string(info.param.type) + "_" + std::to_string(info.param.value_size);
    });

} // namespace
} // namespace pw::test
