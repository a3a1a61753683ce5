// The checker must find each kind of mistake (PW-IR-002) in schedules made wrong by hand.
#include "ir/schedule/checker.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::schedule {
namespace {

const char* const text = R"(
pw.map @m "array"(4 -> 8) x 256 index 0 type 2 columns [#pw.column<0, 8 x 1>]
pw.program @p {
  %s0 = pw.initial : !pw.state<"m:0">
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %f = pw.field 0 : i16
  %h = pw.bits %f[0] : i16 -> i9
  %v = pw.read @m column 0[%h] if %true on %s0 : !pw.state<"m:0"> : i9 -> i64
  %w = arith.addi %v, %v : i64
  %x = arith.addi %w, %v : i64
  %y = arith.addi %x, %w : i64
  %s1 = pw.write @m column 0[%h], %y bytes [true, true, true, true, true, true, true, true] if %true on %s0 : !pw.state<"m:0"> -> !pw.state<"m:0"> : i9, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %y) states %s1 : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
})";

class CheckerTest : public testing::Test {
protected:
  CheckerTest() {
    context_.loadDialect<ir::PwDialect, mlir::arith::ArithDialect>();
    module_ = mlir::parseSourceString<mlir::ModuleOp>(text, &context_);
    program_ = *module_->getOps<ir::ProgramOp>().begin();
    map_ = *module_->getOps<ir::MapOp>().begin();
    unsigned stages[] = {0, 0, 1, 3, 4, 4, 4, 4}; // field, bits, read, three additions, write, exit
    unsigned n = 0;
    for (mlir::Operation& op : program_.getBody().front())
      if (!mlir::isa<mlir::arith::ConstantOp, ir::StateOp>(op)) {
        stage_[&op] = stages[n++];
        ops_.push_back(&op);
      }
    regions_ = {{0, {}}, {1, {{map_, 1, {ops_[2]->getOperand(2)}}}}};
  }
  std::vector<std::string> check() { return check_schedule(program_, stage_, regions_, 5, 3.4); }

  mlir::MLIRContext context_{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  ir::ProgramOp program_;
  ir::MapOp map_;
  StageOf stage_;
  std::vector<mlir::Operation*> ops_;
  std::vector<RegionPlan> regions_;
};

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(CheckerTest, AcceptsALegalSchedule) { EXPECT_THAT(check(), IsEmpty()); }

TEST_F(CheckerTest, FindsAnOperandThatIsNotThere) {
  stage_[ops_[3]] = 2;
  EXPECT_THAT(check(), Contains(HasSubstr("not there yet")));
}

TEST_F(CheckerTest, FindsLogicSlowerThanTheClock) {
  for (unsigned n : {3, 4, 5, 6})
    stage_[ops_[n]] = 3;
  EXPECT_THAT(check(), Contains(HasSubstr("slower than the clock")));
}

TEST_F(CheckerTest, FindsAMissingInterlock) {
  regions_[1].interlocks.clear();
  EXPECT_THAT(check(), Contains(HasSubstr("no interlock")));
}

TEST_F(CheckerTest, FindsAnInterlockTooShort) {
  regions_[1].interlocks[0].distance = 0;
  EXPECT_THAT(check(), Contains(HasSubstr("no interlock")));
}

TEST_F(CheckerTest, FindsAKeyThatIsNotKnownAtTheEntrance) {
  stage_[ops_[1]] = 1;
  EXPECT_THAT(check(), Contains(HasSubstr("no interlock")));
}

TEST_F(CheckerTest, FindsABorderThroughARead) {
  regions_[1].first_stage = 2;
  EXPECT_THAT(check(), Contains(HasSubstr("cut by the border")));
}

TEST_F(CheckerTest, FindsAFieldTakenLate) {
  stage_[ops_[0]] = 1;
  EXPECT_THAT(check(), Contains(HasSubstr("stage 0")));
}

const char* const table_text = R"(
pw.map @t "table"(4 -> 8) x 1000 index 0 type 1
pw.program @p {
  %s = pw.initial : !pw.state<"t:keys">
  %false = arith.constant false
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %f = pw.field 4 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %guard = pw.concat %p, %false : i1, i1 -> i2
  %a, %s1 = pw.access @t[%k] insert %true remove %false if %p on %s : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %q = pw.bits %f[1] : i8 -> i1
  %both = arith.andi %p, %q : i1
  %b, %s2 = pw.access @t[%k] insert %false remove %true if %both on %s1 : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %s2 : !pw.state<"t:keys"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
})";

