// Turns a beat by a number of bytes: byte i of the output is byte (i + by) mod BUS of the input. Radix 4,
// so that each level is one LUT6 a bit.
module pw_turn #(
    parameter integer BUS = 64  // a power of two
) (
    input  wire [8*BUS-1:0]       in,
    input  wire [$clog2(BUS)-1:0] by,
    output wire [8*BUS-1:0]       out
);
  localparam integer LOG = $clog2(BUS);
  localparam integer LEVELS = (LOG + 1) / 2;
  localparam integer BITS = 8 * BUS;
  genvar i;
  generate
    for (i = 0; i < LEVELS; i = i + 1) begin : g_level
      localparam integer UNIT = 8 << (2 * i);
      wire [BITS-1:0] from, to;
      if (i == 0) begin : g_in
        assign from = in;
      end else begin : g_between
        assign from = g_level[i-1].to;
      end
      if (2 * i + 1 < LOG) begin : g_four
        wire [1:0] digit = by[2*i+:2];
        assign to = digit == 2'd0 ? from :
                    digit == 2'd1 ? {from[UNIT-1:0], from[BITS-1:UNIT]} :
                    digit == 2'd2 ? {from[2*UNIT-1:0], from[BITS-1:2*UNIT]} :
                                    {from[3*UNIT-1:0], from[BITS-1:3*UNIT]};
      end else begin : g_two
        assign to = by[2*i] ? {from[UNIT-1:0], from[BITS-1:UNIT]} : from;
      end
    end
  endgenerate
  assign out = g_level[LEVELS-1].to;
endmodule
