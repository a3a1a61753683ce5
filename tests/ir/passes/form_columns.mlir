// RUN: pipewright-opt %s -pw-form-columns -canonicalize -cse | FileCheck %s

// Overlapping accesses make one column, others columns of their own.
// CHECK: pw.map @m {{.*}} columns [#pw.column<0, 8 x 1>, #pw.column<8, 4 x 1>]
pw.map @m "array"(4 -> 16) x 256 index 0 type 2

// A counter is one read and one write; what is loaded after the store comes from the store.
// CHECK-LABEL: pw.program @counter
// CHECK: %[[OLD:.*]] = pw.read @m column 0
// CHECK-NOT: pw.read @m column 0
// CHECK: %[[NEW:.*]] = arith.addi %[[OLD]]
// CHECK: pw.write @m column 0[%{{.*}}], %[[NEW]]
pw.program @counter {
  %m = pw.initial : !pw.state<"m">
  %true = arith.constant true
  %one = arith.constant 1 : i64
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %f = pw.field 0 : i16
  %h = pw.bits %f[0] : i16 -> i9
  %v = pw.load @m[%h, 0] on %m if %true : i9, !pw.state<"m"> -> i64
  %w = arith.addi %v, %one : i64
  %m1 = pw.store @m[%h, 0], %w on %m if %true : i9, i64, !pw.state<"m"> -> !pw.state<"m">
  %x = pw.load @m[%h, 0] on %m1 if %true : i9, !pw.state<"m"> -> i64
  %y = pw.load @m[%h, 8] on %m1 if %true : i9, !pw.state<"m"> -> i32
  pw.exit(%y, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %x) states %m1 : !pw.state<"m"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
