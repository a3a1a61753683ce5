// Random packets and results: lengths around the edges of beats, heads and tails moved both ways, bytes written, dropped
// packets; both FIFOs run empty now and then, the output is held, and a reset comes in the middle. The stream that leaves is
// compared byte by byte.
module pw_deparser_tb;
  parameter integer BUS = 16;
  parameter integer MOVES_HEAD = 1;
  parameter integer MOVES_TAIL = 1;
  localparam integer FIRST_BEAT = -3;
  localparam integer OVERLAY_BEATS = 6;
  localparam integer PAYLOAD = 20;
  localparam integer WRITTEN = OVERLAY_BEATS * BUS;
  localparam integer BASE = FIRST_BEAT * BUS;  // coordinate of overlay byte 0
  localparam integer PACKETS = BUS > 16 ? 400 : 800;

  reg clk = 0, rst = 1;
  reg beat_valid = 0, beat_last = 0, result_valid = 0;
  reg [8*BUS-1:0] beat_data = 0;
  wire beat_pop, result_pop;
  reg [31:0] result_retval = 0;
  reg [15:0] result_head = 0, result_tail = 0, result_fill = 0;
  reg [PAYLOAD-1:0] result_payload = 0;
  reg [WRITTEN-1:0] overlay_enable = 0;
  reg [8*WRITTEN-1:0] overlay_data = 0;
  wire m_axis_tvalid, m_axis_tlast, res_valid, empty;
  reg m_axis_tready = 0;
  wire [8*BUS-1:0] m_axis_tdata;
  wire [BUS-1:0] m_axis_tkeep;
  wire [15:0] m_axis_length, res_length;
  wire [2:0] m_axis_verdict;
  wire [31:0] res_retval;
  wire [PAYLOAD-1:0] res_payload;
  localparam integer SHAPE = MOVES_HEAD != 0 ? 71 - 2 * $clog2(BUS) : 35;
  wire [SHAPE-1:0] result_shape;
  pw_shape #(.BUS(BUS), .MOVES_HEAD(MOVES_HEAD)) shape_unit (.head(result_head), .tail(result_tail), .shape(result_shape));
  pw_deparser #(.BUS(BUS), .MOVES_HEAD(MOVES_HEAD), .MOVES_TAIL(MOVES_TAIL), .FIRST_BEAT(FIRST_BEAT),
                .OVERLAY_BEATS(OVERLAY_BEATS), .PAYLOAD(PAYLOAD)) dut (.*);

  // All packets are made in advance.
  integer length[0:PACKETS-1], head[0:PACKETS-1], tail[0:PACKETS-1], fill[0:PACKETS-1];
  reg [31:0] retval[0:PACKETS-1];
  reg [7:0] bytes[0:PACKETS*160-1];  // up to 160 a packet
  reg [WRITTEN-1:0] enable[0:PACKETS-1];
  reg [8*WRITTEN-1:0] written[0:PACKETS-1];

  integer n, i, errors = 0, from, count;
  integer in_packet, in_beat, result_packet, out_packet, out_beat, clocks, done = 0, leaving = 0;
  reg held, first_seen;

  function leaves(input [31:0] v);
    leaves = v == 2 || v == 3 || v == 4;
  endfunction
  function [7:0] out_byte(input integer p, input integer at);
    begin
      out_byte = at >= 0 && at < length[p] && (MOVES_TAIL == 0 || at < fill[p]) ? bytes[p*160+at] : 8'd0;
      if (at >= BASE && at < BASE + WRITTEN) if (enable[p][at-BASE]) out_byte = written[p][8*(at-BASE)+:8];
    end
  endfunction

  task make_packet(input integer p);
    begin
      case ($urandom % 3)
        0: length[p] = BUS * ($urandom % (160 / BUS)) + $urandom % 2;
        1: length[p] = BUS * (1 + $urandom % (160 / BUS - 1)) - $urandom % 2;
        default: length[p] = $urandom % 160;
      endcase
      for (i = 0; i < 160; i = i + 1) bytes[p*160+i] = i < length[p] ? $urandom : 0;
      head[p] = 0;
      tail[p] = length[p];
      if (MOVES_TAIL != 0 && $urandom % 2 == 0) tail[p] = $urandom % (length[p] + 2 * BUS + 1);
      if (MOVES_HEAD != 0)
        case ($urandom % 4)
          0: head[p] = -($urandom % (3 * BUS + 1));
          1: head[p] = tail[p] > 0 ? $urandom % (tail[p] + 1) : 0;
          2: head[p] = -BUS * ($urandom % 3);
          default: head[p] = 0;
        endcase
      fill[p] = tail[p] < length[p] ? tail[p] : length[p] > 0 && $urandom % 4 == 0 ? $urandom % length[p] : $urandom % 2 == 0 ? 65535 : length[p];
      retval[p] = $urandom % 4 == 0 ? $urandom % 7 : 2 + $urandom % 3;
      if ($urandom % 20 == 0) retval[p] = $urandom;
      for (i = 0; i < WRITTEN; i = i + 1) begin
        enable[p][i] = $urandom % 4 == 0;
        written[p][8*i+:8] = $urandom;
      end
    end
  endtask

  task start;
    begin
      in_packet = 0;
      in_beat = 0;
      result_packet = 0;
      out_packet = 0;
      out_beat = 0;
      first_seen = 0;
      held = 0;
      beat_valid = 0;
      result_valid = 0;
    end
  endtask

  task offer;
    begin
      if (!beat_valid) beat_valid = in_packet < PACKETS && $urandom % 8 >= clocks / 512 % 6;
      if (beat_valid) begin
        beat_last = (in_beat + 1) * BUS >= length[in_packet];
        for (i = 0; i < BUS; i = i + 1)
          beat_data[8*i+:8] = in_beat * BUS + i < length[in_packet] ? bytes[in_packet*160+in_beat*BUS+i] : 0;
      end
      if (!result_valid) result_valid = result_packet < PACKETS && $urandom % 8 >= clocks / 1024 % 6;
      if (result_valid) begin
        result_retval = retval[result_packet];
        result_head = head[result_packet];
        result_tail = tail[result_packet];
        result_fill = fill[result_packet];
        result_payload = result_packet;
        overlay_enable = enable[result_packet];
        overlay_data = written[result_packet];
      end
      m_axis_tready = $urandom % 8 >= clocks / 2048 % 6;
    end
  endtask

  task check_beat;
    begin
      from = head[out_packet] + out_beat * BUS;
      count = tail[out_packet] - from < BUS ? tail[out_packet] - from : BUS;
      if (!leaves(retval[out_packet])) errors = errors + 1;
      if (m_axis_length !== tail[out_packet] - head[out_packet] || m_axis_verdict !== retval[out_packet]) errors = errors + 1;
      if (m_axis_tlast !== (from + BUS >= tail[out_packet])) errors = errors + 1;
      for (i = 0; i < BUS; i = i + 1) begin
        if (m_axis_tkeep[i] !== (i < count)) errors = errors + 1;
        if (i < count && m_axis_tdata[8*i+:8] !== out_byte(out_packet, from + i)) errors = errors + 1;
      end
      out_beat = out_beat + 1;
    end
  endtask

  task check_result;
    begin
      if (res_retval !== retval[out_packet] || res_payload !== out_packet) errors = errors + 1;
      if (res_length !== tail[out_packet] - head[out_packet]) errors = errors + 1;
      if (res_valid !== (m_axis_tvalid && m_axis_tready ? out_beat == 0 : !leaves(retval[out_packet]))) errors = errors + 1;
    end
  endtask

  task look;
    begin
      if (m_axis_tvalid === 1'bx || res_valid === 1'bx || beat_pop === 1'bx || result_pop === 1'bx) errors = errors + 1;
      if (beat_pop && !beat_valid) errors = errors + 1;
      if (result_pop && !result_valid) errors = errors + 1;
      if (held && !m_axis_tvalid) errors = errors + 1;  // what is offered stays
      held = m_axis_tvalid && !m_axis_tready;
      if (res_valid) check_result;
      if (m_axis_tvalid && m_axis_tready) begin
        if (out_beat == 0 && !res_valid) errors = errors + 1;
        check_beat;
        leaving = leaving + m_axis_tlast;
        if (m_axis_tlast) begin
          out_packet = out_packet + 1;
          out_beat = 0;
        end
      end else if (res_valid) out_packet = out_packet + 1;
    end
  endtask

  initial begin
    for (n = 0; n < PACKETS; n = n + 1) make_packet(n);
    start;
    for (clocks = 0; clocks < 100000 && (out_packet < PACKETS || in_packet < PACKETS || !empty); clocks = clocks + 1) begin
      rst = clocks < 2 || clocks == 700;
      if (rst) start;
      else begin
        offer;
        #1 look;
      end
      #1 clk = 1;
      #1 clk = 0;
      if (!rst) advance;
    end
    #1;
    if (out_packet != PACKETS || in_packet != PACKETS || result_packet != PACKETS || !empty) errors = errors + 1;
    if (errors == 0 && leaving > PACKETS / 2) $display("PASS");
    else $display("FAIL: %0d errors, packet %0d", errors, out_packet);
  end

  // What was popped at the edge.
  reg popped_beat, popped_result;
  always @(posedge clk) begin
    popped_beat = beat_pop;
    popped_result = result_pop;
  end
  task advance;
    begin
      if (popped_beat) begin
        beat_valid = 0;
        in_beat = in_beat + 1;
        if (beat_last) begin
          in_packet = in_packet + 1;
          in_beat = 0;
        end
      end
      if (popped_result) begin
        result_valid = 0;
        result_packet = result_packet + 1;
      end
    end
  endtask
endmodule
