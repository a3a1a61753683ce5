// Which bytes of the word at `at` are being written in this clock, and with what. The port with the highest number wins.
module pw_patch #(
    parameter integer WIDTH = 32,
    parameter integer ADDRESS = 1,
    parameter integer WRITES = 1
) (
    input  wire [ADDRESS-1:0]         at,
    input  wire [WRITES-1:0]          enable,
    input  wire [WRITES*ADDRESS-1:0]  address,
    input  wire [WRITES*WIDTH-1:0]    data,
    input  wire [WRITES*WIDTH/8-1:0]  bytes,
    output wire [WIDTH/8-1:0]         hit,
    output wire [WIDTH-1:0]           patch
);
  localparam integer BYTES = WIDTH / 8;
  genvar w, b;
  generate
    for (w = 0; w < WRITES; w = w + 1) begin : g_port
      wire same = enable[w] && address[w*ADDRESS+:ADDRESS] == at;
      wire [BYTES-1:0] hits;
      wire [WIDTH-1:0] patches;
      if (w == 0) begin : g_first
        assign hits = bytes[BYTES-1:0] & {BYTES{same}};
        assign patches = data[WIDTH-1:0];
      end else begin : g_next
        assign hits = g_port[w-1].hits | (bytes[w*BYTES+:BYTES] & {BYTES{same}});
        for (b = 0; b < BYTES; b = b + 1) begin : g_byte
          assign patches[8*b+:8] = same && bytes[w*BYTES+b] ? data[w*WIDTH+8*b+:8]
                                                             : g_port[w-1].patches[8*b+:8];
        end
      end
    end
  endgenerate
  assign hit = g_port[WRITES-1].hits;
  assign patch = g_port[WRITES-1].patches;
endmodule
