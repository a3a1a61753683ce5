// What compile says of a map: how packets access it, whether they wait for each other, what that
// costs; and what is read behind the window.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A hash map "table" of 64 entries, an array "limit", and the packet's first bytes as keys.
std::string source(const std::string& body) {
  return R"(#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64);
         __type(key, __u32); __type(value, __u64); } table SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1);
         __type(key, __u32); __type(value, __u64); } limit SEC(".maps");
SEC("xdp") int prog(struct xdp_md *ctx) {
  __u32 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 4 > end)
    return XDP_DROP;
  __u32 key = data[0], other = data[1], zero = 0;
  __u64 one = 1, *value;
)" + body +
         R"(
  return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
)";
}

class Maps : public testing::Test {
protected:
  // The object file; the program's body reads and changes the maps.
  std::string object(const std::string& body) const {
    const std::string c = scratch_.file("prog.bpf.c", source(body)), o = scratch_.path("prog.o");
    const std::string command = "clang-19 -O2 -g -target bpf -mcpu=v3"
                                " -idirafter /usr/include/x86_64-linux-gnu"
                                " -idirafter /usr/include/aarch64-linux-gnu -c '" +
                                c + "' -o '" + o + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return o;
  }

  std::string text(const std::string& body) const {
    const Outcome o = pipewright({"compile", object(body), "-o", scratch_.path("out")});
    EXPECT_EQ(o.code, 0) << o.err;
    return o.out;
  }

  nlohmann::json map(const std::string& body, const std::string& name) const {
    const Outcome o = pipewright({"compile", object(body), "-o", scratch_.path("out"), "--json"});
    EXPECT_EQ(o.code, 0) << o.err;
    const nlohmann::json maps = o.json().at("maps");
    for (const auto& m : maps)
      if (m.at("name") == name)
        return m;
    return {};
  }

  Scratch scratch_;
};

const char* const counter = R"(
  value = bpf_map_lookup_elem(&table, &key);
  if (value) *value += 1;
  else bpf_map_update_elem(&table, &key, &one, BPF_ANY);)";

TEST_F(Maps, WithOneAccessNeedNoInterlock) {
  const std::string said = text(counter);
  EXPECT_THAT(said, HasSubstr("table: table, key 4 bytes, value 8 bytes, 64 entries"));
  EXPECT_THAT(said, HasSubstr("one access a packet (look-up, insertion), one read, one write; "
                              "no interlock\n"));
  EXPECT_THAT(said, Not(HasSubstr("wait in front")));
  const auto m = map(counter, "table");
  EXPECT_EQ(m.at("kind"), "table");
  EXPECT_EQ(m.at("accesses"), 1);
  EXPECT_EQ(m.at("inserts"), true);
  EXPECT_EQ(m.at("deletes"), false);
  EXPECT_EQ(m.at("reads"), 1);
  EXPECT_EQ(m.at("writes"), 1);
  EXPECT_THAT(m.at("interlocks"), IsEmpty());
}

TEST_F(Maps, ThatEntriesLeaveSayThat) {
  const char* const body = "bpf_map_delete_elem(&table, &key);";
  EXPECT_THAT(text(body), HasSubstr("one access a packet (look-up, deletion); no interlock\n"));
  EXPECT_EQ(map(body, "table").at("inserts"), false);
  EXPECT_EQ(map(body, "table").at("deletes"), true);
}

TEST_F(Maps, ThatAreOnlyReadSayThat) {
  const char* const body = R"(
  value = bpf_map_lookup_elem(&limit, &zero);
  if (value && key > *value) return XDP_DROP;)";
  EXPECT_THAT(text(body), HasSubstr("one read; read-only\n"));
  const auto m = map(body, "limit");
  EXPECT_EQ(m.at("kind"), "array");
  EXPECT_EQ(m.at("accesses"), 0);
  EXPECT_EQ(m.at("writes"), 0);
}

// The second key comes from the first value: the table is accessed again when that is known.
const char* const chain = R"(
  value = bpf_map_lookup_elem(&table, &key);
  if (!value) return XDP_DROP;
  other ^= *value;
  bpf_map_update_elem(&table, &other, &one, BPF_ANY);)";

