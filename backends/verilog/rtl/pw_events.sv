// The event unit: what the program tells its user through perf event arrays and ring buffers, as an AXI stream. It takes
// one entry a packet, which says which of the OPS operations send an event, and sends those in their order: a beat a
// clock. An event is the first `length` bytes of a record and, with SAMPLES, `copied` bytes of the packet from
// coordinate `head` on, which come from a copy of the packets (pw_event_read). An entry without an event takes a clock.
//
// A beat is on its way for no clock (SAMPLES = 0) or five; then it waits in a FIFO of 16 beats. A step needs a place
// there, as the register `under_way` knows it.
module pw_events #(
    parameter integer BUS = 64,  // bytes of a beat, a power of two
    parameter integer OPS = 1,
    parameter integer RECORD = 64,  // bytes of the longest record, rounded up to beats
    parameter [8*OPS-1:0] MAPS = 0,  // of each operation
    parameter integer SAMPLES = 0,
    parameter integer DEPTH = 512,  // beats of the copy, a power of two
    parameter integer FIRST = 0,  // replaced bytes: see pw_event_read
    parameter integer OVER = 1
) (
    input  wire                       clk,
    input  wire                       rst,
    input  wire                       entry_valid,
    output wire                       entry_pop,
    input  wire [OPS-1:0]             enables,
    input  wire [16*OPS-1:0]          lengths,
    input  wire [8*RECORD*OPS-1:0]    records,
    input  wire [16*OPS-1:0]          copies,
    input  wire [16*OPS-1:0]          heads,
    input  wire [BUS*OVER*OPS-1:0]    over_enables,
    input  wire [8*BUS*OVER*OPS-1:0]  over_datas,
    input  wire [31:0]                index,  // of the packet
    input  wire [15:0]                frame,  // bytes of the packet
    input  wire [$clog2(DEPTH)-1:0]   base,  // its place in the copy
    input  wire                       push,  // of beats into the copy
    input  wire [$clog2(DEPTH)-1:0]   place,
    input  wire [8*BUS-1:0]           beat_data,
    output wire                       stored_room,  // the copy has a place for another beat
    output wire                       m_events_tvalid,
    input  wire                       m_events_tready,
    output wire [8*BUS-1:0]           m_events_tdata,
    output wire [BUS-1:0]             m_events_tkeep,
    output wire                       m_events_tlast,
    output wire [7:0]                 m_events_map,
    output wire [15:0]                m_events_length,
    output wire [31:0]                m_events_index,
    output wire                       empty
);
  localparam integer BEATS = RECORD / BUS;
  localparam integer IN_BEAT = $clog2(BUS);
  localparam [OPS-1:0] LOWEST = 1;
  localparam [16:0] WHOLE = 17'(BUS);

  // The operation whose event is sent now, and what it gives.
  reg [OPS-1:0] done;
  reg [15:0] beat;  // number of the event's next beat
  wire [OPS-1:0] left = enables & ~done;
  wire [OPS-1:0] now = left & (~left + LOWEST);
  reg [15:0] length, copied, head;
  reg [8*RECORD-1:0] record;
  reg [8*BUS-1:0] record_beat;
  reg [7:0] map;
  reg [BUS*OVER-1:0] over_enable;
  reg [8*BUS*OVER-1:0] over_data;
  integer o, r;
  always_comb begin
    length = 0;
    copied = 0;
    head = 0;
    record = 0;
    map = 0;
    over_enable = 0;
    over_data = 0;
    for (o = 0; o < OPS; o = o + 1)
    if (now[o]) begin
      length = length | lengths[16*o+:16];
      copied = copied | copies[16*o+:16];
      head = head | heads[16*o+:16];
      record = record | records[8*RECORD*o+:8*RECORD];
      map = map | MAPS[8*o+:8];
      over_enable = over_enable | over_enables[BUS*OVER*o+:BUS*OVER];
      over_data = over_data | over_datas[8*BUS*OVER*o+:8*BUS*OVER];
    end
    record_beat = 0;
    for (r = 0; r < BEATS; r = r + 1)
    if (beat == 16'(r)) record_beat = record_beat | record[8*BUS*r+:8*BUS];
  end

  // Bytes of the event from this beat on; of its record.
  wire [15:0] bytes = length + copied;
  wire [15:0] from = 16'(beat << IN_BEAT);
  wire signed [16:0] remaining = $signed({1'b0, bytes}) - $signed({1'b0, from});
  wire signed [16:0] recorded = $signed({1'b0, length}) - $signed({1'b0, from});
  wire last = remaining <= $signed(WHOLE);
  wire credit;
  wire any = left != 0;
  wire step = entry_valid && any && credit;
  wire final_one = (left & ~now) == 0;
  assign entry_pop = entry_valid && (!any || (step && last && final_one));

  always_ff @(posedge clk) begin
    if (rst || entry_pop) begin
      done <= 0;
      beat <= 0;
    end else if (step) begin
      beat <= last ? 16'd0 : beat + 16'd1;
      if (last) done <= done | now;
    end
  end

  wire [BUS-1:0] keep, of_record;
  genvar i;
  generate
    for (i = 0; i < BUS; i = i + 1) begin : g_lane
      localparam signed [16:0] NUMBER = i;
      assign keep[i] = remaining > NUMBER;
      assign of_record[i] = recorded > NUMBER;
    end
  endgenerate

  // From the step to the FIFO.
  localparam integer INFO = BUS + 1 + 8 + 16 + 32;
  wire [INFO-1:0] info = {keep, last, map, bytes, index};
  wire beat_valid;
  wire [INFO-1:0] beat_info;
  wire [8*BUS-1:0] beat_bytes;
  generate
    if (SAMPLES == 0) begin : g_records
      assign beat_valid = step;
      assign beat_info = info;
      assign beat_bytes = record_beat;
      assign stored_room = 1'b1;
      wire copy_unused = ^{frame, base, push, place, beat_data, of_record, head, over_enable, over_data};
    end else begin : g_samples
      localparam integer WIDE = INFO + BUS + 8 * BUS;
      localparam integer STORED = $clog2(DEPTH) + 1;
      wire [8*BUS-1:0] read;
      pw_event_read #(
          .BUS(BUS),
          .DEPTH(DEPTH),
          .FIRST(FIRST),
          .OVER(OVER)
      ) packet (
          .clk(clk),
          .push(push),
          .place(place),
          .beat(beat_data),
          .at(head + from - length),
          .base(base),
          .length(frame),
          .over_enable(over_enable),
          .over_data(over_data),
          .data(read)
      );
      reg [4:0] valids;
      reg [WIDE-1:0] wait1, wait2, wait3, wait4, wait5;
      always_ff @(posedge clk) begin
        valids <= rst ? 5'd0 : {valids[3:0], step};
        wait1 <= {info, of_record, record_beat};
        {wait2, wait3, wait4, wait5} <= {wait1, wait2, wait3, wait4};
      end
      wire [BUS-1:0] own;
      wire [8*BUS-1:0] own_bytes;
      assign {beat_info, own, own_bytes} = wait5;
      assign beat_valid = valids[4];
      for (i = 0; i < BUS; i = i + 1) begin : g_byte
        assign beat_bytes[8*i+:8] = own[i] ? own_bytes[8*i+:8] : read[8*i+:8];
      end
      // Beats of packets whose entries are still to come, or here: they must stay.
      reg [STORED-1:0] stored;
      localparam [STORED-1:0] FULL = STORED'(DEPTH);
      wire [STORED-1:0] in_beats = STORED'(({1'b0, frame} + WHOLE - 17'd1) >> IN_BEAT);
      wire [STORED-1:0] freed = frame == 0 ? {{(STORED - 1) {1'b0}}, 1'b1} : in_beats;
      always_ff @(posedge clk) begin
        if (rst) stored <= 0;
        else stored <= stored + {{(STORED - 1) {1'b0}}, push} - (entry_pop ? freed : {STORED{1'b0}});
      end
      assign stored_room = stored != FULL;
    end
  endgenerate

  reg [4:0] under_way;  // beats on the way and in the FIFO
  wire pop = m_events_tvalid && m_events_tready;
  always_ff @(posedge clk) begin
    if (rst) under_way <= 0;
    else under_way <= under_way + {4'd0, step} - {4'd0, pop};
  end
  assign credit = !under_way[4];
  assign empty = under_way == 0;

  wire [4:0] level_unused;
  pw_fifo #(
      .WIDTH(INFO + 8 * BUS),
      .DEPTH(16)
  ) beats (
      .clk(clk),
      .rst(rst),
      .push(beat_valid),
      .push_data({beat_info, beat_bytes}),
      .pop(pop),
      .head_valid(m_events_tvalid),
      .head({m_events_tkeep, m_events_tlast, m_events_map, m_events_length, m_events_index, m_events_tdata}),
      .level(level_unused)
  );
endmodule
