// Time stamps in each clock, against 64-bit arithmetic.
module pw_ptp_time_tb;
  reg clk = 0;
  reg [95:0] stamp = 0;
  wire [63:0] nanoseconds;
  pw_ptp_time dut (.*);
  reg [63:0] wanted[0:2];
  integer now, errors = 0, checks = 0;
  initial begin
    for (now = 0; now < 5000; now = now + 1) begin
      stamp = {$urandom, $urandom, $urandom};
      if (now % 3 == 0) stamp[95:80] = 0;
      #1;
      if (now > 3) begin
        if (nanoseconds !== wanted[2]) errors = errors + 1;
        checks = checks + 1;
      end
      wanted[2] = wanted[1];
      wanted[1] = wanted[0];
      wanted[0] = {16'd0, stamp[95:48]} * 64'd1000000000 + stamp[45:16];
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && checks > 1000) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
