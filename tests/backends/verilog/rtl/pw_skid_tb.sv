// Random traffic against a list of two.
module pw_skid_tb;
  parameter integer WIDTH = 16;
  reg clk = 0, rst = 1, push = 0, pop = 0;
  reg [WIDTH-1:0] push_data = 0;
  wire room, valid;
  wire [WIDTH-1:0] data;
  pw_skid #(.WIDTH(WIDTH)) dut (.*);
  reg [WIDTH-1:0] list[0:99999];
  integer in = 0, out = 0, now, errors = 0;
  initial begin
    for (now = 0; now < 20000; now = now + 1) begin
      rst = now < 2 || now == 7000;
      if (rst) begin
        in = 0;
        out = 0;
        push = 0;
        pop = 0;
      end else begin
        #1;
        if (room !== (in - out < 2) || valid !== (in > out)) errors = errors + 1;
        if (valid && data !== list[out]) errors = errors + 1;
        push = in - out < 2 && $urandom % 4 <= now / 2000 % 4;
        pop = in > out && $urandom % 4 <= now / 500 % 4;
        push_data = $urandom;
        if (push) begin
          list[in] = push_data;
          in = in + 1;
        end
        if (pop) out = out + 1;
      end
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && out > 1000) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
