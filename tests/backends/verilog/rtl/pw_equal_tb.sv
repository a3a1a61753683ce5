// Words that are equal or differ in one bit or two.
module pw_equal_tb;
  parameter integer WIDTH = 8;
  reg [WIDTH-1:0] a, b;
  reg enable;
  wire equal;
  pw_equal #(.WIDTH(WIDTH)) dut (.a(a), .b(b), .enable(enable), .equal(equal));
  integer n, i, errors = 0, equals = 0;
  initial begin
    for (n = 0; n < 3000; n = n + 1) begin
      for (i = 0; i < WIDTH; i = i + 1) a[i] = $urandom;
      b = a;
      if (n < WIDTH) b[n] = !b[n];
      else for (i = $urandom % 3; i > 0; i = i - 1) b[$urandom%WIDTH] = $urandom;
      enable = $urandom % 8 != 0;
      #1;
      if (equal !== (enable && a == b)) errors = errors + 1;
      if (equal) equals = equals + 1;
    end
    if (errors == 0 && equals > 500) $display("PASS");
    else $display("FAIL: %0d errors, %0d equal", errors, equals);
  end
endmodule
