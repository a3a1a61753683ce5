// RUN: pipewright-opt %s -pw-merge-finds -pw-form-columns -canonicalize -cse | FileCheck %s

pw.map @h "hash"(4 -> 8) x 100 index 0 type 1
pw.map @a "array"(4 -> 8) x 256 index 1 type 2

// Two paths that exclude each other share the lookup, its read and its write.
// CHECK-LABEL: pw.program @finds
// CHECK: %[[KEY:.*]] = arith.select
// CHECK: pw.find @h[%[[KEY]]]
// CHECK-NOT: pw.find
// CHECK: pw.read @h
// CHECK-NOT: pw.read
// CHECK: pw.write @h
// CHECK-NOT: pw.write
pw.program @finds {
  %m = pw.initial : !pw.state<"h">
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %l = pw.field 4 : i32
  %f = pw.field 8 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %q = arith.xori %p, %true : i1
  %x = pw.find @h[%k] if %p on %m : !pw.state<"h"> : i32 -> i9
  %y = pw.find @h[%l] if %q on %m : !pw.state<"h"> : i32 -> i9
  %v = pw.load @h[%x, 0] on %m if %p : i9, !pw.state<"h"> -> i64
  %v1 = arith.addi %v, %one : i64
  %m1 = pw.store @h[%x, 0], %v1 on %m if %p : i9, i64, !pw.state<"h"> -> !pw.state<"h">
  %w = pw.load @h[%y, 0] on %m1 if %q : i9, !pw.state<"h"> -> i64
  %w1 = arith.addi %w, %two : i64
  %m2 = pw.store @h[%y, 0], %w1 on %m1 if %q : i9, i64, !pw.state<"h"> -> !pw.state<"h">
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %m2 : !pw.state<"h"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// The same with slots of an array, where there is no lookup to share.
// CHECK-LABEL: pw.program @slots
// CHECK: pw.read @a
// CHECK-NOT: pw.read
// CHECK: pw.write @a
// CHECK-NOT: pw.write
pw.program @slots {
  %m = pw.initial : !pw.state<"a">
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i16
  %l = pw.field 4 : i16
  %x = pw.bits %k[0] : i16 -> i9
  %y = pw.bits %l[0] : i16 -> i9
  %f = pw.field 8 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %q = arith.xori %p, %true : i1
  %v = pw.load @a[%x, 0] on %m if %p : i9, !pw.state<"a"> -> i64
  %v1 = arith.addi %v, %one : i64
  %m1 = pw.store @a[%x, 0], %v1 on %m if %p : i9, i64, !pw.state<"a"> -> !pw.state<"a">
  %w = pw.load @a[%y, 0] on %m1 if %q : i9, !pw.state<"a"> -> i64
  %w1 = arith.addi %w, %two : i64
  %m2 = pw.store @a[%y, 0], %w1 on %m1 if %q : i9, i64, !pw.state<"a"> -> !pw.state<"a">
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %m2 : !pw.state<"a"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// Nothing excludes the second: it reads after the first has written.
// CHECK-LABEL: pw.program @both
// CHECK: pw.write @a
// CHECK: pw.read @a
// CHECK: pw.write @a
pw.program @both {
  %m = pw.initial : !pw.state<"a">
  %one = arith.constant 1 : i64
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %k = pw.field 0 : i16
  %l = pw.field 4 : i16
  %x = pw.bits %k[0] : i16 -> i9
  %y = pw.bits %l[0] : i16 -> i9
  %m1 = pw.store @a[%x, 0], %one on %m if %true : i9, i64, !pw.state<"a"> -> !pw.state<"a">
  %w = pw.load @a[%y, 0] on %m1 if %true : i9, !pw.state<"a"> -> i64
  %w1 = arith.addi %w, %one : i64
  %m2 = pw.store @a[%y, 0], %w1 on %m1 if %true : i9, i64, !pw.state<"a"> -> !pw.state<"a">
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %w) states %m2 : !pw.state<"a"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// What one path stores between two lookups changes no key: they still are one.
// CHECK-LABEL: pw.program @between
// CHECK: pw.find @h
// CHECK-NOT: pw.find
// CHECK: pw.write @h
// CHECK-NOT: pw.write
pw.program @between {
  %m = pw.initial : !pw.state<"h">
  %one = arith.constant 1 : i64
  %true = arith.constant true
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i32
  %l = pw.field 4 : i32
  %f = pw.field 8 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %q = arith.xori %p, %true : i1
  %x = pw.find @h[%k] if %p on %m : !pw.state<"h"> : i32 -> i9
  %v = pw.load @h[%x, 0] on %m if %p : i9, !pw.state<"h"> -> i64
  %v1 = arith.addi %v, %one : i64
  %m1 = pw.store @h[%x, 0], %v1 on %m if %p : i9, i64, !pw.state<"h"> -> !pw.state<"h">
  %y = pw.find @h[%l] if %q on %m1 : !pw.state<"h"> : i32 -> i9
  %w = pw.load @h[%y, 0] on %m1 if %q : i9, !pw.state<"h"> -> i64
  %w1 = arith.addi %w, %one : i64
  %m2 = pw.store @h[%y, 0], %w1 on %m1 if %q : i9, i64, !pw.state<"h"> -> !pw.state<"h">
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %m2 : !pw.state<"h"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// The other path's condition comes from a column of its own, read behind a store to this one: no value
// depends on itself.
// CHECK-LABEL: pw.program @conditions
// CHECK-COUNT-2: pw.read @a
// CHECK-NOT: pw.read
// CHECK: pw.write @a
// CHECK-NOT: pw.write
pw.program @conditions {
  %m = pw.initial : !pw.state<"a">
  %true = arith.constant true
  %one = arith.constant 1 : i32
  %zero = arith.constant 0 : i32
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i16
  %l = pw.field 4 : i16
  %x = pw.bits %k[0] : i16 -> i9
  %y = pw.bits %l[0] : i16 -> i9
  %f = pw.field 8 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %q = arith.xori %p, %true : i1
  %on = pw.load @a[%x, 4] on %m if %p : i9, !pw.state<"a"> -> i32
  %set = arith.cmpi ne, %on, %zero : i32
  %e = arith.andi %p, %set : i1
  %v = pw.load @a[%x, 0] on %m if %e : i9, !pw.state<"a"> -> i32
  %v1 = arith.addi %v, %one : i32
  %m1 = pw.store @a[%x, 0], %v1 on %m if %e : i9, i32, !pw.state<"a"> -> !pw.state<"a">
  %on2 = pw.load @a[%y, 4] on %m1 if %q : i9, !pw.state<"a"> -> i32
  %set2 = arith.cmpi ne, %on2, %zero : i32
  %e2 = arith.andi %q, %set2 : i1
  %w = pw.load @a[%y, 0] on %m1 if %e2 : i9, !pw.state<"a"> -> i32
  %w1 = arith.addi %w, %one : i32
  %m2 = pw.store @a[%y, 0], %w1 on %m1 if %e2 : i9, i32, !pw.state<"a"> -> !pw.state<"a">
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) states %m2 : !pw.state<"a"> : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// A second read of the other place, done or not for what the first one gave (a server that may be
// local): that has no part in choosing the place.
// CHECK-LABEL: pw.program @twice
// CHECK-COUNT-1: pw.read @a
// CHECK-NOT: pw.read
pw.program @twice {
  %m = pw.initial : !pw.state<"a">
  %true = arith.constant true
  %zero = arith.constant 0 : i32
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_8 = arith.constant 0 : i8
  %c0_64 = arith.constant 0 : i64
  %k = pw.field 0 : i16
  %l = pw.field 4 : i16
  %x = pw.bits %k[0] : i16 -> i9
  %y = pw.bits %l[0] : i16 -> i9
  %f = pw.field 8 : i8
  %p = pw.bits %f[0] : i8 -> i1
  %q = arith.xori %p, %true : i1
  %asked = pw.bits %f[1] : i8 -> i1
  %u = pw.load @a[%y, 0] on %m if %q : i9, !pw.state<"a"> -> i32
  %e = arith.andi %p, %asked : i1
  %v = pw.load @a[%x, 0] on %m if %e : i9, !pw.state<"a"> -> i32
  %is = arith.cmpi ne, %v, %zero : i32
  %local = arith.andi %asked, %is : i1
  %other = arith.xori %local, %true : i1
  %e2 = arith.andi %p, %other : i1
  %w = pw.load @a[%x, 0] on %m if %e2 : i9, !pw.state<"a"> -> i32
  %r = arith.select %q, %u, %w : i32
  pw.exit(%r, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}
