// RUN: pipewright-opt %s -pw-close-loops -canonicalize -cse | FileCheck %s

pw.map @m "array"(4 -> 8) x 64 index 0 type 2 columns [#pw.column<0, 8 x 1>]

// The smaller of a sum and a limit, from which another number is taken if it is not larger: both
// comparisons look at the word that was read, both sums are made beside them.
// CHECK-LABEL: pw.program @bucket
// CHECK-DAG: %[[ADD:.*]] = pw.input "time"
// CHECK-DAG: %[[NEED:.*]] = pw.input "seed"
// CHECK-DAG: %[[R:.*]] = pw.read @m column 0
// CHECK-DAG: %[[REST:.*]] = arith.subi %[[ADD]], %[[WIDE:.*]] : i64
// CHECK-DAG: %[[S:.*]] = arith.addi %[[R]], %[[ADD]]
// CHECK-DAG: %[[T:.*]] = arith.addi %[[R]], %[[REST]]
// CHECK-NOT: arith.subi %[[S]]
// CHECK-NOT: arith.cmpi {{.*}}, %[[S]],
// CHECK-NOT: arith.cmpi {{.*}}, %[[T]],
// CHECK: pw.write @m column 0
pw.program @bucket {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %depth = arith.constant 5000 : i64
  %handle = arith.constant 1 : i7
  %s = pw.initial : <"m:0">
  %add = pw.input "time" : i64
  %seed = pw.input "seed" : i32
  %need = arith.extui %seed : i32 to i64
  %r = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i7 -> i64
  %sum = arith.addi %r, %add : i64
  %over = arith.cmpi ugt, %sum, %depth : i64
  %tokens = arith.select %over, %depth, %sum : i64
  %less = arith.cmpi ult, %tokens, %need : i64
  %rest = arith.subi %tokens, %need : i64
  %next = arith.select %less, %tokens, %rest : i64
  %w = pw.write @m column 0[%handle], %next bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i7, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A multiplication by 5 is a sum of two shifted words, with a third number without a second chain.
// CHECK-LABEL: pw.program @walk
// CHECK-NOT: arith.muli
// CHECK: arith.addi
// CHECK-NOT: arith.addi
// CHECK: pw.write @m column 0
pw.program @walk {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %five = arith.constant 5 : i64
  %handle = arith.constant 1 : i7
  %s = pw.initial : <"m:0">
  %step = pw.input "time" : i64
  %r = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i7 -> i64
  %product = arith.muli %r, %five : i64
  %next = arith.addi %product, %step : i64
  %w = pw.write @m column 0[%handle], %next bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i7, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A counter fits as it is and stays so.
// CHECK-LABEL: pw.program @counter
// CHECK: %[[R:.*]] = pw.read
// CHECK-NEXT: %[[S:.*]] = arith.addi %[[R]], %{{.*}} : i64
// CHECK-NEXT: pw.write @m column 0[%{{.*}}], %[[S]]
pw.program @counter {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %handle = arith.constant 1 : i7
  %s = pw.initial : <"m:0">
  %step = pw.input "time" : i64
  %r = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i7 -> i64
  %next = arith.addi %r, %step : i64
  %w = pw.write @m column 0[%handle], %next bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i7, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A bit that is cut from the read word decides, behind other choices, as do bits that are added up.
// CHECK-LABEL: pw.program @cut_bit
// CHECK: pw.read @m column 0
// CHECK: arith.select
// CHECK: pw.write @m column 0
pw.program @cut_bit {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %handle = arith.constant 1 : i7
  %s = pw.initial : <"m:0">
  %step = pw.input "time" : i64
  %r = pw.read @m column 0[%handle] if %true on %s : !pw.state<"m:0"> : i7 -> i64
  %bit = pw.bits %r[3] : i64 -> i1
  %sign = pw.bits %r[63] : i64 -> i1
  %either = arith.select %bit, %sign, %true : i1
  %both = arith.addi %bit, %sign : i1
  %more = arith.addi %r, %step : i64
  %far = arith.select %either, %more, %step : i64
  %low = arith.cmpi ult, %far, %step : i64
  %less = arith.subi %far, %step : i64
  %near = arith.select %both, %less, %far : i64
  %next = arith.select %low, %near, %c0_64 : i64
  %w = pw.write @m column 0[%handle], %next bytes [true, true, true, true, true, true, true, true] if %true on %s : !pw.state<"m:0"> -> !pw.state<"m:0"> : i7, i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %w : !pw.state<"m:0"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
