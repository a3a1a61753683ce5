// Random packets, most of them around the edges of beats, with idle clocks, a full FIFO now and then, bad frames, and
// resets in the middle of a packet. Every push is compared with what the packet says.
module pw_ingress_tb;
  parameter integer BUS = 16;
  parameter integer WINDOW_BEATS = 3;
  parameter integer WHOLE = 0;
  localparam integer BITS = 8 * BUS;

  reg clk = 0, rst = 1, room = 0;
  reg s_axis_tvalid = 0, s_axis_tlast = 0, s_axis_bad = 0;
  wire s_axis_tready;
  reg [BITS-1:0] s_axis_tdata = 0;
  reg [BUS-1:0] s_axis_tkeep = 0;
  reg [15:0] s_axis_length = 0;
  reg [31:0] s_axis_ifindex = 0, s_axis_rxq = 0;
  reg [63:0] s_axis_time = 0;
  wire beat_push, beat_last, header_push, busy;
  wire [BITS-1:0] beat_data;
  wire [BITS*WINDOW_BEATS-1:0] header_window;
  wire [15:0] header_length;
  wire [31:0] header_ifindex, header_rxq, header_index;
  wire [63:0] header_time;
  reg [39:0] s_axis_user = 0;
  wire [39:0] header_user;
  pw_ingress #(.BUS(BUS), .WINDOW_BEATS(WINDOW_BEATS), .WHOLE(WHOLE), .USER(40)) dut (.*);

  reg [7:0] bytes[0:4095];
  integer length, beat, beats, i, errors = 0, packets = 0, index = 0, n, clocks = 0;
  reg bad, first, pushes_header;
  reg [31:0] ifindex;
  reg [63:0] stamp;

  function [7:0] byte_at(input integer at);
    byte_at = at < length ? bytes[at] : 8'd0;
  endfunction

  task new_packet;
    begin
      case ($urandom % 4)
        0: length = BUS * ($urandom % (WINDOW_BEATS + 3)) + $urandom % 3;
        1: length = BUS * (1 + $urandom % (WINDOW_BEATS + 3)) - $urandom % 3;
        2: length = $urandom % 3;
        default: length = $urandom % (BUS * 12);
      endcase
      for (i = 0; i < length; i = i + 1) bytes[i] = $urandom;
      beats = length == 0 ? 1 : (length + BUS - 1) / BUS;
      bad = $urandom % 5 == 0;
      ifindex = $urandom;
      stamp = {$urandom, $urandom};
      beat = 0;
      packets = packets + 1;
    end
  endtask

  task offer;
    begin
      s_axis_tvalid = 1;
      first = beat == 0;
      s_axis_tlast = beat == beats - 1;
      s_axis_length = first ? length : $urandom;
      s_axis_ifindex = first ? ifindex : $urandom;
      s_axis_rxq = first ? ~ifindex : $urandom;
      s_axis_time = first ? stamp : $urandom;
      s_axis_user = first ? {ifindex[7:0], ~ifindex} : {8'd0, $urandom};
      s_axis_bad = first ? bad : $urandom;
      for (i = 0; i < BUS; i = i + 1) begin
        s_axis_tkeep[i] = beat * BUS + i < length;
        s_axis_tdata[8*i+:8] = beat * BUS + i < length ? bytes[beat*BUS+i] : $urandom;
      end
    end
  endtask

  task look;
    begin
      if (beat_push !== !bad || busy !== (beat != 0)) errors = errors + 1;
      pushes_header = !bad && (WHOLE != 0 ? s_axis_tlast
          : beat == WINDOW_BEATS - 1 || (s_axis_tlast && beat < WINDOW_BEATS));
      if (header_push !== pushes_header) errors = errors + 1;
      if (!bad) begin
        if (beat_last !== s_axis_tlast) errors = errors + 1;
        for (i = 0; i < BUS; i = i + 1)
          if (beat_data[8*i+:8] !== byte_at(beat * BUS + i)) errors = errors + 1;
      end
      if (pushes_header) begin
        for (i = 0; i < BUS * WINDOW_BEATS; i = i + 1)
          if (header_window[8*i+:8] !== byte_at(i)) errors = errors + 1;
        if (header_length !== length || header_ifindex !== ifindex || header_rxq !== ~ifindex || header_time !== stamp ||
            header_user !== {ifindex[7:0], ~ifindex} || header_index !== index)
          errors = errors + 1;
        index = index + 1;
      end
    end
  endtask

  initial begin
    new_packet;
    for (n = 0; n < 8000; n = n + 1) begin
      rst = n < 2 || n % 1500 == 0;
      room = $urandom % 4 != 0;
      if (rst) begin
        s_axis_tvalid = 0;
        index = 0;
        new_packet;
      end else begin
        if (s_axis_tvalid || $urandom % 4 != 0) offer;
        #1;
        if (s_axis_tready !== room) errors = errors + 1;
        if (!(s_axis_tvalid && room) && (beat_push !== 0 || header_push !== 0)) errors = errors + 1;
        if (s_axis_tvalid && room) look;
      end
      #1 clk = 1;
      #1 clk = 0;
      if (!rst && s_axis_tvalid && room) begin
        s_axis_tvalid = 0;
        if (s_axis_tlast) new_packet;
        else beat = beat + 1;
      end
    end
    if (errors == 0 && packets > 500) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end
endmodule
