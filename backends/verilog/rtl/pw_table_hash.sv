// The rows of a key in all ways of a pw_table (support/hash.h). Each bit of the key is exchanged for its sum with none, one or both of
// two others far away, as `mix` says, which changes when keys can't be placed. A wide key is then folded: each bit is
// added to three of FOLDED bits. Of that, two Toeplitz hashes h0, h1. Way 0: h0, way 1: h1, way w >= 2: h0 ^ M^(w-2) h1 with M = multiplication
// by x modulo x^ROW_BITS + x + 1. No registers.
module pw_table_hash #(
    parameter integer KEY = 32,
    parameter integer WAYS = 4,
    parameter integer ROW_BITS = 4,
    parameter [2*((KEY>8*ROW_BITS?4*ROW_BITS:KEY)+ROW_BITS)-1:0] SECRET = 0  // the strings of h0 and, above, h1
) (
    input  wire [KEY-1:0]           key,
    input  wire [2*KEY-1:0]         mix,
    output wire [WAYS*ROW_BITS-1:0] rows
);
  localparam integer NEAR = KEY / 3 + 1, FAR = KEY / 2 + 1;
  wire [KEY-1:0] mixed = key ^ ({key[NEAR-1:0], key[KEY-1:NEAR]} & mix[KEY-1:0]) ^
      ({key[FAR-1:0], key[KEY-1:FAR]} & mix[2*KEY-1:KEY]);
  localparam integer FOLDED = KEY > 8 * ROW_BITS ? 4 * ROW_BITS : KEY;
  wire [FOLDED-1:0] folded;
  wire [ROW_BITS-1:0] h0, h1;

  // The bits of the mixed key that are added to bit `to`.
  function [KEY-1:0] folds(input integer to);
    integer i;
    begin
      folds = 0;
      for (i = 0; i < KEY; i = i + 1)
        folds[i] = (i % FOLDED == to) ^ (FOLDED != KEY && (2 * i + 15 * (i / FOLDED) + 11) % FOLDED == to) ^
            (FOLDED != KEY && (27 * i + 14 * (i / FOLDED) + 11) % FOLDED == to);
    end
  endfunction

  // M^count word. (One way's wires made of the wires of the way before would do, too, but Verilator 5.006 loses names through a generate
  // loop where two tables have the same parameters, and computes a vector that is made of its own parts wrongly.)
  function [ROW_BITS-1:0] turned(input [ROW_BITS-1:0] word, input integer count);
    integer i;
    begin
      turned = word;
      for (i = 0; i < WAYS; i = i + 1)
        if (i < count) turned = (turned << 1) ^ (ROW_BITS'(2'b11) & {ROW_BITS{turned[ROW_BITS-1]}});
    end
  endfunction

  genvar o, w;
  generate
    for (o = 0; o < FOLDED; o = o + 1) begin : g_fold
      localparam [KEY-1:0] FOLDS = folds(o);
      assign folded[o] = ^(mixed & FOLDS);
    end
    for (o = 0; o < ROW_BITS; o = o + 1) begin : g_bit
      assign h0[o] = ^(folded & SECRET[o+:FOLDED]);
      assign h1[o] = ^(folded & SECRET[FOLDED+ROW_BITS+o+:FOLDED]);
    end
    for (w = 0; w < WAYS; w = w + 1) begin : g_way
      if (w == 0) begin : g_h0
        assign rows[w*ROW_BITS+:ROW_BITS] = h0;
      end else if (w == 1) begin : g_h1
        assign rows[w*ROW_BITS+:ROW_BITS] = h1;
      end else begin : g_sum
        assign rows[w*ROW_BITS+:ROW_BITS] = h0 ^ turned(h1, w - 2);
      end
    end
  endgenerate
endmodule
