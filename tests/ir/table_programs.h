// Programs over maps that packets insert into and delete from, given as LLVM IR; what every
// schedule of them makes of packets.
#pragma once

#include "ir/compile.h"
#include "tests/ir/definitions.h"
#include "tests/ir/evaluator.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/SourceMgr.h"

#include <gtest/gtest.h>

namespace pw::test {

using Bytes = std::vector<std::uint8_t>;
using pipeline::OpKind;

struct Setting {
  bpf_map_type type = BPF_MAP_TYPE_HASH;
  unsigned entries = 4;
};

inline Object object_of(const Setting& s) {
  Object o;
  o.maps.push_back(map_definition("flows", s.type, 1, 8, s.entries));
  o.maps.push_back(map_definition("wide", BPF_MAP_TYPE_HASH, 4, 24, 1000));
  o.maps.push_back(map_definition("next", BPF_MAP_TYPE_ARRAY, 4, 8, 1));
  return o;
}

// The text of a function body around its first block: %k, %l, %x are bytes 0, 1, 2 of the packet.
inline std::string program(const std::string& body) {
  return R"(
    @pw.packet = external global [66048 x i8]
    declare i32 @pw.length()
    declare ptr @pw.map.find.0(i8)
    declare i64 @pw.map.update.0(i8, i64, i64)
    declare i64 @pw.map.delete.0(i8)
    declare ptr @pw.map.find.1(i32)
    declare i64 @pw.map.update.1(i32, i192, i64)
    declare ptr @pw.map.find.2(i32)
    declare void @pw.exit(i32, i32, i32, i32, i32, i32, i32, i32, i64)
    define void @pw.program() {
      %pk = getelementptr i8, ptr @pw.packet, i32 512
      %k = load i8, ptr %pk, align 1
      %pl = getelementptr i8, ptr @pw.packet, i32 513
      %l = load i8, ptr %pl, align 1
      %px = getelementptr i8, ptr @pw.packet, i32 514
      %x = load i8, ptr %px, align 1
      %x64 = zext i8 %x to i64
      br label %begin
    begin:
  )" + body +
         R"(
      call void @pw.exit(i32 %r, i32 0, i32 4, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
      ret void
    })";
}

inline LiftedProgram parse(const std::string& text) {
  LiftedProgram l;
  l.context = std::make_unique<llvm::LLVMContext>();
  llvm::SMDiagnostic error;
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(text);
  l.module = llvm::parseIR(*buffer, error, *l.context);
  if (!l.module)
    throw std::runtime_error(error.getMessage().str() + " in line " +
                             std::to_string(error.getLineNo()));
  return l;
}

inline pipeline::Pipeline compile(const std::string& body, const Setting& s = {},
                                  std::optional<std::uint64_t> seed = std::nullopt) {
  CompileOptions options;
  options.random_schedule = seed;
  return compile_pipeline(object_of(s), parse(program(body)), options).pipeline;
}

inline unsigned count(const pipeline::Pipeline& p, OpKind kind) {
  return unsigned(std::count_if(p.operations.begin(), p.operations.end(),
                                [&](const auto& op) { return op.kind == kind; }));
}

inline unsigned interlocks(const pipeline::Pipeline& p) {
  unsigned n = 0;
  for (const auto& r : p.regions)
    n += unsigned(r.interlocks.size());
  return n;
}

// What every packet returns; every schedule must give the same.
inline std::vector<std::uint32_t> run(const std::string& body, const std::vector<Bytes>& packets,
                                      const Setting& s = {}) {
  std::vector<std::uint32_t> expected;
  for (int seed = -1; seed < 5; ++seed) {
    auto p = seed < 0 ? compile(body, s) : compile(body, s, seed);
    Evaluator e(p);
    std::vector<std::uint32_t> got;
    for (const Bytes& b : packets)
      got.push_back(e.run(b).retval);
    if (seed < 0)
      expected = got;
    else
      EXPECT_EQ(got, expected) << "random schedule " << seed;
  }
  return expected;
}

} // namespace pw::test
