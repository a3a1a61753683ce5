// Puts each packet together again: takes its beats from the packet FIFO and its result from the result FIFO, lays the bytes
// that the program wrote over those that came in, moves the head, cuts or grows the tail, takes off what
// is dropped, and drives the AXI4-Stream output.
//
// What head and tail mean for the beats comes with the result (pw_shape).
//
// Coordinates: byte 0 is the first byte received; bytes in front of it have negative coordinates. Beat c holds the
// coordinates c * BUS ... c * BUS + BUS - 1. The packet that leaves is [head, tail).
//
// Clocks. In a step the deparser deals with one beat c of the packet at the head of the result FIFO. A step
// happens in each clock in which its result and its beat (if the packet FIFO holds one for it) are there and
// the next register has room. A packet takes one step for each of its beats, at least; more if the tail grows; the result is popped
// in the last one. A dropped packet gives one entry to the output register, in its first step.
//   MOVES_HEAD = 0: a step in clock t gives beat c to the output register, seen at the port from t + 1.
//   MOVES_HEAD = 1: a step in t gives its beat to the shift register, seen there from t + 1, where out comes a beat that joins the
//     end of the beat before (kept) with the start of this one, in t + 1 if the output register has room; seen at the port
//     from t + 2. What is left of the last beat leaves in the clock after (a flush), while a beat that gives no
//     output itself may move up. If head is negative the first step joins the beats head / BUS and the one after it.
module pw_deparser #(
    parameter integer BUS = 64,  // bytes, a power of two
    parameter integer MOVES_HEAD = 0,
    parameter integer MOVES_TAIL = 0,
    parameter integer FIRST_BEAT = 0,  // the overlay covers the beats FIRST_BEAT ...
    parameter integer OVERLAY_BEATS = 1,  // ... FIRST_BEAT + OVERLAY_BEATS - 1; 0 is one of them
    parameter integer PAYLOAD = 1,  // bits of the result that are only passed on
    parameter integer TC = 0,  // verdicts are those of tc programs
    parameter integer SHAPE = MOVES_HEAD != 0 ? 71 - 2 * $clog2(BUS) : 35  // bits of pw_shape: not to be set
) (
    input  wire                              clk,
    input  wire                              rst,
    // packet FIFO
    input  wire                              beat_valid,
    input  wire [8*BUS-1:0]                  beat_data,
    input  wire                              beat_last,
    output wire                              beat_pop,
    // result FIFO
    input  wire                              result_valid,
    output wire                              result_pop,
    input  wire [31:0]                       result_retval,
    input  wire [15:0]                       result_head,
    input  wire [SHAPE-1:0]                  result_shape,
    input  wire [15:0]                       result_fill,
    input  wire [PAYLOAD-1:0]                result_payload,
    input  wire [OVERLAY_BEATS*BUS-1:0]      overlay_enable,
    input  wire [OVERLAY_BEATS*BUS*8-1:0]    overlay_data,
    // output
    output wire                              m_axis_tvalid,
    input  wire                              m_axis_tready,
    output wire [8*BUS-1:0]                  m_axis_tdata,
    output wire [BUS-1:0]                    m_axis_tkeep,
    output wire                              m_axis_tlast,
    output wire [15:0]                       m_axis_length,
    output wire [2:0]                        m_axis_verdict,
    output wire                              res_valid,
    output wire [31:0]                       res_retval,
    output wire [15:0]                       res_length,
    output wire [PAYLOAD-1:0]                res_payload,
    output wire                              empty  // nothing in its registers
);
  localparam integer LOG = $clog2(BUS);
  localparam integer BITS = 8 * BUS;
  localparam [15:0] ONE = 16'd1;
  localparam [16-LOG:0] ONE_BEAT = 1, TWO_BEATS = 2;

  // ---- what the result says of the packet
  wire leaves_xdp = result_retval == 32'd2 || result_retval == 32'd3 || result_retval == 32'd4;
  wire dropped_tc = result_retval == 32'd2 || result_retval == 32'd4 || result_retval == 32'd8;
  wire drop = TC != 0 ? dropped_tc : !leaves_xdp;
  wire [15:0] head = MOVES_HEAD != 0 ? result_head : 16'd0;
  wire [15:0] first_beat = {{LOG{head[15]}}, head[15:LOG]};
  wire [LOG-1:0] turn = head[LOG-1:0];
  wire aligned = turn == 0;
  wire leading = head[15];  // starts in front of byte 0
  wire [15:0] bytes;
  wire [16-LOG:0] beats;  // out
  wire single, double, shape_at_first, shape_over_first, shape_at_final;
  wire [LOG:0] last_bytes;
  wire [15-LOG:0] start_place, final_place;
  generate
    if (MOVES_HEAD != 0) begin : g_shape
      assign {bytes, beats, single, last_bytes, double, start_place, final_place, shape_at_first, shape_over_first, shape_at_final} =
          result_shape;
    end else begin : g_short_shape
      assign {bytes, beats, single, last_bytes} = result_shape;
      assign {double, start_place, final_place, shape_at_first, shape_over_first, shape_at_final} = 0;
    end
  endgenerate
  wire [15:0] start_beat = {{LOG{start_place[15-LOG]}}, start_place};
  wire [15:0] final_beat = {{LOG{final_place[15-LOG]}}, final_place};

  // ---- where in the packet this step is
  // Comparisons are made in the step before, so that a step is decided by flags.
  reg started, sent_any_q, input_done_q, left_zero_q, left_one_q, left_two_q, at_first_q, over_first_q, at_final_q;
  reg [15:0] beat_q;
  reg [16-LOG:0] left_q;
  wire [15:0] beat = started ? beat_q : start_beat;
  wire [15:0] beat_next = beat + ONE;
  wire [16-LOG:0] left = started ? left_q : beats;  // beats still to be sent
  wire left_zero = started && left_zero_q;
  wire left_one = started ? left_one_q : single;
  wire left_two = started ? left_two_q : double;  // MOVES_HEAD only
  wire at_first = started ? at_first_q : shape_at_first;
  wire over_first = started ? over_first_q : shape_over_first;
  wire at_final = started ? at_final_q : shape_at_final;
  wire input_done = started && input_done_q;

  wire takes = !beat[15] && !input_done;  // a beat of the packet FIFO
  wire room;
  wire step = result_valid && room && (!takes || beat_valid);
  assign beat_pop = step && takes;
  wire input_ends = input_done || (takes && beat_last);

  // Does the step give an output beat of its own bytes only, or one joined with those of the beat before?
  wire sends = !drop && !left_zero;
  wire solo = MOVES_HEAD == 0 ? sends : sends && (at_first || over_first) && (aligned || (at_first && at_final));
  wire join_ = MOVES_HEAD != 0 && sends && !aligned && over_first;
  wire sent = solo || join_;
  wire flush = join_ && at_final && left_two;
  wire [16-LOG:0] left_next = flush ? {(17 - LOG) {1'b0}} : sent ? left - ONE_BEAT : left;
  wire left_next_zero = flush || (sent ? left_one : left_zero);
  wire output_ends = drop || left_next_zero;
  wire packet_ends = input_ends && output_ends;
  assign result_pop = step && packet_ends;

  always_ff @(posedge clk) begin
    if (step) begin
      beat_q <= beat_next;
      left_q <= left_next;
      left_zero_q <= left_next_zero;
      left_one_q <= left_next == ONE_BEAT;
      left_two_q <= left_next == TWO_BEATS;
      at_first_q <= beat_next == first_beat;
      over_first_q <= at_first || over_first;
      at_final_q <= beat_next == final_beat;
      input_done_q <= input_ends;
      sent_any_q <= sent || (started && sent_any_q);
    end
    if (rst) started <= 0;
    else if (step) started <= !packet_ends;
  end

  // ---- the beat's bytes: written by the program, received, or zero
  wire [BITS-1:0] received = takes ? beat_data : {BITS{1'b0}};
  wire [BUS-1:0] cut;  // received bytes that are replaced by zeros
  wire [BUS-1:0] here_enable;
  wire [BITS-1:0] here_data;
  wire [BITS-1:0] merged;
  pw_overlay #(.BUS(BUS), .FIRST_BEAT(FIRST_BEAT), .OVERLAY_BEATS(OVERLAY_BEATS)) here_overlay (
      .beat(beat), .overlay_enable(overlay_enable), .overlay_data(overlay_data),
      .enable(here_enable), .data(here_data));
  genvar i;
  generate
    if (MOVES_TAIL != 0) begin : g_fill
      wire [15:0] beat_start = {beat[15-LOG:0], {LOG{1'b0}}};
      // Bytes of this beat in front of `fill`: that one is unsigned (65535 = nowhere), the beat's place is not.
      wire [17:0] kept = {2'b00, result_fill} - {{2{beat_start[15]}}, beat_start};
      for (i = 0; i < BUS; i = i + 1) begin : g_cut
        localparam [17:0] LANE = 18'(i);
        assign cut[i] = $signed(kept) <= $signed(LANE);
      end
    end else begin : g_keep
      wire unused = &result_fill;
      assign cut = {BUS{1'b0}};
    end
    for (i = 0; i < BUS; i = i + 1) begin : g_merge
      assign merged[8*i+:8] = here_enable[i] ? here_data[8*i+:8] : received[8*i+:8] & {8{!cut[i]}};
    end
  endgenerate

  // ---- one entry for the output register: {drop, first, last, keep, retval, length, payload, data}
  localparam integer ENTRY = 3 + BUS + 32 + 16 + PAYLOAD + BITS;
  wire entry_push;
  wire [ENTRY-1:0] entry;
  wire out_room, out_valid, out_pop;
  wire [ENTRY-1:0] out;
  wire first = !started || (!drop && !sent_any_q);
  wire [BUS-1:0] last_keep;
  generate
    for (i = 0; i < BUS; i = i + 1) begin : g_last_keep
      localparam [LOG:0] LANE = (LOG + 1)'(i);
      assign last_keep[i] = LANE < last_bytes;
    end

    if (MOVES_HEAD == 0) begin : g_straight
      wire ends = left_next_zero;
      assign room = out_room;
      assign entry_push = step && (sent || (drop && !started));
      assign entry = {drop, first, ends, last_keep | {BUS{!ends}}, result_retval, bytes, result_payload, merged};
      assign empty = !out_valid;
      wire unused = &{1'b0, flush, result_head, first_beat, leading, left_two, at_first, over_first, at_final};
    end else begin : g_shift
      // The beat in front of the first one, if the packet starts there: only bytes that were written.
      wire [BUS-1:0] front_enable;
      wire [BITS-1:0] front_data, front;
      pw_overlay #(.BUS(BUS), .FIRST_BEAT(FIRST_BEAT), .OVERLAY_BEATS(OVERLAY_BEATS)) front_overlay (
          .beat(first_beat), .overlay_enable(overlay_enable), .overlay_data(overlay_data),
          .enable(front_enable), .data(front_data));
      for (i = 0; i < BUS; i = i + 1) begin : g_front
        assign front[8*i+:8] = front_data[8*i+:8] & {8{front_enable[i]}};
      end

      localparam integer ABOUT = LOG + BUS + 32 + 16 + PAYLOAD;
      reg now_valid, now_sends, now_flush, now_solo, now_front, now_drop, now_first, now_last;
      reg [BITS-1:0] now_data, now_before;
      reg [ABOUT-1:0] now_about;
      reg flush_pending;
      reg [BITS-1:0] kept_data;
      reg [ABOUT-1:0] kept_about;

      wire advance = out_room && now_valid && !(flush_pending && now_sends);
      assign room = !now_valid || advance;
      assign empty = !out_valid && !now_valid && !flush_pending;

      always_ff @(posedge clk) begin
        if (step) begin
          now_sends <= sent || (drop && !started);
          now_flush <= flush;
          now_solo <= solo;
          now_front <= leading && !started;
          now_drop <= drop;
          now_first <= first;
          now_last <= left_next_zero;
          now_data <= merged;
          now_before <= front;
          now_about <= {turn, last_keep, result_retval, bytes, result_payload};
        end
        if (advance) begin
          kept_data <= now_data;
          kept_about <= now_about;
        end
        if (rst) begin
          now_valid <= 0;
          flush_pending <= 0;
        end else begin
          if (step) now_valid <= 1;
          else if (advance) now_valid <= 0;
          if (advance) flush_pending <= now_flush;
          else if (out_room) flush_pending <= 0;
        end
      end

      wire [LOG-1:0] shift;
      wire [BUS-1:0] shift_keep;
      wire [32+16+PAYLOAD-1:0] shift_about;
      assign {shift, shift_keep, shift_about} = flush_pending ? kept_about : now_about;
      // A flush that belongs to a packet ends it; a joined beat before a flush doesn't.
      wire ends = flush_pending || (now_last && !now_flush);
      wire [BUS-1:0] behind = {BUS{1'b1}} << shift;  // lanes that the beat before fills
      wire [BITS-1:0] mixed, turned;
      for (i = 0; i < BUS; i = i + 1) begin : g_mix
        wire from_kept = flush_pending || (!now_solo && behind[i]);
        assign mixed[8*i+:8] = !from_kept ? now_data[8*i+:8] :
            now_front && !flush_pending ? now_before[8*i+:8] : kept_data[8*i+:8];
      end
      pw_turn #(.BUS(BUS)) turn_bytes (.in(mixed), .by(shift), .out(turned));
      assign entry_push = out_room && (flush_pending || (now_valid && now_sends));
      assign entry = {now_drop && !flush_pending, now_first && !flush_pending, ends, shift_keep | {BUS{!ends}}, shift_about, turned};
    end
  endgenerate

  pw_skid #(.WIDTH(ENTRY)) output_register (
      .clk(clk), .rst(rst), .room(out_room), .push(entry_push), .push_data(entry),
      .valid(out_valid), .data(out), .pop(out_pop));

  wire out_drop, out_first_beat;
  wire [31:0] out_retval;
  assign {out_drop, out_first_beat, m_axis_tlast, m_axis_tkeep, out_retval, m_axis_length, res_payload, m_axis_tdata} = out;
  assign m_axis_tvalid = out_valid && !out_drop;
  assign out_pop = out_valid && (out_drop || m_axis_tready);
  assign res_valid = out_pop && out_first_beat;
  assign res_retval = out_retval;
  assign res_length = m_axis_length;
  generate  // what is no verdict: XDP_ABORTED, TC_ACT_PIPE
    if (TC != 0) begin : g_tc
      assign m_axis_verdict = out_retval > 32'd7 ? 3'd3 : out_retval[2:0];
    end else begin : g_xdp
      assign m_axis_verdict = out_retval > 32'd4 ? 3'd0 : out_retval[2:0];
    end
  endgenerate
endmodule
