// The rows of random keys under random strings, computed bit by bit; any two ways tell both hashes.
module pw_table_hash_tb;
  parameter integer KEY = 32;
  parameter integer WAYS = 4;
  parameter integer ROW_BITS = 4;
  localparam integer HALF = KEY + ROW_BITS;
  reg [KEY-1:0] key;
  reg [2*HALF-1:0] secret;
  wire [WAYS*ROW_BITS-1:0] rows;
  pw_table_hash #(.KEY(KEY), .WAYS(WAYS), .ROW_BITS(ROW_BITS)) dut (.*);

  reg [ROW_BITS-1:0] h0, h1, turned, top;
  integer n, i, o, w, errors = 0;
  initial begin
    for (n = 0; n < 500; n = n + 1) begin
      for (i = 0; i < KEY; i = i + 1) key[i] = $urandom;
      for (i = 0; i < 2 * HALF; i = i + 1) secret[i] = $urandom;
      #1;
      h0 = 0;
      h1 = 0;
      for (o = 0; o < ROW_BITS; o = o + 1)
        for (i = 0; i < KEY; i = i + 1) begin
          if (key[i] && secret[o+i]) h0[o] = !h0[o];
          if (key[i] && secret[HALF+o+i]) h1[o] = !h1[o];
        end
      turned = h1;
      for (w = 0; w < WAYS; w = w + 1) begin
        if (w > 2 && ROW_BITS > 1) begin
          top = turned >> (ROW_BITS - 1);
          turned = (turned << 1) ^ (top != 0 ? 3 : 0);
        end
        if (rows[w*ROW_BITS+:ROW_BITS] !== (w == 0 ? h0 : w == 1 ? h1 : h0 ^ turned)) errors = errors + 1;
      end
    end
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
