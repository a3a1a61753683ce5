// Random writes against a list of who wrote last.
module pw_order_tb;
  parameter integer DEPTH = 3;
  parameter integer ADDRESS = 2;
  parameter integer WRITES = 3;
  parameter integer READS = 2;
  parameter integer LANES = 2;
  reg clk = 0, clearing = 1;
  reg [ADDRESS-1:0] clear_address = 0;
  reg [WRITES*LANES-1:0] enable = 0;
  reg [WRITES*ADDRESS-1:0] address = 0;
  reg [READS*ADDRESS-1:0] read_address = 0;
  wire [READS*LANES*WRITES-1:0] last;
  pw_order #(.DEPTH(DEPTH), .ADDRESS(ADDRESS), .WRITES(WRITES), .READS(READS), .LANES(LANES)) dut (.*);
  integer who[0:DEPTH*LANES-1];
  integer n, w, l, r, errors = 0, changed = 0;
  initial begin
    for (n = 0; n < 6000; n = n + 1) begin
      clearing = n < DEPTH || (n >= 3000 && n < 3000 + DEPTH);
      clear_address = n % 3000;
      enable = {$urandom, $urandom};
      for (w = 0; w < WRITES; w = w + 1) address[w*ADDRESS+:ADDRESS] = $urandom % DEPTH;
      for (r = 0; r < READS; r = r + 1) read_address[r*ADDRESS+:ADDRESS] = $urandom % DEPTH;
      if (clearing) enable = 0;
      #1;
      for (r = 0; r < READS; r = r + 1)
        for (l = 0; l < LANES; l = l + 1)
          if (n >= DEPTH && !clearing && last[(r*LANES+l)*WRITES+:WRITES] !==
              1 << who[read_address[r*ADDRESS+:ADDRESS]*LANES+l])
            errors = errors + 1;
      for (w = 0; w < WRITES; w = w + 1)
        for (l = 0; l < LANES; l = l + 1)
          if (enable[w*LANES+l]) begin
            if (who[address[w*ADDRESS+:ADDRESS]*LANES+l] != w) changed = changed + 1;
            who[address[w*ADDRESS+:ADDRESS]*LANES+l] = w;
          end
      for (l = 0; l < LANES; l = l + 1) if (clearing) who[clear_address*LANES+l] = 0;
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && changed > 100) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
