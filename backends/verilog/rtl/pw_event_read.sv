// BUS bytes from any coordinate of a packet, for an event, one read a clock, as pw_packet_read; but the packet is as the
// program has changed it until then: bytes of OVER beats from beat FIRST on are replaced where `over_enable` says so,
// also where the frame has none.
//
//   clock 0: `at`, `base`, `length`, and the replaced bytes of the two beats are chosen
//   clock 1: both banks are read       clock 2: their output registers      clock 3: bytes are replaced
//   clock 4: bytes are moved into place       clock 5: `data`
//
// Of one read all inputs belong together; the next clock may bring another packet's.
module pw_event_read #(
    parameter integer BUS = 64,  // bytes of a beat, a power of two
    parameter integer DEPTH = 512,  // beats, a power of two, at least 4
    parameter integer FIRST = 0,
    parameter integer OVER = 1  // at least 1
) (
    input  wire                     clk,
    input  wire                     push,
    input  wire [$clog2(DEPTH)-1:0] place,
    input  wire [8*BUS-1:0]         beat,
    input  wire [15:0]              at,
    input  wire [$clog2(DEPTH)-1:0] base,
    input  wire [15:0]              length,
    input  wire [BUS*OVER-1:0]      over_enable,
    input  wire [8*BUS*OVER-1:0]    over_data,
    output reg  [8*BUS-1:0]         data
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

  // Clock 0. Numbers of the two beats, signed; of the first one and the one behind it one is in each bank.
  wire signed [17:0] number = $signed({{2{at[15]}}, at}) >>> IN_BEAT;
  wire [LOG-1:0] here = base + number[LOG-1:0];
  localparam [LOG-1:0] ONE = 1;
  wire signed [17:0] even_number = here[0] ? number + 18'sd1 : number;
  wire signed [17:0] odd_number = here[0] ? number : number + 18'sd1;
  reg [LOG-2:0] even_row, odd_row;
  reg [SHIFT-1:0] shift1, shift2, shift3, shift4;
  reg signed [17:0] even_number1, odd_number1;
  reg [15:0] length1;
  reg [BUS-1:0] even_over, odd_over;
  reg [8*BUS-1:0] even_new, odd_new;
  integer b;
  always_comb begin
    even_over = 0;
    odd_over = 0;
    even_new = 0;
    odd_new = 0;
    for (b = 0; b < OVER; b = b + 1) begin
      if (even_number == 18'(b + FIRST)) begin
        even_over = over_enable[BUS*b+:BUS];
        even_new = over_data[8*BUS*b+:8*BUS];
      end
      if (odd_number == 18'(b + FIRST)) begin
        odd_over = over_enable[BUS*b+:BUS];
        odd_new = over_data[8*BUS*b+:8*BUS];
      end
    end
  end
  reg [BUS-1:0] even_over1, even_over2, even_over3, odd_over1, odd_over2, odd_over3;
  reg [8*BUS-1:0] even_new1, even_new2, even_new3, odd_new1, odd_new2, odd_new3;
  always_ff @(posedge clk) begin
    even_row <= (LOG - 1)'((here + ONE) >> 1);
    odd_row <= here[LOG-1:1];
    shift1 <= {here[0], at[IN_BEAT-1:0]};
    even_number1 <= even_number;
    odd_number1 <= odd_number;
    length1 <= length;
    {even_over1, even_over2, even_over3} <= {even_over, even_over1, even_over2};
    {odd_over1, odd_over2, odd_over3} <= {odd_over, odd_over1, odd_over2};
    {even_new1, even_new2, even_new3} <= {even_new, even_new1, even_new2};
    {odd_new1, odd_new2, odd_new3} <= {odd_new, odd_new1, odd_new2};
  end

  // Clocks 1 and 2. How many bytes of each beat the frame has: negative in front of it and behind it.
  localparam signed [17:0] NONE = 0;
  wire signed [17:0] even_left = $signed({2'b00, length1}) - (even_number1 <<< IN_BEAT);
  wire signed [17:0] odd_left = $signed({2'b00, length1}) - (odd_number1 <<< IN_BEAT);
  wire [BUS-1:0] even_keep1, odd_keep1;
  reg [BUS-1:0] even_keep2, even_keep3, odd_keep2, odd_keep3;
  reg [8*BUS-1:0] even_word, odd_word, even_out, odd_out;
  genvar i;
  generate
    for (i = 0; i < BUS; i = i + 1) begin : g_keep
      localparam signed [17:0] NUMBER = i;
      assign even_keep1[i] = even_number1 >= NONE && even_left > NUMBER;
      assign odd_keep1[i] = odd_number1 >= NONE && odd_left > NUMBER;
    end
  endgenerate
  always_ff @(posedge clk) begin
    even_word <= even[even_row];
    odd_word <= odd[odd_row];
    even_out <= even_word;
    odd_out <= odd_word;
    {shift2, shift3, shift4} <= {shift1, shift2, shift3};
    {even_keep2, even_keep3} <= {even_keep1, even_keep2};
    {odd_keep2, odd_keep3} <= {odd_keep1, odd_keep2};
  end

  // Clock 3.
  reg [8*BUS-1:0] even_mixed, odd_mixed;
  generate
    for (i = 0; i < BUS; i = i + 1) begin : g_mix
      always_ff @(posedge clk) begin
        even_mixed[8*i+:8] <=
            even_over3[i] ? even_new3[8*i+:8] : even_out[8*i+:8] & {8{even_keep3[i]}};
        odd_mixed[8*i+:8] <=
            odd_over3[i] ? odd_new3[8*i+:8] : odd_out[8*i+:8] & {8{odd_keep3[i]}};
      end
    end
  endgenerate

  // Clock 4. The pair of beats is a circle; the largest step first, each only as wide as what follows needs.
  wire [8*(3*BUS-1)-1:0] circle = {even_mixed[8*(BUS-1)-1:0], odd_mixed, even_mixed};
  generate
    for (i = SHIFT - 1; i >= 0; i = i - 1) begin : g_step
      localparam integer WIDE = 8 * (BUS + (1 << i) - 1);
      wire [WIDE+8*(1<<i)-1:0] in;
      wire [WIDE-1:0] out = shift4[i] ? in[8*(1<<i)+:WIDE] : in[WIDE-1:0];
      if (i == SHIFT - 1) begin : g_first
        assign in = circle;
      end else begin : g_next
        assign in = g_step[i+1].out;
      end
    end
  endgenerate
  always_ff @(posedge clk) data <= g_step[0].out;
endmodule
