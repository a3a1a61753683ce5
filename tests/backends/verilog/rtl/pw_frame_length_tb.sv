// Random frames, some bad, some too long, with and without pauses: each comes out with its length and mark on every beat, without a
// gap while the output is ready, and a single frame after the clocks that the module states. Without pauses a beat leaves a clock.
module pw_frame_length_tb #(
    parameter integer BUS = 8,
    parameter integer DEPTH = 16,
    parameter integer FRAMES = 16,
    parameter integer LATE = 2
);
  localparam integer LONGEST = DEPTH / 2;  // beats
  reg clk = 0, rst = 1;
  reg s_axis_tvalid = 0, s_axis_tlast = 0, s_axis_bad = 0, m_axis_tready = 0;
  reg [8*BUS-1:0] s_axis_tdata = 0;
  reg [BUS-1:0] s_axis_tkeep = 0;
  reg [15:0] s_late = 0;
  wire s_axis_tready, m_axis_tvalid, m_axis_tlast, m_axis_bad, cut;
  wire [8*BUS-1:0] m_axis_tdata;
  wire [BUS-1:0] m_axis_tkeep;
  wire [15:0] m_axis_length, m_about;
  pw_frame_length #(.BUS(BUS), .DEPTH(DEPTH), .FRAMES(FRAMES), .ABOUT(16), .LATE(LATE)) dut (.*);

  // Frame f: its beats, bytes of the last one, mark, number as what comes late.
  integer size[0:65535], tail[0:65535];
  reg bad[0:65535];
  integer frame = 0, beat = 0, out = 0, out_beat = 0, now, i, errors = 0, cuts = 0, bads = 0, wanted_cuts = 0;
  integer ended[0:65535];  // clock in which its last stored beat was taken
  integer late[0:LATE], sends = 0, busy_from = 0, single = 0;
  reg pauses, taken = 0, kept;
  wire [31:0] wanted_length = out_beats(out) * BUS - BUS + (size[out] > LONGEST ? BUS : tail[out]);
  function integer out_beats(input integer f);
    out_beats = size[f] > LONGEST ? LONGEST : size[f];
  endfunction

  initial begin
    for (i = 0; i < 65536; i = i + 1) begin
      size[i] = $urandom % 8 == 0 ? 1 + $urandom % (LONGEST + 4) : 1 + $urandom % 3;
      tail[i] = 1 + $urandom % BUS;
      bad[i] = $urandom % 6 == 0;
    end
    for (now = 0; now < 60000; now = now + 1) begin
      rst = now < 2;
      pauses = now < 40000;
      if (now > 2 && (!s_axis_tvalid || taken)) begin
        // From clock 50000 on one frame at a time.
        s_axis_tvalid = now < 50000 ? !pauses || $urandom % 4 != 0 : beat != 0 || frame == out;
        s_axis_tlast = beat == size[frame] - 1;
        s_axis_tkeep = s_axis_tlast ? ~({BUS{1'b1}} << tail[frame] - 1 << 1) : {BUS{1'b1}};
        s_axis_bad = s_axis_tlast && bad[frame];
        s_axis_tdata = {frame[15:0], beat[7:0]};
      end
      m_axis_tready = !pauses || $urandom % 4 != 0;
      s_late = late[LATE-1];
      #1;
      taken = now > 2 && s_axis_tvalid && s_axis_tready;
      kept = taken && beat < LONGEST;
      if (cut !== (kept && beat == LONGEST - 1 && !s_axis_tlast)) errors = errors + 1;
      cuts = cuts + cut;
      for (i = LATE; i > 0; i = i - 1) late[i] = late[i-1];
      late[0] = frame;
      if (kept && (beat == size[frame] - 1 || beat == LONGEST - 1)) ended[frame] = now;
      if (now > 2 && m_axis_tvalid) begin
        if (m_axis_length !== wanted_length[15:0]) errors = errors + 1;
        if (m_axis_bad !== (size[out] > LONGEST || bad[out])) errors = errors + 1;
        if (m_about !== out[15:0]) errors = errors + 1;
        if (m_axis_tdata[23:0] !== {out[15:0], out_beat[7:0]}) errors = errors + 1;
        if (m_axis_tlast !== (out_beat == out_beats(out) - 1)) errors = errors + 1;
        if (now > 50200 && out_beat == 0 && now != ended[out] + LATE + 1) errors = errors + 1;
        single = single + (now > 50200);
      end else if (out_beat != 0) errors = errors + 1;  // a gap
      if (now > 41000 && now < 50000 && !m_axis_tvalid) busy_from = busy_from + 1;
      if (m_axis_tvalid && m_axis_tready) begin
        sends = sends + (now > 41000 && now < 50000);
        bads = bads + (m_axis_tlast && m_axis_bad);
        wanted_cuts = wanted_cuts + (m_axis_tlast && size[out] > LONGEST);
        out_beat = m_axis_tlast ? 0 : out_beat + 1;
        out = out + m_axis_tlast;
      end
      if (taken) begin
        frame = frame + s_axis_tlast;
        beat = s_axis_tlast ? 0 : beat + 1;
      end
      #1 clk = 1;
      #1 clk = 0;
    end
    if (errors == 0 && out > 5000 && bads > 500 && cuts > 50 && cuts - wanted_cuts < 3 && single > 1000) $display("PASS");
    else $display("FAIL: %0d errors, %0d frames, %0d bad, %0d of %0d cut, %0d single, %0d sent, %0d not", errors, out, bads, wanted_cuts, cuts,
                  single, sends, busy_from);
  end
endmodule
