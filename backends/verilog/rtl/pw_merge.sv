// Frames of N streams become one stream, whole frame after whole frame; streams that have one wait for each other in
// turn. No clock is lost between frames. What is accepted in clock t is out from t + 1, and `s_ready` depends on registers
// and on which streams have something, not on `m_ready`.
module pw_merge #(
    parameter integer N = 2,
    parameter integer WIDTH = 8
) (
    input  wire               clk,
    input  wire               rst,
    input  wire [N-1:0]       s_valid,
    output wire [N-1:0]       s_ready,
    input  wire [N*WIDTH-1:0] s_data,
    input  wire [N-1:0]       s_last,
    output wire               m_valid,
    input  wire               m_ready,
    output wire [WIDTH-1:0]   m_data,
    output wire               m_last
);
  localparam [N-1:0] ONE = 1;
  reg begun;  // in the middle of a frame
  reg [N-1:0] served;  // the stream of that frame, or of the last one; one bit
  wire [N-1:0] behind = ~(served | (served - ONE));
  wire [N-1:0] next = s_valid & behind;
  wire [N-1:0] among = |next ? next : s_valid;
  wire [N-1:0] chosen = begun ? served : among & (~among + ONE);

  wire room;
  wire push = |(chosen & s_valid) && room;
  assign s_ready = chosen & {N{room}};
  reg [WIDTH-1:0] data;
  integer i;
  always_comb begin
    data = 0;
    for (i = 0; i < N; i = i + 1) data = data | (s_data[WIDTH*i+:WIDTH] & {WIDTH{chosen[i]}});
  end
  wire last = |(chosen & s_last);
  pw_skid #(.WIDTH(WIDTH + 1)) out (
      .clk(clk), .rst(rst), .room(room), .push(push), .push_data({last, data}),
      .valid(m_valid), .data({m_last, m_data}), .pop(m_valid && m_ready));

  always_ff @(posedge clk) begin
    if (rst) begin
      begun <= 0;
      served <= ONE << (N - 1);
    end else if (push) begin
      begun <= !last;
      served <= chosen;
    end
  end
endmodule
