// The event unit with the copy of the packets: random packets come into the copy, and an entry for each waits until all of
// it is there. What leaves is compared byte by byte with what the entries say; the receiver is not always ready. In the
// last quarter every entry has one event of one beat, and the receiver takes it: one a clock must come.
module pw_events_tb;
  parameter integer BUS = 16;
  parameter integer OPS = 2;
  parameter integer RECORD = 32;
  parameter integer SAMPLES = 1;
  parameter integer FIRST = -1;
  parameter integer OVER = 3;
  localparam integer DEPTH = 32;
  localparam integer LOG = $clog2(DEPTH);
  localparam integer LONGEST = BUS * (DEPTH - 4);
  localparam integer PACKETS = 1200;
  localparam integer EASY = 900;  // from this packet on: one event of one beat
  localparam [8*OPS-1:0] MAPS = {OPS{8'd5}} + 8'd2;

  reg clk = 0, rst = 1, push = 0, last = 0;
  reg [8*BUS-1:0] beat_data = 0;
  wire [LOG-1:0] place, packet_place;
  pw_packet_ring #(.DEPTH(DEPTH)) ring (
      .clk(clk), .rst(rst), .push(push), .last(last), .place(place), .base(packet_place));

  reg entry_valid = 0;
  wire entry_pop, stored_room, empty;
  reg [OPS-1:0] enables = 0;
  reg [16*OPS-1:0] lengths = 0, copies = 0, heads = 0;
  reg [8*RECORD*OPS-1:0] records = 0;
  reg [BUS*OVER*OPS-1:0] over_enables = 0;
  reg [8*BUS*OVER*OPS-1:0] over_datas = 0;
  reg [31:0] index = 0;
  reg [15:0] frame = 0;
  reg [LOG-1:0] base = 0;
  wire m_events_tvalid, m_events_tlast;
  reg m_events_tready = 0;
  wire [8*BUS-1:0] m_events_tdata;
  wire [BUS-1:0] m_events_tkeep;
  wire [7:0] m_events_map;
  wire [15:0] m_events_length;
  wire [31:0] m_events_index;
  pw_events #(.BUS(BUS), .OPS(OPS), .RECORD(RECORD), .MAPS(MAPS), .SAMPLES(SAMPLES), .DEPTH(DEPTH),
      .FIRST(FIRST), .OVER(OVER)) dut (.*);

  function [7:0] byte_of(input integer n, input integer i);
    byte_of = i * 7 + n * 31 + (i >> 8) * 3 + 1;
  endfunction

  integer bytes[0:PACKETS-1];  // of each packet
  reg [LOG-1:0] bases[0:PACKETS-1];
  integer in = 0, sent = 0, entry = 0, now, i, o, at, where, errors = 0;
  // What is to come: bytes of events, one behind another, and for each byte whether it is the event's last one.
  localparam integer QUEUE = 8192;
  reg [7:0] wanted[0:QUEUE-1];
  reg final_byte[0:QUEUE-1];
  reg [7:0] wanted_map[0:QUEUE-1];
  integer wanted_index[0:QUEUE-1];
  integer head_at = 0, tail_at = 0, events = 0, seen = 0, easy_clocks = 0, easy_beats = 0, got;

  task offer;  // of the packet that comes in
    begin
      if (sent == 0)
        bytes[in] = in >= EASY ? $urandom % (BUS + 1) : $urandom % 5 == 0 ? $urandom % 3
                  : $urandom % (LONGEST + 1);
      push = stored_room && in < PACKETS - 1 && (in >= EASY || $urandom % 4 != 0) && in < entry + 8;
      last = (sent + 1) * BUS >= bytes[in];
      for (i = 0; i < BUS; i = i + 1)
        beat_data[8*i+:8] = sent * BUS + i < bytes[in] ? byte_of(in, sent * BUS + i) : 8'd0;
    end
  endtask

  task make_entry;
    begin
      enables = in > entry && entry >= EASY ? 1 : $urandom;
      index = entry;
      frame = bytes[entry];
      base = bases[entry];
      for (o = 0; o < OPS; o = o + 1) begin
        lengths[16*o+:16] = entry >= EASY ? $urandom % (BUS + 1) : $urandom % (RECORD + 1);
        copies[16*o+:16] = SAMPLES == 0 ? 0 : entry >= EASY ? BUS - lengths[16*o+:16]
                           : $urandom % 4 == 0 ? 0 : $urandom % (bytes[entry] + 1);
        heads[16*o+:16] = SAMPLES == 0 ? 0 : $urandom % 3 == 0 ? $urandom % (2 * BUS) - BUS : 0;
      end
      for (i = 0; i < RECORD * OPS; i = i + 1) records[8*i+:8] = $urandom;
      for (i = 0; i < BUS * OVER * OPS; i = i + 1) begin
        over_enables[i] = SAMPLES != 0 && $urandom % 3 == 0;
        over_datas[8*i+:8] = $urandom;
      end
    end
  endtask

  task want(input [7:0] value, input ends);
    begin
      wanted[tail_at%QUEUE] = value;
      final_byte[tail_at%QUEUE] = ends;
      wanted_map[tail_at%QUEUE] = MAPS[8*o+:8];
      wanted_index[tail_at%QUEUE] = entry;
      tail_at = tail_at + 1;
    end
  endtask

  task expect_entry;  // an event without bytes is one that ends with a byte that does not count
    integer all;
    begin
      for (o = 0; o < OPS; o = o + 1)
        if (enables[o]) begin
          all = lengths[16*o+:16] + copies[16*o+:16];
          events = events + 1;
          if (all == 0) want(8'd0, 1'b1);
          for (i = 0; i < all; i = i + 1) begin
            at = $signed(heads[16*o+:16]);
            at = at + i - lengths[16*o+:16];
            where = at - FIRST * BUS;  // among replaced bytes
            if (i < lengths[16*o+:16]) want(records[8*(RECORD*o+i)+:8], i == all - 1);
            else if (where >= 0 && where < BUS * OVER && over_enables[BUS*OVER*o+where])
              want(over_datas[8*(BUS*OVER*o+where)+:8], i == all - 1);
            else if (at >= 0 && at < bytes[entry]) want(byte_of(entry, at), i == all - 1);
            else want(8'd0, i == all - 1);
          end
        end
    end
  endtask

  task check_beat;
    begin
      got = 0;
      for (i = 0; i < BUS; i = i + 1) got = got + m_events_tkeep[i];
      if (m_events_tkeep != (1 << got) - 1 && got != BUS) errors = errors + 1;
      if (head_at == tail_at) errors = errors + 1;
      if (m_events_map !== wanted_map[head_at%QUEUE]) errors = errors + 1;
      if (m_events_index !== wanted_index[head_at%QUEUE]) errors = errors + 1;
      for (i = 0; i < got; i = i + 1) begin
        if (m_events_tdata[8*i+:8] !== wanted[head_at%QUEUE]) errors = errors + 1;
        if (i != got - 1 && final_byte[head_at%QUEUE]) errors = errors + 1;
        if (i == got - 1 && final_byte[head_at%QUEUE] !== m_events_tlast) errors = errors + 1;
        head_at = head_at + 1;
      end
      if (got == 0) begin
        if (!m_events_tlast || m_events_length != 0) errors = errors + 1;
        head_at = head_at + 1;
      end
      seen = seen + m_events_tlast;
    end
  endtask

  initial begin
    for (now = 0; now < 200000 && (entry < PACKETS - 1 || head_at != tail_at); now = now + 1) begin
      rst = now < 3;
      m_events_tready = entry >= EASY || $urandom % 4 != 0;
      #1;
      if (rst) push = 0;
      else offer;
      if (!entry_valid && entry < in && !rst && (entry >= EASY || $urandom % 8 != 0)) begin
        make_entry;
        entry_valid = 1;
        expect_entry;
      end
      #1;
      if (push && sent == 0) bases[in] = place;
      if (m_events_tvalid && m_events_tready && !rst) check_beat;
      if (entry > EASY + 20) begin
        easy_clocks = easy_clocks + 1;
        easy_beats = easy_beats + (m_events_tvalid && m_events_tready);
      end
      got = entry_pop && entry_valid;
      clk = 1;
      #1;
      if (push) begin
        sent = last ? 0 : sent + 1;
        if (last) in = in + 1;
      end
      if (got) begin
        entry_valid = 0;
        entry = entry + 1;
      end
      clk = 0;
      #1;
    end
    if (entry != PACKETS - 1 || seen != events || events < 500 || !empty) errors = errors + 1;
    if (easy_beats * 100 < easy_clocks * 95) errors = errors + 1;
    if (errors == 0) $display("PASS");
    else $display("FAIL: %0d errors; %0d entries, %0d of %0d events, %0d beats in %0d clocks", errors, entry,
                  seen, events, easy_beats, easy_clocks);
  end
endmodule
