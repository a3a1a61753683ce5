// RUN: pipewright-opt %s -pw-join-pieces -canonicalize | FileCheck %s

// Two bytes put together are wires.
// CHECK-LABEL: pw.program @word
// CHECK-NOT: arith.shli
// CHECK-NOT: arith.ori
// CHECK: %[[W:.*]] = pw.concat %{{.*}}, %{{.*}} : i8, i8 -> i16
// CHECK: arith.extui %[[W]] : i16 to i32
pw.program @word {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %c8 = arith.constant 8 : i32
  %a = pw.field 12 : i8
  %b = pw.field 13 : i8
  %x = arith.extui %a : i8 to i32
  %y = arith.extui %b : i8 to i32
  %h = arith.shli %y, %c8 : i32
  %w = arith.ori %h, %x : i32
  pw.exit(%w, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Only the bits under the mask that are not constant need logic.
// CHECK-LABEL: pw.program @mask
// CHECK: arith.xori %{{.*}}, %{{.*}} : i8
// CHECK-NOT: arith.andi
pw.program @mask {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %low = arith.constant 255 : i32
  %a = pw.field 0 : i32
  %b = pw.field 4 : i32
  %x = arith.andi %a, %low : i32
  %y = arith.andi %b, %low : i32
  %z = arith.xori %x, %y : i32
  pw.exit(%z, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
