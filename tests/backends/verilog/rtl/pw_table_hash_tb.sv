// The rows of random keys with random bits `mix`, computed bit by bit.
module pw_table_hash_tb;
  parameter integer KEY = 32;
  parameter integer WAYS = 4;
  parameter integer ROW_BITS = 4;
  localparam integer FOLDED = KEY > 8 * ROW_BITS ? 4 * ROW_BITS : KEY;
  localparam integer HALF = FOLDED + ROW_BITS;
  reg [KEY-1:0] key, mixed;
  reg [FOLDED-1:0] folded;
  reg [2*KEY-1:0] mix;
  localparam [4095:0] PATTERN = {64{64'h9e3779b97f4a7c15}} ^ {62{66'h2a5c96e1b7d48f03a}};
  localparam [2*HALF-1:0] SECRET = PATTERN[2*HALF-1:0];
  wire [WAYS*ROW_BITS-1:0] rows;
  pw_table_hash #(.KEY(KEY), .WAYS(WAYS), .ROW_BITS(ROW_BITS), .SECRET(SECRET)) dut (.*);

  reg [ROW_BITS-1:0] h0, h1, turned, top;
  integer n, i, o, w, errors = 0;
  initial begin
    for (n = 0; n < 500; n = n + 1) begin
      for (i = 0; i < KEY; i = i + 1) key[i] = $urandom;
      for (i = 0; i < 2 * KEY; i = i + 1) mix[i] = $urandom;
      for (i = 0; i < KEY; i = i + 1) begin
        mixed[i] = key[i];
        if (mix[i] && key[(i+KEY/3+1)%KEY]) mixed[i] = !mixed[i];
        if (mix[KEY+i] && key[(i+KEY/2+1)%KEY]) mixed[i] = !mixed[i];
      end
      #1;
      folded = 0;
      for (i = 0; i < KEY; i = i + 1)
        if (FOLDED == KEY) folded[i] = mixed[i];
        else if (mixed[i]) begin
          for (o = 0; o < 3; o = o + 1) begin
            w = o == 0 ? i : o == 1 ? 2 * i + 15 * (i / FOLDED) + 11 : 27 * i + 14 * (i / FOLDED) + 11;
            folded[w%FOLDED] = !folded[w%FOLDED];
          end
        end
      h0 = 0;
      h1 = 0;
      for (o = 0; o < ROW_BITS; o = o + 1)
        for (i = 0; i < FOLDED; i = i + 1) begin
          if (folded[i] && SECRET[o+i]) h0[o] = !h0[o];
          if (folded[i] && SECRET[HALF+o+i]) h1[o] = !h1[o];
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
