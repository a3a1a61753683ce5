module pw_turn_tb;
  parameter integer BUS = 64;
  localparam integer LOG = $clog2(BUS);
  reg [8*BUS-1:0] in;
  reg [LOG-1:0] by;
  wire [8*BUS-1:0] out;
  pw_turn #(.BUS(BUS)) dut (.*);
  integer n, i, errors = 0;
  initial begin
    for (n = 0; n < 4 * BUS; n = n + 1) begin
      for (i = 0; i < BUS; i = i + 1) in[8*i+:8] = $urandom;
      by = n;
      #1;
      for (i = 0; i < BUS; i = i + 1)
        if (out[8*i+:8] !== in[8*((i+by)%BUS)+:8]) errors = errors + 1;
    end
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
