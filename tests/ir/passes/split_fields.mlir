// RUN: pipewright-opt %s -pw-split-fields -canonicalize -cse | FileCheck %s

// CHECK-LABEL: pw.program @overlap
// CHECK-DAG: %[[LOW:.*]] = pw.field 12 : i16
// CHECK-DAG: %[[HIGH:.*]] = pw.field 14 : i16
// CHECK-NOT: pw.field
// CHECK: pw.concat %[[LOW]], %[[HIGH]]
pw.program @overlap {
  %c0_8 = arith.constant 0 : i8
  %c0_16 = arith.constant 0 : i16
  %c0_32 = arith.constant 0 : i32
  %c0_64 = arith.constant 0 : i64
  %a = pw.field 12 : i32
  %b = pw.field 14 : i16
  pw.exit(%a, %b, %c0_16, %c0_16, %c0_8, %c0_8, %c0_32, %c0_32, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
