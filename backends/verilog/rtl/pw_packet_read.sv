// One access point of the stored packets: BYTES bytes from any coordinate of a packet, one read a clock. It has a copy
// of the ring (pw_packet_ring) in two banks, of the beats with even and with odd place, so that bytes on both sides of
// a beat's end come in one read.
//
//   clock 0: `enable`, `at`, `base`, `length`; the places of the two beats are added
//   clock 1: both banks are read       clock 2: their output registers      clock 3: bytes are moved into place
//   clock 4: `data`
//
// `at` is signed; bytes in front of coordinate 0 and from `length` on are zeros, and all if not enabled. A beat pushed
// in clock t is there for reads from t + 1 on.
module pw_packet_read #(
    parameter integer BUS = 64,  // bytes of a beat, a power of two
    parameter integer DEPTH = 512,  // beats, a power of two, at least 4
    parameter integer BYTES = 4  // of a read, at most BUS
) (
    input  wire                     clk,
    input  wire                     push,
    input  wire [$clog2(DEPTH)-1:0] place,
    input  wire [8*BUS-1:0]         beat,
    input  wire                     enable,
    input  wire [15:0]              at,
    input  wire [$clog2(DEPTH)-1:0] base,
    input  wire [15:0]              length,
    output reg  [8*BYTES-1:0]       data
);
  localparam integer LOG = $clog2(DEPTH);
  localparam integer IN_BEAT = $clog2(BUS);
  localparam integer ROWS = DEPTH / 2;
  localparam integer SHIFT = IN_BEAT + 1;  // bits of a byte's number in a pair of beats

  (* ram_style = "block" *) reg [8*BUS-1:0] even[0:ROWS-1];
  (* ram_style = "block" *) reg [8*BUS-1:0] odd[0:ROWS-1];
  always_ff @(posedge clk) begin
    if (push && !place[0]) even[place[LOG-1:1]] <= beat;
    if (push && place[0]) odd[place[LOG-1:1]] <= beat;
  end

  // Clock 0. Of the beat with the first byte and the one behind it one is in each bank.
  wire [LOG-1:0] step = LOG'($signed(at) >>> IN_BEAT);
  localparam [LOG-1:0] ONE = 1;
  wire [LOG-1:0] here = base + step;
  reg [LOG-2:0] even_row, odd_row;
  reg [SHIFT-1:0] shift1, shift2, shift3;
  reg enable1;
  reg signed [17:0] at1;
  reg signed [17:0] left1;  // bytes from `at` to the end
  always_ff @(posedge clk) begin
    even_row <= (LOG - 1)'((base + step + ONE) >> 1);
    odd_row <= here[LOG-1:1];
    shift1 <= {here[0], at[IN_BEAT-1:0]};
    enable1 <= enable;
    at1 <= {{2{at[15]}}, at};
    left1 <= $signed({2'b00, length}) - $signed({{2{at[15]}}, at});
  end

  // Clocks 1 and 2.
  reg [8*BUS-1:0] even_word, odd_word, even_out, odd_out;
  reg [BYTES-1:0] keep2, keep3;
  wire [BYTES-1:0] keep1;
  genvar i;
  generate
    for (i = 0; i < BYTES; i = i + 1) begin : g_keep
      localparam signed [17:0] NUMBER = i;
      assign keep1[i] = enable1 && left1 > NUMBER && at1 >= -NUMBER;
    end
  endgenerate
  always_ff @(posedge clk) begin
    even_word <= even[even_row];
    odd_word <= odd[odd_row];
    even_out <= even_word;
    odd_out <= odd_word;
    shift2 <= shift1;
    shift3 <= shift2;
    keep2 <= keep1;
    keep3 <= keep2;
  end

  // Clock 3. The pair of beats is a circle; the largest step first, each only as wide as what follows needs.
  wire [8*(BYTES+2*BUS-1)-1:0] circle;
  generate
    if (BYTES == 1) begin : g_pair
      assign circle = {odd_out, even_out};
    end else begin : g_again
      assign circle = {even_out[8*(BYTES-1)-1:0], odd_out, even_out};
    end
    for (i = SHIFT - 1; i >= 0; i = i - 1) begin : g_step
      localparam integer WIDE = 8 * (BYTES + (1 << i) - 1);
      wire [WIDE+8*(1<<i)-1:0] in;
      wire [WIDE-1:0] out = shift3[i] ? in[8*(1<<i)+:WIDE] : in[WIDE-1:0];
      if (i == SHIFT - 1) begin : g_first
        assign in = circle;
      end else begin : g_next
        assign in = g_step[i+1].out;
      end
    end
    for (i = 0; i < BYTES; i = i + 1) begin : g_byte
      always_ff @(posedge clk) data[8*i+:8] <= g_step[0].out[8*i+:8] & {8{keep3[i]}};
    end
  endgenerate
endmodule
