module pw_credits_tb;
  parameter integer DEPTH = 4;
  reg clk = 0, rst = 1, take = 0, give = 0;
  wire available;
  pw_credits #(.DEPTH(DEPTH)) dut (.*);
  integer left = DEPTH, now, errors = 0, empty = 0;
  initial begin
    for (now = 0; now < 5000; now = now + 1) begin
      rst = now < 2 || now == 2500;
      take = 0;
      give = 0;
      if (rst) left = DEPTH;
      else begin
        #1;
        if (available !== (left != 0)) errors = errors + 1;
        if (left == 0) empty = empty + 1;
        take = left > 0 && $urandom % 4 <= now / 200 % 4;
        give = left < DEPTH && $urandom % 4 <= now / 800 % 4;
        left = left - take + give;
      end
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && empty > 10) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
