// Takes packets from the AXI4-Stream input, stores their beats in the packet FIFO and captures the first WINDOW_BEATS
// beats, the window, for the header FIFO. Bytes behind the end of a packet become zeros in both.
//
// A beat accepted in clock t is pushed into the packet FIFO in t. The header is pushed in the clock in which the last
// beat of the window, or of the packet if that is shorter, is accepted; with WHOLE = 1 it is that of the packet, so
// that all of the packet is stored before its header goes on. A packet whose first beat is marked bad
// is swallowed: no push, no packet index.
module pw_ingress #(
    parameter integer BUS = 64,  // bytes
    parameter integer WINDOW_BEATS = 1,
    parameter integer WHOLE = 0,
    parameter integer USER = 1  // bits that come with a packet and are only passed on
) (
    input  wire                           clk,
    input  wire                           rst,
    input  wire                           room,  // in both FIFOs, and the memories are clear
    input  wire                           s_axis_tvalid,
    output wire                           s_axis_tready,
    input  wire [8*BUS-1:0]               s_axis_tdata,
    input  wire [BUS-1:0]                 s_axis_tkeep,
    input  wire                           s_axis_tlast,
    input  wire [15:0]                    s_axis_length,
    input  wire [31:0]                    s_axis_ifindex,
    input  wire [31:0]                    s_axis_rxq,
    input  wire [63:0]                    s_axis_time,
    input  wire [USER-1:0]                s_axis_user,
    input  wire                           s_axis_bad,
    output wire                           beat_push,
    output wire [8*BUS-1:0]               beat_data,
    output wire                           beat_last,
    output wire                           header_push,
    output wire [8*BUS*WINDOW_BEATS-1:0]  header_window,
    output wire [15:0]                    header_length,
    output wire [31:0]                    header_ifindex,
    output wire [31:0]                    header_rxq,
    output wire [63:0]                    header_time,
    output wire [USER-1:0]                header_user,
    output wire [31:0]                    header_index,
    output wire                           busy  // in the middle of a packet
);
  localparam integer BITS = 8 * BUS;
  localparam integer COUNT_BITS = $clog2(WINDOW_BEATS + 1);
  localparam [COUNT_BITS-1:0] FINAL = COUNT_BITS'(WINDOW_BEATS - 1);  // last beat of the window
  localparam [COUNT_BITS-1:0] STOP = COUNT_BITS'(WHOLE != 0 ? WINDOW_BEATS : WINDOW_BEATS - 1);

  reg started;  // the next beat is not the first of its packet
  reg swallow;  // it belongs to a bad packet
  reg captured;  // the header has been pushed
  reg [COUNT_BITS-1:0] beat;  // number of the next beat, up to STOP
  reg [31:0] index;

  assign s_axis_tready = room;
  wire accept = s_axis_tvalid && room;
  wire good = started ? !swallow : !s_axis_bad;
  assign beat_push = accept && good;
  assign beat_last = s_axis_tlast;
  wire complete = WHOLE == 0 && (WINDOW_BEATS == 1 || beat == FINAL);
  assign header_push = beat_push && !captured && (complete || s_axis_tlast);
  assign busy = started;

  genvar i;
  generate
    for (i = 0; i < BUS; i = i + 1) begin : g_byte
      assign beat_data[8*i+:8] = s_axis_tdata[8*i+:8] & {8{s_axis_tkeep[i]}};
    end
    for (i = 0; i < WINDOW_BEATS; i = i + 1) begin : g_window
      localparam [COUNT_BITS-1:0] HERE = COUNT_BITS'(i);
      if (WHOLE == 0 && WINDOW_BEATS == 1) begin : g_only
        assign header_window = beat_data;
      end else if (WHOLE == 0 && i == WINDOW_BEATS - 1) begin : g_last
        assign header_window[BITS*i+:BITS] = beat_data & {BITS{beat == HERE}};
      end else begin : g_held
        reg [BITS-1:0] held;
        always_ff @(posedge clk) if (accept && beat == HERE && !captured) held <= beat_data;
        assign header_window[BITS*i+:BITS] =
            (beat_data & {BITS{beat == HERE}}) | (held & {BITS{beat > HERE}});
      end
    end

    // A window of one beat goes on in the clock in which what comes with the first beat is there.
    if (WHOLE == 0 && WINDOW_BEATS == 1) begin : g_direct
      assign {header_length, header_ifindex, header_rxq, header_time, header_user} =
          {s_axis_length, s_axis_ifindex, s_axis_rxq, s_axis_time, s_axis_user};
    end else begin : g_held_inputs
      reg [16+32+32+64+USER-1:0] held;
      wire [16+32+32+64+USER-1:0] given = {s_axis_length, s_axis_ifindex, s_axis_rxq, s_axis_time, s_axis_user};
      always_ff @(posedge clk) if (accept && !started) held <= given;
      assign {header_length, header_ifindex, header_rxq, header_time, header_user} = started ? held : given;
    end
  endgenerate

  assign header_index = index;

  always_ff @(posedge clk) begin
    if (rst) begin
      started <= 0;
      swallow <= 0;
      captured <= 0;
      beat <= 0;
      index <= 0;
    end else if (accept) begin
      started <= !s_axis_tlast;
      swallow <= !good;
      captured <= !s_axis_tlast && (captured || header_push);
      if (s_axis_tlast) beat <= 0;
      else if (!captured && beat != STOP) beat <= beat + 1'b1;
      if (header_push) index <= index + 32'd1;
    end
  end
endmodule
