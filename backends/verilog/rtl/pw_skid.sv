// The output register: two entries, so that `room` depends on registers only and one entry a clock can pass. An entry
// pushed in clock t is out from t + 1.
module pw_skid #(
    parameter integer WIDTH = 8
) (
    input  wire             clk,
    input  wire             rst,
    output wire             room,
    input  wire             push,
    input  wire [WIDTH-1:0] push_data,
    output wire             valid,
    output wire [WIDTH-1:0] data,
    input  wire             pop
);
  reg first_valid, second_valid;
  reg [WIDTH-1:0] first, second;
  wire to_first = pop ? !second_valid : !first_valid;
  assign room = !second_valid;
  assign valid = first_valid;
  assign data = first;
  always_ff @(posedge clk) begin
    if (pop && second_valid) first <= second;
    else if (push && to_first) first <= push_data;
    if (push) second <= push_data;
    if (rst) begin
      first_valid <= 0;
      second_valid <= 0;
    end else begin
      if (push || pop) first_valid <= push || second_valid || !pop;
      second_valid <= pop ? 1'b0 : second_valid || (push && first_valid);
    end
  end
endmodule
