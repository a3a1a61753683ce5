// RUN: pipewright-opt %s -pw-balance -canonicalize | FileCheck %s

// CHECK-LABEL: pw.program @tree
// CHECK: %[[A:.*]] = arith.addi %[[F0:.*]], %[[F1:.*]] : i32
// CHECK: %[[B:.*]] = arith.addi %[[F2:.*]], %[[F3:.*]] : i32
// CHECK: %[[S:.*]] = arith.addi %[[A]], %[[B]] : i32
// CHECK: pw.exit(%[[S]]
pw.program @tree {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %a = pw.field 0 : i32
  %b = pw.field 4 : i32
  %c = pw.field 8 : i32
  %d = pw.field 12 : i32
  %x = arith.addi %a, %b : i32
  %y = arith.addi %x, %c : i32
  %z = arith.addi %y, %d : i32
  pw.exit(%z, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
