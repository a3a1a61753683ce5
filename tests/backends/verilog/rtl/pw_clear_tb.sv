module pw_clear_tb;
  parameter integer DEPTH = 5;
  parameter integer ADDRESS = 3;
  reg clk = 0, rst = 1;
  wire clearing;
  wire [ADDRESS-1:0] address;
  pw_clear #(.DEPTH(DEPTH), .ADDRESS(ADDRESS)) dut (.*);
  integer now, at = 0, errors = 0;
  initial begin
    for (now = 0; now < 100; now = now + 1) begin
      rst = now < 2 || now == 4 || now == 50;
      if (now > 0) begin
        #1;
        if (now > 1 && clearing !== (at < DEPTH)) errors = errors + 1;
        if (now > 1 && clearing && address !== at) errors = errors + 1;
      end
      at = rst ? 0 : at < DEPTH ? at + 1 : at;
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
