// RUN: pipewright-opt %s -pw-simplify-logic -cse -canonicalize | FileCheck %s

// What is 8 is not 4; what is at least 20 is at least 14.
// CHECK-LABEL: pw.program @implied
// CHECK: %[[E:.*]] = arith.cmpi eq
// CHECK: %[[L:.*]] = arith.cmpi uge, %{{.*}}, %c20_i16
// CHECK-NOT: arith.cmpi ne
// CHECK: %[[B:.*]] = arith.andi %[[E]], %[[L]]
// CHECK-NOT: arith.andi
// CHECK: arith.ori %[[B]], %[[E]]
// CHECK-NOT: arith.select
pw.program @implied {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %true = arith.constant true
  %c4 = arith.constant 4 : i8
  %c8 = arith.constant 8 : i8
  %c14 = arith.constant 14 : i16
  %c20 = arith.constant 20 : i16
  %x = pw.field 0 : i8
  %n = pw.input "length" : i16
  %ne = arith.cmpi ne, %x, %c4 : i8
  %eq = arith.cmpi eq, %x, %c8 : i8
  %l20 = arith.cmpi uge, %n, %c20 : i16
  %l14 = arith.cmpi uge, %n, %c14 : i16
  %p = arith.andi %ne, %eq : i1
  %q = arith.andi %p, %l20 : i1
  %r = arith.andi %q, %l14 : i1
  %s = arith.select %r, %true, %eq : i1
  %t = arith.extui %r : i1 to i8
  %u = arith.extui %s : i1 to i8
  %v = arith.extui %eq : i1 to i32
  pw.exit(%v, %c0_16, %c0_16, %c0_16, %t, %u, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Conditions of the same value are one.
// CHECK-LABEL: pw.program @grouped
// CHECK: arith.ori
// CHECK: pw.mux[%{{[^,]*}}, %{{[^,]*}}] [%c1_i32, %c2_i32]
pw.program @grouped {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i8
  %c2 = arith.constant 2 : i8
  %c3 = arith.constant 3 : i8
  %k1 = arith.constant 1 : i32
  %k2 = arith.constant 2 : i32
  %x = pw.field 0 : i8
  %a = arith.cmpi eq, %x, %c1 : i8
  %b = arith.cmpi eq, %x, %c2 : i8
  %c = arith.cmpi eq, %x, %c3 : i8
  %m = pw.mux[%a, %b, %c] [%k1, %k1, %k2] : i32, i32, i32 -> i32
  pw.exit(%m, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A single bit beside zeros is its own comparison.
// CHECK-LABEL: pw.program @bit
// CHECK-NOT: arith.cmpi
// CHECK: pw.exit
pw.program @bit {
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  %false = arith.constant false
  %c0_2 = arith.constant 0 : i2
  %x = pw.field 0 : i8
  %b = pw.bits %x[3] : i8 -> i1
  %y = pw.concat %false, %b : i1, i1 -> i2
  %n = arith.cmpi ne, %y, %c0_2 : i2
  %v = arith.extui %n : i1 to i8
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %v, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
