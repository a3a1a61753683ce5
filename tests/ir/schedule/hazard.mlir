// RUN: pipewright-opt %s -pw-schedule | FileCheck %s
// RUN: pipewright-opt %s -pw-schedule | pipewright-opt | FileCheck %s
// RUN: pipewright-opt %s -pw-schedule="random=3" | FileCheck %s --check-prefix=RANDOM

pw.map @m "array"(4 -> 8) x 256 index 0 type 2 columns [#pw.column<0, 8 x 1>]

// The second access may name the entry of the first: an interlock stands before both, keyed by both handles.
// CHECK-LABEL: pw.pipeline @two
// CHECK: pw.stage {{[0-9]+}} in 1
// CHECK: pw.interlock @m distance {{[1-9]}} keys
// CHECK: pw.read @m column 0
// CHECK: pw.write @m column 0
// CHECK: pw.read @m column 0
// CHECK: pw.write @m column 0
// RANDOM: pw.interlock @m distance
pw.program @two {
  %s0 = pw.initial : !pw.state<"m:0">
  %true = arith.constant true
  %one = arith.constant 1 : i64
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %f = pw.field 0 : i16
  %g = pw.field 2 : i16
  %h = pw.bits %f[0] : i16 -> i9
  %k = pw.bits %g[0] : i16 -> i9
  %v = pw.read @m column 0[%h] if %true on %s0 : !pw.state<"m:0"> : i9 -> i64
  %w = arith.addi %v, %one : i64
  %s1 = pw.write @m column 0[%h], %w bytes [true, true, true, true, true, true, true, true] if %true on %s0 : !pw.state<"m:0"> -> !pw.state<"m:0"> : i9, i64
  %x = pw.read @m column 0[%k] if %true on %s1 : !pw.state<"m:0"> : i9 -> i64
  %y = arith.addi %x, %x : i64
  %s2 = pw.write @m column 0[%k], %y bytes [true, true, true, true, true, true, true, true] if %true on %s1 : !pw.state<"m:0"> -> !pw.state<"m:0"> : i9, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %y) states %s2 : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
