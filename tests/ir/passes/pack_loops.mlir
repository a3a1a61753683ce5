// RUN: pipewright-opt %s -pw-pack-loops | FileCheck %s
// RUN: pipewright-opt %s -pw-pack-loops -pw-schedule | FileCheck %s --check-prefix=STAGES
// RUN: pipewright-opt %s -pw-pack-loops -pw-schedule="random=5" | FileCheck %s --check-prefix=STAGES

pw.map @m "array"(4 -> 8) x 64 index 0 type 2 columns [#pw.column<0, 8 x 1>]

// Two gates and two choices behind two comparisons: six inputs, one LUT for each bit. Without it
// they would take another clock.
// CHECK-LABEL: pw.program @choices
// CHECK: arith.select {{.*}} {pw.lut = [[N:[0-9]+]] : i64} : i64
// CHECK: %[[D:.*]] = arith.select {{.*}} {pw.lut_root = [[N]] : i64} : i64
// CHECK: pw.write @m column 0[%{{.*}}], %[[D]]
// STAGES-LABEL: pw.pipeline @choices
// STAGES: pw.lut
// STAGES-NOT: pw.stage
// STAGES: pw.write
// STAGES-NOT: pw.interlock
pw.program @choices {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %handle = arith.constant 1 : i7
  %s = pw.initial : <"m:0">
  %a = pw.input "time" : i64
  %b = pw.field 0 : i64
  %c = pw.field 8 : i64
  %r = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i7 -> i64
  %p = arith.cmpi ult, %r, %a : i64
  %q = arith.cmpi ult, %r, %b : i64
  %pq = arith.andi %p, %q : i1
  %sum = arith.addi %r, %c : i64
  %inner = arith.select %pq, %sum, %b : i64
  %next = arith.select %p, %inner, %a : i64
  %last = arith.select %q, %next, %c : i64
  %w = pw.write @m column 0[%handle], %last bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i7, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// What fits is left alone.
// CHECK-LABEL: pw.program @fits
// CHECK-NOT: pw.lut
pw.program @fits {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %handle = arith.constant 1 : i7
  %s = pw.initial : <"m:0">
  %a = pw.input "time" : i64
  %r = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i7 -> i64
  %p = arith.cmpi ult, %r, %a : i64
  %next = arith.select %p, %r, %a : i64
  %w = pw.write @m column 0[%handle], %next bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i7, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
