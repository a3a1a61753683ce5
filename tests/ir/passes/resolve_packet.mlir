// RUN: pipewright-opt %s -pw-resolve-packet -canonicalize -cse | FileCheck %s

// A load of what was stored, in part: the stored byte and the received one side by side.
// CHECK-LABEL: pw.program @forward
// CHECK-DAG: %[[NEW:.*]] = pw.field 30 : i8
// CHECK-DAG: %[[OLD:.*]] = pw.field 15 : i8
// CHECK: pw.concat %[[NEW]], %[[OLD]] : i8, i8 -> i16
// CHECK: pw.put 14, %[[NEW]] if %{{.*}} : i8
// CHECK-NOT: !pw.packet
pw.program @forward {
  %p = pw.received : !pw.packet
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %x = pw.extract %p[30] : i8
  %p1 = pw.insert %p[14], %x if %true : i8
  %p2 = pw.insert %p1[40], %x if %true : i8
  %y = pw.extract %p2[14] : i16
  pw.exit(%c0, %c0_16, %y, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p2 : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Two paths meet: only where they differ is there anything to choose.
// CHECK-LABEL: pw.program @merge
// CHECK: arith.select
// CHECK-NOT: arith.select
// CHECK: pw.exit
pw.program @merge {
  %p = pw.received : !pw.packet
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %x = pw.extract %p[30] : i16
  %b = pw.extract %p[0] : i8
  %c = pw.bits %b[0] : i8 -> i1
  %p1 = pw.insert %p[14], %x if %c : i16
  %p2 = arith.select %c, %p1, %p : !pw.packet
  %y = pw.extract %p2[14] : i16
  %z = pw.extract %p2[20] : i16
  pw.exit(%c0, %c0_16, %y, %z, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p2 : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Three possible places, four bytes apart: two selections, and nothing beyond byte 23 is read.
// CHECK-LABEL: pw.program @shifter
// CHECK-COUNT-2: arith.select
// CHECK-NOT: arith.select
// CHECK: pw.exit
pw.program @shifter {
  %p = pw.received : !pw.packet
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %at = pw.extract %p[30] : i16
  %y = pw.extract_at %p[%at in 14 to 22 step 4] : i16 -> i16
  pw.exit(%c0, %c0_16, %y, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Behind the window: bytes around one coordinate come in one read, also those that are wanted first.
// CHECK-LABEL: pw.program @behind
// CHECK: %[[AT:.*]] = pw.field 30 : i16
// CHECK: %[[WIDE:.*]] = arith.extui %[[AT]]
// CHECK: %[[LOW:.*]] = pw.bits %[[WIDE]][0] : i32 -> i16
// CHECK: %[[FROM:.*]] = arith.addi %[[LOW]], %{{.*}} : i16
// CHECK: %[[ALL:.*]] = pw.packet_read[%[[FROM]]] if %{{.*}} : i72
// CHECK-NOT: pw.packet_read
// CHECK-DAG: pw.bits %[[ALL]][56] : i72 -> i16
// CHECK-DAG: pw.bits %[[ALL]][0] : i72 -> i16
// CHECK: pw.exit
pw.program @behind {
  %p = pw.received : !pw.packet
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %c7 = arith.constant 7 : i32
  %c14 = arith.constant 14 : i32
  %at16 = pw.extract %p[30] : i16
  %at = arith.extui %at16 : i16 to i32
  %near = arith.addi %at, %c7 : i32
  %far = arith.addi %at, %c14 : i32
  %y = pw.extract_at %p[%far in 14 to 2000 step 1] : i32 -> i16
  %z = pw.extract_at %p[%near in 7 to 1993 step 1] : i32 -> i16
  pw.exit(%c0, %c0_16, %y, %z, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A byte written before such a read counts wherever the read may find it, and only there.
// CHECK-LABEL: pw.program @written
// CHECK-COUNT-2: arith.cmpi eq
// CHECK-NOT: arith.cmpi
// CHECK: pw.packet_read
// CHECK-COUNT-2: arith.select
// CHECK-NOT: arith.select
// CHECK: pw.put 300
// CHECK: pw.exit
pw.program @written {
  %p = pw.received : !pw.packet
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %at = pw.extract %p[30] : i32
  %x = pw.extract %p[40] : i8
  %p1 = pw.insert %p[13], %x if %true : i8
  %p2 = pw.insert %p1[300], %x if %true : i8
  %y = pw.extract_at %p2[%at in 14 to 2000 step 1] : i32 -> i16
  pw.exit(%c0, %c0_16, %y, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p2 : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Dead code has coordinates of any range. Nothing lies in front of the head room: there is one place
// for each coordinate from its start on and none where the range ends before it.
// CHECK-LABEL: pw.program @dead
// CHECK: pw.put -508
// CHECK: pw.put -8
// CHECK-NOT: pw.put
// CHECK: pw.exit
pw.program @dead {
  %p = pw.received : !pw.packet
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %at = pw.extract %p[30] : i32
  %x = pw.extract %p[40] : i16
  %p1 = pw.insert_at %p[%at in -2147483648 to -514 step 2], %x if %true : i32, i16
  %p2 = pw.insert_at %p1[%at in -2147483508 to -8 step 500], %x if %true : i32, i16
  %y = pw.extract_at %p2[%at in -2147483648 to -1000 step 1] : i32 -> i16
  pw.exit(%c0, %c0_16, %y, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) packet %p2 : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
