// Maps that operations reach with the input held: results and contents as those of the kernel's own
// maps of the same type and sizes, and of its rules where the test can't make such maps.
#include "sim/control/held.h"

#include "support/control_format.h"
#include "tests/control/live.h"

#include <gtest/gtest.h>

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pw::test {
namespace {

using control::Bytes;
using control::Operation;

class Held : public testing::TestWithParam<std::pair<const char*, const char*>> {
protected:
  explicit Held(const std::string& example, const std::string& map)
      : live_(PW_BINARY_DIR "/examples/" + example + ".bpf.o"),
        engine_(live_.engine(EngineKind::Model)), map_(number(map)) {}
  Held() : Held(GetParam().first, GetParam().second) {}

  std::uint8_t number(const std::string& name) const {
    for (std::size_t i = 0; i < live_.object.maps.size(); ++i)
      if (live_.object.maps[i].name == name)
        return std::uint8_t(i);
    throw std::runtime_error("no map " + name);
  }
  const MapDefinition& map() const { return live_.object.maps[map_]; }

  // The result; `value` is what a look-up gives.
  int execute(Operation op, const Bytes& key, Bytes& value, unsigned flags = 0) {
    Bytes packet = {std::uint8_t(op), map_, std::uint8_t(flags), 0, 0, 0, 0, 0};
    packet.insert(packet.end(), key.begin(), key.end());
    packet.insert(packet.end(), value.begin(), value.end());
    execute_held(packet, live_.object, *engine_);
    value.assign(packet.end() - std::ptrdiff_t(value.size()), packet.end());
    return int(control::get32(&packet[control::result_at]));
  }

  LiveProgram live_;
  std::unique_ptr<Engine> engine_;
  std::uint8_t map_;
};

// A map of the kernel's.
class KernelMap {
public:
  explicit KernelMap(const MapDefinition& m) {
    LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = m.flags);
    map_ = bpf_map_create(m.type, "pw_held", m.key_size, m.value_size, m.max_entries, &options);
  }
  ~KernelMap() { ::close(map_); }
  KernelMap(const KernelMap&) = delete;
  KernelMap& operator=(const KernelMap&) = delete;
  bool made() const { return map_ >= 0; }

  int execute(Operation op, const Bytes& key, Bytes& value, unsigned flags) const {
    const void* k = key.empty() ? nullptr : key.data();
    switch (op) {
    case Operation::Lookup:
      return bpf_map_lookup_elem(map_, k, value.data());
    case Operation::LookupAndDelete:
      return bpf_map_lookup_and_delete_elem(map_, k, value.data());
    case Operation::Update:
      return bpf_map_update_elem(map_, k, value.data(), flags);
    default:
      return bpf_map_delete_elem(map_, k);
    }
  }

private:
  int map_ = -1;
};

// Few keys, so that they meet; of tries with prefixes of all lengths, and too long ones.
Bytes random_key(const MapDefinition& map, std::mt19937& random) {
  Bytes key(map.key_size);
  for (std::uint8_t& b : key)
    b = std::uint8_t(random() % 2 * 0x80);
  if (map.type == BPF_MAP_TYPE_LPM_TRIE)
    key[0] = std::uint8_t(random() % (8 * (map.key_size - 4) + 2)), key[1] = key[2] = key[3] = 0;
  return key;
}

TEST_P(Held, IsTheKernelsOwn) {
  const KernelMap kernel(map());
  if (!kernel.made())
    GTEST_SKIP() << "the kernel can't be used: root and BPF are needed";
  std::mt19937 random(5);
  const bool queue = map().type == BPF_MAP_TYPE_QUEUE || map().type == BPF_MAP_TYPE_STACK;
  static constexpr Operation all[] = {Operation::Update, Operation::Update, Operation::Lookup,
                                      Operation::Delete, Operation::LookupAndDelete};
  engine_->set_maps({{map().name, {}}});
  for (int i = 0; i < 600; ++i) {
    const Operation op = all[random() % (queue ? 5 : 4)];
    const Bytes key = random_key(map(), random);
    Bytes ours(map().value_size), theirs;
    for (std::uint8_t& b : ours)
      b = std::uint8_t(random());
    theirs = ours;
    const unsigned flags = random() % 3;
    const int wanted = kernel.execute(op, key, theirs, flags);
    ASSERT_EQ(wanted, execute(op, key, ours, flags)) << "operation " << i << ", " << int(op);
    ASSERT_TRUE(wanted != 0 || theirs == ours) << "operation " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Held,
                         testing::Values(std::pair("recorder", "last"),
                                         std::pair("recorder", "knocks"),
                                         std::pair("lpm_router", "routes4")),
                         [](const auto& info) { return std::string(info.param.second); });

class Programs : public Held {
protected:
  Programs() : Held("parser_chain", "layer3") {}
};

TEST_F(Programs, GoIntoTheSlotsThatTheyWereCompiledFor) {
  const auto before = engine_->maps().at("layer3");
  ASSERT_FALSE(before.empty());
  const Bytes slot = before.begin()->first;
  Bytes program(4), none = {255, 255, 0, 0}, other(4);
  ASSERT_EQ(0, execute(Operation::Lookup, slot, program));
  const std::size_t id = control::get32(program.data());
  ASSERT_LT(id, live_.object.programs.size());
  const std::string name = live_.object.programs[id].name;
  EXPECT_EQ(before.begin()->second, Bytes(name.begin(), name.end()));
  EXPECT_EQ(0, execute(Operation::Delete, slot, other));
  EXPECT_EQ(-ENOENT, execute(Operation::Delete, slot, other));
  EXPECT_EQ(-ENOENT, execute(Operation::Lookup, slot, other));
  EXPECT_EQ(before.size() - 1, engine_->maps().at("layer3").size());
  EXPECT_EQ(-EINVAL, execute(Operation::Update, slot, program, BPF_NOEXIST));
  EXPECT_EQ(-EBADF, execute(Operation::Update, slot, none));
  EXPECT_EQ(-E2BIG, execute(Operation::Update, {255, 0, 0, 0}, program));
  EXPECT_EQ(-EOPNOTSUPP, execute(Operation::LookupAndDelete, slot, other));
  EXPECT_EQ(0, execute(Operation::Update, slot, program));
  EXPECT_EQ(before, engine_->maps().at("layer3"));
  other = {std::uint8_t(id == 0 ? 1 : 0), 0, 0, 0};
  EXPECT_THROW(execute(Operation::Update, slot, other), Failure);
  EXPECT_EQ(before, engine_->maps().at("layer3"));
}

} // namespace
} // namespace pw::test
