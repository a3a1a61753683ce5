// RUN: pipewright-opt %s -pw-compare-ranges -canonicalize | FileCheck %s

// The comparison no longer waits for the difference.
// CHECK-LABEL: pw.program @since
// CHECK: %[[A:.*]] = pw.input "time"
// CHECK: %[[T:.*]] = arith.subi %[[A]], %c1000_i64
// CHECK: %[[B:.*]] = pw.read @m column 0
// CHECK-DAG: arith.cmpi ule, %[[B]], %[[A]]
// CHECK-DAG: arith.cmpi ugt, %[[B]], %[[T]]
pw.map @m "array"(4 -> 8) x 1 index 0 type 2 columns [#pw.column<0, 8 x 1>]
pw.program @since {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %handle = arith.constant 1 : i2
  %c1000 = arith.constant 1000 : i64
  %s = pw.initial : <"m:0">
  %a = pw.input "time" : i64
  %b = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i2 -> i64
  %gap = arith.subi %a, %b : i64
  %recent = arith.cmpi ult, %gap, %c1000 : i64
  %w = pw.write @m column 0[%handle], %a bytes [true, true, true, true, true, true, true, true] if %recent on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i2, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
