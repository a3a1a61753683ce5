// What the deparser needs to know of a packet's head and tail, computed before the result FIFO, so that no arithmetic
// stands between that FIFO and what is popped. Combinational.
//
// shape = {bytes, beats, single, last_bytes, and if MOVES_HEAD: double, start_beat, final_beat, at_first, over_first, at_final}
//   bytes       of the packet that leaves, tail - head
//   beats       of it, at least 1; single: one, double: two
//   last_bytes  in its last beat
//   start_beat  coordinate / BUS of the first step's beat (pw_deparser), final_beat: of the last byte, two's complement
//   at_first, over_first, at_final: how start_beat stands to the beat of the first and of the last byte
module pw_shape #(
    parameter integer BUS = 64,  // bytes, a power of two
    parameter integer MOVES_HEAD = 0,
    parameter integer WIDTH = MOVES_HEAD != 0 ? 71 - 2 * $clog2(BUS) : 35  // of shape: not to be set
) (
    input  wire [15:0]      head,
    input  wire [15:0]      tail,
    output wire [WIDTH-1:0] shape
);
  localparam integer LOG = $clog2(BUS);
  localparam [15:0] ONE = 16'd1;
  localparam [16-LOG:0] ONE_BEAT = 1, TWO_BEATS = 2;

  wire [15:0] bytes = MOVES_HEAD != 0 ? tail - head : tail;
  wire [15:0] less = bytes - ONE;
  wire nothing = bytes == 0;
  wire [16-LOG:0] beats = nothing ? ONE_BEAT : {1'b0, less[15:LOG]} + ONE_BEAT;
  wire single = nothing || less[15:LOG] == 0;
  wire [LOG:0] last_bytes = nothing ? {(LOG + 1) {1'b0}} : {1'b0, less[LOG-1:0]} + 1'b1;

  generate
    if (MOVES_HEAD != 0) begin : g_head
      wire aligned = head[LOG-1:0] == 0;
      wire leading = head[15];  // starts in front of byte 0
      wire [15-LOG:0] first_beat = head[15:LOG];
      wire [15:0] tail_less = nothing ? head : tail - ONE;
      wire [15-LOG:0] final_beat = tail_less[15:LOG];
      wire behind = leading && !aligned;  // the first step joins two beats
      wire [15-LOG:0] start_beat = behind ? first_beat + ONE_BEAT[15-LOG:0] : leading ? first_beat : {(16 - LOG) {1'b0}};
      wire at_first = leading ? aligned : first_beat == 0;
      wire at_final = start_beat == final_beat;
      assign shape = {bytes, beats, single, last_bytes, beats == TWO_BEATS, start_beat, final_beat, at_first, behind, at_final};
      wire unused = &{1'b0, tail_less[LOG-1:0]};
    end else begin : g_tail
      assign shape = {bytes, beats, single, last_bytes};
      wire unused = &{1'b0, head, TWO_BEATS};
    end
  endgenerate
endmodule
