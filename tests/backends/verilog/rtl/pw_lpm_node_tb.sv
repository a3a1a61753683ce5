// Sorted keys, equal ones among them; a new key to be compared in each clock.
module pw_lpm_node_tb;
  parameter integer KEY = 32;
  parameter integer BITS = 2;
  localparam integer COUNT = (1 << BITS) - 1;
  reg clk = 0;
  reg [COUNT*KEY-1:0] keys;
  reg [KEY-1:0] key = 0, sorted[0:COUNT-1], swap;
  wire [BITS-1:0] child;
  pw_lpm_node #(.KEY(KEY), .BITS(BITS)) dut (.*);
  integer n, i, j, expected, errors = 0, between = 0;
  function [KEY-1:0] random_key;
    input integer kind;
    integer at;
    begin
      for (at = 0; at < KEY; at = at + 8) random_key[at+:8] = kind == 0 ? $urandom : {7'b0, 1'($urandom)};
    end
  endfunction
  initial begin
    for (n = 0; n < 3000; n = n + 1) begin
      for (i = 0; i < COUNT; i = i + 1) sorted[i] = random_key(n % 3);
      for (i = 1; i < COUNT; i = i + 1)
        for (j = i; j > 0; j = j - 1)
          if (sorted[j] < sorted[j-1]) begin
            swap = sorted[j];
            sorted[j] = sorted[j-1];
            sorted[j-1] = swap;
          end
      key = $urandom % 2 == 0 ? sorted[$urandom%COUNT] : random_key(n % 3);
      if ($urandom % 4 == 0) key = key + 1'b1;
      expected = 0;
      for (i = 0; i < COUNT; i = i + 1) begin
        keys[i*KEY+:KEY] = sorted[i];
        if (sorted[i] < key) expected = i + 1;
      end
      if (expected > 0 && expected < COUNT) between = between + 1;
      #1 clk = 1;
      #1 clk = 0;
      if (child !== expected[BITS-1:0]) errors = errors + 1;
    end
    if (errors == 0 && (between > 100 || COUNT == 1)) $display("PASS");
    else $display("FAIL: %0d errors, %0d between", errors, between);
  end
endmodule
