// RUN: pipewright-opt %s -pw-add-first -canonicalize | FileCheck %s

// The choice comes last.
// CHECK-LABEL: pw.program @chosen
// CHECK: %[[A:.*]] = pw.read @m column 0
// CHECK: %[[X:.*]] = arith.addi %[[A]], %c1_i64
// CHECK: %[[B:.*]] = pw.read @m column 0
// CHECK: %[[Y:.*]] = arith.addi %[[B]], %c1_i64
// CHECK: %[[S:.*]] = arith.select %{{.*}}, %[[X]], %[[Y]]
// CHECK: pw.write @m column 0[%{{.*}}], %[[S]]
pw.map @m "array"(4 -> 8) x 2 index 0 type 2 columns [#pw.column<0, 8 x 1>]
pw.program @chosen {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %true = arith.constant true
  %h1 = arith.constant 1 : i2
  %h2 = arith.constant 3 : i2
  %s = pw.initial : <"m:0">
  %a = pw.read @m column 0[%h1] if %true on %s : !pw.state<"m:0"> : i2 -> i64
  %b = pw.read @m column 0[%h2] if %true on %s : !pw.state<"m:0"> : i2 -> i64
  %p = arith.cmpi ult, %a, %b : i64
  %x = arith.select %p, %a, %b : i64
  %y = arith.addi %x, %c1 : i64
  %w = pw.write @m column 0[%h1], %y bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i2, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
