// Credits for the FIFO behind a region: as many packets may be on their way to it as it has places.
// `take` in clock t counts from t + 1, so does `give`.
module pw_credits #(
    parameter integer DEPTH = 16  // places of the FIFO, a power of two
) (
    input  wire clk,
    input  wire rst,
    input  wire take,
    input  wire give,
    output wire available
);
  localparam integer LOG = $clog2(DEPTH);
  localparam [LOG:0] ALL = DEPTH[LOG:0];
  localparam [LOG:0] ONE = 1;
  reg [LOG:0] left;
  always_ff @(posedge clk) begin
    if (rst) left <= ALL;
    else if (take && !give) left <= left - ONE;
    else if (give && !take) left <= left + ONE;
  end
  assign available = left != 0;
endmodule
