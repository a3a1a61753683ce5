// RUN: pipewright-opt %s -pw-compress-sums -cse -canonicalize | FileCheck %s

// One carry chain is left.
// CHECK-LABEL: pw.program @average
// CHECK: %[[R:.*]] = pw.read @m column 0
// CHECK-NOT: arith.subi
// CHECK: arith.xori
// CHECK: %[[H:.*]] = pw.concat %true
// CHECK: %[[S:.*]] = arith.addi %{{.*}}, %[[H]] : i64
// CHECK-NOT: arith.addi
// CHECK: pw.write @m column 0[%{{.*}}], %[[S]]
pw.map @m "array"(4 -> 8) x 1 index 0 type 2 columns [#pw.column<0, 8 x 1>]
pw.program @average {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %c3 = arith.constant 3 : i64
  %true = arith.constant true
  %handle = arith.constant 1 : i2
  %s = pw.initial : <"m:0">
  %x = pw.field 0 : i64
  %a = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i2 -> i64
  %b = arith.addi %a, %x : i64
  %d = arith.shrui %a, %c3 : i64
  %e = arith.subi %b, %d : i64
  %w = pw.write @m column 0[%handle], %e bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i2, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
