// RUN: pipewright-opt %s -pw-forward-writes -cse -canonicalize | FileCheck %s
// RUN: pipewright-opt %s -pw-forward-writes -cse -canonicalize -pw-close-loops -cse -canonicalize -pw-schedule | FileCheck %s --check-prefix=STAGES

pw.map @m "array"(4 -> 8) x 256 index 0 type 2 columns [#pw.column<0, 8 x 1>]

// Both reads see the column as it was; the second gets what the first entry got if it is the same.
// CHECK-LABEL: pw.program @two
// CHECK: %[[S:.*]] = pw.initial
// CHECK: %[[H:.*]] = pw.bits %{{.*}}[0] : i16 -> i9
// CHECK: %[[K:.*]] = pw.bits %{{.*}}[0] : i16 -> i9
// CHECK: arith.cmpi eq, %[[H]], %[[K]] : i9
// CHECK: %[[B:.*]] = pw.read @m column 0[%[[K]]] if %{{.*}} on %[[S]]
// CHECK: %[[B1:.*]] = arith.addi %[[B]], %{{.*}} : i64
// CHECK: arith.select %{{.*}}, %[[B1]], %[[B]] : i64
// CHECK: pw.read @m column 0[%[[H]]] if %{{.*}} on %[[S]]
// The accesses of one packet are in one stage, and no packet waits for another.
// STAGES-LABEL: pw.pipeline @two
// STAGES-NOT: pw.interlock
// STAGES: pw.write
// STAGES-NOT: pw.stage
// STAGES: pw.write
pw.program @two {
  %s0 = pw.initial : !pw.state<"m:0">
  %true = arith.constant true
  %one = arith.constant 1 : i64
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %f = pw.field 0 : i16
  %g = pw.field 2 : i16
  %h = pw.bits %f[0] : i16 -> i9
  %k = pw.bits %g[0] : i16 -> i9
  %p = pw.bits %f[0] : i16 -> i1
  %q = pw.bits %g[0] : i16 -> i1
  %v = pw.read @m column 0[%h] if %true on %s0 : !pw.state<"m:0"> : i9 -> i64
  %w = arith.addi %v, %one : i64
  %s1 = pw.write @m column 0[%h], %w bytes [true, true, true, true, true, true, true, true] if %p on %s0 : !pw.state<"m:0"> -> !pw.state<"m:0"> : i9, i64
  %x = pw.read @m column 0[%k] if %true on %s1 : !pw.state<"m:0"> : i9 -> i64
  %y = arith.addi %x, %one : i64
  %s2 = pw.write @m column 0[%k], %y bytes [true, true, true, true, true, true, true, true] if %q on %s1 : !pw.state<"m:0"> -> !pw.state<"m:0"> : i9, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %s2 : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A chain through the map itself stays one: the second place is what the first one holds.
// CHECK-LABEL: pw.program @pointers
// CHECK: pw.read
// CHECK: %[[S1:.*]] = pw.write
// CHECK: pw.read @m column 0[%{{.*}}] if %{{.*}} on %[[S1]]
pw.program @pointers {
  %s0 = pw.initial : !pw.state<"m:0">
  %true = arith.constant true
  %one = arith.constant 1 : i64
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %f = pw.field 0 : i16
  %h = pw.bits %f[0] : i16 -> i9
  %v = pw.read @m column 0[%h] if %true on %s0 : !pw.state<"m:0"> : i9 -> i64
  %w = arith.addi %v, %one : i64
  %s1 = pw.write @m column 0[%h], %w bytes [true, true, true, true, true, true, true, true] if %true on %s0 : !pw.state<"m:0"> -> !pw.state<"m:0"> : i9, i64
  %k = pw.bits %v[0] : i64 -> i9
  %x = pw.read @m column 0[%k] if %true on %s1 : !pw.state<"m:0"> : i9 -> i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %x) states %s1 : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
