// RUN: pipewright-opt %s -pw-resolve-packet | FileCheck %s

// Without simplification: what a write at run time does to a byte is made once, though many places
// that overlap ask for it. Else a path with several such writes takes forever to compile.
// CHECK-LABEL: pw.program @often
// CHECK-COUNT-20: arith.cmpi eq
// CHECK-NOT: arith.cmpi
// CHECK: pw.exit
pw.program @often {
  %p = pw.received : !pw.packet
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %at = pw.extract %p[60] : i16
  %x = pw.extract %p[40] : i8
  %p1 = pw.insert_at %p[%at in 10 to 19 step 1], %x if %true : i16, i8
  %a = pw.extract %p1[10] : i64
  %b = pw.extract %p1[11] : i32
  %c = pw.extract %p1[12] : i16
  %d = pw.extract %p1[12] : i32
  %e = pw.extract %p1[16] : i32
  %ab = pw.bits %a[8] : i64 -> i32
  %s = arith.addi %ab, %b : i32
  %t = arith.addi %d, %e : i32
  %u = arith.addi %s, %t : i32
  pw.exit(%u, %c, %c, %c, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p1 : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