class TableCheckerTest : public testing::Test {
protected:
  TableCheckerTest() {
    context_.loadDialect<ir::PwDialect, mlir::arith::ArithDialect>();
    module_ = mlir::parseSourceString<mlir::ModuleOp>(table_text, &context_);
    program_ = *module_->getOps<ir::ProgramOp>().begin();
    map_ = *module_->getOps<ir::MapOp>().begin();
    // two fields, bit, guard, access, bit, and, access, exit
    unsigned stages[] = {0, 0, 0, 0, 1, 0, 0, 3, 7};
    unsigned n = 0;
    for (mlir::Operation& op : program_.getBody().front())
      if (!mlir::isa<mlir::arith::ConstantOp, ir::StateOp>(op)) {
        stage_[&op] = stages[n++];
        ops_.push_back(&op);
      }
    regions_ = {{0, {}}, {1, {{map_, 2, {}}}}};
  }
  std::vector<std::string> check() { return check_schedule(program_, stage_, regions_, 8, 3.4); }

  mlir::MLIRContext context_{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  ir::ProgramOp program_;
  ir::MapOp map_;
  StageOf stage_;
  std::vector<mlir::Operation*> ops_;
  std::vector<RegionPlan> regions_;
};

TEST_F(TableCheckerTest, AcceptsAnInterlockOfAnyTwoPackets) { EXPECT_THAT(check(), IsEmpty()); }

TEST_F(TableCheckerTest, AcceptsAGuardThatAllAccessesImply) {
  regions_[1].interlocks[0].handles = {ops_[3]->getResult(0)};
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(TableCheckerTest, RefusesAGuardThatSomeAccessDoesNotImply) {
  ops_[7]->setOperand(1, ops_[5]->getResult(0));
  regions_[1].interlocks[0].handles = {ops_[3]->getResult(0)};
  EXPECT_THAT(check(), Contains(HasSubstr("keeps packets out of a table")));
}

TEST_F(TableCheckerTest, FindsAnInterlockTooShort) {
  regions_[1].interlocks[0].distance = 1;
  EXPECT_THAT(check(), Contains(HasSubstr("keeps packets out of a table")));
}

TEST_F(TableCheckerTest, FindsAccessesInTheWrongOrder) {
  stage_[ops_[7]] = 1;
  EXPECT_THAT(check(), Contains(HasSubstr("before an earlier access")));
}

// The second access at a port of its own.
class PortCheckerTest : public TableCheckerTest {
protected:
  PortCheckerTest() {
    mlir::OpBuilder builder(ops_[4]);
    ops_[7]->setAttr("port", builder.getI64IntegerAttr(1));
    auto key = builder.create<ir::ConcatOp>(
        ops_[4]->getLoc(), builder.getIntegerType(33),
        mlir::ValueRange{ops_[2]->getResult(0), ops_[0]->getResult(0)});
    stage_[key] = 0;
    key_ = key;
  }
  void only_look() {
    ops_[7]->setOperand(4, ops_[7]->getOperand(3)); // remove = false
    regions_[1].interlocks.clear();
  }

  mlir::Value key_;
};

TEST_F(PortCheckerTest, AcceptsAnInterlockByKeyWhereThereIsRoom) {
  regions_[1].interlocks = {{map_, 2, {key_}}, {map_, 2, {}, true}};
  EXPECT_THAT(check(), IsEmpty());
  regions_[1].interlocks.pop_back();
  EXPECT_THAT(check(), Contains(HasSubstr("keeps packets out of a table")));
}

TEST_F(PortCheckerTest, RefusesAnInterlockByKeyAtOnePort) {
  regions_[1].interlocks = {{map_, 2, {key_}}, {map_, 2, {}, true}};
  ops_[7]->removeAttr("port");
  EXPECT_THAT(check(), Contains(HasSubstr("keeps packets out of a table")));
}

TEST_F(PortCheckerTest, AcceptsALookupRightBehindTheChangeOnly) {
  only_look();
  stage_[ops_[7]] = 2;
  EXPECT_THAT(check(), IsEmpty());
  stage_[ops_[7]] = 3;
  EXPECT_THAT(check(), Contains(HasSubstr("keeps packets out of a table")));
}

TEST_F(PortCheckerTest, FindsAnInsertionAtAPortForLookups) {
  ops_[7]->setOperand(3, ops_[7]->getOperand(4));
  EXPECT_THAT(check(), Contains(HasSubstr("at a port for look-ups")));
}

TEST_F(PortCheckerTest, FindsTwoPortsThatRemove) {
  ops_[4]->setOperand(4, ops_[4]->getOperand(3));
  EXPECT_THAT(check(), Contains(HasSubstr("while another one does")));
}

TEST_F(TableCheckerTest, FindsATableCutByABorder) {
  stage_[ops_[7]] = 6;
  stage_[ops_[8]] = 10;
  regions_ = {{0, {}}, {6, {{map_, 5, {}}}}};
  EXPECT_THAT(check_schedule(program_, stage_, regions_, 11, 3.4),
              Contains(HasSubstr("different regions")));
}

} // namespace
} // namespace pw::schedule