TEST_F(Maps, ThatMakePacketsWaitSayWhereAndForHowLong) {
  const auto m = map(chain, "table");
  EXPECT_EQ(m.at("accesses"), 2);
  ASSERT_EQ(m.at("interlocks").size(), 1u);
  const auto& lock = m.at("interlocks").at(0);
  const int clocks = lock.at("clocks"), stage = lock.at("stage");
  EXPECT_GT(clocks, 1);
  EXPECT_FALSE(lock.at("same_entry_only")); // any two packets that access the table
  const std::string said = text(chain);
  EXPECT_THAT(said, HasSubstr("2 accesses a packet (look-up, insertion)"));
  EXPECT_THAT(said, HasSubstr("packets wait in front of stage " + std::to_string(stage) + " for " +
                              (lock.at("same_entry_only") ? "one of the same entry" : "any other") +
                              " among the last " + std::to_string(clocks) +
                              ": a conflict costs up to " + std::to_string(clocks) + " clocks\n"));
  EXPECT_THAT(said, Not(HasSubstr("no interlock")));
}

// Only packets with the same key wait; all of them while an insertion might find the table full.
TEST_F(Maps, ThatEntriesLeaveForWhatTheyHoldMakeThoseOfOneKeyWait) {
  const std::string look = "value = bpf_map_lookup_elem(&table, &key);";
  const std::string leave = "if (value && ++*value > 9) bpf_map_delete_elem(&table, &key);";
  const auto gone = map(look + leave, "table").at("interlocks");
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone.at(0).at("same_entry_only"), true);
  EXPECT_EQ(gone.at(0).at("when_full"), false);
  const std::string fill = "if (!value) bpf_map_update_elem(&table, &key, &one, BPF_ANY); else ";
  const auto both = map(look + fill + leave, "table").at("interlocks");
  ASSERT_EQ(both.size(), 2u);
  EXPECT_NE(both.at(0).at("when_full"), both.at(1).at("when_full"));
  EXPECT_THAT(text(look + fill + leave), HasSubstr(" clocks, while it is nearly full"));
}

// run says for whose sake packets were held, and only by as much as compile said.
TEST_F(Maps, HoldPacketsAsLongAsCompileSays) {
  const std::string o = object(chain), in = scratch_.path("in.pcap");
  ASSERT_EQ(pipewright({"traffic", "size=64,count=100,flows=single", "-o", in}).code, 0);
  const Outcome ran = pipewright({"run", o, "--engine", "model", "--in", in, "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto j = ran.json();
  const unsigned clocks = map(chain, "table").at("interlocks").at(0).at("clocks");
  const unsigned held = j.at("held").at("table");
  EXPECT_GT(held, 0u);
  EXPECT_LE(held, 100 * clocks);
  const auto& packets = j.at("packets");
  for (std::size_t i = 1; i < packets.size(); ++i)
    EXPECT_LE(packets[i].at("cycle_in").get<unsigned>() -
                  packets[i - 1].at("cycle_in").get<unsigned>(),
              clocks + 1);
  EXPECT_EQ(pipewright({"run", o, "--engine", "interp", "--in", in, "--json"}).json().at("held"),
            nullptr);
}

TEST_F(Maps, ReadBehindTheWindowAreReportedAndCanBeRefused) {
  const char* const far = R"(
  __u8 *at = (__u8 *)data + (key & 1023);
  if (at + 1 > (__u8 *)end) return XDP_DROP;
  if (*at == 7) return XDP_TX;)";
  const std::string o = object(far);
  const Outcome served = pipewright({"compile", o, "-o", scratch_.path("out")});
  EXPECT_EQ(served.code, 0) << served.err;
  EXPECT_THAT(served.out, HasSubstr("whole packet: 1 read behind the window"));
  const auto j = pipewright({"compile", o, "-o", scratch_.path("out"), "--json"}).json();
  EXPECT_EQ(j.at("packet_reads"), 1);
  for (const char* command : {"check", "compile"}) {
    std::vector<std::string> line = {command, o, "--whole-packet", "never"};
    if (std::string(command) == "compile")
      line.insert(line.end(), {"-o", scratch_.path("refused")});
    const Outcome never = pipewright(line);
    EXPECT_EQ(never.code, 2) << command;
    EXPECT_THAT(never.out + never.err, HasSubstr("PW-PKT-")) << command;
  }
  EXPECT_THAT(scratch_.names(), testing::Not(testing::Contains("refused")));
  const Outcome wrong = pipewright({"check", o, "--whole-packet", "sometimes"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("PW-OPT-001"));
}

} // namespace
} // namespace pw::cli_test
