// RUN: pipewright-opt %s -pw-merge-loads | FileCheck %s

// CHECK-LABEL: pw.program @twice
// CHECK: %[[E:.*]] = arith.ori
// CHECK: pw.load @m[%{{.*}}, 0] on %{{.*}} if %[[E]]
// CHECK-NOT: pw.load
// CHECK: pw.exit
pw.map @m "array"(4 -> 8) x 1 index 0 type 2
pw.program @twice {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %handle = arith.constant 1 : i2
  %s = pw.initial : <"m">
  %x = pw.field 0 : i8
  %p = arith.cmpi eq, %x, %c0_8 : i8
  %q = arith.cmpi ne, %x, %c0_8 : i8
  %a = pw.load @m[%handle, 0] on %s if %p : i2, !pw.state<"m"> -> i32
  %b = pw.load @m[%handle, 0] on %s if %q : i2, !pw.state<"m"> -> i32
  %c = arith.addi %a, %b : i32
  pw.exit(%c, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
