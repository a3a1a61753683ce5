// RUN: pipewright-opt %s -split-input-file -verify-diagnostics

pw.pipeline @early {
  %r = pw.stage 0 in 0 -> i64 {
    %h = arith.constant 1 : i9
    %true = arith.constant true
    %w = pw.read @m column 0[%h] if %true {latency = 2 : i64} : i9 -> i64
    pw.register %w : i64
  }
  pw.stage 1 in 0 {
    // expected-error @+1 {{uses a value before it is available: made in stage 0 with latency 2}}
    %x = arith.addi %r, %r : i64
    %c0 = arith.constant 0 : i32
    %c0_16 = arith.constant 0 : i16
    %c0_8 = arith.constant 0 : i8
    %c0_64 = arith.constant 0 : i64
    pw.exit(%c0, %c0_16, %c0_16, %c0_16, %c0_8, %c0_8, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
  }
}

// -----

pw.program @bits {
  %x = arith.constant 3 : i8
  // expected-error @+1 {{takes bits behind the end of its operand}}
  %y = pw.bits %x[5] : i8 -> i4
  %c0 = arith.constant 0 : i32
  %c0_16 = arith.constant 0 : i16
  %c0_64 = arith.constant 0 : i64
  pw.exit(%c0, %c0_16, %c0_16, %c0_16, %x, %x, %c0, %c0, %c0_64) : i32, i16, i16, i16, i8, i8, i32, i32, i64
}

// -----

// expected-error @+1 {{must end with pw.exit}}
pw.program @endless {
  %x = arith.constant 3 : i8
}

// -----

// expected-error @+1 {{column ends behind the value}}
pw.map @m "array"(4 -> 8) x 256 index 0 type 2 columns [#pw.column<4, 8 x 1>]
