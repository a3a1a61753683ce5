// Both states of a program survive being printed and parsed again.
// RUN: pipewright-opt %s | pipewright-opt | FileCheck %s

pw.map @counts "array"(4 -> 8) x 256 index 0 type 2 columns [#pw.column<0, 8 x 1>]

// CHECK-LABEL: pw.program @unscheduled
pw.program @unscheduled {
  %p = pw.received : !pw.packet
  %m = pw.initial : !pw.state<"counts">
  // CHECK: pw.input "length" : i16
  %len = pw.input "length" : i16
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  // CHECK: pw.extract %{{.*}}[12] : i16
  %t = pw.extract %p[12] : i16
  // CHECK: pw.extract_at %{{.*}}[%{{.*}} in 14 to 22 step 4] : i16 -> i8
  %x = pw.extract_at %p[%t in 14 to 22 step 4] : i16 -> i8
  // CHECK: pw.insert %{{.*}}[0], %{{.*}} if %{{.*}} : i8
  %p1 = pw.insert %p[0], %x if %true : i8
  %h = pw.concat %true, %x : i1, i8 -> i9
  // CHECK: pw.load @counts[%{{.*}}, 0] on %{{.*}} if %{{.*}}
  %v = pw.load @counts[%h, 0] on %m if %true : i9, !pw.state<"counts"> -> i64
  // CHECK: pw.store @counts[%{{.*}}, 0], %{{.*}} on %{{.*}} if %{{.*}}
  %m1 = pw.store @counts[%h, 0], %v on %m if %true : i9, i64, !pw.state<"counts"> -> !pw.state<"counts">
  pw.exit(%c0, %c0_16, %len, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p1 states %m1 : !pw.state<"counts"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// CHECK-LABEL: pw.pipeline @scheduled
pw.pipeline @scheduled {
  // CHECK: pw.stage 0 in 0 -> i8
  %r = pw.stage 0 in 0 -> i8 {
    %f = pw.field 3 : i8
    // CHECK: pw.register %{{.*}} : i8
    pw.register %f : i8
  }
  pw.stage 1 in 0 {
    %true = arith.constant true
    %c0 = arith.constant 0 : i32
    %c0_16 = arith.constant 0 : i16
    %c0_8 = arith.constant 0 : i8
    %c0_64 = arith.constant 0 : i64
    // CHECK: pw.put 0, %{{.*}} if %{{.*}} : i8
    pw.put 0, %r if %true : i8
    pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
  }
}
