// What belongs to a packet and doesn't go through the pipeline waits here until the packet leaves. `put` comes with the
// first beat of each good packet in, if there is `room`; `result` is the pipeline's pulse for each of them. `about` belongs
// to the packet whose beat is offered at the output, on each of its beats.
module pw_follow #(
    parameter integer WIDTH = 8,
    parameter integer DEPTH = 16  // a power of two
) (
    input  wire             clk,
    input  wire             rst,
    output wire             room,
    input  wire             put,
    input  wire [WIDTH-1:0] put_about,
    input  wire             result,
    input  wire             sent,  // an output beat is taken
    input  wire             sent_last,
    output wire [WIDTH-1:0] about
);
  localparam integer LOG = $clog2(DEPTH);
  localparam [LOG:0] FULL = (LOG + 1)'(DEPTH);
  wire [LOG:0] level;
  wire head_valid;
  wire [WIDTH-1:0] head;
  pw_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) waiting (
      .clk(clk), .rst(rst), .push(put), .push_data(put_about), .pop(result),
      .head_valid(head_valid), .head(head), .level(level));
  assign room = level != FULL;
  wire unused = head_valid;

  reg begun;
  reg [WIDTH-1:0] leaving;
  assign about = begun ? leaving : head;
  always_ff @(posedge clk) begin
    if (result) leaving <= head;
    if (rst) begun <= 0;
    else if (sent) begun <= !sent_last;
  end
endmodule
