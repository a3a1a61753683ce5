// RUN: pipewright-opt %s -pw-fuse-accesses -canonicalize -cse | FileCheck %s

pw.map @t "table"(4 -> 8) x 1000 index 0 type 1
pw.map @v "array"(4 -> 4) x 256 index 1 type 2

// Lookup, and insertion on a miss: one access, which inserts under the lookup's own condition.
// CHECK-LABEL: pw.program @miss
// CHECK: %[[P:.*]] = pw.bits %{{.*}}[0]
// CHECK: pw.access @t[%{{.*}}] insert %[[P]] remove %false if %[[P]]
// CHECK-NOT: pw.access
pw.program @miss {
  %s = pw.initial : !pw.state<"t:keys">
  %true = arith.constant true
  %false = arith.constant false
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %f = pw.field 8 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %a, %s1 = pw.access @t[%k] insert %false remove %false if %p on %s : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %hit = pw.bits %a[0] : i12 -> i1
  %miss = arith.xori %hit, %true : i1
  %q = arith.andi %p, %miss : i1
  %b, %s2 = pw.access @t[%k] insert %true remove %false if %q on %s1 : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %there = pw.bits %b[0] : i12 -> i1
  %r = arith.extui %there : i1 to i32
  pw.exit(%r, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %s2 : !pw.state<"t:keys"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A removal that the value asks for needs the access that finds the value before.
// CHECK-LABEL: pw.program @value
// CHECK: pw.access
// CHECK: pw.access
pw.program @value {
  %s = pw.initial : !pw.state<"t:keys">
  %v = pw.initial : !pw.state<"t">
  %true = arith.constant true
  %false = arith.constant false
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %a, %s1 = pw.access @t[%k] insert %false remove %false if %true on %s : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %h = pw.bits %a[0] : i12 -> i11
  %hit = pw.bits %a[0] : i12 -> i1
  %x = pw.load @t[%h, 0] on %v if %hit : i11, !pw.state<"t"> -> i64
  %zero = arith.cmpi eq, %x, %c0_64 : i64
  %q = arith.andi %hit, %zero : i1
  %b, %s2 = pw.access @t[%k] insert %false remove %true if %q on %s1 : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %s2 : !pw.state<"t:keys"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Replaced wherever it is removed: neither is done, the entry stays and gets its new value.
// CHECK-LABEL: pw.program @replaced
// CHECK: pw.access @t[%{{.*}}] insert %true{{.*}} remove %false if %true
// CHECK-NOT: pw.access
// CHECK: pw.store
pw.program @replaced {
  %s = pw.initial : !pw.state<"t:keys">
  %v = pw.initial : !pw.state<"t">
  %true = arith.constant true
  %false = arith.constant false
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %a, %s1 = pw.access @t[%k] insert %false remove %false if %true on %s : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %h = pw.bits %a[0] : i12 -> i11
  %hit = pw.bits %a[0] : i12 -> i1
  %miss = arith.xori %hit, %true : i1
  %x = pw.load @t[%h, 0] on %v if %hit : i11, !pw.state<"t"> -> i64
  %zero = arith.cmpi eq, %x, %c0_64 : i64
  %q = arith.andi %hit, %zero : i1
  %b, %s2 = pw.access @t[%k] insert %false remove %true if %q on %s1 : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %new = arith.ori %q, %miss : i1
  %c, %s3 = pw.access @t[%k] insert %true remove %false if %new on %s2 : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %hc = pw.bits %c[0] : i12 -> i11
  %there = pw.bits %c[0] : i12 -> i1
  %e = arith.andi %new, %there : i1
  %v1 = pw.store @t[%hc, 0], %c0_64 on %v if %e : i11, i64, !pw.state<"t"> -> !pw.state<"t">
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %s3, %v1 : !pw.state<"t:keys">, !pw.state<"t"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Paths that exclude each other share the access by choosing the key.
// CHECK-LABEL: pw.program @paths
// CHECK: %[[KEY:.*]] = arith.select
// CHECK: pw.access @t[%[[KEY]]]
// CHECK-NOT: pw.access
pw.program @paths {
  %s = pw.initial : !pw.state<"t:keys">
  %true = arith.constant true
  %false = arith.constant false
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %l = pw.field 4 : i32
  %f = pw.field 8 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %q = arith.xori %p, %true : i1
  %a, %s1 = pw.access @t[%k] insert %true remove %false if %p on %s : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %b, %s2 = pw.access @t[%l] insert %false remove %true if %q on %s1 : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %there = pw.bits %a[0] : i12 -> i1
  %gone = pw.bits %b[0] : i12 -> i1
  %x = arith.andi %p, %there : i1
  %y = arith.andi %q, %gone : i1
  %z = arith.ori %x, %y : i1
  %r = arith.extui %z : i1 to i32
  pw.exit(%r, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %s2 : !pw.state<"t:keys"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Whether a new key is inserted depends on what is read only where it is new: that is read always.
// CHECK-LABEL: pw.program @ring
// CHECK: %[[PLACE:.*]] = pw.load @v
// CHECK: %[[SOME:.*]] = arith.cmpi ne, %[[PLACE]]
// CHECK: pw.access @t[%{{.*}}] insert
// CHECK-NOT: pw.access
pw.program @ring {
  %s = pw.initial : !pw.state<"t:keys">
  %m = pw.initial : !pw.state<"v">
  %true = arith.constant true
  %false = arith.constant false
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %l = pw.field 4 : i16
  %x = pw.bits %l[0] : i16 -> i9
  %a, %s1 = pw.access @t[%k] insert %false remove %false if %true on %s : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  %hit = pw.bits %a[0] : i12 -> i1
  %miss = arith.xori %hit, %true : i1
  %v = pw.load @v[%x, 0] on %m if %miss : i9, !pw.state<"v"> -> i32
  %some = arith.cmpi ne, %v, %c0 : i32
  %new = arith.andi %miss, %some : i1
  %b, %s2 = pw.access @t[%k] insert %true remove %false if %new on %s1 : !pw.state<"t:keys"> -> !pw.state<"t:keys"> : i32 -> i12
  pw.exit(%v, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %s2 : !pw.state<"t:keys"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
