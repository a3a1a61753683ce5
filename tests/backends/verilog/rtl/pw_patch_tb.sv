module pw_patch_tb;
  parameter integer WIDTH = 16;
  parameter integer ADDRESS = 2;
  parameter integer WRITES = 3;
  localparam integer BYTES = WIDTH / 8;
  reg [ADDRESS-1:0] at;
  reg [WRITES-1:0] enable;
  reg [WRITES*ADDRESS-1:0] address;
  reg [WRITES*WIDTH-1:0] data;
  reg [WRITES*BYTES-1:0] bytes;
  wire [BYTES-1:0] hit;
  wire [WIDTH-1:0] patch;
  pw_patch #(.WIDTH(WIDTH), .ADDRESS(ADDRESS), .WRITES(WRITES)) dut (.*);
  integer n, w, b, errors = 0, hits = 0;
  reg expected;
  reg [7:0] value;
  initial begin
    for (n = 0; n < 5000; n = n + 1) begin
      at = $urandom;
      enable = $urandom;
      address = {$urandom, $urandom};
      data = {$urandom, $urandom, $urandom, $urandom};
      bytes = $urandom;
      #1;
      for (b = 0; b < BYTES; b = b + 1) begin
        expected = 0;
        for (w = 0; w < WRITES; w = w + 1)
          if (enable[w] && bytes[w*BYTES+b] && address[w*ADDRESS+:ADDRESS] == at) begin
            expected = 1;
            value = data[w*WIDTH+8*b+:8];
          end
        if (hit[b] !== expected || (expected && patch[8*b+:8] !== value)) errors = errors + 1;
        hits = hits + expected;
      end
    end
    if (errors == 0 && hits > 100) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
