// Where the beats of packets stand in the memories from which the program reads bytes behind the window
// (pw_packet_read): a ring that is filled in step with the packet FIFO, and as deep. A beat's place is free again when
// the packet FIFO has given that beat away, which it does when the packet's result is there: no read comes later.
module pw_packet_ring #(
    parameter integer DEPTH = 512  // beats, a power of two
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     push,
    input  wire                     last,  // of its packet
    output wire [$clog2(DEPTH)-1:0] place,  // of the beat that is pushed in this clock
    output wire [$clog2(DEPTH)-1:0] base  // of the first beat of its packet
);
  localparam integer LOG = $clog2(DEPTH);
  localparam [LOG-1:0] NEXT = 1;

  reg [LOG-1:0] next, first;
  reg started;
  assign place = next;
  assign base = started ? first : next;

  always_ff @(posedge clk) begin
    if (rst) begin
      next <= 0;
      started <= 0;
    end else if (push) begin
      next <= next + NEXT;
      started <= !last;
    end
    if (push && !started) first <= next;
  end
endmodule
