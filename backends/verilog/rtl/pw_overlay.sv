// The bytes that the program wrote in beat `beat`, out of those of all beats that it can write to.
module pw_overlay #(
    parameter integer BUS = 64,
    parameter integer FIRST_BEAT = 0,
    parameter integer OVERLAY_BEATS = 1
) (
    input  wire [15:0]                     beat,
    input  wire [OVERLAY_BEATS*BUS-1:0]    overlay_enable,
    input  wire [OVERLAY_BEATS*BUS*8-1:0]  overlay_data,
    output wire [BUS-1:0]                  enable,
    output wire [8*BUS-1:0]                data
);
  genvar b;
  generate
    for (b = 0; b < OVERLAY_BEATS; b = b + 1) begin : g_beat
      localparam [15:0] HERE = 16'(FIRST_BEAT + b);
      wire here = beat == HERE;
      wire [BUS-1:0] enables;
      wire [8*BUS-1:0] bytes;
      if (b == 0) begin : g_first
        assign enables = overlay_enable[BUS-1:0] & {BUS{here}};
        assign bytes = overlay_data[8*BUS-1:0] & {8 * BUS{here}};
      end else begin : g_more
        assign enables = g_beat[b-1].enables | (overlay_enable[b*BUS+:BUS] & {BUS{here}});
        assign bytes = g_beat[b-1].bytes | (overlay_data[8*b*BUS+:8*BUS] & {8 * BUS{here}});
      end
    end
  endgenerate
  assign enable = g_beat[OVERLAY_BEATS-1].enables;
  assign data = g_beat[OVERLAY_BEATS-1].bytes;
endmodule
