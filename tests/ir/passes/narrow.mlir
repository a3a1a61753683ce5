// RUN: pipewright-opt %s -pw-narrow -canonicalize | FileCheck %s

// CHECK-LABEL: pw.program @sum
// CHECK: arith.addi %{{.*}}, %{{.*}} : i17
// CHECK: arith.cmpi ult, %{{.*}}, %{{.*}} : i17
pw.program @sum {
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %limit = arith.constant 1500 : i64
  %a = pw.field 0 : i16
  %b = pw.field 2 : i16
  %x = arith.extui %a : i16 to i64
  %y = arith.extui %b : i16 to i64
  %s = arith.addi %x, %y : i64
  %less = arith.cmpi slt, %s, %limit : i64
  %v = arith.extui %less : i1 to i8
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %v, %v, %c0, %c0, %s) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Only the low half of a product is looked at.
// CHECK-LABEL: pw.program @low
// CHECK: arith.muli %{{.*}}, %{{.*}} : i16
pw.program @low {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %a = pw.field 0 : i64
  %s = arith.muli %a, %a : i64
  %t = arith.trunci %s : i64 to i16
  pw.exit(%c0, %t, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
