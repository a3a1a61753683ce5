// Our linking against libbpf's own: for every program the same instructions, as
// bpf_object__gen_loader leaves them (no privileges needed) and as they are loaded into the kernel
// (root).
#include "objects.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>

using namespace pw;
using namespace pw::test;

namespace {

using Handle = std::unique_ptr<bpf_object, decltype(&bpf_object__close)>;

int quiet(libbpf_print_level, const char*, va_list) { return 0; }

// What a loader has to add to the image: types that section names don't give, no pinning.
void prepare(bpf_object* object, const Object& ours) {
  bpf_program* p = nullptr;
  bpf_object__for_each_program(p, object) {
    if (bpf_program__type(p) != BPF_PROG_TYPE_UNSPEC)
      continue;
    const bool is_tc = program_type(program_named(ours, bpf_program__name(p))) == ProgramType::Tc;
    bpf_program__set_type(p, is_tc ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_XDP);
    if (!is_tc) // as SEC("xdp") has it; programs of one prog array must agree
      bpf_program__set_expected_attach_type(p, BPF_XDP);
  }
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) { bpf_map__set_pin_path(map, nullptr); }
}

// Without what differs on purpose: kernel functions and symbols, whose ids belong to one kernel.
std::vector<bpf_insn> comparable(std::vector<bpf_insn> insns, bool maps_too) {
  for (std::size_t i = 0; i < insns.size(); ++i) {
    bpf_insn& insn = insns[i];
    const bool is_wide = insn.code == (BPF_LD | BPF_IMM | BPF_DW);
    if (insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == BPF_PSEUDO_KFUNC_CALL)
      insn.imm = 0;
    if (is_wide && insn.src_reg == BPF_PSEUDO_BTF_ID)
      insn.src_reg = 0;
    if (!maps_too && is_wide && insn.src_reg != 0 && insn.src_reg != BPF_PSEUDO_FUNC) {
      insn.imm = 0;
      insn.src_reg = insn.src_reg == BPF_PSEUDO_MAP_FD      ? 5
                     : insn.src_reg == BPF_PSEUDO_MAP_VALUE ? 6
                                                            : insn.src_reg;
    }
    i += is_wide ? 1 : 0;
  }
  return insns;
}

// Every field of the instruction.
std::string text(const bpf_insn& i) {
  std::ostringstream out;
  out << "code " << unsigned(i.code) << " dst " << unsigned(i.dst_reg) << " src "
      << unsigned(i.src_reg) << " off " << i.off << " imm " << i.imm;
  return out.str();
}

void expect_same(const Object& ours, bpf_object* theirs, bool maps_too) {
  bpf_program* p = nullptr;
  unsigned compared = 0;
  bpf_object__for_each_program(p, theirs) {
    const bpf_insn* first = bpf_program__insns(p);
    const auto expected = comparable({first, first + bpf_program__insn_cnt(p)}, maps_too);
    const auto got = comparable(program_named(ours, bpf_program__name(p)).insns, maps_too);
    ASSERT_EQ(got.size(), expected.size()) << bpf_program__name(p);
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_EQ(text(got[i]), text(expected[i]))
          << ours.path << " " << bpf_program__name(p) << " instruction " << i;
    ++compared;
  }
  EXPECT_EQ(compared, ours.programs.size());
}

std::vector<std::string> objects() {
  std::vector<std::string> all = debian_objects();
  for (const char* name : {"tour.v1", "tour.v2", "tour.v3", "tour.v4", "legacy", "legacy_bare",
                           "iproute2", "iproute2_bare", "config"})
    all.push_back(test_object(name));
  return all;
}

TEST(Libbpf, LinksTheSameInstructions) {
  libbpf_set_print(quiet);
  for (const std::string& path : objects()) {
    if (path.ends_with("config.o"))
      continue; // gen_loader reads the kernel's configuration, which not every machine has
    SCOPED_TRACE(path);
    const Object ours = open_object(path);
    const auto image = libbpf_image(path);
    LIBBPF_OPTS(bpf_object_open_opts, open_options, .object_name = "object");
    const Handle theirs(bpf_object__open_mem(image.data(), image.size(), &open_options),
                        bpf_object__close);
    ASSERT_NE(theirs, nullptr);
    prepare(theirs.get(), ours);
    LIBBPF_OPTS(gen_loader_opts, options);
    ASSERT_EQ(bpf_object__gen_loader(theirs.get(), &options), 0);
    const int error = bpf_object__load(theirs.get());
    ASSERT_TRUE(error == 0 || error == -ENOTSUP)
        << error; // prog arrays with contents, after linking
    expect_same(ours, theirs.get(), true);
  }
}

void load_and_compare(const std::string& path, const std::vector<std::uint8_t>& image,
                      const char* types) {
  const Object ours = open_object(path);
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "object", .btf_custom_path = types);
  const Handle theirs(bpf_object__open_mem(image.data(), image.size(), &options),
                      bpf_object__close);
  ASSERT_NE(theirs, nullptr);
  prepare(theirs.get(), ours);
  ASSERT_EQ(bpf_object__load(theirs.get()), 0) << path;
  expect_same(ours, theirs.get(), false);
}

bool can_load() { return bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 4, 1, nullptr) >= 0; }

TEST(Libbpf, TheKernelTakesTheImage) {
  if (!can_load())
    GTEST_SKIP() << "no root, or no BPF here";
  libbpf_set_print(quiet);
  for (const std::string& path : objects())
    if (!path.ends_with("xdpdump_bpf.o") &&
        !path.ends_with("config.o")) // attaches to a program; see above
      load_and_compare(path, libbpf_image(path), nullptr);
}

// The object as it is, CO-RE relocations done by libbpf against the same types.
TEST(Libbpf, CoreRelocationsAgainstOwnTypes) {
  if (!can_load())
    GTEST_SKIP() << "no root, or no BPF here";
  for (const char* name : {"tour.v1", "tour.v2", "tour.v3", "tour.v4"})
    load_and_compare(test_object(name), read_bytes(test_object(name)), test_object(name).c_str());
}

} // namespace
