// Reads of BUS bytes for events: random packets, most reads around the ends of beats and packets, some far away, one a
// clock, each with other bytes replaced. Packets are taken away in order, so that places are used again.
module pw_event_read_tb;
  parameter integer BUS = 16;
  parameter integer DEPTH = 16;
  parameter integer FIRST = -1;
  parameter integer OVER = 3;
  localparam integer BYTES = BUS;
  localparam integer LOG = $clog2(DEPTH);
  localparam integer PACKETS = 4096;
  localparam integer LONGEST = BUS * (DEPTH - 2);

  reg clk = 0, rst = 1, push = 0, last = 0, enable = 0;
  reg [BUS*OVER-1:0] over_enable = 0;
  reg [8*BUS*OVER-1:0] over_data = 0;
  reg [8*BUS-1:0] beat = 0;
  reg [15:0] at = 0, length = 0;
  reg [LOG-1:0] base = 0;
  wire [LOG-1:0] place, packet_place;
  wire [8*BYTES-1:0] data;
  pw_packet_ring #(.DEPTH(DEPTH)) ring (
      .clk(clk), .rst(rst), .push(push), .last(last), .place(place), .base(packet_place));
  pw_event_read #(.BUS(BUS), .DEPTH(DEPTH), .FIRST(FIRST), .OVER(OVER)) dut (.clk(clk), .push(push), .place(place),
      .beat(beat), .at(at), .base(base), .length(length), .over_enable(over_enable), .over_data(over_data), .data(data));

  // Byte i of packet n is (i * 7 + n * 31 + i / 256 * 3).
  function [7:0] byte_of(input integer n, input integer i);
    byte_of = i * 7 + n * 31 + (i >> 8) * 3;
  endfunction

  integer lengths[0:PACKETS-1];
  reg [LOG-1:0] bases[0:PACKETS-1];
  integer k, in = 0, out = 0, used = 0, sent = 0, beats, now, i, n, where, errors = 0, compared = 0, wraps = 0;
  reg [8*BYTES-1:0] expected[0:5];
  reg known[0:5];

  task choose_packet;  // of the one that is stored next
    begin
      case ($urandom % 4)
        0: lengths[in] = BUS * (1 + $urandom % 3) + $urandom % 3 - 1;
        1: lengths[in] = $urandom % 3;
        2: lengths[in] = LONGEST - $urandom % 3;
        default: lengths[in] = $urandom % (LONGEST + 1);
      endcase
      beats = lengths[in] == 0 ? 1 : (lengths[in] + BUS - 1) / BUS;
    end
  endtask

  task choose_read;
    begin
      enable = in > out && $urandom % 8 != 0;
      n = in > out ? out + $urandom % (in - out) : 0;
      case ($urandom % 5)
        0: where = lengths[n] - $urandom % (BYTES + 2);
        1: where = BUS * ($urandom % (DEPTH - 1)) - $urandom % (BYTES + 1);
        2: where = $urandom % 4 - BYTES;
        3: where = $urandom;
        default: where = $urandom % (LONGEST + 1);
      endcase
      at = where;
      where = $signed(at);
      base = in > out ? bases[n] : $urandom;
      length = in > out ? lengths[n] : $urandom;
      known[5] = enable;
      for (i = 0; i < BUS * OVER; i = i + 1) begin
        over_enable[i] = $urandom % 3 == 0;
        over_data[8*i+:8] = $urandom;
      end
      for (i = 0; i < BYTES; i = i + 1) begin
        expected[5][8*i+:8] = where + i >= 0 && where + i < lengths[n] ? byte_of(n, where + i) : 0;
        k = where + i - FIRST * BUS;
        if (k >= 0 && k < BUS * OVER && over_enable[k]) expected[5][8*i+:8] = over_data[8*k+:8];
      end
    end
  endtask

  task offer;
    begin
      if (sent == 0) choose_packet;
      push = used < DEPTH && $urandom % 4 != 0 && (sent != 0 || in < PACKETS - 1);
      last = sent == beats - 1;
      for (i = 0; i < BUS; i = i + 1)
        beat[8*i+:8] = sent * BUS + i < lengths[in] ? byte_of(in, sent * BUS + i) : 8'd0;
    end
  endtask

  initial begin
    for (now = 0; now < 15000; now = now + 1) begin
      rst = now < 2;
      for (i = 0; i < 5; i = i + 1) {known[i], expected[i]} = {known[i+1], expected[i+1]};
      choose_read;
      #1;
      if (!rst && in < PACKETS - 1) offer;
      else push = 0;
      #1;
      if (push && sent == 0) bases[in] = place;
      if (push && packet_place !== bases[in]) errors = errors + 1;
      if (now > 8) begin
        compared = compared + known[0];
        if (known[0] && data !== expected[0]) errors = errors + 1;
      end
      clk = 1;
      #1;
      if (push) begin
        if (sent != 0 && bases[in] + sent == DEPTH) wraps = wraps + 1;
        used = used + 1;
        sent = last ? 0 : sent + 1;
        if (last) in = in + 1;
      end
      // A packet may go once no read of it is under way.
      if (in > out && $urandom % 3 == 0 && !enable) begin
        repeat (1) used = used - (lengths[out] == 0 ? 1 : (lengths[out] + BUS - 1) / BUS);
        out = out + 1;
        drain;
      end
      clk = 0;
      #1;
    end
    if (out < 200 || wraps < 20 || compared < 5000) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors", errors);
  end

  // Clocks without new reads or pushes, until the last reads have come out.
  task drain;
    integer k;
    begin
      enable = 0;
      push = 0;
      for (k = 0; k < 5; k = k + 1) begin
        clk = 0;
        #1;
        for (i = 0; i < 5; i = i + 1) {known[i], expected[i]} = {known[i+1], expected[i+1]};
        known[5] = 0;
        #1;
        if (now > 8 && known[0] && data !== expected[0]) errors = errors + 1;
        clk = 1;
        #1;
      end
    end
  endtask
endmodule
